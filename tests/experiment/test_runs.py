"""What a sweep says of its uncertainties: which matter, how far luck alone would go, and what they are called."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.analysis.influence import by_luck, influences
from sim.experiment.runs import Runs
from sim.inputs import InputError

ASKED = "table.intra_afghan.agreed_week"  # not every run has one


@pytest.fixture(scope="module")
def runs() -> Runs:
    scenario = sim.load_case("afghanistan").scenario("turkey_summit")
    return sim.sweep(scenario, draws=60, runs=3, seed=5, progress=False)


def test_influence_is_the_correlation_of_every_number_drawn_with_the_mean_of_its_draw(runs: Runs) -> None:
    found = runs.influence(ASKED)
    values = runs.values(ASKED)
    known = np.isfinite(values).any(axis=1)
    means = np.full(len(values), np.nan)
    means[known] = np.nanmean(values[known], axis=1)
    assert 20 <= known.sum() < len(known)
    drawn = runs.draws.drop(columns="pass")
    expected = influences(list(drawn), drawn.to_numpy(), means)
    assert list(found.index) == [one.name for one in expected]
    for column, field in (("correlation", "value"), ("low", "low"), ("high", "high"), ("draws", "draws")):
        assert found[column].to_numpy() == pytest.approx([getattr(one, field) for one in expected], abs=1e-12)
    assert (found.correlation.abs().diff().dropna() <= 1e-9).all()
    assert set(found.luck) == {by_luck(len(found), draws) for draws in found.draws}


def test_every_row_says_what_it_is_about(runs: Runs) -> None:
    found = runs.influence("takeover")
    assert "pass" not in found.index
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
        "collapse_rate": "collapse rate",
    }
    assert told.items() <= runs.labels.items()
