"""What stands out of luck is there, what the pass brings alone is the pass's, and what luck brings is not named."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy.stats import kruskal, norm, spearmanr

from sim.analysis.influence import Influence, by_luck, draws_to_settle, fisher, influences, most_common
from sim.analysis.quantiles import Z95, chi_square
from sim.analysis.weights import worth


def test_within_one_pass_it_is_spearmans_correlation() -> None:
    random = np.random.default_rng(1)
    drawn, outcome = random.normal(size=(80, 1)), random.normal(size=80)
    (one,) = influences(["x"], drawn, outcome)
    assert one.value == pytest.approx(spearmanr(drawn[:, 0], outcome).statistic)
    assert one.luck == by_luck(1, 80)


def test_within_passes_it_is_the_mean_of_theirs_by_their_draws_less_one_and_the_pass_is_kruskal_and_walliss() -> None:
    random = np.random.default_rng(2)
    passes = np.repeat([0.0, 1.0, 2.0], [20, 30, 50])
    drawn, outcome = random.normal(size=(100, 1)) + passes[:, None], random.normal(size=100) + 0.3 * passes
    found = {one.name: one for one in influences(["x"], drawn, outcome, passes)}
    each = [spearmanr(drawn[passes == n, 0], outcome[passes == n]).statistic for n in range(3)]
    assert found["x"].value == pytest.approx(np.average(each, weights=[19, 29, 49]))
    statistic = kruskal(*(outcome[passes == n] for n in range(3))).statistic
    assert found["pass"].value == pytest.approx((statistic / 99.0) ** 0.5)
    assert np.isnan(found["pass"].low)
    assert found["x"].luck == by_luck(2, 98)


def test_what_only_the_pass_brings_is_the_passs_alone() -> None:
    """Every column moves with the pass, and so does the outcome: nothing but the pass stands out."""
    random, outside = np.random.default_rng(3), 0
    for _ in range(20):
        passes = random.integers(0, 3, 300).astype(float)
        drawn = random.normal(size=(300, 40)) + 2.0 * passes[:, None] * random.choice([-1.0, 1.0], 40)
        outcome = passes + random.normal(size=300)
        found = influences([f"x{n}" for n in range(40)], drawn, outcome, passes)
        assert (found[0].name, found[0].stands_out) == ("pass", True)
        outside += any(one.stands_out for one in found[1:])
        assert max(abs(one.value) for one in influences(["x"], drawn[:, :1], outcome)) > 0.4  # not seen without passes
    assert outside <= 3


def test_of_three_hundred_columns_of_noise_and_twenty_draws_none_stands_out() -> None:
    random, out = np.random.default_rng(4), 0
    names = [f"x{n}" for n in range(300)]
    for _ in range(20):
        passes = random.integers(0, 3, 24).astype(float)
        found = influences(names, random.normal(size=(24, 300)), random.normal(size=24), passes)
        out += any(one.stands_out for one in found)
    assert out <= 3


def test_a_column_that_few_draws_have_has_a_band_of_its_own() -> None:
    random = np.random.default_rng(5)
    drawn = random.normal(size=(200, 2))
    drawn[::3, 1] = np.nan
    found = {one.name: one for one in influences(["all", "some"], drawn, random.normal(size=200))}
    assert found["some"].draws == 133
    assert found["some"].luck == by_luck(2, 133) > found["all"].luck == by_luck(2, 200)


def test_as_many_draws_as_it_says_tell_the_first_from_the_second() -> None:
    random = np.random.default_rng(6)

    def found(draws: int) -> list[str]:
        drawn = random.normal(size=(draws, 2))
        outcome = 0.6 * drawn[:, 0] + 0.4 * drawn[:, 1] + random.normal(size=draws)
        return [one.name for one in influences(["strong", "weak"], drawn, outcome)]

    drawn = random.normal(size=(20_000, 2))
    ranked = influences(["strong", "weak"], drawn, 0.6 * drawn[:, 0] + 0.4 * drawn[:, 1] + random.normal(size=20_000))
    needed = draws_to_settle(ranked)
    assert needed is not None
    assert 100 < needed < 400
    assert np.mean([found(needed)[0] == "strong" for _ in range(200)]) > 0.9
    assert draws_to_settle(ranked[:1]) is None


# --- edges and closed forms -------------------------------------------------------------------------------------------


def told(value: float, luck: float = 0.3, name: str = "x") -> Influence:
    return Influence(name, value, -1.0, 1.0, 50, luck)


def test_an_influence_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        told(0.5).value = 0.6  # type: ignore[misc]


def test_what_stands_out_is_stronger_than_luck_on_either_side() -> None:
    assert told(0.31).stands_out
    assert told(-0.31).stands_out
    assert not told(0.3).stands_out
    assert not told(-0.2).stands_out


@pytest.mark.parametrize(("correlation", "draws"), [(0.5, 103), (-0.8, 20), (0.0, 4)])
def test_an_interval_is_fishers_with_the_variance_of_bonett_and_wright(correlation: float, draws: int) -> None:
    low, high = fisher(correlation, draws)
    error = math.sqrt((1.0 + correlation**2 / 2.0) / (draws - 3.0))
    assert (math.atanh(low), math.atanh(high)) == pytest.approx(
        (math.atanh(correlation) - Z95 * error, math.atanh(correlation) + Z95 * error)
    )
    assert fisher(1.0, draws) == (1.0, 1.0)
    assert fisher(-1.0, draws) == (-1.0, -1.0)


def test_luck_is_the_quantile_of_the_largest_of_so_many_normals() -> None:
    assert by_luck(1, 101) == pytest.approx(norm.ppf(0.975) / 10.0)
    assert by_luck(7, 26) == pytest.approx(norm.isf((1.0 - 0.95 ** (1.0 / 7.0)) / 2.0) / 5.0)
    assert by_luck(1, 101, 0.2) == pytest.approx(norm.ppf(0.9) / 10.0)
    assert by_luck(1, 3, 0.5) == pytest.approx(norm.ppf(0.75) / math.sqrt(2.0))
    assert by_luck(1, 1, 0.9) == by_luck(1, 2, 0.9) == pytest.approx(norm.ppf(0.55))
    assert by_luck(1, 4) == 1.0


def test_the_most_common_value_has_its_share() -> None:
    assert most_common(np.array([2.0, 5.0, 5.0, 7.0, 5.0])) == pytest.approx(0.6)


def test_the_draws_that_would_settle_a_ranking_are_those_of_fishers_z() -> None:
    """Twice 1.96^2 over the square of the gap, and three."""
    gap = math.atanh(0.6) - math.atanh(0.2)
    assert draws_to_settle([told(0.6), told(-0.2), told(0.1)]) == math.ceil(3.0 + 2.0 * (Z95 / gap) ** 2)
    sure = math.atanh(0.999) - math.atanh(0.2)
    assert draws_to_settle([told(1.0), told(0.2)]) == math.ceil(3.0 + 2.0 * (Z95 / sure) ** 2)
    assert draws_to_settle([told(0.4), told(-0.4)]) is None
    assert draws_to_settle([told(0.0), told(0.0)]) is None
    assert draws_to_settle([told(0.4)]) is draws_to_settle([]) is None
    assert draws_to_settle([told(1e-3), told(0.0)]) == pytest.approx(2.0 * (Z95 / 1e-3) ** 2, rel=1e-4)
    assert draws_to_settle([told(8e-4), told(0.0)]) is None  # twelve million


def of(names: list[str], drawn: np.ndarray, *others: np.ndarray | None) -> dict[str, Influence]:
    return {one.name: one for one in influences(names, drawn, *others)}


def test_a_column_has_to_have_twenty_draws_and_to_vary() -> None:
    random = np.random.default_rng(11)
    drawn, outcome = random.normal(size=(21, 4)), random.normal(size=21)
    drawn[:1, 0], drawn[:2, 1] = np.nan, np.nan
    drawn[1:, 2] = 3.0  # 20 of 21 are one and the same
    drawn[2:, 3] = 3.0
    found = of(["twenty", "nineteen", "same", "two"], drawn, outcome)
    assert list(sorted(found)) == ["twenty", "two"]
    assert (found["twenty"].draws, found["two"].draws) == (20, 21)
    many = random.normal(size=(20, 1))
    many[1:] = 3.0  # 95 % and no more
    assert list(of(["x"], many, outcome[1:])) == ["x"]
    outcome[0] = np.nan
    assert of(["x"], drawn[:, 3:], outcome)["x"].draws == 20
    assert influences(["x"], drawn[:, 3:], np.ones(21)) == ()


def test_a_pass_of_three_draws_has_no_ranking_of_its_own_and_one_of_four_has() -> None:
    random = np.random.default_rng(12)
    passes = np.repeat([0.0, 1.0, 2.0], [20, 4, 3])
    drawn, outcome = random.normal(size=(27, 1)), random.normal(size=27)
    found = of(["x"], drawn, outcome, passes)
    each = [spearmanr(drawn[passes == n, 0], outcome[passes == n]).statistic for n in (0, 1)]
    assert found["x"].value == pytest.approx((19.0 * each[0] + 3.0 * each[1]) / 22.0)
    assert (found["x"].draws, found["pass"].draws) == (24, 24)
    assert found["x"].luck == by_luck(2, 23)
    assert (found["x"].low, found["x"].high) == fisher(found["x"].value, 23)
    statistic = kruskal(outcome[:20], outcome[20:24]).statistic
    assert found["pass"].value == pytest.approx(math.sqrt(statistic / 23.0))
    each_of_two = 1.0 - math.sqrt(0.95)
    assert found["pass"].luck == pytest.approx(math.sqrt(chi_square(1, each_of_two) / 23.0))
    assert "pass" not in of(["x"], drawn[:23], outcome[:23], passes[:23])  # one pass and three draws of another


def test_a_pass_in_which_a_column_does_not_vary_says_nothing_of_it() -> None:
    random = np.random.default_rng(13)
    passes = np.repeat([0.0, 1.0, 2.0], [20, 10, 15])
    drawn, outcome = random.normal(size=(45, 1)), random.normal(size=45)
    drawn[20:30], outcome[30:] = 0.5, 1.25
    found = of(["x"], drawn, outcome, passes)
    assert found["x"].value == pytest.approx(spearmanr(drawn[:20, 0], outcome[:20]).statistic)
    assert found["x"].draws == 20
    assert found["x"].luck == by_luck(2, 20)
    assert list(of(["x"], drawn[1:], outcome[1:], passes[1:])) == ["pass"]


def test_the_pass_needs_twenty_draws_in_two_passes_and_an_outcome_that_varies() -> None:
    random = np.random.default_rng(14)
    drawn, passes = np.ones((20, 1)), np.repeat([0.0, 1.0], [15, 5])
    outcome = random.normal(size=20)
    for weights in (None, np.r_[1.0 + 1e-10, np.ones(19)], 1.0 + 1e-6 * np.arange(20)):
        assert list(of(["x"], drawn, outcome, passes, weights)) == ["pass"]
        few = None if weights is None else weights[1:]
        assert of(["x"], drawn[1:], outcome[1:], passes[1:], few) == {}
        assert of(["x"], drawn, np.ones(20), passes, weights) == {}
        assert of(["x"], drawn, outcome, None, weights) == {}


def test_a_pass_that_says_all_has_a_ratio_of_one_and_luck_never_more() -> None:
    passes = np.repeat([0.0, 1.0], 10)
    found = of(["x"], np.ones((20, 1)), passes * 3.0, passes)
    assert found["pass"].value == pytest.approx(1.0)
    assert found["pass"].stands_out
    many = np.repeat(np.arange(5.0), 4)
    assert of(["x"], np.ones((20, 1)), np.arange(20.0), many)["pass"].luck == pytest.approx(
        math.sqrt(chi_square(4, 0.05) / 19.0)
    )
    names = [f"x{n}" for n in range(300)]
    found = of(names, np.random.default_rng(1).normal(size=(20, 300)), np.arange(20.0), many)
    assert found["pass"].luck == 1.0


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_what_goes_wholly_together_is_one_and_by_rounding_never_more(side: float) -> None:
    for draws in range(24, 120):
        x = np.arange(float(draws))
        (found,) = influences(["x"], side * x[:, None], x, None, 1.0 + 0.01 * x)
        assert 1.0 - 1e-12 < side * found.value <= 1.0
        assert found.low <= found.value <= found.high


def test_the_strongest_comes_first_and_equals_by_name() -> None:
    x = np.arange(24.0)
    weak = np.where(x % 2 == 0, x, -x)
    found = influences(["weak", "b", "a"], np.stack([weak, -x, x], axis=1), x)
    assert [(one.name, round(one.value, 9)) for one in found[:2]] == [("a", 1.0), ("b", -1.0)]
    assert found[2].name == "weak"


def test_weighted_correlations_and_ratios_are_those_of_repeated_draws() -> None:
    random = np.random.default_rng(15)
    passes = np.repeat([0.0, 1.0, 2.0], [40, 30, 50])
    drawn, outcome = random.normal(size=(120, 1)), np.round(random.normal(size=120) + 0.4 * passes, 1)
    drawn[:, 0] += 0.5 * outcome
    times = random.integers(0, 4, 120)
    found = of(["x"], drawn, outcome, passes, times.astype(float))
    many = np.repeat(np.arange(120), times)
    held = [many[passes[many] == n] for n in range(3)]
    each = [spearmanr(drawn[one, 0], outcome[one]).statistic for one in held]
    worths = np.array([worth(times[passes == n].astype(float)) for n in range(3)])
    assert found["x"].value == pytest.approx(np.average(each, weights=worths - 1))
    assert found["x"].draws == worths.sum()
    assert found["x"].luck == by_luck(2, int(worths.sum()) - 2)
    repeated = of(["x"], drawn[many], outcome[many], passes[many])
    assert found["pass"].value == pytest.approx(repeated["pass"].value)
    assert found["pass"].draws == worth(times.astype(float))
    luck = math.sqrt(chi_square(2, 1.0 - math.sqrt(0.95)) / (found["pass"].draws - 1))
    assert found["pass"].luck == pytest.approx(luck)


def test_a_pass_whose_weight_is_worth_less_than_four_draws_is_left_out() -> None:
    random = np.random.default_rng(16)
    passes = np.repeat([0.0, 1.0, 2.0], [30, 30, 5])
    outcome, weights = random.normal(size=65), np.r_[np.ones(60), 4.0, 1.0, 1.0, 1.0, 1.0]
    found = of(["x"], np.ones((65, 1)), outcome, passes, weights)
    left = of(["x"], np.ones((60, 1)), outcome[:60], passes[:60])
    assert found["pass"].value == pytest.approx(left["pass"].value)
    assert (found["pass"].draws, found["pass"].luck) == (60, left["pass"].luck)
    weights[60:] = [1.0, 1.0, 1.0, 1.0, 0.5]
    assert of(["x"], np.ones((65, 1)), outcome, passes, weights)["pass"].luck > left["pass"].luck
