"""The figures of a sweep's report: names stand whole within the paper, one cell a point, only what varies named."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import sim
from sim.analysis.influence import Influence
from sim.analysis.shares import Interval
from sim.command.main import main
from sim.experiment.cells import Cells
from sim.pages.report import sections
from sim.pages.report.figures import Composed, Named, Swept, composition, differences, influence, over_values, split
from sim.pages.report.findings import Findings, brief_names
from sim.pages.report.settlements import settlements
from sim.storage.collection import Collection

LONG = "intra_afghan_summit_in_turkey summit_week=12.25 weeks_to_go=21.75 trust.US.PAK=0.333333 position.TAL.troops=1"
SOME = Interval(0.3, 0.2, 0.4)
ROWS = [LONG, "salience of the withdrawal of the troops for the United States", "a", f"{LONG} noise=0.03"]


def every_figure() -> dict[str, Figure]:
    case = sim.load_case()
    one = {"value": 0.4, "low": 0.2, "high": 0.5, "draws": 50, "luck": 0.3}
    shares = tuple(SOME for _ in case.classes)
    return {
        "differences": differences("takeover", "points", [Named(name, SOME, "2018-12") for name in ROWS]),
        "influence": influence("takeover", [Influence(name="x", **one) for _ in ROWS], ROWS),  # type: ignore[arg-type]
        "split": split([Named(name, SOME) for name in ROWS]),
        "composition": composition([Composed(name, shares, shares) for name in ROWS], settlements(case)),
        "over_values": over_values("levers.summit_week", [1.0, 2.0], [Swept(name, (SOME, SOME)) for name in ROWS], "%"),
    }


@pytest.mark.parametrize("name", ["differences", "influence", "split", "composition", "over_values"])
def test_every_name_stands_whole_within_the_paper_and_on_no_other(name: str) -> None:
    figure = every_figure()[name]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    paper, drawn = figure.bbox, canvas.get_renderer()
    rows = {row.replace(" ", "") for row in ROWS}
    told = [(text.get_text().replace("\n", "").replace(" ", ""), text) for text in figure.findobj(Text)]  # type: ignore[attr-defined]
    boxes = {one: text.get_window_extent(drawn) for one, text in told if one in rows}
    assert boxes.keys() == rows
    for one, box in boxes.items():
        assert box.x0 >= paper.x0, one
        assert box.x1 <= paper.x1, one
        assert box.y0 >= paper.y0, one
        assert box.y1 <= paper.y1, one
    beside = [(a, b) for a, b in combinations(boxes.values(), 2) if a.x0 < b.x1 and b.x0 < a.x1]
    assert all(a.y0 >= b.y1 - 1.0 or b.y0 >= a.y1 - 1.0 for a, b in beside)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two keys of a sweep, of which one moves nothing that the other does not."""
    folder = tmp_path_factory.mktemp("swept")
    levers = ["scenario.levers.summit_week=4,12", "scenario.levers.weeks_to_go=21,52"]
    size = ["size.name=mine", "size.draws=20", "size.runs=2", "horizon=30"]
    assert main(["-m", "scenario=turkey_summit", *levers, *size, f"out={folder}"]) == 0
    return folder


@pytest.mark.long
def test_every_point_over_a_swept_key_is_one_cell_with_its_own_interval(
    swept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, list[float], list[Swept]]] = []

    def seen(key: str, values: list[float], lines: list[Swept], unit: str) -> Figure:
        drawn.append((key, values, lines))
        return over_values(key, values, lines, unit)

    monkeypatch.setattr(sections.report_plots, "over_values", seen)
    cells = sim.open(swept)
    assert isinstance(cells, Cells)
    page = sections.swept_section(found_of(swept))
    assert "lowest and highest" not in str(page)
    of = [(key, line) for key, _, lines in drawn for line in lines]
    assert {(key, line.label) for key, line in of} == {
        ("levers.summit_week", "weeks_to_go=21"),
        ("levers.summit_week", "weeks_to_go=52"),
        ("levers.weeks_to_go", "summit_week=4"),
        ("levers.weeks_to_go", "summit_week=12"),
    }
    first = next(line for key, line in of if (key, line.label) == ("levers.summit_week", "weeks_to_go=52"))
    told = cells.at(summit_week=12, weeks_to_go=52).runs.share("takeover")
    measure = found_of(swept).measures[0]
    ends = measure.estimate(cells.at(summit_week=12, weeks_to_go=52).runs)
    assert ends is not None
    assert first.numbers[1] == Interval(ends.value, ends.low, ends.high)
    assert told.draws == 20


def found_of(folder: Path) -> Findings:
    from sim.experiment.results import Results
    from sim.storage.plans import read_plan

    plan = read_plan(folder / "runs")
    cells = Collection(plan, folder / "runs")
    results = Results(plan.grid.case, tuple(cells), plan.draws, plan.runs, plan.seed, "mine", folder, "jirga")
    return Findings(results)


@pytest.mark.long
def test_a_figure_names_of_a_cell_only_what_varies(swept: Path) -> None:
    found = found_of(swept)
    assert brief_names(found.cells) == [
        "summit_week=4 weeks_to_go=21",
        "summit_week=4 weeks_to_go=52",
        "summit_week=12 weeks_to_go=21",
        "summit_week=12 weeks_to_go=52",
    ]
    page = (swept / "report.html").read_text(encoding="utf-8")
    drawn = page.split("<svg")[1:]
    assert not any("turkey_summit levers." in one.split("</svg>")[0].split(">", 1)[1] for one in drawn)
