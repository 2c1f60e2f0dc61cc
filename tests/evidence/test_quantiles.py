"""Draws from given uniform numbers are those that the sampler makes of the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from sim.case.loading import load_case
from sim.evidence.loading import load_evidence
from sim.evidence.priors import priors
from sim.evidence.quantiles import draws_of, inputs
from sim.numerics.chance import PARAMETERS, counter_of, uniforms4

CASE = load_case()
EVIDENCE = load_evidence(CASE.folder / "evidence", case=CASE)
DRAWS, SEED = 12, 5


@pytest.mark.parametrize("epoch", CASE.epochs)
def test_the_same_numbers_make_the_same_draws(epoch: str) -> None:
    found = priors(CASE, EVIDENCE, epoch)
    names = inputs(found)
    chance = np.array(
        [
            [uniforms4(SEED, n, 0, 0, counter_of(found[name].luck), PARAMETERS)[:2] for name in names]
            for n in range(DRAWS)
        ]
    )
    made = draws_of(found, names, chance[:, :, 0], chance[:, :, 1])
    np.testing.assert_allclose(made, found.draw(DRAWS, SEED), rtol=1e-12, atol=1e-12)


def test_one_number_an_input_gives_the_same_priors() -> None:
    found = priors(CASE, EVIDENCE, "2021-04")
    names = inputs(found)
    made = draws_of(found, names, np.random.default_rng(1).random((20_000, len(names))))
    for name in names[:: max(1, len(names) // 40)]:
        values = made[:, found.index[name]]
        assert values.mean() == pytest.approx(found[name].mean, abs=5.0 * values.std() / np.sqrt(len(values)) + 1e-9)
