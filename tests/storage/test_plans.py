"""The folder of a plan says all that decides its numbers, and its parts are done once, in any order, by anybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shards import FAILED, HandMade, coded, hand_made, rows_of, shard_of, small_plan, small_sweep, textbook

from sim.case.theory import load_theory
from sim.experiment.grid import Axis, grid_of
from sim.experiment.plan import Plan
from sim.inputs import InputError
from sim.storage import plans
from sim.storage.files import file_digest, named_files, read_configuration
from sim.storage.plans import (
    configuration,
    is_whole,
    kinds,
    missing,
    prepare,
    read_plan,
    run_parts,
    run_plan,
    stored_plan,
    write_part,
)
from sim.storage.provenance import RESULTS_EPOCH, case_digests, scenario_data
from sim.storage.tables import TABLES, numbers_of
from sim.storage.work import Part, part_at, parts, parts_of
from sim.version import results_digest

WISH = Axis("scenario", ("modest_wish",))
WISHES = WISH, Axis("levers.wish", (0.5, 0.6))
MANY = WISH, Axis("levers.wish", tuple(0.4 + n / 500 for n in range(100)))


def three(**sizes: Any) -> Plan:
    """Two cells and their baseline."""
    return small_plan(*WISHES, **sizes)


# --- the configuration -----------------------------------------------------------------------------------------------


def test_the_configuration_is_all_that_decides_the_numbers() -> None:
    plan = three(implied=False, passes=("coding",))
    found = configuration(plan)
    status_quo = textbook().scenario("status_quo", horizon=4)
    assert found == {
        "format": 3, "results_epoch": RESULTS_EPOCH, "engine": results_digest(), "case": "textbook",
        "digests": case_digests(textbook()), "base": None, "theory": None, "theories": {}, "passes": ["coding"],
        "scenarios": {"modest_wish": found["scenarios"]["modest_wish"]},
        "axes": [["scenario", ["modest_wish"]], ["levers.wish", [0.5, 0.6]], ["horizon", [4]]],
        "baseline": scenario_data(status_quo), "seed": 7, "draws": 5, "runs": 3, "paths": 3, "band_runs": 8,
        "part_runs": 6, "implied": False,
    }  # fmt: skip
    assert found["scenarios"]["modest_wish"] == json.loads(
        json.dumps(scenario_data(textbook().scenario("modest_wish")))
    )
    assert json.loads(json.dumps(found)) == found


def test_a_base_and_a_theory_decide_the_numbers() -> None:
    base = textbook().scenario("modest_wish", wish=0.5)
    plan = Plan(grid_of(textbook(), coded(), [Axis("horizon", (4,))], base, theory=load_theory("nash")), 5, 3)
    found = configuration(plan)
    assert found["base"] == json.loads(json.dumps(scenario_data(base)))
    assert found["scenarios"] == {}
    assert found["theory"] == load_theory("nash").data()
    assert found["baseline"]["theory"] == load_theory("nash").data()


def test_the_baseline_is_that_of_the_first_cell() -> None:
    found = configuration(small_plan(WISH, Axis("off", (("learning",), ("red_lines",)))))
    assert (found["baseline"]["scenario"], found["baseline"]["off"]) == ("status_quo", ["learning"])


def test_theories_of_an_axis_are_told_with_what_they_say() -> None:
    found = configuration(small_plan(WISH, Axis("theory", ("as_designed", "nash"))))
    assert found["theories"] == {name: load_theory(name).data() for name in ("as_designed", "nash")}
    assert found["axes"][1] == ["theory", ["as_designed", "nash"]]


def test_a_number_is_the_same_however_it_is_written_and_whole_weeks_stay_whole() -> None:
    axes = WISH, Axis("fixed.patience", (1, 1.5)), Axis("off", ((), ("learning",)))
    found = dict(configuration(small_plan(*axes))["axes"])
    assert json.dumps(found["fixed.patience"]) == "[1.0, 1.5]"
    assert found["off"] == [[], ["learning"]]
    assert json.dumps(found["horizon"]) == "[4]"
    assert json.dumps(plans._plain(Axis("levers.wish", (1, 2.5)))) == "[1.0, 2.5]"


def test_a_case_without_a_baseline_has_none_in_its_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.grid.scenario_names", lambda case: ("modest_wish",))
    plan = three()
    assert len(plan) == 2
    assert configuration(plan)["baseline"] is None
    assert plans._with_cell(plan, 0, pa.table({"x": [1]}))["baseline"].to_pylist() == [None]


# --- there and back --------------------------------------------------------------------------------------------------

PLANS = {
    "levers": lambda: three(seed=2**64 - 1),
    "off": lambda: small_plan(WISH, Axis("off", ((), ("learning",))), Axis("fixed.patience", (1, 1.5))),
    "passes": lambda: three(passes=("coding",), implied=False, paths=0, band_runs=0, part_runs=30),
    "theories": lambda: small_plan(WISH, Axis("theory", ("as_designed", "nash"))),
    "base": lambda: small_plan(base=textbook().scenario("modest_wish", wish=0.5)),
    "theory": lambda: Plan(grid_of(textbook(), coded(), [*WISHES], theory=load_theory("nash")), 2, 1),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_comes_back_from_its_folder(name: str, tmp_path: Path) -> None:
    plan = PLANS[name]()
    prepare(tmp_path / "runs", plan)
    found = read_plan(tmp_path / "runs")
    assert configuration(found) == configuration(plan)
    assert [(cell.label, cell.baseline) for cell in found] == [(cell.label, cell.baseline) for cell in plan]
    assert [cell.scenario.theory for cell in found] == [cell.scenario.theory for cell in plan]
    assert found.grid.source == str(tmp_path / "runs" / "plan.json")
    assert found.grid.case.folder == (tmp_path / "runs" / "case").resolve()
    assert found.grid.evidence.passes == plan.grid.evidence.passes


def test_a_folder_is_begun_with_notes_and_with_the_case(tmp_path: Path) -> None:
    prepare(tmp_path / "runs", three(), size="draft")
    said = stored_plan(tmp_path / "runs")
    assert set(said["notes"]) == {"jirga", "versions", "size"}
    assert said["notes"]["size"] == "draft"
    assert (tmp_path / "runs" / "case" / "case.yaml").is_file()
    assert read_configuration(tmp_path / "runs") is None  # it is no sweep's
    with pytest.raises(InputError, match="holds a plan of another configuration: draws: 5 there, 6 now"):
        prepare(tmp_path / "runs", three(draws=6))


@pytest.mark.parametrize("name", ["nowhere", "file", "empty"])
def test_a_place_without_a_plan_holds_none(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for call in (stored_plan, read_plan):
        with pytest.raises(InputError) as caught:
            call(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}: holds no plan; allowed: a folder that jirga has begun"


def test_a_plan_of_another_engine_is_not_read(tmp_path: Path) -> None:
    prepare(tmp_path, three())
    said = json.loads((tmp_path / "plan.json").read_text())
    (tmp_path / "plan.json").write_text(json.dumps({**said, "engine": "0"}))
    with pytest.raises(InputError, match=r"plan\.json: was made by another engine"):
        read_plan(tmp_path)


# --- parts -----------------------------------------------------------------------------------------------------------


def test_a_plan_of_few_cells_keeps_weeks_and_its_runs_come_last() -> None:
    assert kinds(three()) == ("paths", "bands", "runs")
    assert kinds(small_plan(*MANY)) == ("runs",)


def test_a_part_is_whole_with_all_its_files() -> None:
    plan = three()
    part, drawn = part_at(plan, 4), part_at(plan, parts_of(plan) - 1)
    files = {("paths", 4), ("bands", 4), ("runs", 4)}
    assert is_whole(files, plan, part)
    for file in files:
        assert not is_whole(files - {file}, plan, part)
    assert drawn.epoch == "first_meeting"
    assert is_whole({("draws", 9)}, plan, drawn)
    assert not is_whole({("draws", 8), ("paths", 9), ("bands", 9), ("runs", 9)}, plan, drawn)


def of_part(folder: Path, number: int) -> list[str]:
    return sorted(kind for kind, part in named_files(folder) if part == number)


def test_parts_are_done_in_the_order_that_is_asked_for_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, plan = hand_made(monkeypatch), three()
    prepare(tmp_path, plan)
    assert missing(tmp_path, plan) == parts(plan)
    heard: list[Any] = []
    assert run_parts(tmp_path, [5, 0], threads=3, told=heard.append, before=lambda part: not heard.append(part)) == 2
    assert made.asked == [("modest_wish", 2, 3), ("modest_wish", 0, 3)]
    assert heard == [part_at(plan, 5), 3, part_at(plan, 0), 6]
    assert of_part(tmp_path, 5) == of_part(tmp_path, 0) == ["bands", "paths", "runs"]
    assert run_parts(folder=str(tmp_path), numbers=[0, 5, 6], plan=plan) == 1
    assert made.asked[2:] == [("status_quo", 0, None)]
    assert [part.number for part in missing(tmp_path, plan)] == [1, 2, 3, 4, 7, 8, 9]
    assert run_parts(tmp_path, plan=plan) == 7
    assert missing(tmp_path, plan) == []
    assert of_part(tmp_path, 9) == ["draws"]
    assert run_parts(tmp_path, []) == 0


def test_what_others_have_done_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, plan = hand_made(monkeypatch), three()
    prepare(tmp_path, plan)
    there = {(kind, number) for kind in ("paths", "bands", "runs") for number in (0, 2)}
    assert run_parts(tmp_path, [0, 1, 2, 3], plan=plan, named=there) == 2
    assert made.asked == [("modest_wish", 1, None), ("modest_wish", 0, None)]


@pytest.mark.parametrize("number", [-1, 10, 999])
def test_a_part_that_there_is_not_is_refused(number: int, tmp_path: Path) -> None:
    prepare(tmp_path, three())
    with pytest.raises(InputError) as caught:
        run_parts(tmp_path, [number])
    assert str(caught.value) == f"{tmp_path}: parts: there is no part {number}; allowed: 0 to 9"


def test_the_work_ends_where_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, plan = hand_made(monkeypatch), three()
    prepare(tmp_path, plan)
    assert run_parts(tmp_path, before=lambda part: part.number != 2, plan=plan) == 2
    assert [number for _, number, _ in made.asked] == [0, 1]


def broken(made: type[HandMade], error: Exception) -> None:
    """Let the second shard of every cell break off."""

    def breaks(sweep: Any, number: int) -> None:
        if number == 1:
            raise error

    made.breaks = staticmethod(breaks)


def test_a_part_that_fails_ends_the_work_unless_somebody_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, plan, failed = hand_made(monkeypatch), three(), list[tuple[Part, Exception]]()
    error = ValueError("odd")
    broken(made, error)
    prepare(tmp_path, plan)
    with pytest.raises(ValueError, match="odd"):
        run_parts(tmp_path, plan=plan)
    assert len(made.asked) == 2
    assert run_parts(tmp_path, plan=plan, failed=lambda part, error: failed.append((part, error))) == 6
    assert failed == [(part_at(plan, number), error) for number in (1, 4, 7)]
    assert [part.number for part in missing(tmp_path, plan)] == [1, 4, 7]


def test_a_folder_that_refuses_ends_the_work_whoever_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, plan = hand_made(monkeypatch), three()
    broken(made, InputError(tmp_path, "out", "the disk is full"))
    prepare(tmp_path, plan)
    with pytest.raises(InputError, match="the disk is full"):
        run_parts(tmp_path, plan=plan, failed=lambda part, error: pytest.fail("heard"))


def test_runs_that_failed_are_told_of_before_their_part_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_made(monkeypatch, {0: FAILED, 4: "odd", 5: FAILED, 13: FAILED})
    plan, heard = three(), list[tuple[int, Mapping[str, int], list[str]]]()
    prepare(tmp_path, plan)

    def flawed(part: Part, messages: Mapping[str, int]) -> None:
        heard.append((part.number, dict(messages), of_part(tmp_path, part.number)))

    assert run_parts(tmp_path, [0, 1, 2, 9], plan=plan, flawed=flawed) == 4
    assert heard == [(0, {FAILED: 2, "odd": 1}, []), (1, {}, []), (2, {FAILED: 1}, [])]


def test_several_cells_of_a_part_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hand_made(monkeypatch, {0: FAILED, 13: FAILED})
    plan, heard = three(part_runs=30), list[Mapping[str, int]]()
    write_part(plan, tmp_path, part_at(plan, 0), 2, lambda runs: None, lambda part, messages: heard.append(messages))
    assert heard == [{FAILED: 4}]
    assert made.asked == [("modest_wish", 0, 2), ("modest_wish", 0, 2)]
    table = pq.read_table(named_files(tmp_path)["runs", 0])
    assert table["cell"].to_pylist() == [0] * 15 + [1] * 15
    assert table["error"].to_pylist().count(FAILED) == 4


# --- what stands in the files ----------------------------------------------------------------------------------------


def test_a_part_has_the_tables_of_its_shard_behind_the_columns_of_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_made(monkeypatch)
    plan = three()
    run_plan(plan, tmp_path, progress=False)
    for number, cell, shard, wish, baseline in ((1, 0, 1, 0.5, 2), (4, 1, 1, 0.6, 2), (6, 2, 0, None, None)):
        sweep = plan.sweep(cell)
        for kind in ("paths", "bands", "runs"):
            path = named_files(tmp_path)[kind, number]
            table, own = pq.read_table(path), TABLES[kind](sweep, shard_of(sweep, shard))
            assert table.column_names == ["cell", "baseline", "scenario", "levers.wish", *own.column_names]
            assert table.drop_columns(table.column_names[:4]).equals(own)
            first = {name: set(table[name].to_pylist()) for name in table.column_names[:4]}
            scenario = "status_quo" if cell == 2 else "modest_wish"
            assert first == {"cell": {cell}, "baseline": {baseline}, "scenario": {scenario}, "levers.wish": {wish}}
            types = [table.schema.field(n).type for n in range(4)]
            assert types == [pa.int32(), pa.int32(), pa.string(), pa.float64()]
            metadata = pq.read_schema(path).metadata
            assert json.loads(metadata[b"jirga.configuration"]) == configuration(plan)
            assert metadata[b"jirga.shard"] == str(number).encode()


def test_swept_words_are_words() -> None:
    plan = small_plan(WISH, Axis("off", ((), ("learning",))), Axis("fixed.patience", (1, 1.5)))
    table = plans._with_cell(plan, 3, pa.table({"x": [1, 2]}))
    assert table.column_names == ["cell", "baseline", "scenario", "off", "fixed.patience", "x"]
    assert table["off"].to_pylist() == ["[learning]"] * 2
    assert table["fixed.patience"].to_pylist() == [1.5] * 2
    assert table["x"].to_pylist() == [1, 2]
    mixed = plans._with_cell(small_plan(WISH, Axis("theory", ("as_designed", "nash"))), 1, pa.table({"x": [1]}))
    assert mixed["theory"].to_pylist() == ["nash"]


def test_a_table_of_draws_is_of_its_epoch_without_what_a_cell_fixes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hand_made(monkeypatch)
    plan = small_plan(WISH, Axis("fixed.patience", (1.25,)), draws=25_002, part_runs=100_000)
    prepare(tmp_path, plan)
    numbers = [part.number for part in parts(plan) if part.epoch]
    assert len(numbers) == 2
    assert run_parts(tmp_path, numbers[1:], plan=plan, flawed=lambda part, messages: pytest.fail("no run")) == 1
    assert made.asked == []
    table = pq.read_table(named_files(tmp_path)["draws", numbers[1]])
    free = small_sweep(draws=25_002)
    assert table.column_names == ["epoch", "draw", *free.uncertainty.priors.names]
    assert table["epoch"].to_pylist() == ["first_meeting"] * 2
    assert table["draw"].to_pylist() == [25_000, 25_001]
    drawn = free.uncertainty.table(2, 7, 25_000).astype(np.float32)
    assert table["patience"].to_pylist() == drawn[:, free.uncertainty.priors.names.index("patience")].tolist()
    assert 1.25 not in table["patience"].to_pylist()


# --- a whole plan ----------------------------------------------------------------------------------------------------


def test_a_plan_is_computed_as_far_as_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, plan = hand_made(monkeypatch), three()
    run_plan(plan=plan, folder=tmp_path / "runs", threads=2, progress=False)
    assert made.asked == [(name, n, 2) for name in ("modest_wish", "modest_wish", "status_quo") for n in range(3)]
    assert missing(tmp_path / "runs", plan) == []
    made.asked.clear()
    path = named_files(tmp_path / "runs")["bands", 4]
    path.write_bytes(path.read_bytes()[:-1])
    run_plan(plan, tmp_path / "runs", progress=False)
    assert made.asked == [("modest_wish", 1, None)]
    assert path.name.endswith(f"{file_digest(path)}.parquet")


def test_a_bar_counts_the_runs_that_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_made(monkeypatch)
    plan, bars, heard = three(), list[Any](), list[int]()

    @contextmanager
    def bar(*words: Any) -> Any:
        bars.append(words)
        yield heard.append

    monkeypatch.setattr(plans, "progress_bar", bar)
    prepare(tmp_path, plan)
    run_parts(tmp_path, [0, 9], plan=plan)
    run_plan(plan, tmp_path)
    assert bars == [(39, None, "runs")]
    assert heard == [6, 3, 6, 6, 3, 6, 6, 3]


def test_a_plan_goes_on_where_its_failures_are_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, plan = hand_made(monkeypatch, {0: FAILED}), three()
    broken(made, ValueError("odd"))
    failed, flawed = list[int](), list[int]()
    run_plan(
        plan, tmp_path, progress=False, failed=lambda part, error: failed.append(part.number),
        flawed=lambda part, messages: flawed.append(sum(messages.values())),
    )  # fmt: skip
    assert failed == [1, 4, 7]
    assert flawed == [1, 0, 1, 0, 1, 0]


def test_columns_are_read_as_the_engine_gave_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_made(monkeypatch)
    plan = three(part_runs=1_000)
    run_plan(plan, tmp_path, progress=False)
    table = pq.read_table(named_files(tmp_path)["runs", 0])
    rows = rows_of(plan.sweep(0), 0, 15)
    np.testing.assert_array_equal(numbers_of(table.column("presence"))[:15], rows.presence)
    assert table.num_rows == 45
