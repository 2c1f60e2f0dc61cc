"""Priors of every drawn quantity of an epoch, and their joint draws.

Rules (model, section 5).

1. A coded level L in [low, high] of trust or leverage becomes the triangular density on [low/5, (high + 1)/5] with mode
   (L + 1/2)/5; a salience S the one on [S/5, (S + 1)/5]; a position the one on its own range (0.02 wider on each
   side if the range is a point), with the coded position as mode.
2. A draw takes its numbers from one pass, each pass being equally likely. Where that pass has no row for a quantity,
   one of the passes that have a row at the same article takes its place, each equally likely. So every prior is the
   equal mixture over the passes that coded it. An actor's position and salience on a cell come from the same pass.
3. An epoch takes a quantity from its own article, else from the nearest *earlier* article that any counted pass codes
   (`carried`: each side of the triangle moves out by 0.05 per article that it is carried over), else it is `assumed`,
   uniform on a wide range, or likeliest where a rule of `sim.evidence.uncoded` says so. Never from a later article.
4. A red line belongs to its row and is carried with it, unwidened. A draw has the line if its own pass drew one; else
   it has none (NaN). An actor never forbids its own wish: where the drawn position lies beyond the line, the line gives
   way and stands 0.01 beyond the position.
5. Shares of the instruments of a pair are Dirichlet(1, ..., 1) over all its instruments.

A draw is a pure function of (seed, number of the draw). Every quantity takes its chance by its name: a quantity that
two epochs share has the same uniform number in both, and a quantity that is added, taken out or moved leaves every
other as it was, so that a mechanism that is switched off gives the old numbers back. Columns come in this order: the
pass, the structural parameters, trust and leverage of every ordered pair, positions, saliences and red lines of every
player and cell, starting conditions, shares.

`prisoners` rows feed the cell prisoners_ttp only where it names their actor, and nobody coded such a row: the Pakistani
coded row is about a prisoner of the Afghan Taliban. So ten positions of parties stay assumed at every epoch, where the
design counts nine issues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType

from sim.case.case import Case, Epoch
from sim.evidence.densities import Component, Numbers, Prior
from sim.evidence.rows import DyadRow, Evidence, PositionRow, RedLine
from sim.evidence.sampling import Layout, drawn, layout_of
from sim.evidence.uncoded import STEPS_OF_A_BODY, likeliest
from sim.inputs.errors import nearest, one_of
from sim.inputs.frozen import Frozen
from sim.inputs.numbers import counted
from sim.model.parameters import PARAMETERS
from sim.numerics.machine import available_threads

Coding = DyadRow | PositionRow
Corners = Callable[[Coding], tuple[float, float, float]]  # low, mode and high of a row's triangle

LEVELS = 5  # the codebook's scales have five levels, so a level is a fifth of [0, 1]
WIDER = 0.05  # how far each side of a carried triangle moves out for each article that it is carried over
NARROWEST = 0.02  # a position coded as a point becomes a range of this much to each side
ASSUMED = MappingProxyType(
    {"trust": (0.0, 1.0), "leverage": (0.0, 1.0), "position": (0.0, 1.0), "salience": (0.2, 0.8)}
)
DRAWN_AS = MappingProxyType({row.name: row.drawn_as for row in PARAMETERS if row.drawn_as})
NOBODY = ""  # the pass of a draw where a case has none
ASSUMED_OF_THIRD_PARTY = (0.0, 0.3)  # leverage of a third party over anybody, where nobody coded it


def triangle(low: float, mode: float, high: float, steps: int = 0) -> tuple[float, float, float]:
    """A triangle's corners, each side moved out by 0.05 for each step, inside [0, 1].

    >>> triangle(0.4, 0.5, 0.97, steps=1)
    (0.35000000000000003, 0.5, 1.0)
    """
    out = WIDER * steps
    return max(0.0, low - out), mode, min(1.0, high + out)


@dataclass(frozen=True)
class Priors:
    """The priors of one epoch, in their order, and their joint draws."""

    epoch: str
    passes: tuple[str, ...]
    columns: tuple[Prior, ...]
    _layout: Layout = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<{counted(len(self.columns), 'prior')} at {self.epoch}>"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The column names of a table of draws."""
        return tuple(prior.name for prior in self.columns)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The column of each name."""
        return Frozen({name: column for column, name in enumerate(self.names)})

    def __getitem__(self, name: str) -> Prior:
        """The prior of a column; KeyError with the nearest name if there is none."""
        if name not in self.index:
            raise KeyError(f"{name!r} is no column at {self.epoch}; nearest: {nearest(name, self.names)}")
        return self.columns[self.index[name]]

    def draw(self, n: int, seed: int, first: int = 0, threads: int | None = None) -> Numbers:
        """Joint draws number first, ..., first + n - 1 of all columns: float64 of shape (n, columns).

        A pure function of (seed, number of the draw): drawn in pieces or on any number of threads, the bits are the
        same. NaN only in red-line columns.

        Args:
            n: how many draws, at least 0.
            seed: 0 to 2^64 - 1.
            first: the number of the first draw.
            threads: None: as many as the machine lends this process.

        Raises:
            ValueError: n, seed, first or threads out of range.
        """
        if n < 0 or first < 0 or not 0 <= seed < 2**64 or first + n >= 2**63 or (threads is not None and threads < 1):
            raise ValueError(f"draw({n=}, {seed=}, {first=}, {threads=}): out of range")
        return drawn(self._layout, n, seed, first, threads or available_threads())


def ranks(case: Case, structural: Iterable[str]) -> dict[str, int]:
    """The place of every quantity of a case in a list of them, over all its epochs; 0 is the pass."""
    players = case.players
    pairs = [f"{i}.{j}" for i in players for j in players if i != j]
    stands = [f"{i}.{cell}" for i in players for cell in case.cells]
    names = ["pass", *structural]
    names += [f"{group}.{pair}" for group in ("trust", "leverage") for pair in pairs]
    names += [f"{group}.{stand}" for group in ("position", "salience", "red_line") for stand in stands]
    names += [f"start.{name}" for name in sorted({name for e in case.epochs.values() for name in e.start})]
    names += [tool.column for tool in case.instruments]
    return {name: rank for rank, name in enumerate(names)}


def all_columns(case: Case, evidence: Evidence) -> dict[str, str]:
    """Every uncertainty of the case, over all its epochs: its name by its name in small letters."""
    names = (name for epoch in case.epochs for name in priors(case, evidence, epoch).names)
    return {name.lower(): name for name in names}


@lru_cache(maxsize=32)
def priors(case: Case, evidence: Evidence, epoch: str) -> Priors:
    """The priors of every drawn quantity at an epoch; the same object for the same evidence.

    Raises:
        InputError: the case has no such epoch.
    """
    one_of(case.folder, "epoch", epoch, case.epochs, "an epoch")
    builder = _Builder(case, evidence, case.epochs[epoch])
    columns = tuple(sorted(builder.columns(), key=lambda prior: prior.rank))
    return Priors(epoch, evidence.passes, columns, layout_of(columns, evidence.passes or (NOBODY,)))


class _Builder:
    """Builds the columns of one epoch."""

    def __init__(self, case: Case, evidence: Evidence, epoch: Epoch) -> None:
        self.case = case
        self.evidence = evidence
        self.epoch = epoch
        self.ranks = ranks(case, evidence.structural)
        order = [article.id for article in evidence.articles]
        # Nearest first: the epoch's own article, then the earlier ones.
        self.articles = tuple(reversed(order[: order.index(epoch.article) + 1])) if epoch.article else ()
        self.coded = _by_quantity(case, evidence, self.articles)

    def columns(self) -> Iterator[Prior]:
        yield self._pass()
        yield from self._structural()
        for group in ("trust", "leverage"):
            yield from (self._dyad(group, i, j) for i, j in self._pairs(group))
        for actor, cell in self._stands():
            yield from self._stand(actor, cell)
        yield from self._starts()
        yield from self._shares()

    def _pass(self) -> Prior:
        passes = self.evidence.passes
        return Prior(
            name="pass",
            group="pass",
            meaning=f"the pass that the draw's coded numbers come from: {', '.join(passes) or 'none was coded'}",
            unit="number",
            low=0.0,
            high=max(0.0, len(passes) - 1.0),
            status="fixed",
            source="each pass equally likely",
            kind="choice",
            rank=self.ranks["pass"],
            parts=max(1, len(passes)),
        )

    def _structural(self) -> Iterator[Prior]:
        for name, parameter in self.evidence.structural.items():
            yield Prior(
                name=name,
                group="structural",
                meaning=parameter.meaning,
                unit=parameter.unit,
                low=parameter.low,
                high=parameter.high,
                status=parameter.status,
                source=parameter.source,
                kind="uniform",
                rank=self.ranks[name],
                why=parameter.why,
                drawn_as=DRAWN_AS.get(name, ""),
            )

    def _pairs(self, group: str) -> list[tuple[str, str]]:
        """The pairs with a column: all actors', all that were coded, and those of each table with its mediators."""
        actors, players = self.case.actors, self.case.players
        wanted = {(i, j) for i in actors for j in actors}
        wanted |= {(i, j) for i in players for j in players if f"{group}.{i}.{j}" in self.coded}
        for table in self.case.tables.values():
            seated = [(party, member) for party in table.parties for _, members, _ in table.seats for member in members]
            wanted |= {(member, party) for party, member in seated}
            wanted |= set(seated) if group == "trust" else set()
        return sorted((pair for pair in wanted if pair[0] != pair[1]), key=lambda pair: tuple(map(players.index, pair)))

    def _dyad(self, group: str, i: str, j: str) -> Prior:
        name = f"{group}.{i}.{j}"
        one, other = self.case.name_of(i), self.case.name_of(j)
        if group == "trust":
            meaning = f"how far {one} expects {other} to keep a commitment made to it"
        else:
            meaning = f"how far {one} can move what {other} does by giving, withholding or inflicting"
        third = group == "leverage" and i not in self.case.actors
        blank = self._blank(name, group, meaning, ASSUMED_OF_THIRD_PARTY if third else ASSUMED[group])
        return self._from_rows(blank, _of_level)

    def _stands(self) -> list[tuple[str, str]]:
        """(player, cell) of every clause's parties, of every coded position, and of whoever is spoken for."""
        wanted = {
            (party, cell) for table in self.case.tables.values() for party in table.parties for cell in table.clauses
        }
        for row in self.evidence.spoken_for:
            wanted |= {(row.actor, cell) for cell in self.case.cells_of_issue(row.issue, row.actor)}
        every = [(player, cell) for player in self.case.players for cell in self.case.cells]
        return [stand for stand in every if stand in wanted or f"position.{'.'.join(stand)}" in self.coded]

    def _stand(self, actor: str, cell: str) -> Iterator[Prior]:
        stand, who, what = f"{actor}.{cell}", self.case.name_of(actor), self.case.cells[cell]
        poles = f"{cell} (0: {what.low}; 1: {what.high})"
        blank = self._blank(f"position.{stand}", "position", f"where {who} stands on {poles}", ASSUMED["position"])
        position = self._position(blank, actor, cell)
        yield position
        meaning = f"how much {cell} matters to {who}; saliences are scaled to sum to 1 over a table"
        yield self._from_rows(self._blank(f"salience.{stand}", "salience", meaning, ASSUMED["salience"]), _of_salience)
        own = position.components if position.kind == "triangles" and position.status != "implied" else ()
        lines = tuple(_with_line(c, len(self.evidence.passes)) for c in own if _line_of(c))
        if lines:
            yield replace(
                position,
                name=f"red_line.{stand}",
                group="red_line",
                kind="line",
                rank=self.ranks[f"red_line.{stand}"],
                meaning=f"the point of {cell} beyond which {who} refuses any deal",
                components=lines,
                low=0.0,
                high=1.0,
            )

    def _position(self, blank: Prior, actor: str, cell: str) -> Prior:
        """As coded; else as a body is coded that the actor speaks for; else likeliest where a rule says so."""
        coded = self._from_rows(blank, _of_position)
        if coded.components:
            return coded
        for row in self.evidence.spoken_for:
            if (
                row.article in self.articles
                and row.actor == actor
                and cell in self.case.cells_of_issue(row.issue, actor)
            ):
                return self._as_body(blank, row.body, cell, row.article, row.why)
        point = likeliest(self.case, self.epoch, actor, cell)
        if point is None:
            return blank
        part = Component(1.0, blank.low, point.point, blank.high)
        return replace(blank, components=(part,), kind="triangle", why=point.why)

    def _as_body(self, blank: Prior, body: str, cell: str, article: str, why: str) -> Prior:
        """The coding of a body at an article, widened, as the position of an actor that speaks for it."""
        rows = self.coded.get(f"position.{body}.{cell}", {}).get(article, ())
        if not rows:
            return blank
        steps = self.articles.index(article) + STEPS_OF_A_BODY
        return replace(_mixture(blank, rows, _of_position, article, steps), status="implied", why=why)

    def _blank(self, name: str, group: str, meaning: str, wide: tuple[float, float]) -> Prior:
        """The prior of a coded quantity that nobody coded."""
        return Prior(
            name=name,
            group=group,
            meaning=meaning,
            unit="trust, 0 to 1" if group == "trust" else "share, 0 to 1",
            low=wide[0],
            high=wide[1],
            status="assumed",
            source="no counted pass codes it at this article or an earlier one",
            kind="uniform",
            rank=self.ranks[name],
        )

    def _from_rows(self, blank: Prior, corners: Corners) -> Prior:
        """The mixture over the passes that coded the quantity at the nearest article; `blank` if none did."""
        quantity = blank.name.replace("salience.", "position.", 1) if blank.group == "salience" else blank.name
        by_article = self.coded.get(quantity, {})
        found = next(((n, article) for n, article in enumerate(self.articles) if article in by_article), None)
        if found is None:
            return blank
        steps, article = found
        return _mixture(blank, by_article[article], corners, article, steps)

    def _starts(self) -> Iterator[Prior]:
        for name, start in self.epoch.start.items():
            what, _, rest = name.partition(".")
            yield Prior(
                name=f"start.{name}",
                group="start",
                meaning=f"{what} of {rest} at the start" if rest else f"{what} at the start",
                unit="sessions" if what == "sessions" else "share, 0 to 1",
                low=start.low,
                high=start.high,
                status=start.status,
                source=self.epoch.article,
                kind="uniform",
                rank=self.ranks[f"start.{name}"],
                article=self.epoch.article,
                paragraphs=start.paragraphs,
                why=start.why,
            )

    def _shares(self) -> Iterator[Prior]:
        for tool in self.case.instruments:
            parts = len(self.case.pairs_with_instruments[tool.holder, tool.target])
            who, whom = self.case.name_of(tool.holder), self.case.name_of(tool.target)
            yield Prior(
                name=tool.column,
                group="share",
                meaning=f"share of {tool.name} in the leverage of {who} over {whom}",
                unit="share, 0 to 1",
                low=0.0 if parts > 1 else 1.0,
                high=1.0,
                status="assumed" if parts > 1 else "fixed",
                source=f"Dirichlet(1, ..., 1) over {parts} instruments" if parts > 1 else "the pair's only instrument",
                kind="share",
                rank=self.ranks[tool.column],
                parts=parts,
            )


