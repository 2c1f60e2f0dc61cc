"""Figures of one's own: what is drawn is what is told, in the style of the report, with what makes it again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

import sim
from sim.experiment.cells import Cells
from sim.experiment.runs import Runs
from sim.inputs import InputError
from sim.pages.plots import provenance

pytestmark = pytest.mark.long

SIZE = {"draws": 30, "runs": 2, "seed": 5, "progress": False}


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """No figure stays open, and no window opens."""
    plt.switch_backend("agg")
    yield
    plt.close("all")


@cache
def runs(name: str = "turkey_summit") -> Runs:
    return sim.sweep(sim.load_case().scenario(name, epoch="2021-04", horizon=16), **SIZE)


@cache
def cells() -> Cells:
    scenario = sim.load_case().scenario("turkey_summit", horizon=16)
    return sim.grid(scenario, summit_week=[12, 4, 8], weeks_to_go=[21, 52], **SIZE)


def rows(axes: Axes) -> dict[str, tuple[float, float, float]]:
    """Value and ends of each row of a figure, by its label."""
    names = [label.get_text() for label in axes.get_yticklabels()]
    lines = [line for line in axes.lines if len({*line.get_ydata()}) == 1 and not isinstance(line.get_ydata(), list)]
    ends = {float(line.get_ydata()[0]): line.get_xdata() for line in lines if len(line.get_xdata()) == 2}
    points = {float(line.get_ydata()[0]): float(line.get_xdata()[0]) for line in lines if len(line.get_xdata()) == 1}
    return {name: (points[n], float(ends[n][0]), float(ends[n][1])) for n, name in enumerate(names)}


def test_runs_are_drawn_as_they_are_told() -> None:
    axes = sim.plot(runs())
    found = rows(axes)
    assert list(found) == list(sim.settlements())
    for name, drawn in found.items():
        told = runs().mean(name)
        assert drawn == pytest.approx((100 * told.value, 100 * told.low, 100 * told.high))
    assert axes.get_xlabel() == "share of the runs, %"


def courses(axes: Axes) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    return [np.array(line.get_data(), float) for line in axes.lines]


def test_whoever_holds_runs_a_comparison_or_cells_finds_their_figure_there() -> None:
    both = sim.compare(runs("status_quo"), runs())
    asked, some = ["taken_over", "takeover"], cells().where(weeks_to_go=21)
    drawn = [
        (runs().plot(), sim.plot(runs())),
        (runs().plot(asked), sim.plot(runs(), asked)),
        (both.plot("takeover"), sim.plot(both, "takeover")),
        (some.plot("takeover", against=0), sim.plot(some, "takeover", against=0)),
        (
            runs().plot_weekly("presence", against=runs("status_quo")),
            sim.plot_weekly(runs(), "presence", against=runs("status_quo")),
        ),
    ]
    for own, usual in drawn:
        for one, other in zip(courses(own), courses(usual), strict=True):
            np.testing.assert_array_equal(one, other)
        assert (own.get_xlabel(), own.get_ylabel()) == (usual.get_xlabel(), usual.get_ylabel())
    own = plt.figure().subplots()
    assert runs().plot(axes=own) is both.plot(axes=own) is runs().plot_weekly("presence", axes=own) is own


def test_a_column_that_is_yes_or_no_is_drawn_in_per_cent_as_a_class_is() -> None:
    axes = sim.plot(runs(), ["taken_over", "takeover", "table.doha.agreed"])
    assert axes.get_xlabel() == "share of the runs, %"
    assert rows(axes)["taken_over"][0] == pytest.approx(100.0 * runs().share("taken_over").value)


def test_a_comparison_is_drawn_as_it_is_told() -> None:
    pair = sim.compare(runs("status_quo"), runs())
    axes = sim.plot(pair, ["war.afghan_war.control", "presence"])
    for name, drawn in rows(axes).items():
        told = pair.difference(name)
        assert drawn == pytest.approx((100 * told.value, 100 * told.low, 100 * told.high))
    assert axes.get_xlabel() == "turkey_summit less status_quo, percentage points"


@pytest.mark.parametrize("against", [None, {"summit_week": 8, "weeks_to_go": 52}])
def test_cells_over_one_key_are_a_line_with_intervals(against: dict[str, float] | None) -> None:
    kept = cells().where(weeks_to_go=52)
    against = None if against is None else {"summit_week": 8}
    axes = sim.plot(kept, ["presence", "war.afghan_war.control"], against=against)
    table = kept.table(["presence", "war.afghan_war.control"], against=against).sort_values("summit_week")
    names = ["value", "low", "high"] if against is None else ["difference", "difference_low", "difference_high"]
    lines = [line for line in axes.lines if len(line.get_xdata()) == 3]
    whiskers = [one for one in axes.collections if isinstance(one, LineCollection)]
    for line, whisker, what in zip(lines, whiskers, ["presence", "war.afghan_war.control"], strict=True):
        mine = 100 * table[table["outcome"] == what][names].to_numpy()
        assert line.get_label() == what
        assert list(line.get_xdata()) == [4, 8, 12]
        np.testing.assert_allclose(np.asarray(line.get_ydata(), float), mine[:, 0])
        ends = [segment[:, 1] for segment in whisker.get_segments() if len(segment)]
        for drawn, told in zip(ends, mine[~np.isnan(mine[:, 1]), 1:], strict=True):
            np.testing.assert_allclose(drawn, told)
    assert axes.get_xlabel() == "summit_week, weeks"


def test_cells_over_two_keys_are_a_map_with_numbers_and_intervals() -> None:
    axes = sim.plot(cells(), "presence", against={"summit_week": 8, "weeks_to_go": 21})
    (image,) = axes.images
    table = cells().table(["presence"], against={"summit_week": 8, "weeks_to_go": 21})
    told = 100 * table.pivot(index="summit_week", columns="weeks_to_go", values="difference").loc[[12, 4, 8]]
    drawn = np.ma.filled(np.ma.asarray(image.get_array(), float), np.nan)
    np.testing.assert_allclose(drawn, told.to_numpy())
    assert [label.get_text() for label in axes.get_yticklabels()] == ["12", "4", "8"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["21", "52"]
    assert len(axes.texts) == 5  # the cell that the others are compared with has no difference
    with_ends = table["difference_low"].notna().sum()  # where no draw differs a number has no interval
    assert sum(" to " in text.get_text() for text in axes.texts) == with_ends > 0
    low, high = image.get_clim()
    assert low == -high
    assert high == pytest.approx(100 * table[["difference_low", "difference_high"]].abs().max(axis=None))
    assert axes.get_title(loc="left") == "presence: percentage points more than in summit_week=8, weeks_to_go=21"


def test_words_stand_at_places_of_equal_distance() -> None:
    scenario = sim.load_case().scenario("turkey_summit", horizon=16)
    swept = sim.grid(scenario, off=[[], ["red_lines"]], **SIZE)
    axes = sim.plot(swept, "presence")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["[]", "[red_lines]"]


def test_a_weekly_column_is_drawn_with_its_bands() -> None:
    axes = sim.plot_weekly(runs(), "presence", against=runs("status_quo"))
    first, second = axes.lines
    np.testing.assert_array_equal(first.get_ydata(), runs().bands("presence", (0.5,)).to_numpy()[:, 0])
    np.testing.assert_array_equal(second.get_ydata(), runs("status_quo").bands("presence", (0.5,)).to_numpy()[:, 0])
    assert len(axes.collections) == 2
    assert axes.get_ylabel() == "presence, share"


def test_a_figure_tells_what_makes_it_again_and_can_be_saved(tmp_path: Path) -> None:
    axes = sim.plot(runs())
    told = provenance(runs())
    assert told == f"turkey_summit from 2021-04; 30 draws x 2 runs; seed 5; jirga {sim.__version__}"
    with mpl.rc_context({"svg.fonttype": "none"}):
        axes.figure.savefig(tmp_path / "mine.svg")
    assert told in (tmp_path / "mine.svg").read_text(encoding="utf-8")
    some = sim.sweep(runs().sweep.scenario, passes="pass_a", **SIZE)
    assert "passes pass_a" in provenance(some)


def test_it_draws_on_axes_that_are_given_and_leaves_the_user_s_settings_alone() -> None:
    with mpl.rc_context({"text.usetex": True, "axes.facecolor": "red"}):
        figure = mpl.figure.Figure()
        axes = figure.subplots()
        assert sim.plot(runs(), axes=axes) is axes
        assert sim.plot_weekly(runs(), "presence", axes=axes) is axes
        assert mpl.rcParams["text.usetex"]
        made = sim.plot(runs())
        assert made.get_facecolor() == (1.0, 1.0, 1.0, 1.0)
    assert not plt.get_fignums()[1:]


@pytest.mark.parametrize(
    ("held", "outcomes", "told"),
    [
        (runs, ["takeover", "presence"], r"several units \(takeover: a share of the runs, presence: share\)"),
        (runs, "takover", "did you mean takeover"),
        (
            cells,
            ["takeover", "none"],
            r"2 outcomes over summit_week, weeks_to_go; allowed: .* cells.where\(KEY=VALUE\)",
        ),
        (lambda: cells()[:1], "takeover", "1 outcome over nothing"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_one_line(held: object, outcomes: object, told: str) -> None:
    with pytest.raises(InputError, match=told):
        sim.plot(held(), outcomes)  # type: ignore[operator,arg-type]
    with pytest.raises(InputError, match="is not a weekly column"):
        sim.plot_weekly(runs(), "presense")
