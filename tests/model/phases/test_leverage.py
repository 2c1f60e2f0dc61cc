"""How far the instruments behind a leverage are at hand, and what is left of it."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import Begun, begun

from sim.model import vocabulary as words
from sim.model.phases.leverage import (
    derive_tool,
    pair_available,
    set_availability_at_epoch,
    set_leverage,
    tool_available,
)


def instruments() -> Begun:
    """A run in which everything that an instrument may follow has a number of its own."""
    run, rng = begun("2018-12"), np.random.default_rng(9)
    for name in ("cell", "control", "leverage"):
        run.state[name] = rng.uniform(0.1, 0.9, run.state[name].shape)
    for name in ("tool_share", "tool_base", "tool_slope", "coded_leverage"):
        run.draw[name] = rng.uniform(0.1, 0.5, run.draw[name].shape)
    run.state.presence, run.draw.autonomy = 0.37, 0.25
    return run


# The availability at what is followed, x, by what it is: a sanctuary matters less to those who hold ground.
FOLLOWED = {
    "cell": lambda x: x,
    "cell_left": lambda x: 1.0 - x,
    "presence": lambda x: x,
    "control": lambda x: x,
    "control_left": lambda x: 1.0 - x,
    "sanctuary": lambda x: 0.75 * (1.0 - x / 2.0),
}


@pytest.mark.parametrize("kind", FOLLOWED)
@pytest.mark.parametrize("tool", [0, 12, 24])
def test_an_instrument_follows_its_cell_the_presence_or_a_control_on_a_straight_line(tool: int, kind: str) -> None:
    run = instruments()
    rules, draw, state = run.rules, run.draw, run.state
    assert list(words.FOLLOWS_CODES) == list(FOLLOWED)
    bases, slopes = draw.tool_base.copy(), draw.tool_slope.copy()
    rules.tool_follows[tool], rules.tool_cell[tool], rules.tool_war[tool] = words.FOLLOWS_CODES[kind], -1, -1
    derive_tool(rules, draw, tool)
    for place in (0, 1):
        what = "cell" if kind.startswith("cell") else "presence" if kind == "presence" else "control"
        rules.tool_cell[tool] = place if what == "cell" else -1
        rules.tool_war[tool] = place if what == "control" else -1
        x = {"cell": state.cell[place], "presence": 0.37, "control": state.control[place]}[what]
        assert tool_available(rules, draw, state, tool) == pytest.approx(FOLLOWED[kind](x))
    for lines, before in ((draw.tool_base, bases), (draw.tool_slope, slopes)):
        assert np.array_equal(np.delete(lines, tool), np.delete(before, tool))


@pytest.mark.parametrize("tools", [(3,), (24, 0), (1, 7, 20, 12)])
@pytest.mark.parametrize("pair", [0, 13])
def test_a_pair_has_its_instruments_by_their_shares(pair: int, tools: tuple[int, ...]) -> None:
    run = instruments()
    rules, draw, state = run.rules, run.draw, run.state
    rules.pair_tools[pair], rules.pair_tool[pair] = len(tools), 5
    rules.pair_tool[pair, : len(tools)] = tools
    wanted = sum(draw.tool_share[tool] * tool_available(rules, draw, state, tool) for tool in tools)
    assert pair_available(rules, draw, state, pair) == pytest.approx(wanted)
    draw.tool_share[list(tools)] = 0.0
    assert pair_available(rules, draw, state, pair) == 0.0


@pytest.mark.parametrize(("share", "remembered"), [(0.0, 0.1), (0.25, 0.1), (0.5, 0.25), (1.0, 0.5)])
def test_the_epoch_is_remembered_with_no_less_than_a_tenth(share: float, remembered: float) -> None:
    run = instruments()
    run.draw.tool_base[...], run.draw.tool_slope[...], run.rules.pair_tools[...] = 0.5, 0.0, 1
    run.draw.tool_share[...], run.state.availability_start[...] = share, 7.0
    if share == 0.25:
        run.draw.tool_base[...] = 0.3
    set_availability_at_epoch(run.rules, run.draw, run.state, 4)
    assert run.state.availability_start[4] == remembered
    assert (np.delete(run.state.availability_start, 4) == 7.0).all()


@pytest.mark.parametrize("leaves", ["nobody", "holder", "target", "another"])
@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize(("start", "ratio"), [(0.5, 0.5), (0.1, 2.5), (1.0, 0.25)])
def test_leverage_is_what_was_coded_by_what_is_left_of_its_instruments_until_one_of_the_two_is_gone(
    start: float, ratio: float, regime: int, leaves: str
) -> None:
    run = instruments()
    rules, draw, state, pair = run.rules, run.draw, run.state, 6
    holder, target = rules.pair_holder[pair], rules.pair_target[pair]
    draw.tool_base[...], draw.tool_slope[...], draw.tool_share[...], rules.pair_tools[pair] = 0.25, 0.0, 1.0, 1
    draw.coded_leverage[holder, target], state.availability_start[pair], state.regime = 0.6, start, regime
    state.leverage[holder, target], before = 0.123, state.leverage.copy()
    others = set(range(rules.players)) - {int(holder), int(target)}
    rules.leaves[...] = 0
    rules.leaves[{"holder": holder, "target": target, "another": min(others)}.get(leaves, min(others))] = (
        leaves != "nobody"
    )
    set_leverage(rules, draw, state, pair)
    frozen = regime == 1 and leaves in ("holder", "target")
    assert state.leverage[holder, target] == (0.123 if frozen else pytest.approx(min(1.0, 0.6 * ratio)))
    before[holder, target] = state.leverage[holder, target]
    assert np.array_equal(state.leverage, before)