Coded = Mapping[str, Mapping[str, Sequence[Coding]]]


def _mixture(blank: Prior, rows: Sequence[Coding], corners: Corners, article: str, steps: int) -> Prior:
    """The equal mixture over rows of an article, each triangle widened by so many steps."""
    parts = tuple(Component(1.0 / len(rows), *triangle(*corners(row), steps), (row,)) for row in rows)
    return replace(
        blank,
        low=min(c.low for c in parts),
        high=max(c.high for c in parts),
        components=parts,
        kind="triangles",
        status="carried" if steps else "coded",
        source=", ".join(row.pass_ for row in rows),
        article=article,
        steps=steps,
    )


def _by_quantity(case: Case, evidence: Evidence, articles: Sequence[str]) -> Coded:
    """The rows of each quantity by article, passes in order."""
    found: dict[str, dict[str, list[Coding]]] = {}
    rows: tuple[Coding, ...] = (*evidence.dyads, *evidence.positions)
    for row in rows:
        if row.article in articles:
            for quantity in _quantities(case, row):
                found.setdefault(quantity, {}).setdefault(row.article, []).append(row)
    return found


def _quantities(case: Case, row: Coding) -> tuple[str, ...]:
    """The quantities that a row speaks of: a pair's, or an actor's position on each cell of the issue."""
    if isinstance(row, DyadRow):
        return (f"{row.kind}.{row.from_}.{row.to}",)
    return tuple(f"position.{row.actor}.{cell}" for cell in case.cells_of_issue(row.issue, row.actor))


def _of_level(row: Coding) -> tuple[float, float, float]:
    assert isinstance(row, DyadRow)
    return row.low / LEVELS, (row.level + 0.5) / LEVELS, (row.high + 1.0) / LEVELS


def _of_position(row: Coding) -> tuple[float, float, float]:
    assert isinstance(row, PositionRow)
    if row.low == row.high:
        return max(0.0, row.low - NARROWEST), row.position, min(1.0, row.high + NARROWEST)
    return row.low, row.position, row.high


def _of_salience(row: Coding) -> tuple[float, float, float]:
    assert isinstance(row, PositionRow)
    return row.salience / LEVELS, (row.salience + 0.5) / LEVELS, (row.salience + 1.0) / LEVELS


def _line_of(component: Component) -> RedLine | None:
    row = component.rows[0]
    return row.red_line if isinstance(row, PositionRow) else None


def _with_line(component: Component, passes: int) -> Component:
    return replace(component, line=_line_of(component), weight=1.0 / passes)
