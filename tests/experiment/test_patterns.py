"""Laws of the patterns: what holds in a draw, what is counted, and what their file may say."""

from __future__ import annotations

import csv
import io
import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from sim.analysis.shares import mean_interval
from sim.case.loading import load_case
from sim.case.patterns import Claim, Less, Patterns, World, load_patterns
from sim.evidence.harmonised import harmonised
from sim.evidence.loading import load_evidence
from sim.experiment.patterns import Finding, Found, Measured, carriers, measure, measured
from sim.inputs import InputError
from sim.pages.patterns.page import patterns_page
from sim.pages.patterns.table import (
    FEW_RUNS,
    FEW_RUNS_TOLD,
    HEAD,
    NOT_CARRIED,
    csv_text,
    print_patterns,
    told_carriers,
    told_effect,
    told_share,
    told_threshold,
)

CASE = load_case("afghanistan")
PATTERNS = load_patterns(CASE)
FEW = replace(PATTERNS, patterns={name: PATTERNS.patterns[name] for name in ("P5", "P8")})
NAN = float("nan")


def runs_of(columns: dict[str, list[list[float]]], **starts: list[float]) -> Any:
    """Runs as far as a claim looks at them."""
    values = {name: np.array(column, dtype=np.float64) for name, column in columns.items()}
    return SimpleNamespace(values=lambda name: values[name].copy(), draws=pd.DataFrame(starts), weights=None)


def a_claim(**changes: Any) -> Claim:
    given = {"claim": "more", "world": "here", "outcome": "x", "less": Less(world="there"), "above": 0.05}
    return Claim(**{**given, **changes})


# --- what is measured ------------------------------------------------------------------------------------------------


def test_a_claim_holds_in_a_draw_whose_mean_paired_difference_is_beyond_the_threshold() -> None:
    here = runs_of({"x": [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]})
    there = runs_of({"x": [[0.0, 1.0], [0.0, 1.0], [0.05, 0.0]]})
    found = measure(a_claim(), {"here": here, "there": there})
    assert found.effects.tolist() == [0.5, 0.0, -0.025]
    assert found.holds.tolist() == [1.0, 0.0, 0.0]
    assert found.share.raw.value == pytest.approx(1 / 3)


def test_a_claim_of_less_holds_below_its_threshold() -> None:
    runs = {"here": runs_of({"x": [[0.0], [0.4]]}), "there": runs_of({"x": [[0.5], [0.4]]})}
    assert measure(a_claim(above=None, below=-0.05), runs).holds.tolist() == [1.0, 0.0]


def test_a_pair_with_an_undefined_run_does_not_count_and_a_draw_without_pairs_cannot_be_told() -> None:
    runs = {"here": runs_of({"x": [[1.0, NAN], [NAN, 1.0]]}), "there": runs_of({"x": [[0.0, 1.0], [0.0, NAN]]})}
    found = measure(a_claim(), runs)
    np.testing.assert_array_equal(found.effects, [1.0, NAN])
    np.testing.assert_array_equal(found.holds, [1.0, NAN])
    assert found.draws == 1


def test_two_outcomes_of_one_run_are_compared_with_each_other() -> None:
    runs = {"here": runs_of({"x": [[0.9, 0.7]], "y": [[0.5, 0.5]]})}
    assert measure(a_claim(less=Less(outcome="y")), runs).effects.tolist() == pytest.approx([0.3])


def test_a_change_is_taken_from_the_start_of_the_draw() -> None:
    runs = {"here": runs_of({"x": [[0.5, 0.7], [0.1, 0.1]]}, trust=[0.4, 0.3])}
    assert measure(a_claim(less=Less(start="trust")), runs).effects.tolist() == pytest.approx([0.2, -0.2])


def test_runs_with_a_condition_are_compared_with_the_other_runs_of_their_draw() -> None:
    runs = {"here": runs_of({"x": [[5.0, 1.0, 7.0]], "fell": [[1.0, 0.0, 0.0]], "stood": [[0.0, 1.0, 0.0]]})}
    found = measure(a_claim(given="fell", less=Less(given="stood")), runs)
    assert found.effects.tolist() == [4.0]


def test_of_several_outcomes_any_counts_and_an_undefined_one_does_not() -> None:
    runs = {"here": runs_of({"x": [[1.0, NAN]], "y": [[0.0, NAN]]})}
    assert measure(a_claim(outcome=("x", "y"), less=None), runs).effects.tolist() == [0.5]


