"""Several challengers or incumbents: strengths add up, and an ally that makes a peace of its own fights no more."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import march, start, world

from sim.agents.replay import replay
from sim.case.case import Ally, Case
from sim.case.loading import load_case
from sim.case.scenario import load_scenario
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.model.phases.begin import begin, derive
from sim.model.phases.defaults import success_at
from sim.model.phases.rounds import blame
from sim.model.vocabulary import IN_FORCE, OPEN
from sim.surface import sweep

pytestmark = pytest.mark.long

CASE, WAR = load_case(), "ttp_insurgency"
W = CASE.number("wars", WAR)
PEACE = {"TAL": "pakistan_emirate", "US": "us_emirate"}


def allied(**allies: tuple[str, float]) -> Case:
    """The case with allies in the war of the TTP against Pakistan, each with a table of its own."""
    found = {code: Ally(side=side, strength=share, peace=PEACE[code]) for code, (side, share) in allies.items()}
    return CASE.model_copy(update={"wars": {**CASE.wars, WAR: CASE.wars[WAR].model_copy(update={"allies": found})}})


class Fought:
    """A run at the epoch of 2022."""

    def __init__(self, case: Case, off: tuple[str, ...] = ()) -> None:
        found = world("2022-08", 1, case=case, off=off)
        self.rules, self.draw, self.plan, self.state = found.rules, found.draws[0], found.plan, found.states(1)[0]
        derive(self.rules, self.draw, self.plan)
        begin(self.rules, self.draw, self.plan, self.state, 3, 0)

    def make(self, code: str, status: int) -> None:
        """Let an ally's agreement be in force, or its table be open."""
        self.state.status[CASE.number("tables", PEACE[code])] = status

    @property
    def odds(self) -> float:
        """p / (1 - p) of the challenger in an engagement."""
        chance = float(success_at(self.rules, self.draw, self.state, W, self.state.presence))
        return chance / (1.0 - chance)


SHARES = st.floats(0.05, 5.0)


@given(SHARES, SHARES)
def test_at_the_epoch_the_odds_are_those_coded_whoever_fights(own: float, other: float) -> None:
    run = Fought(allied(TAL=("challenger", own), US=("incumbent", other)))
    parity = float(run.draw.parity[W])
    assert run.odds == pytest.approx(parity / (1.0 - parity), rel=1e-12)


@given(SHARES, SHARES)
def test_an_ally_takes_its_share_out_and_brings_it_back(own: float, other: float) -> None:
    """p / (1 - p) = S_ch (1 + sum a) / (S_in (1 + sum b)): each sum over those who still fight."""
    run = Fought(allied(TAL=("challenger", own), US=("incumbent", other)))
    before = run.odds
    run.make("TAL", IN_FORCE)
    assert run.odds == pytest.approx(before / (1.0 + own), rel=1e-12)
    run.make("US", IN_FORCE)
    assert run.odds == pytest.approx(before / (1.0 + own) * (1.0 + other), rel=1e-12)
    run.make("TAL", OPEN)
    run.make("US", OPEN)
    assert run.odds == before


def test_allies_on_one_side_add_up_and_one_without_a_table_fights_to_the_end() -> None:
    case = allied(TAL=("challenger", 0.5), US=("challenger", 0.25))
    run = Fought(case)
    before = run.odds
    run.make("US", IN_FORCE)
    assert run.odds == pytest.approx(before * 1.5 / 1.75, rel=1e-12)
    stays = allied(TAL=("challenger", 0.5))
    war = stays.wars[WAR].model_copy(update={"allies": {"TAL": Ally(side="challenger", strength=0.5)}})
    run = Fought(stays.model_copy(update={"wars": {**stays.wars, WAR: war}}))
    before = run.odds
    run.make("TAL", IN_FORCE)
    assert run.odds == before


def test_with_the_mechanism_off_a_separate_peace_changes_nothing() -> None:
    run = Fought(allied(TAL=("challenger", 0.5)), off=("alliances",))
    before = run.odds
    run.make("TAL", IN_FORCE)
    assert run.odds == before


