"""Indices against closed forms, through the path that the model takes: Ishigami, Sobol's G, and a known chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from SALib.analyze import pawn

from sim.analysis.chance import chance_share
from sim.analysis.sensitivity import (
    DUMMY,
    MOST_BASE,
    REST,
    TOLD,
    Index,
    Open,
    Screened,
    counted_rows,
    decompose,
    open_ranks,
    screen,
    shifts,
    top_groups,
    unknown,
)
from sim.analysis.shares import Interval, Values

BASE = 4_096
A = (0.0, 1.0, 4.5, 9.0)  # of Sobol's G


def ishigami(rows: Values) -> Values:
    x = (2.0 * rows - 1.0) * math.pi
    found = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return np.stack([found[:, None], (rows[:, :1] + 0.0)], axis=2)  # a second outcome: the first input alone


def sobol_g(rows: Values) -> Values:
    return np.prod([(np.abs(4.0 * rows[:, n] - 2.0) + a) / (1.0 + a) for n, a in enumerate(A)], axis=0)[:, None, None]


def test_ishigami_has_its_analytic_indices() -> None:
    one = 0.5 * (1.0 + 0.1 * math.pi**4 / 5.0) ** 2
    two, both = 49.0 / 8.0, 0.01 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = one + two + both
    wanted = {"x1": (one / whole, (one + both) / whole), "x2": (two / whole,) * 2, "x3": (0.0, both / whole)}
    found, alone = decompose(list(wanted), None, ishigami, BASE, 1)
    for index in found:
        first, total = wanted[index.name]
        assert index.first.low - 0.01 <= first <= index.first.high + 0.01
        assert index.total.low - 0.01 <= total <= index.total.high + 0.01
    assert alone[0].name == "x1"
    assert alone[0].total.value == pytest.approx(1.0, abs=0.02)
    assert open_ranks(found, BASE) == ()


def test_sobol_g_has_its_analytic_indices_alone_and_in_groups() -> None:
    parts = np.array([1.0 / (3.0 * (1.0 + a) ** 2) for a in A])
    whole = np.prod(1.0 + parts) - 1.0
    names = [f"x{n}" for n in range(len(A))]
    for index in decompose(names, None, sobol_g, BASE, 2)[0]:
        n = names.index(index.name)
        total = parts[n] * np.prod(1.0 + np.delete(parts, n)) / whole
        assert index.first.low - 0.02 <= parts[n] / whole <= index.first.high + 0.02
        assert index.total.low - 0.02 <= total <= index.total.high + 0.02
    pair = (np.prod(1.0 + parts[:2]) - 1.0) / whole
    groups = {index.name: index for index in decompose(names, ["a", "a", "b", "b"], sobol_g, BASE, 2)[0]}
    assert groups["a"].first.low - 0.02 <= pair <= groups["a"].first.high + 0.02


def test_a_known_chance_with_the_same_luck_in_every_row_leaves_the_indices() -> None:
    luck = np.random.default_rng(3).normal(0.0, 5.0, 20)

    def noisy(rows: Values) -> Values:
        return (2.0 * rows[:, :1] + rows[:, 1:2] + luck[None, :])[:, :, None]

    found = {index.name: index for index in decompose(["a", "b"], None, noisy, 1_024, 1)[0]}
    assert found["a"].total.value == pytest.approx(0.8, abs=0.03)
    assert found["b"].total.value == pytest.approx(0.2, abs=0.03)


def test_a_yes_or_no_of_a_known_chance_has_its_share_of_chance_and_the_indices_of_its_probability() -> None:
    """Yes with p = 1/4 + 2a/5 + b/10: chance is E p(1-p) of a variance of 1/4, and a has 16/17 of that of p."""

    def chance_of(rows: Values) -> Values:
        return np.asarray(0.25 + 0.4 * rows[:, :1] + 0.1 * rows[:, 1:2])

    rng = np.random.default_rng(4)
    every = rng.random((2_000, 2))
    plain = (rng.random((2_000, 40)) < chance_of(every)).astype(float)
    found = chance_share(plain)
    assert found is not None
    assert found.low < 1.0 - 4.0 * 0.17 / 12.0 < found.high
    assert found.high - found.low < 0.02
    luck = (np.arange(400) + rng.random(400)) / 400  # the same in every row
    found_by = decompose(["a", "b"], None, lambda rows: (luck < chance_of(rows)).astype(float)[:, :, None], 1_024, 1)
    parts = {index.name: index.total.value for index in found_by[0]}
    assert parts["a"] == pytest.approx(16.0 / 17.0, abs=0.02)
    assert parts["b"] == pytest.approx(1.0 / 17.0, abs=0.02)


def test_screening_and_shifts_tell_what_acts_from_what_does_not() -> None:
    def bent(rows: Values) -> Values:
        return (3.0 * rows[:, 0] + rows[:, 1])[:, None, None]

    names = ["a", "b", "c"]
    screened = screen(names, bent, 20, 1)[0]
    assert [(one.name, round(one.effect.value, 6)) for one in screened] == [("a", 3.0), ("b", 1.0), ("c", 0.0)]
    assert top_groups(screened, names, 1) == ["a", REST, REST]
    told = {one.name: one.distance for one in shifts(names, bent, 1_000, 1, [names])[0]}
    assert told["a"].low > told[DUMMY].high
    assert told["c"].value < 2.0 * told[DUMMY].value
    assert {one.name: one.distance for one in shifts(names, bent, 1_000, 1, [["a"]])[0]} == {
        name: told[name] for name in ("a", DUMMY)
    }


def test_an_outcome_that_does_not_vary_has_no_indices() -> None:
    found = decompose(["a", "b"], None, lambda rows: np.ones((len(rows), 1, 1)), 64, 1)[0]
    assert all(math.isnan(one.total.value) for one in found)


# --- by hand ----------------------------------------------------------------------------------------------------------


def index(name: str, total: float, half: float) -> Index:
    return Index(name, Interval(0.0, 0.0, 0.0), Interval(total, total - half, total + half))


def test_neighbours_whose_order_is_open_ask_for_the_sample_that_would_close_it() -> None:
    """A gap of 0.1 beside 0.3 and 0.4: 25 times the sample; one of 0.5 is as large as both errors together."""
    assert open_ranks([index("a", 0.6, 0.3), index("b", 0.5, 0.4)], 64) == (Open("a", "b", 1_600),)
    assert open_ranks([index("a", 1.0, 0.3), index("b", 0.5, 0.4)], 64) == (Open("a", "b", 64),)
    assert open_ranks([index("a", 1.125, 0.3), index("b", 0.5, 0.4)], 64) == ()
    assert open_ranks([index("a", 0.5, 0.3), index("b", 0.5, 0.4)], 64) == (Open("a", "b", None),)
    assert open_ranks([index("a", 0.5, 0.0), index("b", 0.5, 0.0)], 64) == ()
    assert open_ranks([index("a", 0.5, 0.1), unknown("b")], 64) == ()
    assert open_ranks([index("a", 0.5, 0.1)], 64) == open_ranks([], 64) == ()
    closed_first = [index("a", 1.0, 0.01), index("b", 0.5, 0.03), index("c", 0.45, 0.04)]
    assert open_ranks(closed_first, 64) == (Open("b", "c", 64),)
    assert open_ranks([index("a", 0.6, 0.3), index("b", 0.497, 0.4)], 64)[0].needed == math.ceil(16.0 / 0.103**2)


def test_what_takes_more_than_a_million_is_not_told() -> None:
    assert MOST_BASE == 1_000_000
    assert open_ranks([index("a", 0.25, 0.5), index("b", 0.0, 0.0)], 200_000) == (Open("a", "b", 800_000),)
    assert open_ranks([index("a", 0.25, 0.5), index("b", 0.0, 0.0)], 250_000) == (Open("a", "b", None),)


def test_the_first_five_ranks_are_looked_at_and_who_comes_after_them() -> None:
    assert TOLD == 5
    many = [index(str(n), 1.0 - n / 100.0, 0.3) for n in range(9)]
    assert [(one.first, one.second) for one in open_ranks(many, 64)] == [(str(n), str(n + 1)) for n in range(5)]


def screened(name: str, effect: float) -> Screened:
    return Screened(name, Interval(effect, effect, effect), 0.0)


def test_the_strongest_stand_alone_and_what_does_nothing_is_not_among_them() -> None:
    told = [screened("c", 0.5), screened("a", 0.2), screened("b", 0.1), screened("d", 0.0)]
    assert top_groups(told, ["a", "b", "c", "d"], 2) == ["a", REST, "c", REST]
    assert top_groups(told, ["a", "b", "c", "d"], 4) == ["a", "b", "c", REST]
    assert top_groups(told, ["a", "b"], 0) == [REST, REST]


def test_rows_are_those_of_trajectories_groups_and_a_plain_sample() -> None:
    """7 of 4 rows; 16 of 2 + 2 and of 3 + 2; 100."""
    assert counted_rows(3, {"one": ["a", "a", "b"], "two": ["a", "b", "c"]}, 7, 16, 100) == 28 + 64 + 80 + 100


def test_a_design_asks_for_as_many_rows_as_it_says() -> None:
    asked: list[int] = []

    def model(rows: Values) -> Values:
        asked.append(len(rows))
        return (rows[:, :1] + 2.0 * rows[:, 1:2])[:, :, None]

    screen(["a", "b", "c"], model, 7, 1)
    decompose(["a", "b", "c"], ["x", "x", "y"], model, 16, 1)
    decompose(["a", "b", "c"], None, model, 16, 1)
    shifts(["a", "b", "c"], model, 100, 1, [["a"]])
    assert asked == [28, 64, 80, 100]


def test_an_effect_that_bends_has_a_spread_and_an_interval_that_ends_at_nothing() -> None:
    """Elementary effects of (x - 1/2)^2 on a grid of four: plus and minus 1/3, so that their means differ."""

    def bent(rows: Values) -> Values:
        bend = (rows[:, :1] - 0.5) ** 2 * (rows[:, 1:2] > 0.5)
        return np.stack([2.0 * rows[:, 2:3] + bend, 9.0 * bend + rows[:, :1] * 0.0], axis=2)

    first, second = screen(["a", "b", "c"], bent, 30, 3)
    assert first[0].name == "c"
    assert first[0].spread == pytest.approx(0.0, abs=1e-9)
    assert first[0].effect == pytest.approx((2.0, 2.0, 2.0))
    assert [one.effect.value for one in second] == sorted((one.effect.value for one in second), reverse=True)
    by_name = {one.name: one for one in second}
    assert by_name["c"].effect == (0.0, 0.0, 0.0)
    assert by_name["a"].spread > by_name["a"].effect.value > by_name["a"].effect.low >= 0.0
    for one in second:
        assert one.effect.high - one.effect.value >= one.effect.value - one.effect.low - 1e-12
    rare = screen(["a", "b"], lambda rows: ((rows[:, :1] > 0.9) * (rows[:, 1:2] > 0.9) * 1.0)[:, :, None], 3, 5)[0]
    assert all(one.effect.low >= 0.0 for one in rare)


def test_equals_are_told_by_name() -> None:
    def alike(rows: Values) -> Values:
        return (rows[:, :1] + rows[:, 1:2])[:, :, None]

    assert [one.name for one in screen(["b", "a", "c"], alike, 6, 1)[0]] == ["a", "b", "c"]
    found = shifts(["b", "a"], lambda rows: np.ones((len(rows), 1, 1)), 200, 1, [["b", "a"]])[0]
    assert [one.name for one in found] == ["a", DUMMY, "b"]
    assert all(one.distance.value == 0.0 for one in found)


def test_runs_are_averaged_before_anything_is_told() -> None:
    def noisy(rows: Values) -> Values:
        return np.stack([rows[:, 0] + 40.0, rows[:, 0] - 40.0, 4.0 * rows[:, 0]], axis=1)[:, :, None]

    assert screen(["a", "b"], noisy, 5, 1)[0][0].effect.value == pytest.approx(2.0)


def test_the_shift_of_an_input_that_says_all_is_the_distance_of_a_slice() -> None:
    """Ten slices of a uniform: the distance of the slice from the whole is 0.9 at the ends and 1/2 in the middle."""
    found = {one.name: one for one in shifts(["a", "b"], lambda rows: rows[:, :1, None], 1_000, 2, [["a", "b"]])[0]}
    exact = np.median([max(n / 10.0, 0.9 - n / 10.0) for n in range(10)])
    assert found["a"].distance.value == pytest.approx(exact, abs=0.06)
    for one in found.values():
        assert 0.0 <= one.distance.low < one.distance.value < one.distance.high
        assert one.distance.high - one.distance.low < 0.2


def test_a_distance_has_the_interval_of_a_normal_by_twenty_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The distances of the resamples are 1 to 20, and twice that: of the variance 35, and of 140."""
    seen: list[float] = []

    def told(problem: dict[str, list[str]], drawn: Values, outcome: Values, **rest: int) -> dict[str, Values]:
        number = float(len(seen))
        seen.append(float(outcome.mean()))
        return {"median": np.array([30.0, 20.0]) if not number else np.array([number, 2.0 * number])}

    monkeypatch.setattr(pawn, "analyze", told)
    first, second = shifts(["a"], lambda rows: rows[:, :1, None], 50, 1, [["a"]])[0]
    assert [first.name, second.name] == ["a", DUMMY]
    assert len(seen) == len(set(seen)) == 21
    assert first.distance == pytest.approx((30.0, 30.0 - 1.96 * math.sqrt(35.0), 30.0 + 1.96 * math.sqrt(35.0)))
    assert second.distance == pytest.approx((20.0, 0.0, 20.0 + 1.96 * math.sqrt(140.0)))
