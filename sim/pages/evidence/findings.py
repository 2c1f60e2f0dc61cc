"""What the evidence page tells of: the coded rows, the priors made of them, and draws from these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sim.case.case import Case, seated
from sim.evidence.agreement import Agreement, agreement
from sim.evidence.densities import Numbers, Prior
from sim.evidence.harmonised import Harmonised, harmonised
from sim.evidence.priors import Priors, priors
from sim.evidence.rows import CodedRow, Evidence
from sim.pages.kit.sketches import Mark, mark_of
from sim.pages.paragraphs.table import Carried


@dataclass(frozen=True)
class Findings:
    """All that the page tells: the evidence, the priors of every epoch, and draws of them."""

    case: Case
    evidence: Evidence
    priors: Mapping[str, Priors]
    drawn: Mapping[str, Numbers]
    agreement: tuple[Agreement, ...]
    harmonised: Harmonised
    seed: int
    carried: tuple[Carried, ...] = ()  # what the job `paragraphs` has found of rows, paragraphs and passes

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all parameters, of any epoch, in their order."""
        ranks = {prior.name: prior.rank for priors in self.priors.values() for prior in priors.columns}
        return tuple(sorted(ranks, key=ranks.__getitem__))

    @cached_property
    def garbled(self) -> frozenset[tuple[str, int]]:
        """(article, paragraph) of all that cannot be read with any certainty."""
        return frozenset((article.id, number) for article in self.evidence.articles for number in article.garbled)

    @cached_property
    def carries(self) -> Mapping[tuple[str, str], tuple[Carried, ...]]:
        """What each source carries, by its kind and name."""
        found: dict[tuple[str, str], list[Carried]] = {}
        for one in self.carried:
            found.setdefault((one.kind, one.source), []).append(one)
        return {key: tuple(those) for key, those in found.items()}

    def course(self, name: str) -> dict[str, Prior]:
        """The prior of a parameter at each epoch that has it."""
        return {epoch: priors[name] for epoch, priors in self.priors.items() if name in priors.index}

    def numbers(self, epoch: str, name: str) -> Numbers:
        """The draws of a parameter at an epoch."""
        column: Numbers = self.drawn[epoch][:, self.priors[epoch].index[name]]
        return column


def findings_of(case: Case, evidence: Evidence, draws: int, seed: int, carried: tuple[Carried, ...] = ()) -> Findings:
    """All that the page tells of the coded rows that count, with so many draws of the priors of every epoch."""
    by_epoch = {epoch: priors(case, evidence, epoch) for epoch in case.epochs}
    drawn = {epoch: found.draw(draws, seed) for epoch, found in by_epoch.items()}
    alike = agreement(evidence, case.actors)
    return Findings(case, evidence, by_epoch, drawn, alike, harmonised(evidence, case), seed, carried)


AGREEMENT = ("variable", "alpha", "metric", "units", "codings")


def agreement_rows(found: Findings) -> list[tuple[str, str, str, str, str]]:
    """How far the passes agree on each variable, in the order of `AGREEMENT`."""
    return [
        (
            one.variable,
            "undefined" if one.alpha is None else f"{one.alpha:.2f}",
            one.metric,
            str(one.units),
            str(one.values),
        )
        for one in found.agreement
    ]


CODED_MARKS: tuple[Mark, ...] = ("stated", "implied", "carried", "assumed")


def counts(found: Findings, group: str, epoch: str) -> Counter[Mark]:
    """How many parameters of a group have each mark at an epoch."""
    return Counter(mark_of(prior) for prior in found.priors[epoch].columns if prior.group == group)


def absent_actors(found: Findings, epoch: str) -> list[str]:
    """The actors that are party to no table under the epoch's regime."""
    inside = seated(found.case, epoch)
    return [actor for actor in found.case.actors if actor not in inside]


def loose_rows(found: Findings) -> tuple[CodedRow, ...]:
    """Rows that count and that no parameter, mechanism or event of this page names."""
    fed = {id(row) for priors_ in found.priors.values() for prior in priors_.columns for row in prior.rows}
    coded: tuple[CodedRow, ...] = (*found.evidence.dyads, *found.evidence.positions)
    return (*(row for row in coded if id(row) not in fed), *found.harmonised.loose)
