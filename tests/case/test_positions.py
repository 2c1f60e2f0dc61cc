"""Tables of positions are read in both forms, strictly, and become two camps and a case."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.case.imported import CAMPS, camps, case_files, write_case
from sim.case.loading import load_case
from sim.case.positions import Positions, read_positions
from sim.inputs.errors import InputError

LONG = """actor,issue,position,salience,power
city,tax,20,50,10
trade,tax,80,100,5
unions,tax,90,25,20
city,roads,10,40,10
trade,roads,70,80,5
unions,roads,60,100,20
"""
KTAB = """A town, Its budget, 3, 2,
Actor,Description,Influence,tax Position,tax Salience,roads Position,roads Salience,
city,the city,10,20,50,10,40,
trade,"traders, large and small",5,80,100,70,80,
unions,the unions,20,90,25,60,100,
"""


def read(tmp_path: Path, text: str) -> Positions:
    file = tmp_path / "town.csv"
    file.write_text(text, encoding="utf-8")
    return read_positions(file)


def test_both_forms_hold_the_same(tmp_path: Path) -> None:
    long, ktab = read(tmp_path, LONG), read(tmp_path, KTAB)
    assert long.issues == ktab.issues
    assert long.actors == ktab.actors == ("city", "trade", "unions")
    assert ktab.title == "A town"
    assert ktab.names["trade"] == "traders, large and small"
    assert (long.top, long.salience_top) == (100.0, 100.0)


def test_a_column_without_a_number_above_one_runs_to_one(tmp_path: Path) -> None:
    found = read(tmp_path, "actor,issue,position,salience,power\na,x,0.2,0.5,3\nb,x,0.9,1,4\n")
    assert (found.top, found.salience_top) == (1.0, 1.0)


def test_camps_are_those_nearer_to_either_of_the_two_furthest_apart(tmp_path: Path) -> None:
    first, second = camps(read(tmp_path, LONG))
    assert (first.pole, first.members) == ("city", ("city",))
    assert (second.pole, set(second.members)) == ("trade", {"trade", "unions"})
    assert second.position["tax"] == pytest.approx((500 * 80 + 500 * 90) / 1000 / 100)
    assert second.salience["tax"] == pytest.approx(1000 / 25 / 100)
    assert second.power == 25.0


stances = st.lists(
    st.tuples(st.integers(0, 100), st.integers(1, 100), st.integers(1, 50)), min_size=2, max_size=8
).filter(lambda rows: len({row[0] for row in rows}) > 1)


@given(stances)
def test_on_one_issue_camps_part_the_line_and_keep_the_mean(rows: list[tuple[int, int, int]]) -> None:
    """Every actor is in one camp, the camps do not cross, and their own weighted mean is that of all actors."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        lines = [f"a{n},x,{p},{s},{c}" for n, (p, s, c) in enumerate(rows)]
        text = "\n".join(["actor,issue,position,salience,power", *lines, "z,x,50,100,0"]) + "\n"
        found = read(Path(folder), text)
    first, second = camps(found)
    assert sorted((*first.members, *second.members)) == sorted(f"a{n}" for n in range(len(rows)))
    at = {f"a{n}": row[0] for n, row in enumerate(rows)}
    assert max(at[name] for name in first.members) <= min(at[name] for name in second.members)
    weights = [camp.salience["x"] * camp.power for camp in (first, second)]
    both = sum(w * camp.position["x"] for w, camp in zip(weights, (first, second), strict=True)) / sum(weights)
    mean = sum(p * s * c for p, s, c in rows) / sum(s * c for _, s, c in rows) / found.top
    assert both == pytest.approx(mean)


def test_the_case_that_is_made_loads_and_holds_the_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, KTAB)
    write_case(found, tmp_path / "case")
    assert set(case_files(found)) == {
        path.relative_to(tmp_path / "case").as_posix() for path in (tmp_path / "case").rglob("*") if path.is_file()
    }
    scenario = load_case(tmp_path / "case").scenario("status_quo")
    first, second = camps(found)
    assert scenario.fixed["position.NEAR.issue_1"] == pytest.approx(first.position["tax"])
    assert scenario.fixed["salience.FAR.issue_2"] == pytest.approx(second.salience["roads"])
    assert sum(scenario.fixed[f"leverage.{CAMPS[n]}.{CAMPS[1 - n]}"] for n in (0, 1)) == pytest.approx(1.0)


BROKEN = [
    (LONG.replace("power\n", "powr\n"), r":1: 'powr' is not a column.*did you mean power"),
    (LONG.replace("80,100,5", "80,1o0,5"), r":3: salience: '1o0' is not a number"),
    (LONG.replace("80,100,5", "-80,100,5"), "position: -80 is out of range"),
    (LONG.replace("80,100,5", "nan,100,5"), "position: 'nan' is not a number"),
    (LONG.replace("80,100,5", "180,100,5"), "position: 180 is off the scale"),
    (LONG.replace("trade,tax", "city,tax"), r":3: actor: 'city' has two lines on tax"),
    (LONG.replace("trade,tax", ",tax"), r":3: actor: is empty"),
    ("actor,issue,position,salience,power\n", "has no actors"),
    (
        "actor,issue,position,salience,power\na,x,5,1,1\nb,x,5,1,1\n",
        "x: all actors with salience and power want the same",
    ),
    ("actor,issue,position,salience,power\na,x,5,0,1\nb,x,9,1,0\n", "x: nobody has salience and power"),
    (KTAB.replace("3, 2,", "4, 2,"), "3 lines of actors where the title line says 4"),
    (KTAB.replace("3, 2,", "3, 1,"), "7 heads where 1 dimensions make 5"),
    (KTAB.replace("10,40,", "10,,"), "6 fields where the heads are 7"),
    (KTAB.replace("unions,the", "city,the"), r"Actor: 'city' has two lines"),
    (KTAB.replace("roads", "tax"), "two dimensions have one name"),
    ("", "is empty"),
]


@pytest.mark.parametrize(("text", "says"), BROKEN, ids=[says for _, says in BROKEN])
def test_a_mistake_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as told:
        camps(read(tmp_path, text))
    assert "\n" not in str(told.value)
    assert "town.csv" in str(told.value)


def test_a_camp_without_weight_on_an_issue_is_told(tmp_path: Path) -> None:
    text = LONG.replace("city,roads,10,40,10", "city,roads,10,0,10")
    with pytest.raises(InputError, match="the camp around city has no weight on roads"):
        camps(read(tmp_path, text))
