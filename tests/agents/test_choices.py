"""A decision is the sum of its terms: as noted, as told, and as the engine worked it out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import signature
from math import exp

import pytest

from sim.agents.journal import Decision
from sim.agents.model import NegotiationModel
from sim.agents.reasons import by_schedule, chance_without, weighed, weights, what_a_sum_makes
from sim.case.loading import load_case
from sim.model.equations.attendance import attendance, mediation
from sim.model.equations.choice import log_odds
from sim.model.equations.compliance import delivery
from sim.model.equations.decisions import CHOICES
from sim.model.equations.ratification import ratification
from sim.numerics.arithmetic import logistic

EQUATIONS: dict[str, Callable[..., tuple[float, ...]]] = {
    "attend": attendance,
    "mediate": mediation,
    "ratify": ratification,
    "vote": ratification,
    "comply": delivery,
}


@cache
def played() -> tuple[NegotiationModel, ...]:
    """Runs that together decide everything that can be decided."""
    found = []
    voting = load_case("northern_ireland").scenario("recorded_course")
    for scenario, draw in [("status_quo", 0), ("status_quo", 1), ("status_quo", 2), ("status_quo", 3), (voting, 0)]:
        model = NegotiationModel(scenario, draw=draw, horizon=70)
        model.run_model()
        found.append(model)
    return tuple(found)


def decisions(name: str) -> list[tuple[NegotiationModel, Decision]]:
    found = [(model, entry) for model in played() for entry in model.journal.find(decision=name)]
    assert found, name
    return found


def test_every_choice_has_as_many_terms_as_its_equation() -> None:
    terms = {name: equation(*[0.3 for _ in signature(equation).parameters]) for name, equation in EQUATIONS.items()}
    assert {name: len(choice.terms) for name, choice in CHOICES.items()} == {n: len(t) for n, t in terms.items()}


@pytest.mark.parametrize("name", CHOICES)
def test_the_names_of_what_is_noted_differ(name: str) -> None:
    assert len(set(CHOICES[name].noted)) == len(CHOICES[name].noted)


@pytest.mark.parametrize("name", CHOICES)
def test_the_probability_is_that_of_the_terms_to_the_bit(name: str) -> None:
    for model, entry in decisions(name):
        noise = float(model.draw.noise)
        terms = tuple(entry.terms[term.name] for term in CHOICES[name].terms)
        assert entry.probability == logistic(log_odds(terms, noise))


@pytest.mark.parametrize("name", CHOICES)
def test_without_a_term_is_without_it(name: str) -> None:
    for model, entry in decisions(name)[:40]:
        noise = float(model.draw.noise)
        for term in CHOICES[name].terms:
            left = entry._replace(terms={**entry.terms, term.name: 0.0})
            without = chance_without(entry, term.name, noise)
            assert without == chance_without(left, term.name, noise)
            assert (without < entry.probability) <= (entry.terms[term.name] > 0.0)
            assert (without > entry.probability) <= (entry.terms[term.name] < 0.0)


@pytest.mark.parametrize("name", CHOICES)
def test_every_term_that_weighs_is_told(name: str) -> None:
    told = 0
    for model, entry in decisions(name)[:40]:
        text = weighed(model, entry)
        assert bool(text) != by_schedule(entry)
        for weight in weights(entry):
            if abs(weight.value) >= 0.001:
                assert f"{weight.term.words} ({weight.value:+.3f})" in text
                told += 1
    assert told


def test_what_a_sum_makes_is_a_chance_by_the_noise_of_the_run() -> None:
    for model in played():
        noise = float(model.draw.noise)
        text = what_a_sum_makes(model)
        assert f"with the noise of this run, {noise:.3f}," in text
        assert text.endswith(f"a sum of +0.1 makes {100.0 / (1.0 + exp(-0.1 / noise)):.0f}%.")
