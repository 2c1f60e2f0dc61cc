"""Joint draws of the priors of an epoch: one loop over draws and columns, the same bits interpreted and compiled."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.densities import LINE_MARGIN, Component, Kind, Numbers, Prior
from sim.numerics.arithmetic import log
from sim.numerics.chance import PARAMETERS, counter_of, uniforms4
from sim.numerics.dialect import compilable
from sim.numerics.machine import compiled


class Layout(NamedTuple):
    """The priors as arrays, for the compiled loop: C columns, P passes, K components.

    Lists of columns, one for each kind of prior, spare the loop a branch for every number.
    """

    counter: NDArray[np.int64]  # (C,) the block of chance that belongs to a column's name
    uniforms: NDArray[np.int64]  # columns that are uniform on [start, start + width]
    triangles: NDArray[np.int64]  # columns that are mixtures of triangles, or one
    shares: NDArray[np.int64]  # columns that are shares
    lines: NDArray[np.int64]  # columns that are red lines
    start: Numbers  # (C,)
    width: Numbers  # (C,)
    parts: NDArray[np.int64]  # (C,) components
    own: NDArray[np.int64]  # (C, P) component of each pass, -1 without
    corner: Numbers  # (C, K, 5) low, high, P(X < mode), and the squared scale of the rising and the falling side
    partner: NDArray[np.int64]  # (C,) the position that a salience or a red line belongs to, else the column itself
    line: Numbers  # (C, P) where the line of each pass stands, NaN without
    below: NDArray[np.bool_]  # (C, P) whether it forbids what lies below it
    pair: NDArray[np.int64]  # (S, M) columns of the shares of each pair, -1 beyond its last


def layout_of(columns: Sequence[Prior], passes: Sequence[str]) -> Layout:
    """The priors as arrays; column 0 is the pass.

    Raises:
        ValueError: two names have the same block of chance, so that one of them has to be called otherwise.
    """
    index = {prior.name: column for column, prior in enumerate(columns)}
    size, most = len(columns), max([1, *(len(prior.components) for prior in columns)])
    counter = np.array([counter_of(prior.luck) for prior in columns], np.int64)
    if len(np.unique(counter)) < size:
        raise ValueError("two of the priors have names that draw the same numbers")
    layout = Layout(
        counter=counter,
        uniforms=_columns_of("uniform", columns),
        triangles=np.concatenate([_columns_of("triangles", columns), _columns_of("triangle", columns)]),
        shares=_columns_of("share", columns),
        lines=_columns_of("line", columns),
        start=np.array([prior.low for prior in columns]),
        width=np.array([prior.high - prior.low for prior in columns]),
        parts=np.array([max(prior.parts, len(prior.components)) for prior in columns]),
        own=np.full((size, len(passes)), -1),
        corner=np.zeros((size, most, 5)),
        partner=np.array([index[_partner(prior)] for prior in columns]),
        line=np.full((size, len(passes)), np.nan),
        below=np.zeros((size, len(passes)), dtype=np.bool_),
        pair=_pairs_of_shares(columns),
    )
    for c, prior in enumerate(columns):
        for k, component in enumerate(prior.components):
            layout.corner[c, k] = _corners(component)
            if not component.rows:  # whichever pass a draw is of
                layout.own[c, :] = k
                continue
            p = passes.index(component.rows[0].pass_)
            layout.own[c, p] = k
            if component.line is not None:
                layout.line[c, p], layout.below[c, p] = component.line.at, component.line.forbids == "below"
    return layout


def _columns_of(kind: Kind, columns: Sequence[Prior]) -> NDArray[np.int64]:
    return np.array([c for c, prior in enumerate(columns) if prior.kind == kind], dtype=np.int64)


def _partner(prior: Prior) -> str:
    """A salience and a red line follow the position of the same actor on the same cell."""
    group, _, stand = prior.name.partition(".")
    return f"position.{stand}" if group in ("salience", "red_line") else prior.name


def _corners(part: Component) -> tuple[float, float, float, float, float]:
    """What the inverse of the triangle's distribution function needs."""
    width = part.high - part.low
    rise, fall = width * (part.mode - part.low), width * (part.high - part.mode)
    return part.low, part.high, (part.mode - part.low) / width if width else 0.0, rise, fall