def test_a_threshold_in_standard_deviations_is_one_of_what_is_compared_with() -> None:
    there = runs_of({"x": [[0.0, 20.0], [0.0, 20.0]]})
    runs = {"here": runs_of({"x": [[0.0, 20.0], [3.0, 23.0]]}), "there": there}
    found = measure(a_claim(above=0.1, unit="SD"), runs)
    assert found.threshold == pytest.approx(1.0)
    assert found.holds.tolist() == [0.0, 1.0]


def test_no_run_and_one_run_have_no_standard_deviation_so_that_nothing_is_beyond_a_part_of_it() -> None:
    here = {"x": [[1.0, NAN], [NAN, NAN]]}
    for there in ([[0.0, NAN], [NAN, NAN]], [[NAN, NAN], [NAN, NAN]]):
        runs = {"here": runs_of(here), "there": runs_of({"x": there})}
        found = measure(a_claim(above=0.1, unit="SD"), runs)
        assert np.isnan(found.threshold)
        assert np.isnan(found.holds).all()
        assert np.isnan(found.share.corrected.value)
        assert told_threshold(found) == "above +0.1 SD, which cannot be told"


def test_what_cannot_happen_cannot_become_less_likely() -> None:
    runs = {"here": runs_of({"x": [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]}),
            "there": runs_of({"x": [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]})}  # fmt: skip
    every = measure(a_claim(above=None, below=-0.6), runs)
    assert every.holds.tolist() == [0.0, 1.0, 0.0]
    found = measure(a_claim(above=None, below=-0.6, possible=0.1), runs)
    np.testing.assert_array_equal(found.holds, [NAN, 1.0, 0.0])
    assert (found.draws, found.share.raw.value) == (2, 0.5)
    assert found.effect.value == -0.75


def test_an_effect_in_one_draw_has_no_interval() -> None:
    runs = {"here": runs_of({"x": [[1.0], [NAN]]}), "there": runs_of({"x": [[0.0], [0.0]]})}
    found = measure(a_claim(), runs)
    assert (found.effect.value, found.draws) == (1.0, 1)
    assert np.isnan(found.effect.low)
    assert told_effect(found.effect) == "+1 (no interval)"


def finding(*effects: list[float], need_not: bool = False, off: tuple[str, ...] = ()) -> Finding:
    """Of draws each half of whose runs says what all of them do."""
    found = [np.array(effect) for effect in effects]
    claims = [Measured(a_claim(), one, (one, one), 0.05, mean_interval(one)) for one in found]
    if need_not:
        claims[-1] = replace(claims[-1], claim=a_claim(need_not=True))
    return Finding("P", None, off, tuple(claims), ())


def test_a_pattern_holds_in_a_draw_in_which_all_of_its_claims_do() -> None:
    assert finding([1.0, 1.0, 0.0], [1.0, 0.0, 0.0]).share.raw.value == pytest.approx(1 / 3)


def test_a_pattern_holds_in_enough_of_the_draws_or_not() -> None:
    assert finding([1.0] * 95 + [0.0] * 5).holds(0.8) is True
    assert finding([1.0] * 60 + [0.0] * 40).holds(0.8) is False


def test_what_the_runs_of_a_draw_do_not_agree_on_cannot_be_told() -> None:
    (claim,) = finding([1.0] * 95 + [0.0] * 5).claims
    second = np.repeat([1.0, 0.0], [70, 30])
    unsure = replace(claim, halves=(claim.effects, second))
    assert Finding("P", None, (), (unsure,), ()).holds(0.8) is None
    single = replace(claim, halves=(np.full(100, NAN),) * 2)  # one run a draw
    assert Finding("P", None, (), (single,), ()).share.corrected[1:] == (0.0, 1.0)
    both = Finding("P", None, (), (claim, replace(unsure, halves=(second, claim.effects))), ())
    np.testing.assert_array_equal(both.apart, np.repeat([0.0, 1.0, 0.0], [70, 25, 5]))


def test_near_what_is_enough_and_with_few_draws_it_cannot_be_told() -> None:
    assert finding([1.0] * 82 + [0.0] * 18).holds(0.8) is None
    assert finding([1.0] * 3 + [NAN] * 17).holds(0.8) is None  # three of twenty draws, all of them: no verdict
    assert "only 3 draws tell" in told_share(finding([1.0] * 3 + [NAN] * 17).share)
    assert "only" not in told_share(finding([1.0] * 50).share)


