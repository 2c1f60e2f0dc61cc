"""What is shown depends on nothing of the user's own settings, and names are data, never markup."""

from __future__ import annotations

import ast
from pathlib import Path

import matplotlib as mpl
import pytest
from rich.padding import Padding
from rich.table import Table

import sim
from sim.analysis.shares import Interval
from sim.command.composing import compose
from sim.experiment.results import Result, Results
from sim.jobs.evidence import findings
from sim.pages.evidence.page import evidence_page
from sim.pages.kit.plots import STYLE, svg_of
from sim.pages.kit.terminal import terminal, whole
from sim.pages.report.figures import Composed, composition
from sim.pages.report.findings import Findings
from sim.pages.report.page import outcomes_picture, report

pytestmark = pytest.mark.long

THEIRS = {
    "text.usetex": True,
    "font.family": "cursive",
    "font.size": 30,
    "axes.facecolor": "red",
    "axes.prop_cycle": "cycler(color='r')",
    "lines.linewidth": 9,
    "savefig.bbox": "tight",
    "savefig.transparent": True,
    "svg.fonttype": "path",
}


@pytest.mark.parametrize("width", [12, 20, 40])
def test_no_cell_of_a_table_is_cut(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    table = Table("theory", "source", box=None, padding=0, pad_edge=False)
    table.add_row("quantal_response", "McKelvey")
    terminal().print(whole(table))
    said = capsys.readouterr().out
    assert "\u2026" not in said
    rows = [line for line in said.splitlines() if not line.startswith("theory")]
    assert sorted("".join(rows).replace(" ", "")) == sorted("quantal_responseMcKelvey")


def test_figures_depend_on_nothing_of_the_user_s_own_settings() -> None:
    case = sim.load_case()
    named = ("status_quo", "turkey_summit")
    status_quo, summit = (
        sim.sweep(case.scenario(name, epoch="2021-04", horizon=20), draws=24, runs=2, progress=False) for name in named
    )
    cells = (Result(named[0], {}, status_quo, None), Result(named[1], {}, summit, status_quo))
    results = Results(case, cells, 24, 2, 1, "tiny", Path("results"), "jirga")
    coded = findings(compose(["evidence.draws=100"]).settings())
    drawn = [report(Findings(results)), outcomes_picture(results), evidence_page(coded)]
    with mpl.rc_context(THEIRS):
        assert [report(Findings(results)), outcomes_picture(results), evidence_page(coded)] == drawn
        assert mpl.rcParams["font.size"] == 30  # and the user's own figures nothing of ours


def test_a_name_with_dollars_is_no_formula() -> None:
    share = (Interval(1.0, 0.9, 1.0),) * 6
    figure = composition([Composed("cost $x_1$ and $\\oops", share, share)], sim.settlements())
    assert "cost $x_1$ and $\\oops" in svg_of(figure, "a bar")


def test_the_style_has_every_setting_but_the_choice_of_windows() -> None:
    assert all(key.startswith("backend") for key in {*mpl.rcParamsDefault} - {*STYLE})


def test_names_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    name = "x[draft][/][bold]y[/bold]:bug:"
    console = terminal(least=80)
    console.print(name)
    console.print(Padding(name, 1))
    table = Table(name, title=name)
    table.add_row(name)
    console.print(table)
    assert capsys.readouterr().out.count(name) == 5


def test_every_console_takes_text_as_it_is() -> None:
    """Markup is how a folder `x[draft]` loses its brackets, and `x[/]` ends a job."""
    made = []
    for path in sorted(Path(sim.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Console":
                words = {word.arg: word.value for word in node.keywords if word.arg in ("markup", "emoji")}
                made.append({name: ast.literal_eval(value) for name, value in words.items()})
    assert made == [{"markup": False, "emoji": False}] * len(made)
    assert made
