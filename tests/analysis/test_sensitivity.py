"""Indices against closed forms, through the path that the model takes: Ishigami, Sobol's G, and a known chance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.chance import chance_share
from sim.analysis.sensitivity import DUMMY, REST, decompose, open_ranks, screen, shifts, top_groups
from sim.analysis.shares import Values

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
