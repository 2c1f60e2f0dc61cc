"""Discovery end to end on planted outcomes: what is there becomes a sentence, noise does not."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from sim.analysis.boxes import Limit
from sim.analysis.shares import Values
from sim.experiment import discover
from sim.experiment.discover import bounded, coverage_of, lift_of, measured
from sim.inputs.errors import InputError
from sim.pages.discover.page import csv_text, discover_page, sentences
from tests.worlds import afghanistan

DRAWS = 240


def made(monkeypatch: pytest.MonkeyPatch, chance_of: object, seed: int = 1) -> discover.Found:
    """What is found where the runs' outcome has the chance that a function of the inputs gives."""
    rng = np.random.default_rng(seed)

    def played(sweep: object, names: tuple[str, ...], outcomes: tuple[str, ...]) -> dict[str, Values]:
        table = rng.random((DRAWS, len(names)))
        values = rng.random((1, DRAWS, 5)) < chance_of(table)[None, :, None]  # type: ignore[operator]
        return {"table": table, "values": values.astype(np.float64), "failed": np.zeros(1)}

    monkeypatch.setattr(discover, "_played", played)
    monkeypatch.setattr(discover, "RESAMPLES", 6)
    scenario = afghanistan().scenario("status_quo")
    monkeypatch.setattr(discover, "bounded", lambda sweep: bounded(sweep)[:12])
    return measured(scenario, ("taken_over",), DRAWS, 5, seed, progress=False)


def test_a_planted_box_becomes_a_sentence_with_its_true_share(monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(monkeypatch, lambda x: np.where((x[:, 2] > 0.5) & (x[:, 5] <= 0.6), 0.8, 0.1))
    one = found.outcomes[0]
    assert "PRIM" in {rule.method for rule in one.findings}
    for rule in one.findings:
        assert {(limit.input, limit.side) for limit in rule.box} == {(2, "above"), (5, "below")}
        assert rule.density is not None
        assert rule.density.low < 0.8
        assert rule.density.value > 0.6
        assert rule.lift.low > 0.0
    told = next(sentences(found, one))
    assert "exceeds 0." in told
    assert "is at most 0." in told
    page = discover_page(found)
    assert "<svg" in page
    assert page == discover_page(found)
    assert csv_text(found).startswith("outcome,method,input,side,value")


def test_noise_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(3):
        found = made(monkeypatch, lambda x: np.full(len(x), 0.4), seed)
        assert found.outcomes[0].findings == ()
        assert "no circumstances that last" in next(sentences(found, found.outcomes[0]))
        assert "no finding" in discover_page(found) or not found.outcomes[0].rules


def test_the_half_that_is_searched_tells_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_there(x: Values) -> Values:
        planted = np.where(x[:, 3] > 0.5, 0.9, 0.1)
        planted[DRAWS // 2 :] = 0.5
        return planted

    found = made(monkeypatch, only_there)
    assert found.outcomes[0].findings == ()
    rule = next(rule for rule in found.outcomes[0].rules if rule.method == "PRIM")
    assert rule.box[0][:2] == Limit(3, "above", 0.5)[:2]
    assert rule.density is not None
    assert rule.density.value == pytest.approx(0.5, abs=0.1)


def test_lift_and_coverage_are_ratios_with_intervals_that_hold() -> None:
    rng, inside_lift, inside_coverage = np.random.default_rng(4), 0, 0
    for _ in range(200):
        held = rng.random(150) < 0.3
        values = (rng.random((150, 4)) < np.where(held, 0.7, 0.2)[:, None]).astype(np.float64)
        lift, coverage = lift_of(held, values), coverage_of(held, values)
        whole = 0.3 * 0.7 + 0.7 * 0.2
        inside_lift += lift.low <= 0.7 - whole <= lift.high
        inside_coverage += coverage.low <= 0.3 * 0.7 / whole <= coverage.high
    assert inside_lift >= 180
    assert inside_coverage >= 180


def test_weights_of_draws_are_so_many_equal_ones() -> None:
    rng = np.random.default_rng(5)
    held, weights = rng.random(90) < 0.4, rng.integers(0, 3, 90).astype(np.float64)
    values = (rng.random((90, 4)) < np.where(held, 0.7, 0.2)[:, None]).astype(np.float64)
    many = np.repeat(np.arange(90), weights.astype(int))
    for found in (lift_of, coverage_of):
        weighted, repeated = found(held, values, weights), found(held[many], values[many])
        assert weighted.value == pytest.approx(repeated.value)
        assert weighted.low < weighted.value < weighted.high
        assert weighted.high - weighted.low > repeated.high - repeated.low  # the same draw twice is no second one
        assert found(held, values, np.full(90, 2.0)) == found(held, values)


def test_weights_that_leave_too_few_draws_are_refused() -> None:
    weights = np.where(np.arange(80) < 10, 1.0, 1e-6)
    with pytest.raises(InputError, match="weights: leave the draws worth 20 equal ones"):
        measured(afghanistan().scenario("status_quo"), ("taken_over",), 80, 1, 1, weights=weights, progress=False)


@pytest.mark.parametrize(
    ("outcome", "draws", "says"),
    [
        (("war.afghan_war.violence",), 40, "is no yes or no"),
        (("taken_over",), 39, "39 are too few"),
        ((), 40, "no outcome of the scenario's question"),
    ],
)
def test_a_mistake_is_one_line(outcome: tuple[str, ...], draws: int, says: str) -> None:
    scenario = afghanistan().scenario("status_quo")
    if not outcome:
        scenario = afghanistan().scenario("interim_government_proposal")  # it asks about trust and attendance
    with pytest.raises(InputError, match=says):
        measured(scenario, outcome, draws, 1, 1, progress=False)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(InputError, match="needs scikit-learn; allowed: pip install"):
        measured(afghanistan().scenario("status_quo"), (), 40, 1, 1, progress=False)