def test_what_need_not_be_must_not_hold_everywhere() -> None:
    assert finding([1.0] * 60, [1.0] + [0.0] * 59, need_not=True).holds(0.8)
    assert finding([1.0] * 60, [1.0] * 60, need_not=True).holds(0.8) is False


def test_what_no_draw_tells_neither_holds_nor_fails() -> None:
    assert finding([NAN, NAN]).holds(0.8) is None
    assert finding([1.0] * 5, [NAN] * 5, need_not=True).holds(0.8) is None
    assert finding([0.0] * 60, [NAN] * 60, need_not=True).holds(0.8) is False
    untold = Found(FEW, (replace(finding([NAN, NAN]), name="P5"),), 2, 1, 1)
    out = io.StringIO()
    print_patterns(untold, Console(file=out, width=200))
    assert "0 of 1 hold, 1 cannot be told" in out.getvalue()
    assert "P5 cannot be told, built in\n" in out.getvalue()
    assert "P5: cannot be told" in patterns_page(untold)
    (row,) = csv.DictReader(io.StringIO(csv_text(untold)))
    assert (row["share"], row["holds"]) == ("", "unknown")


def test_a_mechanism_carries_a_pattern_if_less_than_half_of_the_effect_is_left_without_it() -> None:
    whole = finding([0.5, 0.6, 0.55])
    without = [finding([0.1] * 3, off=("learning",)), finding([0.5] * 3, off=("optimism",))]
    assert carriers(whole, without) == ("learning",)
    assert carriers(finding([0.5, -0.6, 0.1]), without) == ()  # no clear effect, so nothing that carries it


def test_only_what_holds_is_carried_by_something() -> None:
    fails = replace(finding([0.5, 0.6] * 10 + [0.0] * 80), name="P5")
    holds = replace(finding([0.5, 0.6] * 50), name="P5")
    off = replace(finding([0.1] * 100, off=("learning",)), name="P5")
    assert told_carriers(Found(FEW, (fails, off), 100, 2, 1), fails) == NOT_CARRIED
    assert told_carriers(Found(FEW, (holds, off), 100, 2, 1), holds) == "learning"


def test_the_mean_effect_does_not_hang_on_the_runs_a_draw_where_a_condition_picks_them() -> None:
    """Runs in which the condition holds count once each, however many their draw has."""
    given = {"x": [[1.0, 1.0, 1.0], [5.0, 0.0, 0.0]], "fell": [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]}
    found = measure(a_claim(given="fell", less=None), {"here": runs_of(given)})
    assert found.effects.tolist() == [1.0, 5.0]
    assert found.effect.value == 2.0


def test_a_mean_on_the_threshold_counts_one_half_and_halves_are_those_of_the_runs() -> None:
    x = [[1.0] + [0.0] * 19 + [1.0] + [0.0] * 19]  # two of forty: 0.05
    found = measure(a_claim(less=None), {"here": runs_of({"x": x})})
    assert found.holds.tolist() == [0.5]
    assert [half.tolist() for half in found.halves] == [[0.05], [0.05]]
    assert found.share.raw.value == 0.5


# --- the patterns of the case ----------------------------------------------------------------------------------------


def test_the_fourteen_patterns_are_there_in_order() -> None:
    assert list(PATTERNS.patterns) == [f"P{n}" for n in range(1, 15)]
    assert PATTERNS.enough == 0.8


def test_only_two_patterns_are_built_in() -> None:
    assert [name for name, pattern in PATTERNS.patterns.items() if pattern.kind == "built_in"] == ["P5", "P8"]


def test_a_pattern_rests_on_the_paragraphs_of_its_mechanisms() -> None:
    cited: dict[str, dict[str, set[int]]] = {}
    for mechanism in harmonised(load_evidence(CASE.folder / "evidence"), CASE).mechanisms:
        for row in mechanism.rows:
            cited.setdefault(mechanism.pattern, {}).setdefault(row.article, set()).update(row.paragraphs)
    for name, pattern in PATTERNS.patterns.items():
        assert {article: set(numbers) for article, numbers in pattern.paragraphs.items()} == cited[name], name


def test_a_claim_says_five_points_or_a_tenth_of_a_standard_deviation_unless_it_says_seldom() -> None:
    for name, pattern in PATTERNS.patterns.items():
        for claim in (*pattern.claims, *pattern.also):
            bound = claim.above if claim.above is not None else claim.below
            assert bound is not None
            wanted = 0.1 if claim.unit == "SD" else 0.05
            assert abs(bound) == wanted or (name == "P11" and bound == 0.2)


