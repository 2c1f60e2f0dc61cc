"""Boxes: a planted one is found, nothing is made of noise, and what lasts is told from what does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.boxes import (
    LEAST,
    METHODS,
    MOST_LIMITS,
    Limit,
    Method,
    best_box,
    gain,
    inside,
    lasting,
    peeled_by,
    resampled_boxes,
)
from sim.analysis.shares import Values

PART = 0.0737  # a peel that ends on no row, so that rounding decides nothing
PLANTED = (Limit(1, "above", 0.6), Limit(3, "below", 0.5))


def planted(seed: int, rows: int = 400, inputs: int = 30) -> tuple[Values, Values]:
    """Inputs, and an outcome that is likely inside the planted box alone."""
    rng = np.random.default_rng(seed)
    x = rng.random((rows, inputs))
    return x, (rng.random(rows) < np.where(inside(PLANTED, x), 0.9, 0.1)).astype(np.float64)


@pytest.mark.parametrize("method", METHODS)
def test_a_planted_box_is_found_and_lasts(method: Method) -> None:
    x, y = planted(1)
    found = best_box(method, x, y)
    assert {(one.input, one.side) for one in found} == {(1, "above"), (3, "below")}
    for one in found:
        wanted = next(limit for limit in PLANTED if limit.input == one.input)
        assert one.at == pytest.approx(wanted.at, abs=0.08)
    told = lasting(found, resampled_boxes(method, x, y, 10, 2, lambda n: None), x)
    assert min(told.limits) >= 0.6
    assert told.overlap > 0.4


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_each_peel_leaves_less_and_never_less_than_a_tenth(seed: int) -> None:
    x, y = planted(seed, rows=80, inputs=4)
    before, mean = len(x), y.mean()
    for box in peeled_by(0.05, x, y):
        held = inside(box, x)
        assert LEAST * len(x) <= held.sum() < before
        assert y[held].mean() > mean
        before, mean = int(held.sum()), y[held].mean()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_best_box_has_few_limits_and_the_gain_is_that_of_its_definition(seed: int) -> None:
    x, y = planted(seed, rows=80, inputs=4)
    found = best_box("PRIM", x, y)
    held = inside(found, x)
    assert len(found) <= MOST_LIMITS
    assert gain(found, x, y) == pytest.approx(held.mean() * (y[held].mean() - y.mean()))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_row_with_a_weight_counts_as_so_many_equal_ones(seed: int) -> None:
    x, y = planted(seed, rows=60, inputs=4)
    weights = np.random.default_rng(seed).integers(0, 4, len(x)).astype(np.float64)
    many = np.repeat(np.arange(len(x)), weights.astype(int))
    for box in peeled_by(PART, x, y, weights):
        assert gain(box, x, y, weights) == pytest.approx(gain(box, x[many], y[many]))
    assert list(peeled_by(PART, x, y, weights)) == list(peeled_by(PART, x[many], y[many]))
    for method in METHODS:
        found = best_box(method, x, y, weights)
        assert not found or inside(found, x[many]).mean() >= LEAST - 1e-9


def test_a_column_that_does_not_vary_and_an_outcome_that_does_not_give_no_box() -> None:
    x = np.column_stack([np.ones(50), np.arange(50.0)])
    assert best_box("PRIM", x, np.ones(50)) == ()
    assert all(limit.input == 1 for limit in best_box("PRIM", x, (x[:, 1] > 30.0).astype(float)))


def test_an_input_of_few_values_is_peeled_by_value() -> None:
    x = np.repeat([0.0, 1.0, 2.0], 40)[:, None]
    assert best_box("PRIM", x, (x[:, 0] == 2.0).astype(float)) == (Limit(0, "above", 1.0),)
    assert best_box("PRIM", x, (x[:, 0] == 0.0).astype(float)) == (Limit(0, "below", 0.0),)
