"""The settlement classes of a case: conditions on outcomes, in an order, of a case with any number of wars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.case.case import Case, Settlement
from sim.case.columns import outcome_columns
from sim.case.loading import load_case
from sim.case.settlements import check_settlements, settled, usual_settlements
from sim.inputs.errors import InputError
from sim.pages.report.settlements import settlements
from sim.world.columns import outcome_type

CASE = load_case()
LEVELS = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=20)


def with_classes(**classes: dict[str, Any]) -> Case:
    made = {name: Settlement(meaning=name, **given) for name, given in classes.items()}
    return CASE.model_copy(update={"settlements": made})


def rows_of(presence: list[float]) -> Any:
    rows = np.zeros(len(presence), outcome_type(CASE)).view(np.recarray)
    rows["presence"] = presence
    return rows


@given(LEVELS, st.floats(0, 1, width=32))
def test_the_first_class_that_holds_and_none_where_none_does(levels: list[float], line: float) -> None:
    case = with_classes(high={"all": (f"presence >= {line}",)}, some={"all": ("presence > 0", f"presence < {line}")})
    wanted = [0 if level >= line else 1 if level > 0 else 2 for level in np.float32(levels)]
    assert settled(case, rows_of(levels)).tolist() == wanted


@given(LEVELS)
def test_a_class_that_comes_later_takes_nothing_from_one_before(levels: list[float]) -> None:
    first = {"all": ("presence <= 0.5",)}
    alone = settled(with_classes(first=first), rows_of(levels))
    more = settled(with_classes(first=first, every={"all": ("presence >= 0",)}), rows_of(levels))
    assert ((more == 0) == (alone == 0)).all()


@given(LEVELS)
def test_any_needs_one_and_all_needs_every_one(levels: list[float]) -> None:
    parts = ("presence < 0.25", "presence > 0.75")
    outer = np.array([level < 0.25 or level > 0.75 for level in levels])
    assert ((settled(with_classes(outer={"any": parts}), rows_of(levels)) == 0) == outer).all()
    assert (settled(with_classes(both={"all": parts}), rows_of(levels)) == 1).all()
    both = with_classes(outer={"all": ("presence > 0.75",), "any": parts})
    assert ((settled(both, rows_of(levels)) == 0) == (np.float32(levels) > 0.75)).all()


def test_what_never_came_and_what_is_undefined_hold_no_condition() -> None:
    rows = rows_of([0.0])
    rows["takeover_week"], rows["nash_product"] = -1, np.nan
    for condition in ("takeover_week < 30", "takeover_week >= -1", "table.doha.nash_product < 1"):
        assert settled(with_classes(one={"all": (condition,)}), rows).tolist() == [1]


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        ({"one": {"all": ("table.dohar.status == 3",)}}, "settlements.one.all.0.*did you mean table.doha.status"),
        ({"one": {"any": ("presence",)}}, "settlements.one.any.0.*is no condition"),
        ({"one": {"any": ("presence >= much",)}}, "'much' is not a finite number"),
        ({"one": {"any": ("presence >= nan",)}}, "'nan' is not a finite number"),
        ({"one": {"any": ("settlement == 1",)}}, "settlements.one.any.0"),
        ({"one": {}}, "settlements.one: has no condition"),
        ({"none": {"all": ("presence >= 0",)}}, "settlements.none: 'none' is taken"),
        ({"doha": {"all": ("presence >= 0",)}}, "settlements.doha: 'doha' is taken"),
        ({"presence": {"all": ("presence >= 0",)}}, "settlements.presence: 'presence' is taken"),
        ({"a b": {"all": ("presence >= 0",)}}, "'a b' is taken, or no word"),
        ({f"c{n}": {"all": ("presence >= 0",)} for n in range(8)}, "8 classes"),
        ({n: {"all": ("presence >= 0",), "colour": "sky"} for n in "ab"}, "settlements.b.colour: 'sky' is the colour"),
    ],
)
def test_a_class_that_no_run_could_be_told_to_be_in_is_refused(classes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_settlements(with_classes(**classes), "case.yaml")


def test_a_mistake_in_the_file_is_told_with_its_key(tmp_path: Path) -> None:
    text = (CASE.folder / "case.yaml").read_text(encoding="utf-8").replace("colour: sky", "colour: skyblue")
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"settlements\.interim\.colour"):
        load_case(tmp_path)


def test_a_case_that_names_no_class_has_usual_ones_also_without_a_war_that_turns_the_regime() -> None:
    assert list(usual_settlements(CASE)) == ["turned", "agreed"]
    quiet = {name: war.model_copy(update={"turns_regime": False}) for name, war in CASE.wars.items()}
    for wars in (quiet, {}):
        case = CASE.model_copy(update={"wars": wars})
        assert list(usual_settlements(case)) == ["agreed"]
    signed = CASE.model_copy(update={"settlements": usual_settlements(CASE)})
    check_settlements(signed, "case.yaml")
    rows = rows_of([0.0, 0.0, 0.0])
    rows["status"][1, 2], rows["taken_over"][2], rows["status"][2, 0] = 3, 1, 3
    assert [signed.classes[code] for code in settled(signed, rows)] == ["none", "agreed", "turned"]


def test_every_class_has_a_colour_of_its_own_chosen_or_not() -> None:
    case = with_classes(**{f"c{n}": {"all": ("presence >= 0",), "colour": "sky" if n == 4 else None} for n in range(7)})
    found = settlements(case)
    assert list(found) == [*case.classes]
    assert len({one.colour for one in found.values()}) == 8
    assert found["c4"].colour == settlements(CASE)["interim"].colour


def test_the_column_says_what_its_codes_mean() -> None:
    column = next(one for one in outcome_columns(with_classes(good={"all": ("presence >= 0",)})) if one.is_code)
    assert (column.name, column.high) == ("settlement", 1.0)
    assert column.meaning.endswith("0 good, 1 none")
