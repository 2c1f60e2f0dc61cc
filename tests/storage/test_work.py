"""A plan cut into parts: each run in one of them, and what they cost in time, memory and disk, reckoned by hand."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from shards import WEEKS, coded, hand_made, small_plan, textbook

from sim.experiment.grid import Axis, grid_of
from sim.experiment.plan import Plan
from sim.numerics.machine import available_threads
from sim.storage import work
from sim.storage.work import (
    Cost,
    Part,
    cells_in_part,
    cost,
    memory,
    parts,
    parts_of,
    path_memory,
    run_parts_of,
    runs_in,
    warm_up,
)

WISHES = Axis("scenario", ("modest_wish",)), Axis("levers.wish", (0.5, 0.6))


def three(**sizes: Any) -> Plan:
    """Two cells and their baseline."""
    return small_plan(*WISHES, **sizes)


# --- parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part_runs", "cells"), [(1, 1), (14, 1), (15, 1), (29, 1), (30, 2), (44, 2), (45, 3), (1_000, 66)]
)
def test_a_part_has_as_many_whole_cells_as_fit_and_one_at_least(part_runs: int, cells: int) -> None:
    assert cells_in_part(three(part_runs=part_runs)) == cells


def test_where_one_cell_is_too_much_each_shard_is_a_part() -> None:
    plan = three(part_runs=6)  # two draws of three runs
    assert parts(plan) == [
        Part(0, 0, 1, 0), Part(1, 0, 1, 1), Part(2, 0, 1, 2),
        Part(3, 1, 2, 0), Part(4, 1, 2, 1), Part(5, 1, 2, 2),
        Part(6, 2, 3, 0), Part(7, 2, 3, 1), Part(8, 2, 3, 2),
        Part(9, 0, 5, None, "first_meeting"),
    ]  # fmt: skip
    assert (run_parts_of(plan), parts_of(plan)) == (9, 10)
    assert [runs_in(plan, part) for part in parts(plan)] == [6, 6, 3] * 3 + [0]


def test_several_cells_are_one_part_and_the_last_has_what_is_left() -> None:
    plan = three(part_runs=30)
    assert parts(plan) == [Part(0, 0, 2), Part(1, 2, 3), Part(2, 0, 5, None, "first_meeting")]
    assert (run_parts_of(plan), parts_of(plan)) == (2, 3)
    assert [runs_in(plan, part) for part in parts(plan)] == [30, 15, 0]


def test_a_part_of_one_whole_cell_is_its_one_shard() -> None:
    assert parts(three(part_runs=15))[:3] == [Part(0, 0, 1, 0), Part(1, 1, 2, 0), Part(2, 2, 3, 0)]
    assert parts(three(part_runs=1_000))[0] == Part(0, 0, 3)


@pytest.mark.parametrize(
    ("draws", "tables"),
    [
        (25_000, [(0, 25_000)]),
        (25_001, [(0, 25_000), (25_000, 25_001)]),
        (60_000, [(0, 25_000), (25_000, 50_000), (50_000, 60_000)]),
    ],
)
def test_draws_are_cut_into_tables_of_25_000(draws: int, tables: list[tuple[int, int]]) -> None:
    plan = three(draws=draws, part_runs=25_000)
    first = run_parts_of(plan)
    wanted = [Part(first + n, one, last, None, "first_meeting") for n, (one, last) in enumerate(tables)]
    assert parts(plan)[first:] == wanted
    assert parts_of(plan) == first + len(tables)


class TwoEpochs(Plan):
    """A plan that begins at two epochs, of a case that has one."""

    epochs = {"later": 1, "sooner": 0}  # type: ignore[assignment]  # noqa: RUF012


def test_every_epoch_has_tables_of_its_own_in_the_order_of_the_epochs() -> None:
    plan = TwoEpochs(three().grid, 30_000, 1, part_runs=25_000)
    first = run_parts_of(plan)
    assert [part[1:] for part in parts(plan)[first:]] == [
        (0, 25_000, None, "later"), (25_000, 30_000, None, "later"),
        (0, 25_000, None, "sooner"), (25_000, 30_000, None, "sooner"),
    ]  # fmt: skip


# --- memory ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part_runs", "runs", "told"),
    [(1, 3, "3G"), (249_999, 3, "3G"), (250_000, 3, "3G"), (250_001, 3, "4G"), (1, 500_000, "4G"), (1, 500_001, "5G")],
)
def test_memory_is_two_gigabytes_and_four_kilobytes_a_run(part_runs: int, runs: int, told: str) -> None:
    assert memory(three(part_runs=part_runs, runs=runs, paths=0)) == told


@pytest.mark.parametrize(
    ("sizes", "values"),
    [
        ({"part_runs": 6}, 1 * 2),  # a shard of six runs, of which two have a path
        ({"part_runs": 30}, 2 * 3),  # two cells, each with three paths
        ({"part_runs": 1_000}, 3 * 3),  # no more cells than there are
        ({"part_runs": 6, "paths": 15}, 1 * 6),
        ({"paths": 0}, 0),
    ],
)
def test_paths_take_memory_four_times_over(sizes: dict[str, Any], values: int) -> None:
    weekly = 9
    assert path_memory(three(**sizes)) == 4 * 4.0 * values * (WEEKS + 1) * weekly


def test_paths_take_memory_by_the_longest_horizon() -> None:
    horizons = Axis("scenario", ("modest_wish",)), Axis("horizon", (2, 30, 7))
    plan = Plan(grid_of(textbook(), coded(), horizons), 5, 3, paths=15, part_runs=6)
    assert path_memory(plan) == 4 * 4.0 * 6 * 31 * 9


def test_paths_are_part_of_the_memory() -> None:
    plan = three(draws=2_000_000, runs=1, paths=2_000_000, part_runs=25_000)
    assert path_memory(plan) == 4 * 4.0 * 25_000 * 5 * 9
    assert memory(plan) == "3G"
    longer = three(draws=2_000_000, runs=1, paths=2_000_000, part_runs=1_000_000)
    assert path_memory(longer) == 4 * 4.0 * 25_000 * 5 * 9  # a shard has 25,000 draws at most
    assert memory(longer) == "7G"


# --- what is told ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, "less than 0.01"),
        (35.99, "less than 0.01"),
        (36.0, "0.01"),
        (540.0, "0.15"),
        (3600.0, "1"),
        (9.94 * 3600.0, "9.9"),
        (10.4 * 3600.0, "10"),
        (36_000_000.0, "10,000"),
    ],
)
def test_hours_are_told_with_two_digits(seconds: float, told: str) -> None:
    assert work._hours(seconds) == told


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (999_000, "999 kB"), (1_000_000, "1 MB"), (999e6, "999 MB"),
        (1e9, "1.0 GB"), (12.34e12, "12340.0 GB"),
    ],
)  # fmt: skip
def test_bytes_are_told_in_thousands(number: float, told: str) -> None:
    assert work._bytes(number) == told


def test_a_cost_is_told_in_a_line() -> None:
    whole = Cost(asked=2, cells=3, runs=45, seconds=7200.0, size=2_000, parts=1, files=4, threads=4)
    assert str(whole) == (
        "2 cells and 1 to compare them with, 45 runs: 2 core-hours as measured here, 1 part in 4 files, at most 2 kB; "
        "this takes about 30 minutes here: no cluster needed"
    )
    large = Cost(asked=1, cells=1, runs=10_000_000, seconds=1.0, size=3_000_000_000, parts=2, files=1)
    assert str(large) == (
        "1 cell, 10,000,000 runs: less than 0.01 core-hours as measured here, 2 parts in 1 file, at most 3.0 GB; "
        "this takes about a second here"
    )
    assert str(Cost(1_000, 3_000, 9_999_999, 1.0, 1, 1, 1)).startswith("1,000 cells and 2,000 to compare them with, 9,")
    assert str(Cost(1, 1, 9_999_999, 1.0, 1, 1, 1)).endswith(": no cluster needed")


def test_a_cost_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Cost(1, 1, 1, 1.0, 1, 1, 1).asked = 2  # type: ignore[misc]
    assert (Cost(1, 1, 1, 1.0, 1, 1, 1).threads, Cost(1, 1, 1, 1.0, 1, 1, 1).longest) == (1, 0.0)


# --- what it will cost -----------------------------------------------------------------------------------------------


def test_an_engine_that_has_to_be_compiled_is_told_of_and_a_warm_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    made, told = hand_made(monkeypatch), list[str]()
    warm_up(three(), told.append)
    assert (told, made.warmed) == ([], [1])
    made.warm = False
    warm_up(three(), told.append)
    assert told == ["compiling the engine: once for each version, about a minute"]
    assert made.warmed == [1, 1]


@pytest.mark.parametrize(
    ("sizes", "measured"),
    [
        ({}, [0, 1, 2]),
        ({"paths": 0, "band_runs": 0}, [0, 1, 2]),
    ],
)
def test_a_cost_is_reckoned_from_a_few_runs_of_a_few_cells(
    sizes: dict[str, int], measured: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []

    def seconds(plan: Plan, number: int, draws: int) -> tuple[float, int]:
        asked.append((number, draws))
        return (1.0 + number, 1) if draws == 1 else (1.0 + number + 0.5, 100 * (number + 1))

    hand_made(monkeypatch)
    monkeypatch.setattr(work, "_seconds", seconds)
    plan = three(**sizes)
    found = cost(plan, 4)
    assert asked == [pair for number in measured for pair in ((number, 1), (number, 333))]
    weeks = 3 * 5 * 3 * WEEKS
    of_each, of_a_week = 2.0 * 3, (0.005 + 0.0025 + 0.005 / 3) / 3
    assert plan.weeks == weeks
    assert found.seconds == pytest.approx(of_each + of_a_week * weeks)
    assert found.longest == pytest.approx(found.seconds * 6 / 45)
    row, weekly = 163, 9
    assert found.size == 45 * row + 3 * (plan.paths * 4 + 128 * 2) * weekly * (WEEKS + 1)
    assert (found.asked, found.cells, found.runs) == (2, 3, 45)
    assert (found.parts, found.files, found.threads) == (10, 9 * 3 + 1, 4)


def test_a_plan_of_one_cell_is_measured_once_and_of_few_draws_at_two(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def seconds(plan: Plan, number: int, draws: int) -> tuple[float, int]:
        asked.append((number, draws))
        return 2.0, 10  # more draws take no longer: a millionth of a second, so that no time is none

    hand_made(monkeypatch)
    monkeypatch.setattr(work, "_seconds", seconds)
    plan = small_plan(Axis("scenario", ("status_quo",)), runs=1_000)
    found = cost(plan)
    assert asked == [(0, 1), (0, 2)]
    assert found.seconds == pytest.approx(2.0 + 1e-7 * 5_000 * WEEKS, abs=1e-9)
    assert found.threads == available_threads()


def test_a_thousand_runs_are_timed_in_the_middle_of_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    hand_made(monkeypatch)
    monkeypatch.setattr(work, "_seconds", lambda plan, *how: (asked.append(how), (1.0, 1))[1])
    plan = small_plan(Axis("scenario", ("modest_wish",)), Axis("levers.wish", (0.5, 0.6, 0.7, 0.8)), runs=1)
    cost(plan)
    assert asked == [(0, 1), (0, 1_000), (2, 1), (2, 1_000), (4, 1), (4, 1_000)]


def test_the_bytes_of_weeks_are_those_of_each_cells_own(monkeypatch: pytest.MonkeyPatch) -> None:
    hand_made(monkeypatch)
    monkeypatch.setattr(work, "_seconds", lambda plan, number, draws: (1.0, 1))

    def size(*horizons: int) -> int:
        return cost(small_plan(Axis("scenario", ("modest_wish",)), Axis("horizon", horizons), paths=2)).size

    assert size(4, 40) == size(40, 4) == size(4) + size(40)


def test_a_plan_of_many_cells_keeps_no_weeks_and_one_file_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    hand_made(monkeypatch)
    monkeypatch.setattr(work, "_seconds", lambda plan, number, draws: (1.0, 1))
    wishes = tuple(0.4 + n / 500 for n in range(100))
    plan = small_plan(Axis("scenario", ("modest_wish",)), Axis("levers.wish", wishes), part_runs=30)
    found = cost(plan)
    assert (found.cells, found.parts, found.files) == (101, 52, 52)
    assert found.size == 101 * 15 * 163
    assert path_memory(plan) == 0.0


@pytest.mark.parametrize(("draws", "simulated", "weeks"), [(1, 1, 3), (2, 2, 3), (4, 4, 9), (5, 5, 12), (333, 5, 12)])
def test_some_draws_are_timed_on_one_processor(
    draws: int, simulated: int, weeks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, clock = hand_made(monkeypatch), iter([10.0, 12.5])
    sizes: list[int] = []
    made.breaks = staticmethod(lambda sweep, number: sizes.append(sweep.draws))
    monkeypatch.setattr(work, "perf_counter", lambda: next(clock))
    plan = three(part_runs=1_000)
    assert work._seconds(plan, 2, draws) == (2.5, weeks * WEEKS)
    assert made.asked == [("status_quo", 0, 1)]
    assert sizes == [simulated]