# --- mistakes --------------------------------------------------------------------------------------------------------


MISTAKES = [
    ("kind: open", "kind: opened", "kind"),
    ("below: -0.05\n", "below: -0.05\n        above: 0.05\n", "exactly one of above, below"),
    ("less: {world: silence}", "less: {world: silense}", "did you mean silence?"),
    ("less: {world: silence}", "less: {world: silence, start: trust.KAB.PAK}", "compares with nothing or with several"),
    ("conditional_exit: {scenario: conditions_based_withdrawal}", "conditional_exit: {scenario: stay}", "stay"),
    ("horizon: 70}", "horizon: 70}\n  idle: {scenario: status_quo}", "no claim looks at it"),
    ("levers: {on_condition: 1}", "levers: {on_conditions: 1}", "did you mean on_condition?"),
    ("event: restrain_groups", "event: restrain_group", "did you mean restrain_groups?"),
    ("enough: 0.8", "enough: 1.8", "enough"),
    (
        "less: {start: start.cell.afghan_soil}\n",
        "less: {start: start.cell.afghan_soil}\n        possible: 0.1\n",
        "has no world without it",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copied = tmp_path_factory.mktemp("case") / "afghanistan"
    shutil.copytree(CASE.folder, copied)
    return copied


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES)
def test_a_mistake_in_the_file_is_one_line_that_names_it(folder: Path, right: str, wrong: str, told: str) -> None:
    text = (CASE.folder / "patterns.yaml").read_text(encoding="utf-8")
    assert right in text
    (folder / "patterns.yaml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_patterns(CASE.model_copy(update={"folder": folder}))
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_event_that_a_world_leaves_out_does_not_happen(folder: Path) -> None:
    world = World(scenario="turkey_summit", without=("announce_withdrawal",))
    found = Patterns(CASE, 0.8, {"kept": world}, {}).scenario("kept")
    assert [event["event"] for event in found.events] == ["invite", "convene"]
    assert list(found.levers) == ["summit_week"]


# --- the job ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> Found:
    return measured(FEW, draws=12, runs=8, seed=1, switches=("learning",))


def test_failed_talks_with_forces_leaving_raise_violence_and_flight(found: Found) -> None:
    assert found.whole[0].share.corrected.value >= 0.8


def test_with_pakistan_the_agreement_is_signed_at_least_as_often(found: Found) -> None:
    for one in found.whole[1:]:
        assert np.mean(one.claims[0].effects) >= 0.0, one.epoch


def test_every_pattern_is_measured_at_each_epoch_with_everything_and_with_each_switch_off(found: Found) -> None:
    places = [("P5", None), *(("P8", epoch) for epoch in FEW.patterns["P8"].epochs)]
    assert [(one.name, one.epoch, one.off) for one in found.findings] == [
        (*place, off) for off in ((), ("learning",)) for place in places
    ]


def test_the_same_seed_gives_the_same_files_byte_for_byte(found: Found) -> None:
    again = measured(FEW, draws=12, runs=8, seed=1, switches=("learning",))
    assert patterns_page(again) == patterns_page(found)
    assert csv_text(again) == csv_text(found)


def test_the_table_for_machines_has_a_row_for_every_claim(found: Found) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(found))))
    assert tuple(rows[0]) == HEAD
    assert len(rows) == sum(len(one.claims) + len(one.also) for one in found.findings)
    assert all(0.0 <= float(row["share_low"]) <= float(row["share"]) <= float(row["share_high"]) <= 1.0 for row in rows)


def test_every_statement_is_printed_and_on_the_page(found: Found) -> None:
    out = io.StringIO()
    print_patterns(found, Console(file=out, width=200))
    page = patterns_page(found)
    assert found.runs < FEW_RUNS
    assert FEW_RUNS_TOLD in " ".join(out.getvalue().split())
    assert FEW_RUNS_TOLD in page
    for pattern in FEW.patterns.values():
        assert pattern.statement in page
        assert pattern.statement.split(".")[0][:40] in out.getvalue()
    assert "<script src" not in page
    assert "http" not in page.split("</style>")[-1].split("<script>")[0]


def test_two_draws_of_one_run_each_tell_what_they_can_without_a_warning() -> None:
    few = replace(PATTERNS, patterns={"P10": PATTERNS.patterns["P10"]})
    found = measured(few, draws=2, runs=1, seed=1, switches=())
    assert "nan" not in re.sub(r"<(script|style).*?</\1>", "", patterns_page(found), flags=re.DOTALL)