def test_the_war_is_held_against_an_ally_of_the_challenger_too() -> None:
    """At Pakistan's table with the Taliban's government, and in full only while that fights beside the TTP."""
    t = CASE.number("tables", "pakistan_emirate")
    for case, held in ((allied(TAL=("challenger", 0.5)), 1.0), (CASE, None)):
        run = Fought(case)
        found = float(blame(run.rules, run.draw, run.state, t, W))
        assert found == held if held is not None else found < 1.0


@cache
def control(share: float, off: tuple[str, ...] = ()) -> Any:
    """Mean control of the challenger after a year in which its ally is at peace from the first week."""
    found = world("2022-08", 60, case=allied(TAL=("challenger", share)), off=off)
    states = found.states()
    start(found.rules, found.draws, found.plan, states, 5, 0)
    t = CASE.number("tables", PEACE["TAL"])
    for _ in range(52):
        states.status[:, t] = IN_FORCE
        march(found.rules, found.draws, found.plan, states, 1)
    return states.control[:, W].copy()


def test_the_more_an_ally_brought_the_more_its_peace_costs_the_challenger() -> None:
    none, some, much = control(0.05), control(0.5), control(2.0)
    assert (some <= none).all()
    assert (much <= some).all()
    assert much.mean() < some.mean() < none.mean()
    assert control(2.0, ("alliances",)).mean() > much.mean()


# ---------------------------------------------------------------- a case of one's own


def changed(folder: Path, allies: str) -> Case:
    """The case in a folder of its own, with allies in the war of the TTP against Pakistan."""
    shutil.copytree(CASE.folder, folder)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    head = "    title: TTP insurgency\n"
    assert head in text
    (folder / "case.yaml").write_text(text.replace(head, f"{head}    allies: {allies}\n"), encoding="utf-8")
    return load_case(folder)


@cache
def played(folder: Path, allies: str, off: tuple[str, ...] = ()) -> Runs:
    case = changed(folder / f"{len(allies)}{len(off)}", allies)
    return sweep(load_scenario(case, "status_quo").change(epoch="2022-08", off=off), draws=40, runs=2, progress=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("alliances")


PEACEFUL = "{US: {side: incumbent, strength: 1.5, peace: us_emirate}}"


def test_both_engines_let_an_ally_go_alike_and_the_run_says_so(folder: Path) -> None:
    runs = played(folder, PEACEFUL)
    signed = runs.read(runs.columns["table.us_emirate.agreed"])
    for number in (int(np.flatnonzero(signed == 1)[0]), int(np.flatnonzero(signed == 0)[0])):
        run = replay(runs.sweep.world, number, seed=runs.sweep.seed, runs=runs.sweep.runs, expected=runs.row(number))
        story = "\n".join(str(period) for period in run.story)
        said = "the United States fights no more in the TTP insurgency" in story
        assert said == (signed[number] == 1)


def test_an_ally_that_leaves_moves_the_war_and_one_that_cannot_is_one_without_a_peace(folder: Path) -> None:
    stays = PEACEFUL.replace(", peace: us_emirate", "")
    left, off, kept = (played(folder, PEACEFUL), played(folder, PEACEFUL, ("alliances",)), played(folder, stays))
    control = [runs.read(runs.columns[f"war.{WAR}.control"]) for runs in (left, off, kept)]
    assert control[0].mean() > control[1].mean()  # Pakistan has lost an ally
    np.testing.assert_array_equal(control[1], control[2])


@pytest.mark.parametrize(
    ("allies", "problem"),
    [
        ("{USA: {side: incumbent, strength: 1}}", "'USA' is not an actor.*did you mean US"),
        ("{PAK: {side: incumbent, strength: 1}}", "'PAK' has another part in this war"),
        ("{US: {side: patron, strength: 1}}", "side: 'patron'.*challenger, incumbent"),
        ("{US: {side: incumbent, strength: 0}}", "strength: 0 is out of range"),
        ("{US: {side: incumbent, strength: 1, peace: us_emirat}}", "did you mean us_emirate"),
        ("{US: {side: incumbent, strength: 1, peace: pakistan_kabul}}", "US is no party of pakistan_kabul"),
        ("{KAB: {side: incumbent, strength: 1, peace: intra_afghan}}", "intra_afghan ends a war"),
    ],
)
def test_an_ally_that_cannot_be_is_refused(tmp_path: Path, allies: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        changed(tmp_path / "case", allies)
