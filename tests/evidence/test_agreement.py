"""Krippendorff's alpha: published worked examples, its laws, and the figures of the five articles' three passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.case.loading import load_case
from sim.evidence.agreement import Metric, agreement, alpha, pairable
from sim.evidence.loading import load_evidence

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections C, D: 4 observers, 12 units; 0 is no value.
FOUR_OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3),
    (0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0),
)
# The same paper, section A: two observers, ten units, two categories.
MEG = (0, 1, 0, 0, 0, 0, 0, 0, 1, 0)
OWEN = (1, 1, 1, 0, 0, 1, 0, 0, 0, 0)

METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval")
values = st.lists(st.lists(st.integers(0, 4), min_size=0, max_size=4), min_size=1, max_size=12)


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_published_example_with_missing_values_comes_out(metric: Metric, published: float) -> None:
    units = [[value for value in unit if value] for unit in zip(*FOUR_OBSERVERS, strict=True)]
    assert alpha(units, metric) == pytest.approx(published, abs=5e-4)


def test_the_published_example_of_two_categories_comes_out() -> None:
    assert alpha(zip(MEG, OWEN, strict=True), "nominal") == pytest.approx(0.095, abs=5e-4)


@given(values)
def test_with_two_values_every_metric_gives_the_same_alpha(units: list[list[int]]) -> None:
    binary = [[value % 2 for value in unit] for unit in units]
    nominal = alpha(binary, "nominal")
    for metric in METRICS:
        assert alpha(binary, metric) == (None if nominal is None else pytest.approx(nominal))


@given(values, st.sampled_from(METRICS))
def test_alpha_is_at_most_one_and_one_only_without_disagreement(units: list[list[int]], metric: Metric) -> None:
    found = alpha(units, metric)
    if found is None:
        assert len({value for unit in pairable(units) for value in unit}) < 2
    else:
        assert found <= 1.0
        assert (found == 1.0) == all(len(set(unit)) == 1 for unit in pairable(units))


@given(values, st.sampled_from(METRICS), st.randoms())
def test_alpha_does_not_depend_on_who_coded_or_in_which_order(units: list[list[int]], metric: Metric, luck) -> None:
    mixed = [luck.sample(unit, len(unit)) for unit in luck.sample(units, len(units))]
    found = alpha(units, metric)
    assert alpha(mixed, metric) == (None if found is None else pytest.approx(found))


@given(values)
def test_only_the_order_of_values_counts_on_the_ordinal_metric(units: list[list[int]]) -> None:
    stretched = [[value**3 + 1 for value in unit] for unit in units]
    found = alpha(units, "ordinal")
    assert alpha(stretched, "ordinal") == (None if found is None else pytest.approx(found))


@given(values, st.sampled_from(METRICS))
def test_units_that_one_coder_valued_say_nothing(units: list[list[int]], metric: Metric) -> None:
    assert alpha([*units, [3], []], metric) == alpha(units, metric)


def test_nothing_to_compare_has_no_alpha() -> None:
    assert alpha([], "ordinal") is None
    assert alpha([(1,), (2,)], "ordinal") is None
    assert alpha([(2, 2), (2, 2)], "ordinal") is None


def test_the_figures_of_the_three_passes_come_out() -> None:
    case = load_case()
    found = agreement(load_evidence(case.folder / "evidence", case=case), case.actors)
    assert {one.variable: round(one.alpha or 0.0, 2) for one in found} == {
        "trust": 0.95,
        "trust (actors)": 0.91,
        "leverage": 0.84,
        "leverage (actors)": 0.92,
        "position": 0.97,
        "salience": 0.81,
    }
    assert {one.metric for one in found if one.variable != "position"} == {"ordinal"}
    assert {one.variable: (one.units, one.values) for one in found}["trust (actors)"] == (40, 117)
