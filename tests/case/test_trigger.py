"""Triggers as a scenario writes them: what each name stands for, what conditions leave of a range, what never fires."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import afghanistan

from sim.case.trigger import KINDS, Condition, Place, Quantity, can_hold, check_possible, condition, quantity, span
from sim.inputs.errors import InputError
from sim.model import vocabulary as words

HORIZON = 104


def at(regime: int = 0, horizon: int = HORIZON) -> Place:
    """A place in a scenario that begins under one regime or the other."""
    case = afghanistan()
    return Place(case, case.regimes[regime], horizon, "file", "when")


def war(index: int = 0) -> str:
    """A war that outlives the regime comes after the one that turns it."""
    return list(afghanistan().wars)[index]


def test_each_name_is_the_engines_quantity_of_the_players_wars_or_tables_that_it_names() -> None:
    case = afghanistan()
    players, tables, cells = list(case.players), list(case.tables), list(case.cells)
    one, other, table, cell = players[3], players[1], tables[2], cells[4]
    assert one != other
    wanted = {
        "week": (words.Q_WEEK, 0, 0, 1, HORIZON, True),
        "presence": (words.Q_PRESENCE, 0, 0, 0, 1, False),
        f"cell.{cell}": (words.Q_CELL, 4, 0, 0, 1, False),
        f"trust.{one}.{other}": (words.Q_TRUST, 3, 1, 0, 1, False),
        f"leverage.{one}.{other}": (words.Q_LEVERAGE, 3, 1, 0, 1, False),
        f"war.{war(1)}.control": (words.Q_CONTROL, 1, 0, 0, 1, False),
        f"war.{war(1)}.intensity": (words.Q_INTENSITY, 1, 0, 0, 4, False),
        f"war.{war(1)}.cohesion": (words.Q_COHESION, 1, 0, 0, 1, False),
        f"table.{table}.sessions": (words.Q_SESSIONS, 2, 0, 0, HORIZON, True),
        f"table.{table}.impasses": (words.Q_IMPASSES, 2, 0, 0, HORIZON, True),
        f"table.{table}.agreed": (words.Q_AGREED, 2, 0, 0, 1, True),
        f"table.{table}.collapsed": (words.Q_COLLAPSED, 2, 0, 0, 1, True),
        f"table.{table}.in_force": (words.Q_IN_FORCE, 2, 0, 0, 1, True),
        f"table.{table}.open": (words.Q_OPEN, 2, 0, 0, 1, True),
        f"table.{table}.status": (words.Q_STATUS, 2, 0, 0, 4, True),
    }
    for name, found in wanted.items():
        read = quantity(at(), name)
        assert (read.code, read.first, read.second, read.low, read.high, read.whole) == found, name
        assert not read.mirrored
    assert len(wanted) + 1 == len(KINDS)  # and a regime, which has tests of its own


@pytest.mark.parametrize("name", ["weeks", "week.1", "presence.now", "cell", "trust.PAK", "war.afghan", "table.doha"])
def test_a_name_of_another_form_is_no_quantity(name: str) -> None:
    with pytest.raises(InputError, match="is not a quantity"):
        quantity(at(), name)


def test_the_kind_that_was_likely_meant_is_named() -> None:
    with pytest.raises(InputError, match=r"did you mean week"):
        quantity(at(), "weak")


def test_the_patron_has_left_under_the_second_regime() -> None:
    assert [quantity(at(regime), "presence").high for regime in (0, 1)] == [1.0, 0.0]


def test_the_second_regime_has_a_name_of_its_own_in_any_case() -> None:
    case = afghanistan()
    assert quantity(at(), "regime.turned")[1:] == quantity(at(), f"regime.{case.turned}")[1:]
    assert [quantity(at(), f"regime.{name}").mirrored for name in case.regimes] == [True, False]


def test_a_war_that_turns_the_regime_is_over_once_it_has() -> None:
    assert quantity(at(0), f"war.{war(0)}.control").first == 0
    with pytest.raises(InputError, match="is over under the"):
        quantity(at(1), f"war.{war(0)}.control")
    assert quantity(at(1), f"war.{war(1)}.control").first == 1


def test_a_table_of_the_first_regime_alone_is_closed_for_good_under_the_second() -> None:
    case = afghanistan()
    for name, table in case.tables.items():
        if set(table.regimes) == {case.regimes[0]}:
            with pytest.raises(InputError, match="which is for good"):
                quantity(at(1), f"table.{name}.open")
        assert quantity(at(0), f"table.{name}.open").code == words.Q_OPEN


def test_nobody_trusts_or_moves_itself() -> None:
    one = next(iter(afghanistan().players))
    for kind in ("trust", "leverage"):
        with pytest.raises(InputError, match="is of a player and itself"):
            quantity(at(), f"{kind}.{one}.{one}")


@pytest.mark.parametrize("comparison", words.COMPARISONS)
@pytest.mark.parametrize("number", ["0.25", ".25", "+0.25", "2.5e-1", "$share"])
def test_a_number_is_read_as_it_is_written_or_is_a_levers(comparison: str, number: str) -> None:
    found = condition(at(), f" presence{comparison} {number} ", {"share": 0.25})
    assert (found.quantity.code, found.comparison, found.threshold) == (words.Q_PRESENCE, comparison, 0.25)
    assert found.engine() == (words.Q_PRESENCE, 0, 0, words.COMPARISONS.index(comparison), 0.25)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("presence == 0.5", "is not a condition"),
        ("presence < half", "is not a number"),
        ("presence < nan", "is not a number"),
        ("presence < 0.5 0.6", "is not a condition"),
        ("presence < $shore", "share"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        condition(at(), text, {"share": 0.5})


# --- what conditions leave of a range


def conditions(whole: bool) -> st.SearchStrategy[list[tuple[str, float]]]:
    thresholds = st.sampled_from([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0] + ([0.5, 2.5, 3.5] if whole else [0.5, 2.5]))
    return st.lists(st.tuples(st.sampled_from(words.COMPARISONS), thresholds), min_size=1, max_size=3)


def holds(value: float, comparison: str, threshold: float) -> bool:
    return {
        "<": value < threshold,
        "<=": value <= threshold,
        ">": value > threshold,
        ">=": value >= threshold,
    }[comparison]


GRID = [n / 4 for n in range(17)]  # of a quantity from 0 to 4, ends and edges and what lies between


@given(data=st.data(), whole=st.booleans())
def test_what_is_left_is_what_holds_for_all_of_them(data: st.DataObject, whole: bool) -> None:
    watched = Quantity("some", words.Q_INTENSITY, high=4.0, whole=whole)
    drawn = data.draw(conditions(whole))
    found = [Condition(watched, comparison, threshold, "") for comparison, threshold in drawn]
    low, high, low_open, high_open = span(found)
    values = [value for value in GRID if not whole or value == int(value)]
    left = [value for value in values if all(holds(value, *one) for one in drawn)]
    inside = [
        v for v in values if (low < v or (low == v and not low_open)) and (v < high or (v == high and not high_open))
    ]
    assert inside == left
    assert can_hold(found) == bool(left)


def first_week(horizon: int, drawn: list[tuple[str, float]], hold: int, lag: int) -> int | None:
    """The week in which such a trigger fires first if all but the week holds always; None: never."""
    held = 0
    for week in range(1, horizon + 1):
        held = held + 1 if all(holds(week, *one) for one in drawn) else 0
        if held >= max(hold, 1):
            return week + lag if week + lag <= horizon else None
    return None


@given(
    horizon=st.integers(1, 6),
    drawn=st.lists(
        st.tuples(st.sampled_from(words.COMPARISONS), st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0, 5.0, 6.0])), max_size=2
    ),
    hold=st.integers(0, 4),
    lag=st.integers(0, 4),
    by_any=st.booleans(),
)
def test_a_trigger_is_refused_if_no_week_is_left_for_it(
    horizon: int, drawn: list[tuple[str, float]], hold: int, lag: int, by_any: bool
) -> None:
    place = at(horizon=horizon)
    found = [condition(place, f"week {comparison} {threshold:g}", {}) for comparison, threshold in drawn]
    found.append(condition(place, "presence < 0.5", {}))
    each = all(can_hold([one]) for one in found)
    possible = each and first_week(horizon, [] if by_any else drawn, hold, lag) is not None
    try:
        check_possible(place, words.BY_ANY if by_any else words.BY_ALL, found, hold, lag)
    except InputError:
        assert not possible
    else:
        assert possible


@pytest.mark.parametrize(
    ("texts", "hold", "lag", "says"),
    [
        (["presence > 1"], 0, 0, "'presence > 1' can never hold: presence is from 0 to 1"),
        (["presence < 0.5", "presence > 0.6"], 0, 0, "'presence < 0.5' and 'presence > 0.6' can never hold together"),
        (["week >= 3", "week <= 4"], 3, 0, "can never hold for 3 weeks: only weeks 3 to 4 count"),
        (["week >= 102"], 3, 1, "can never fire: week 105 at the earliest is beyond the horizon of 104"),
    ],
)
def test_the_line_says_why(texts: list[str], hold: int, lag: int, says: str) -> None:
    with pytest.raises(InputError, match=says):
        check_possible(at(), words.BY_ALL, [condition(at(), text, {}) for text in texts], hold, lag)


def test_what_always_is_says_so_and_any_of_several_is_enough() -> None:
    place = at(1)
    with pytest.raises(InputError, match="presence is always 0"):
        check_possible(place, words.BY_ALL, [condition(place, "presence > 0", {})], 0, 0)
    apart = [condition(at(), text, {}) for text in ("presence < 0.5", "presence > 0.6")]
    check_possible(at(), words.BY_ANY, apart, 0, 0)


def test_conditions_on_different_quantities_are_no_contradiction() -> None:
    case = afghanistan()
    one, other = list(case.cells)[:2]
    texts = (f"cell.{one} < 0.2", f"cell.{other} > 0.8")
    for order in product(texts, repeat=2):
        check_possible(at(), words.BY_ALL, [condition(at(), text, {}) for text in order], 0, 0)
