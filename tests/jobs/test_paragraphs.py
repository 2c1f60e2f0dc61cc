"""The job `paragraphs`: its files, what other pages show of them, taking up where it was left, mistakes in a line."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim import surface
from sim.analysis.shares import Interval
from sim.case.loading import load_case
from sim.command.main import main
from sim.evidence.priors import Priors
from sim.experiment import paragraphs
from sim.experiment.paragraphs import Source, sources_of
from sim.pages.evidence.page import FILE as EVIDENCE
from sim.pages.paragraphs.page import PAGE
from sim.pages.paragraphs.table import COLUMNS, TABLE, TABLE_MARK, Carried, carried, csv_text, strongest
from sim.pages.paragraphs.top import NOTHING, carried_told
from sim.storage.weights import Draws, write_weights

pytestmark = pytest.mark.long

WORDS = ["job=paragraphs", "scenario=status_quo", "epoch=2018-12", "horizon=1", "evidence.passes=[pass_a]",
         "evidence.draws=100", "size.draws=30", "size.runs=1"]  # fmt: skip


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few sources, so that the test is quick: those of one quantity, and every fifteenth other."""

    def some(priors: Priors) -> tuple[Source, ...]:
        every = sources_of(priors)
        return tuple(one for n, one in enumerate(every) if n % 15 == 0 or one.feeds == ("trust.PAK.US",))

    monkeypatch.setattr(paragraphs, "sources_of", some)


def test_it_writes_its_files_and_takes_up_where_it_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch)
    words = [*WORDS, "outcome=[trust.PAK.US]", f"out={tmp_path}"]
    assert main(words) == 0
    table, page = (tmp_path / name.format(scenario="status_quo") for name in (TABLE, PAGE))
    with open(table, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert {row["kind"] for row in rows} == {"row", "paragraph"}  # one pass alone: nothing to leave out
    told = carried([table])
    assert {one.source for one in told if one.kind == "row"} == {
        row["source"] for row in rows if row["kind"] == "row" and row["feeds"] == "trust.PAK.US"
    }
    again = surface.paragraphs(
        load_case().scenario("status_quo").change(epoch="2018-12", horizon=1), "trust.PAK.US", 30, 1,
        passes="pass_a", progress=False,
    )  # fmt: skip
    assert csv_text(again) == table.read_text(encoding="utf-8")
    shown = (tmp_path / EVIDENCE).read_text(encoding="utf-8")
    assert "Which paragraphs carry the answers" in shown
    assert f"the row: {strongest(told, 'row', 1)[0].words}" in shown
    pages = {path: path.read_bytes() for path in (table, page, tmp_path / EVIDENCE)}
    next((tmp_path / "paragraphs_parts").glob("*.npz")).unlink()
    assert main(words) == 0
    assert {path: path.read_bytes() for path in pages} == pages
    weights = tmp_path / "weights.parquet"
    write_weights(weights, Draws(load_case(), 1, ("pass_a",)), np.linspace(0.0, 2.0, 30), ["P1"])
    assert main([*words, f"weights={weights}"]) == 0
    assert "WEIGHTED: the draws are weighted by weights.parquet" in page.read_text(encoding="utf-8")
    weighted = surface.paragraphs(
        load_case().scenario("status_quo").change(epoch="2018-12", horizon=1), "trust.PAK.US", 30, 1,
        passes="pass_a", weights=weights, progress=False,
    )  # fmt: skip
    assert csv_text(weighted, "by a file").encode() == table.read_bytes() != pages[table]
    played = sim.sweep(
        load_case().scenario("status_quo").change(epoch="2018-12", horizon=1), 30, 1, passes="pass_a", progress=False
    )
    usual = sim.weighted(played, weights).mean("trust.PAK.US").value
    assert weighted.usual["trust.PAK.US", "level"] == pytest.approx(usual)


def test_a_mistake_is_one_line_and_nothing_of_another_is_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, "outcome=[taken_ovr]", f"out={tmp_path}"]) == 2
    assert "did you mean taken_over" in capsys.readouterr().err
    (tmp_path / TABLE.format(scenario="status_quo")).write_text("mine\n", encoding="utf-8")
    assert main([*WORDS, f"out={tmp_path}"]) == 2
    assert "jirga has not written it" in capsys.readouterr().err
    assert main(["job=evidence", "evidence.draws=100", f"out={tmp_path}"]) == 2
    assert "'mine' is not a column" in capsys.readouterr().err


def test_each_source_is_told_once_by_the_reading_that_moves_it_most() -> None:
    def one(source: str, reading: str, value: float, scale: float = 100.0, kind: str = "paragraph") -> Carried:
        return Carried("s", kind, source, reading, "x", "level", Interval(value, value, value), scale, (1, 1, 1), "")

    found = [one("a.1", "low", 0.1), one("a.1", "high", -0.3), one("b.2", "low", 0.2), one("c.3", "low", 4.0, 1.0)]
    assert [(each.source, each.reading) for each in strongest(found, "paragraph", 2)] == [
        ("a.1", "high"),
        ("b.2", "low"),
    ]
    assert strongest(found, "row", 9) == ()
    told = carried_told(load_case(), found)
    assert "a ¶1" in told
    assert "−30.0" in told
    assert NOTHING in carried_told(load_case(), [])


def test_the_mark_of_the_table_is_its_head() -> None:
    assert ",".join(COLUMNS).startswith(TABLE_MARK)


def test_runs_that_failed_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few(monkeypatch)
    usual = paragraphs.measured
    monkeypatch.setattr("sim.jobs.paragraphs.measured", lambda *given, **more: replace(usual(*given, **more), failed=3))
    assert main([*WORDS, "outcome=[presence]", f"out={tmp_path}"]) == 1
    assert "3 runs failed and count nowhere." in capsys.readouterr().out.splitlines()