def _pairs_of_shares(columns: Sequence[Prior]) -> NDArray[np.int64]:
    pairs: dict[str, list[int]] = {}
    for c, prior in enumerate(columns):
        if prior.kind == "share":
            pairs.setdefault(prior.name.rpartition(".")[0], []).append(c)
    table = np.full((len(pairs), max([1, *map(len, pairs.values())])), -1)
    for number, members in enumerate(pairs.values()):
        table[number, : len(members)] = members
    return table


def fill(out: Numbers, seed: int, first: int, layout: Layout) -> None:
    """Write the draws first, first + 1, ... into the rows of `out`, float64 of shape (draws, columns).

    `seed` is a 64-bit word read as a signed integer.
    """
    for row in range(out.shape[0]):
        values = out[row]
        own_pass = int(_numbers(seed, first + row, layout.counter[0])[0] * layout.parts[0])
        values[0] = own_pass
        for c in layout.uniforms:
            values[c] = layout.start[c] + _numbers(seed, first + row, layout.counter[c])[0] * layout.width[c]
        for c in layout.triangles:
            k = layout.own[c, own_pass]
            if k < 0:  # a salience is of the pass that its position is of
                k = int(_numbers(seed, first + row, layout.counter[layout.partner[c]])[1] * layout.parts[c])
            low, high, turn, rise, fall = layout.corner[c, k]
            values[c] = _triangular(_numbers(seed, first + row, layout.counter[c])[0], low, high, turn, rise, fall)
        for c in layout.lines:
            values[c] = _line(values[layout.partner[c]], layout.line[c, own_pass], layout.below[c, own_pass])
        for c in layout.shares:
            values[c] = -log(_numbers(seed, first + row, layout.counter[c])[0])
        _scale(values, layout.pair)


@compilable
def _numbers(seed: int, draw: int, counter: int) -> tuple[float, float]:
    """The numbers of a column in a draw: the first decides its value, the second which pass stands in."""
    value, stand_in, _, _ = uniforms4(seed, draw, 0, 0, counter, PARAMETERS)
    return value, stand_in


@compilable
def _scale(values: Numbers, pair: NDArray[np.int64]) -> None:
    """Exponential numbers divided by their sum are Dirichlet(1, ..., 1) (Devroye 1986, chapter 11)."""
    for s in range(pair.shape[0]):
        total = 0.0
        for m in range(pair.shape[1]):
            total += values[pair[s, m]] if pair[s, m] >= 0 else 0.0
        for m in range(pair.shape[1]):
            if pair[s, m] >= 0:
                values[pair[s, m]] /= total


@compilable
def _triangular(u: float, low: float, high: float, turn: float, rise: float, fall: float) -> float:
    """The u-quantile of a triangle whose mode is its `turn`-quantile. One square root on both sides: no branch."""
    rising = u < turn
    root = np.sqrt(u * rise if rising else (1.0 - u) * fall)
    return float(low + root if rising else high - root)


@compilable
def _line(position: float, at: float, below: bool) -> float:
    """Where the line stands for a drawn position: it gives way rather than forbid the actor's own wish."""
    if at != at:
        return at
    if below:
        return max(0.0, min(at, position - LINE_MARGIN))
    return min(1.0, max(at, position + LINE_MARGIN))


_fill = compiled(fill)


def drawn(layout: Layout, n: int, seed: int, first: int, threads: int) -> Numbers:
    """The draws first, ..., first + n - 1, spread over threads; the bits do not depend on how many."""
    out = np.empty((n, layout.counter.size))
    signed = seed if seed < 2**63 else seed - 2**64
    edges = [n * k // threads for k in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(_fill, out[a:b], signed, first + a, layout) for a, b in pairwise(edges)]
    for job in jobs:
        job.result()
    return out
