"""What stands out of luck is there, what the pass brings alone is the pass's, and what luck brings is not named."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kruskal, spearmanr

from sim.analysis.influence import by_luck, draws_to_settle, influences


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
