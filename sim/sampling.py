"""Joint draws of the priors of an epoch: one loop over draws and columns, the same bits interpreted and compiled."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import compilable, log
from sim.densities import LINE_MARGIN, Component, Kind, Numbers, Prior
from sim.draws import PARAMETERS, uniform, uniforms4

CHOICE, LINEAR, TRIANGLES, SHARE, LINE = range(5)
_KINDS: Mapping[Kind, int] = {"choice": CHOICE, "uniform": LINEAR, "triangles": TRIANGLES, "share": SHARE, "line": LINE}


class Layout(NamedTuple):
    """The priors as arrays, for the compiled loop. C columns, P passes, K components."""

    kind: NDArray[np.int64]  # (C,)
    slot: NDArray[np.int64]  # (C,)
    stand_in: NDArray[np.int64]  # (C,) slot that picks a component for a pass without one
    parts: NDArray[np.int64]  # (C,) components
    own: NDArray[np.int64]  # (C, P) component of each pass, -1 without
    corner: Numbers  # (C, K, 5) low, high, P(X < mode), and the squared scale of the rising and the falling side
    position: NDArray[np.int64]  # (C,) column of the position that a red line belongs to
    line: Numbers  # (C, P) where the line of each pass stands, NaN without
    below: NDArray[np.bool_]  # (C, P) whether it forbids what lies below it
    pair: NDArray[np.int64]  # (S, M) columns of the shares of each pair, -1 beyond its last


def layout_of(columns: Sequence[Prior], passes: Sequence[str]) -> Layout:
    """The priors as arrays; columns in the order of their slots."""
    index = {prior.name: column for column, prior in enumerate(columns)}
    size, most = len(columns), max([1, *(len(prior.components) for prior in columns)])
    layout = Layout(
        kind=np.array([_KINDS[prior.kind] for prior in columns]),
        slot=np.array([prior.slot for prior in columns]),
        stand_in=np.array([columns[index.get(_stand_in(prior), c)].slot for c, prior in enumerate(columns)]),
        parts=np.array([len(prior.components) for prior in columns]),
        own=np.full((size, len(passes)), -1),
        corner=np.zeros((size, most, 5)),
        position=np.array([index.get(prior.name.replace("red_line.", "position.", 1), 0) for prior in columns]),
        line=np.full((size, len(passes)), np.nan),
        below=np.zeros((size, len(passes)), dtype=np.bool_),
        pair=_pairs_of_shares(columns),
    )
    for c, prior in enumerate(columns):
        if prior.kind in ("choice", "uniform"):
            layout.corner[c, 0, :2] = (0.0, prior.parts) if prior.kind == "choice" else (prior.low, prior.high)
        for k, component in enumerate(prior.components):
            p = passes.index(component.rows[0].pass_)
            layout.own[c, p] = k
            layout.corner[c, k] = _corners(component)
            if component.line is not None:
                layout.line[c, p], layout.below[c, p] = component.line.at, component.line.forbids == "below"
    return layout


def _stand_in(prior: Prior) -> str:
    """The column whose slot picks the pass that stands in: a salience follows its position."""
    return prior.name.replace("salience.", "position.", 1)


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
    kinds, slots, stand_in, parts, own, corner, position, line, below, pair = layout
    for row in range(out.shape[0]):
        draw = first + row
        block, own_pass = -1, 0
        u0, u1, u2, u3 = 0.0, 0.0, 0.0, 0.0
        for c in range(kinds.size):
            kind = kinds[c]
            if kind == LINE:
                out[row, c] = _line(out[row, position[c]], line[c, own_pass], below[c, own_pass])
                continue
            if slots[c] >> 2 != block:
                block = slots[c] >> 2
                u0, u1, u2, u3 = uniforms4(seed, draw, 0, 0, block, PARAMETERS)
            lane = slots[c] & 3
            u = (u0 if lane == 0 else u1) if lane < 2 else (u2 if lane == 2 else u3)
            if kind == TRIANGLES:
                k = own[c, own_pass]
                if k < 0:
                    k = int(uniform(seed, draw, 0, 1, stand_in[c], PARAMETERS) * parts[c])
                out[row, c] = _triangular(
                    u, corner[c, k, 0], corner[c, k, 1], corner[c, k, 2], corner[c, k, 3], corner[c, k, 4]
                )
            elif kind == SHARE:
                out[row, c] = -log(u)
            elif kind == CHOICE:
                own_pass = int(u * corner[c, 0, 1])
                out[row, c] = float(own_pass)
            else:
                out[row, c] = corner[c, 0, 0] + u * (corner[c, 0, 1] - corner[c, 0, 0])
        # Exponential numbers divided by their sum are Dirichlet(1, ..., 1) (Devroye 1986, chapter 11).
        for s in range(pair.shape[0]):
            total = 0.0
            for m in range(pair.shape[1]):
                total += out[row, pair[s, m]] if pair[s, m] >= 0 else 0.0
            for m in range(pair.shape[1]):
                if pair[s, m] >= 0:
                    out[row, pair[s, m]] /= total


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


_fill = numba.njit(nogil=True)(fill)


def drawn(layout: Layout, n: int, seed: int, first: int, threads: int) -> Numbers:
    """The draws first, ..., first + n - 1, spread over threads; the bits do not depend on how many."""
    out = np.empty((n, layout.kind.size))
    signed = seed if seed < 2**63 else seed - 2**64
    edges = [n * k // threads for k in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(_fill, out[a:b], signed, first + a, layout) for a, b in pairwise(edges)]
    for job in jobs:
        job.result()
    return out


def available_threads() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
