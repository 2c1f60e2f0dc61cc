"""What a sweep says of its uncertainties: which matter, how far luck alone would go, and what they are called."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.analysis.influence import influences
from sim.analysis.timing import survival
from sim.experiment.felt import is_felt
from sim.experiment.runs import Runs, influences_on
from sim.inputs import InputError
from sim.pages.report.measures import class_shares

ASKED = "table.intra_afghan.agreed_week"  # not every run has one
OWN_ALONE = "trust.TTP.US"  # nothing rests on it in the first weeks, and it is among the outcomes
INERT = "trust.PAK.IND"  # the two never meet at a table


@pytest.fixture(scope="module")
def runs() -> Runs:
    scenario = sim.load_case("afghanistan").scenario("turkey_summit")
    return sim.sweep(scenario, draws=60, runs=3, seed=5, progress=False)


def test_influence_is_the_correlation_of_every_number_drawn_with_the_mean_of_its_draw_within_passes(runs: Runs) -> None:
    found = runs.influence(ASKED)
    values = runs.values(ASKED)
    known = np.isfinite(values).any(axis=1)
    means = np.full(len(values), np.nan)
    means[known] = np.nanmean(values[known], axis=1)
    assert 20 <= known.sum() < len(known)
    drawn = runs.draws.drop(columns="pass")
    expected = influences(list(drawn), drawn.to_numpy(), means, runs.draws["pass"].to_numpy())
    assert list(found.index) == [one.name for one in expected]
    for column, field in (("correlation", "value"), ("low", "low"), ("high", "high"), ("draws", "draws")):
        wanted = [getattr(one, field) for one in expected]
        assert found[column].to_numpy() == pytest.approx(wanted, abs=1e-12, nan_ok=True)
    assert (found.correlation.abs().diff().dropna() <= 1e-9).all()
    assert found.luck.to_numpy() == pytest.approx([one.luck for one in expected])


def test_every_row_says_what_it_is_about(runs: Runs) -> None:
    found = runs.influence("takeover")
    assert "pass" in found.index  # one bar of its own, without a sign or an interval
    assert found.loc["pass", "correlation"] >= 0.0
    assert np.isnan(found.loc["pass", "low"])
    assert found.label.to_dict() == {name: runs.labels[name] for name in found.index}
    assert found.loc["patience", "meaning"] == runs.sweep.uncertainty.priors["patience"].meaning


def test_nothing_matters_for_what_is_the_same_in_every_draw(runs: Runs) -> None:
    found = runs.influence("table.us_emirate.agreements >= 100")
    assert found.empty
    assert list(found) == ["label", "correlation", "low", "high", "draws", "luck", "meaning"]


def test_of_few_draws_nothing_is_told() -> None:
    few = sim.sweep(sim.load_case("afghanistan").scenario("turkey_summit"), draws=12, runs=1, progress=False)
    with pytest.raises(InputError, match="takeover: has a value in only 12 draws; allowed: 20 or more"):
        few.influence("takeover")
    with pytest.raises(InputError, match=r"takeovr: 'takeovr' is not an outcome.* did you mean takeover"):
        few.influence("takeovr")


def test_every_uncertainty_has_a_label_of_its_own(runs: Runs) -> None:
    assert list(runs.labels) == list(runs.uncertainties)
    assert len(set(runs.labels.values())) == len(runs.labels)
    told = {
        "trust.TAL.US": "trust of the Afghan Taliban in the United States",
        "leverage.PAK.TAL": "leverage of Pakistan over the Afghan Taliban",
        "position.US.ceasefire": "position of the United States on ceasefire",
        "salience.PAK.refugees": "salience of refugees for Pakistan",
        "red_line.KAB.sovereignty": "red line of the Kabul government on sovereignty",
        "share.US.TAL.troops": "share of troops in the leverage of the United States over the Afghan Taliban",
        "start.cell.prisoners": "prisoners at the start",
        "start.control.afghan_war": "control of afghan war at the start",
        "start.presence": "presence at the start",
        "takeover_rate": "takeover rate",
    }
    assert told.items() <= runs.labels.items()


# --- what is no outcome ----------------------------------------------------------------------------------------------


def with_failures(runs: Runs, numbers: tuple[int, ...]) -> Runs:
    """The same runs, some of which have failed and left what a failing run leaves: zeros."""
    held = runs._held
    rows = held.rows.copy()
    rows[list(numbers)] = np.zeros(1, rows.dtype)[0]
    return Runs(runs.sweep, replace(held, rows=rows, errors=dict.fromkeys(numbers, "went wrong")))


def test_a_mean_of_codes_is_refused(runs: Runs) -> None:
    with pytest.raises(InputError, match=r"settlement: is a code, .* allowed: runs\.share of takeover"):
        runs.mean("settlement")
    with pytest.raises(InputError, match="is a code"):
        runs.mean("table.doha.status")
    with pytest.raises(InputError, match="is a code"):
        runs.influence("settlement")
    with pytest.raises(InputError, match="is a code"):
        sim.compare(runs, runs).difference("settlement")


def test_what_never_happened_is_no_number_anywhere(runs: Runs) -> None:
    weeks = runs.values("takeover_week")
    assert np.isnan(weeks).any()
    column = runs.column("takeover_week")
    assert column.min() >= 0
    assert runs.outcomes["takeover_week"].min() >= 0
    for mean in (column.mean(), runs.outcomes["takeover_week"].mean(), runs.mean("takeover_week").value):
        assert mean == pytest.approx(np.nanmean(weeks))
    assert np.isinf(runs.weeks("takeover_week")).sum() == np.isnan(weeks).sum()
    with pytest.raises(InputError, match="is not a week of an event"):
        runs.weeks("presence")


def test_a_run_that_failed_has_no_outcome_and_counts_nowhere(runs: Runs) -> None:
    lost = with_failures(runs, (0, 1, 2, 7))  # a whole draw, and one run of another
    table = lost.outcomes.iloc[[0, 1, 2, 7]].drop(columns=["draw", "run", "error"])
    assert table.isna().all(axis=None)
    assert repr(lost) == "<180 runs of turkey_summit: 60 draws x 3 runs, 4 failed>"
    kept = ~lost.failed
    for what in ("takeover", "taken_over", "presence", "takeover_week >= 0"):
        found = lost.mean(what)
        assert found.value == pytest.approx(runs.values(what)[kept].mean())
        assert (found.draws, found.runs) == (59, 176)
    assert np.isnan(lost.weeks("takeover_week")[0]).all()
    curve, without = survival(lost.weeks("takeover_week"), 104), survival(runs.weeks("takeover_week")[1:], 104)
    assert curve.value[0] == 1.0 == without.value[0]


def test_of_nothing_but_failed_runs_nothing_is_told(runs: Runs) -> None:
    lost = with_failures(runs, tuple(range(180)))
    assert class_shares(lost) == ()
    with pytest.raises(InputError, match="no run of the sweep has a value"):
        lost.share("takeover")


def test_a_week_is_compared_by_its_mean_counted_to_the_horizon(runs: Runs) -> None:
    other = sim.sweep(runs.sweep.scenario.change(summit_week=20), draws=60, runs=3, seed=5, progress=False)
    found = sim.compare(runs, other).difference("table.intra_afghan.agreed_week")
    levels = [np.minimum(one.weeks("table.intra_afghan.agreed_week"), 104.0).mean() for one in (runs, other)]
    assert (found.first, found.second) == pytest.approx(levels)
    assert found.value == pytest.approx(levels[1] - levels[0])
    assert found.pairs == 1.0
    table = sim.compare(runs, other).table(["takeover", "table.intra_afghan.agreed_week"])
    assert (table["second"] - table["first"]).to_numpy() == pytest.approx(table["difference"].to_numpy())


# --- what moves a run ------------------------------------------------------------------------------------------------


def test_what_the_model_does_not_use_moves_no_run_and_what_it_does_moves_some(runs: Runs) -> None:
    assert is_felt(runs, "patience")
    assert is_felt(runs, "pass")
    assert not is_felt(runs, INERT)


def test_a_pair_that_moves_its_own_trust_alone_moves_no_run() -> None:
    """The trust of a pair stands among the outcomes, too: that it is another when it is held says nothing."""
    many = sim.sweep(sim.load_case().scenario("status_quo", horizon=20), draws=20, runs=2, progress=False)
    ends = (many.sweep.scenario.change(fixed={OWN_ALONE: at}) for at in (0.1, 0.9))
    one, other = (sim.sweep(end, draws=20, runs=2, progress=False) for end in ends)
    moved = [name for name in one.columns if not np.array_equal(one.values(name), other.values(name), equal_nan=True)]
    assert moved == [OWN_ALONE]
    assert not is_felt(many, OWN_ALONE)


def test_what_is_named_for_an_outcome_moves_a_run_when_it_is_held() -> None:
    """Metamorphic: of what stands out in a sweep of the full case, nothing is inert."""
    many = sim.sweep(sim.load_case("afghanistan").scenario("status_quo"), draws=300, runs=4, seed=2, progress=False)
    out = [one for one in influences_on(many, many.values("takeover")) if one.stands_out]
    assert out
    assert all(is_felt(many, one.name) for one in out[:3])


def test_an_event_in_a_week_leaves_the_weeks_before_as_they_were() -> None:
    """Common random numbers: up to the week of the event all paths are the same, afterwards not all are."""
    case = sim.load_case("afghanistan")
    early, late = (
        sim.sweep(case.scenario("india_curtailed", week=week), draws=10, runs=2, paths=20, progress=False).paths
        for week in (20, 40)
    )
    week = early.index.get_level_values("week")
    assert early[week < 20].equals(late[week < 20])
    assert not early[week >= 20].equals(late[week >= 20])


def test_an_inert_number_held_anywhere_leaves_every_row_identical(runs: Runs) -> None:
    """Common random numbers on the full case: what does not matter does nothing at all."""
    held = (runs.sweep.scenario.change(fixed={INERT: at}) for at in (0.1, 0.9))
    low, high = (sim.sweep(scenario, 12, 2, progress=False) for scenario in held)
    assert low.outcomes.equals(high.outcomes)
