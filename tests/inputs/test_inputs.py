"""What comes in through the door is exactly what was written, or one line says what is wrong with it."""

from __future__ import annotations

import datetime
import math
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from pydantic import Field

from sim.inputs import InputError, Strict, checked, nearest, read_csv, read_yaml, what_is_allowed


def told(error: pytest.ExceptionInfo[InputError], folder: Path) -> str:
    """The message without the temporary folder."""
    return str(error.value).replace(f"{folder}/", "")


def yaml_of(folder: Path, text: str | bytes) -> Path:
    path = folder / "x.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_notebook_shows_one_line_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """By IPython's own shell, which Jupyter's kernel has too."""
    shell = InteractiveShell()
    mistake = "import sim; sim.load_case('afghanistan').scenario('turkey_summit', summit_week=99)"
    found = shell.run_cell(mistake, store_history=False)
    assert isinstance(found.error_in_exec, InputError)
    shown = capsys.readouterr().out.strip()
    assert shown == str(found.error_in_exec)
    assert "99 is out of range; allowed: 2 to 52 weeks" in shown
    assert "\n" not in shown


# --- YAML -----------------------------------------------------------------------------------------------------------

READ = {
    "a: 1e-3": 0.001,
    "a: 1E3": 1000.0,
    "a: -.5": -0.5,
    "a: 3.": 3.0,
    "a: 0": 0,
    "a: -12": -12,
    "a: 2018-12": "2018-12",
    "a: 2018-12-20": "2018-12-20",
    "a: 'no'": "no",
    'a: "017"': "017",
    "a: '1:30'": "1:30",
    "a: true": True,
    "a: false": False,
    "a: null": None,
    "a: ~": None,
    "a:": None,
    "a: nan": "nan",
    "a: [1, [x, 2.5]]": [1, ["x", 2.5]],
    "a: {b: {c: yes it is}}": {"b": {"c": "yes it is"}},
    "a: |\n  two\n  lines\n": "two\nlines\n",
    "a: Türkiye": "Türkiye",
    "\ufeffa: 1": 1,
}


@pytest.mark.parametrize("text", READ)
def test_a_plain_value_is_what_a_person_reads(tmp_path: Path, text: str) -> None:
    value = read_yaml(yaml_of(tmp_path, text))["a"]
    assert value == READ[text]
    assert type(value) is type(READ[text])


@given(st.dictionaries(st.from_regex(r"[a-m]{2,6}", fullmatch=True), st.integers() | st.floats(allow_nan=False)))
def test_numbers_written_by_repr_come_back_equal(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, float]
) -> None:
    data = {key: value for key, value in data.items() if key not in ("no", "on") and math.isfinite(value)} or {"k": 1}
    path = tmp_path_factory.getbasetemp() / "numbers.yaml"
    path.write_text("".join(f"{key}: {value!r}\n" for key, value in data.items()))
    assert read_yaml(path) == data


BROKEN_YAML = {
    "a: no": "x.yaml:1: a: no is ambiguous: quote it, or write true or false",
    "a: [US, ON]": "x.yaml:1: a[1]: ON is ambiguous: quote it, or write true or false",
    "b: 1\na: {c: y}": "x.yaml:2: a.c: y is ambiguous: quote it, or write true or false",
    "on: 1": "x.yaml:1: on is ambiguous: quote it, or write true or false",
    "a: True": "x.yaml:1: a: True is ambiguous: write it in small letters, or quote it",
    "a: NULL": "x.yaml:1: a: NULL is ambiguous: write it in small letters, or quote it",
    "a: 017": (
        "x.yaml:1: a: 017 is ambiguous: some readers take it for an octal number; drop the leading zero, or quote it"
    ),
    "a: 0x1F": "x.yaml:1: a: 0x1F is ambiguous: write the number in decimal, or quote it",
    "a: 1:30": "x.yaml:1: a: 1:30 is ambiguous: some readers take it for a number to the base 60; quote it",
    "a: 1_000": "x.yaml:1: a: 1_000 is ambiguous: write the number without separators, or quote it",
    "a: 1,5": "x.yaml:1: a: 1,5 is ambiguous: write the number without separators, or quote it",
    "a: .nan": "x.yaml:1: a: .nan is ambiguous: write a finite number",
    "a: -.Inf": "x.yaml:1: a: -.Inf is ambiguous: write a finite number",
    "a: 1e999": "x.yaml:1: a: 1e999 is too large; allowed: a finite number",
    "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3": "x.yaml:5: b.c: is given twice, first on line 3",
    "a: 1\na: 1": "x.yaml:2: a: is given twice, first on line 1",
    "2018: x": "x.yaml:1: the key 2018 is not a word; quote it",
    "? [a]\n: 1": "x.yaml:1: the key a list is not a word; quote it",
    "a: {x: 1}\nb:\n  <<: {y: 1}": "x.yaml:3: b: the key << is not a word; quote it",
    "a: &x [1]\nb: *x": "x.yaml:1: b: uses an anchor (&name, *name); write the value out",
    "a: !!python/name:os.system x": (
        "x.yaml:1: a: the tag tag:yaml.org,2002:python/name:os.system is not used in these files; leave it out"
    ),
    "a: !mine {b: 1}": "x.yaml:1: a: the tag !mine is not used in these files; leave it out",
    "a: !mine [1]": "x.yaml:1: a: the tag !mine is not used in these files; leave it out",
    "a:\n\tb: 1": "x.yaml:2: a tab indents this line; use spaces",
    "a: [1, 2": "x.yaml:1: is not YAML: expected ',' or ']', but got '<stream end>'",
    "a: b: c": "x.yaml:1: is not YAML: mapping values are not allowed here",
    "a: 'open": "x.yaml:1: is not YAML: found unexpected end of stream",
    "a: *nobody": "x.yaml:1: is not YAML: found undefined alias 'nobody'",
    "a: 1\n---\nb: 1": "x.yaml:2: a second document starts here; one file is one document",
    "": "x.yaml: is empty; allowed: keys with values",
    "# only a remark\n": "x.yaml: is empty; allowed: keys with values",
    "- 1\n- 2": "x.yaml:1: is not a mapping; allowed: keys with values",
    "a: \x01": "x.yaml: is not YAML (ReaderError: unacceptable character #x0001: special characters are not allowed)",
}


@pytest.mark.parametrize("text", BROKEN_YAML)
def test_broken_yaml_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as error:
        read_yaml(yaml_of(tmp_path, text))
    assert told(error, tmp_path) == BROKEN_YAML[text]


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_yaml(yaml_of(tmp_path, b"a: 1\nb: T\xfcrkiye\n"))
    assert told(error, tmp_path) == "x.yaml:2: is not UTF-8 text; save the file as UTF-8"


def test_a_missing_file_is_told_with_the_likely_meant_one(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").touch()
    with pytest.raises(InputError) as error:
        read_yaml(tmp_path / "cases.yaml")
    assert told(error, tmp_path) == "cases.yaml: there is no such file; did you mean case.yaml?"
    with pytest.raises(InputError) as error:
        read_yaml(tmp_path / "nowhere" / "case.yaml")
    assert told(error, tmp_path) == "nowhere/case.yaml: there is no such file"


def test_a_folder_is_not_read_as_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_yaml(tmp_path)
    assert str(error.value) == f"{tmp_path}: is a folder, not a file"


def test_a_path_through_a_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_yaml(yaml_of(tmp_path, "a: 1") / "y.yaml")
    assert told(error, tmp_path) == "x.yaml/y.yaml: cannot be read (Not a directory)"


# --- CSV ------------------------------------------------------------------------------------------------------------

COLUMNS = ("actor", "issue", "level")


def test_rows_come_with_the_line_they_start_on(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('actor,issue,level\nUS,"a, b\nand c",1\nTAL,d,2\n', encoding="utf-8-sig")
    rows = read_csv(path, COLUMNS)
    assert [(row.line, dict(row.values)) for row in rows] == [
        (2, {"actor": "US", "issue": "a, b\nand c", "level": "1"}),
        (4, {"actor": "TAL", "issue": "d", "level": "2"}),
    ]
    assert rows[0].file == str(path)


def test_a_row_cannot_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("actor,issue,level\nUS,a,1\n")
    with pytest.raises(TypeError):
        read_csv(path, COLUMNS)[0].values["actor"] = "TAL"  # type: ignore[index]  # the point of the test


BROKEN_CSV = {
    "": "x.csv: is empty; allowed: a header with the columns actor, issue, level",
    "actor,isue,level\n": ("x.csv:1: 'isue' is not a column; allowed: actor, issue, level; did you mean issue?"),
    "actor,issue,level,why\n": "x.csv:1: 'why' is not a column; allowed: actor, issue, level",
    "actor,level\n": "x.csv:1: the column issue is missing; allowed: actor, issue, level",
    "actor,issue,issue,level\n": "x.csv:1: the column issue is given twice",
    "issue,actor,level\n": "x.csv:1: the columns are in another order; allowed: actor, issue, level",
    "actor;issue;level\n": "x.csv:1: the columns are separated by semicolons; use commas",
    "actor,issue,level\nUS,a\n": (
        "x.csv:2: 2 fields where the header has 3; allowed: one field for each column; quote a field with commas"
    ),
    "actor,issue,level\nUS,a,1\nUS,a, b,1\n": (
        "x.csv:3: 4 fields where the header has 3; allowed: one field for each column; quote a field with commas"
    ),
    "actor,issue,level\nUS,a,1\n\nUS,a,1\n": "x.csv:3: an empty line; delete it",
    'actor,issue,level\nUS,"a,1\n': "x.csv:2: is not CSV: unexpected end of data",
    'actor,issue,level\nUS,"a" b,1\n': "x.csv:2: is not CSV: ',' expected after '\"'",
}


@pytest.mark.parametrize("text", BROKEN_CSV)
def test_broken_csv_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_csv(path, COLUMNS)
    assert told(error, tmp_path) == BROKEN_CSV[text]


def test_a_csv_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"actor,issue,level\nUS,T\xfcrkiye,1\n")
    with pytest.raises(InputError) as error:
        read_csv(path, COLUMNS)
    assert told(error, tmp_path) == "x.csv:2: is not UTF-8 text; save the file as UTF-8"


# --- objects --------------------------------------------------------------------------------------------------------


class Kind(Enum):
    STOCK = "stock"
    FLOW = "flow"


class Start(Strict):
    low: float = Field(ge=0, le=1)
    status: Literal["stated", "implied"]
    week: int | None = Field(default=None, ge=1)
    kind: Kind = Kind.STOCK
    date: datetime.date | None = None
    quiet: bool = False


class Epoch(Strict):
    start: dict[str, Start]
    passes: tuple[Annotated[str, Field(min_length=2)], ...] = Field(default=("a1",), min_length=1)
    range: tuple[Annotated[float, Field(gt=0)], ...] = ()
    pass_: str = Field(default="", alias="pass", pattern="^[a-z]*$")


def epoch(**start: object) -> dict[str, object]:
    return {"start": {"x": {"low": 0.5, "status": "stated", **start}}}


def test_a_list_becomes_a_tuple_and_a_whole_number_a_number() -> None:
    found = checked(Epoch, {**epoch(low=1, kind="flow", date="2018-12-20"), "range": [1, 2.5], "pass": "a"}, file="x")
    assert found.range == (1.0, 2.5)
    assert type(found.range[0]) is float
    assert found.start["x"].kind is Kind.FLOW
    assert found.start["x"].date == datetime.date(2018, 12, 20)
    assert found.pass_ == "a"


def test_what_was_checked_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        checked(Epoch, epoch(), file="x").start["x"].low = 0.1  # type: ignore[misc]  # the point of the test


def test_a_copy_with_other_values_is_frozen_too() -> None:
    found = checked(Epoch, epoch(), file="x").model_copy(update={"start": {}})
    with pytest.raises(TypeError, match="frozen"):
        found.start["y"] = found
    assert hash(found) == hash(found.model_copy())


SHARE = "a number at least 0 and at most 1"
BROKEN_OBJECTS: list[tuple[object, str]] = [
    (epoch(lwo=1), f"x: at.start.x.lwo: unknown key; allowed: {', '.join(Start.model_fields)}; did you mean low?"),
    (epoch(low=1.5), f"x: at.start.x.low: 1.5 is out of range; allowed: {SHARE}"),
    (epoch(low=-1), f"x: at.start.x.low: -1 is out of range; allowed: {SHARE}"),
    (epoch(low="1"), f"x: at.start.x.low: '1' is not a number; allowed: {SHARE}"),
    (epoch(low=True), f"x: at.start.x.low: true is not a number; allowed: {SHARE}"),
    (epoch(low=None), f"x: at.start.x.low: null is not a number; allowed: {SHARE}"),
    (epoch(low=float("nan")), f"x: at.start.x.low: nan is not a finite number; allowed: {SHARE}"),
    (epoch(low=float("inf")), f"x: at.start.x.low: inf is not a finite number; allowed: {SHARE}"),
    (epoch(status="statd"), "x: at.start.x.status: 'statd' is not one of the choices; allowed: stated, implied; "
     "did you mean stated?"),
    (epoch(status=1), "x: at.start.x.status: 1 is not one of the choices; allowed: stated, implied"),
    (epoch(kind="flw"),
     "x: at.start.x.kind: 'flw' is not one of the choices; allowed: stock, flow; did you mean flow?"),
    (epoch(week=0), "x: at.start.x.week: 0 is out of range; allowed: a whole number at least 1 or null"),
    (epoch(week=1.5), "x: at.start.x.week: 1.5 is not a whole number; allowed: a whole number at least 1 or null"),
    (epoch(quiet="false"), "x: at.start.x.quiet: 'false' is not true or false; allowed: true or false"),
    (epoch(date="20 December"), "x: at.start.x.date: '20 December' is not a date; allowed: a date as 2018-12-20"),
    ({"start": {"x": {"low": 0.5}}}, "x: at.start.x.status: is missing; allowed: one of stated, implied"),
    ({"start": {"x": 3}}, "x: at.start.x: 3 is not a mapping; allowed: keys with values"),
    ({"start": [1]}, "x: at.start: a list is not a mapping; allowed: keys with values"),
    ({}, "x: at.start: is missing"),
    ([], "x: at: a list is not a mapping; allowed: keys with values"),
    ({**epoch(), "passes": "a1"}, "x: at.passes: 'a1' is not a list; allowed: a list, each text, not empty"),
    ({**epoch(), "passes": []}, "x: at.passes: a list has too few entries; allowed: a list, each text, not empty"),
    ({**epoch(), "passes": ["a1", "b"]}, "x: at.passes[1]: 'b' is too short; allowed: text, at least 2"),
    ({**epoch(), "passes": ["a1", 3]}, "x: at.passes[1]: 3 is not text; allowed: text, at least 2"),
    ({**epoch(), "range": [1, 0]}, "x: at.range[1]: 0 is out of range; allowed: a number above 0"),
    ({**epoch(), "pass": "A"}, "x: at.pass: 'A' has the wrong form; allowed: text"),
    ({**epoch(), "pass_": "a"}, "x: at.pass_: unknown key; allowed: start, passes, range, pass; did you mean pass?"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "line"), BROKEN_OBJECTS, ids=[line[:60] for _, line in BROKEN_OBJECTS])
def test_a_wrong_object_is_told_in_one_line(data: object, line: str) -> None:
    with pytest.raises(InputError) as error:
        checked(Epoch, data, file="x", key="at")
    assert str(error.value) == line


def test_a_long_value_is_shortened_and_stays_on_one_line() -> None:
    with pytest.raises(InputError) as error:
        checked(Start, {"low": "word\n" * 50, "status": "stated"}, file="x")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 140


def test_what_is_allowed_says_nothing_where_there_is_no_word() -> None:
    assert what_is_allowed(Epoch, ["nowhere"]) == ""
    assert what_is_allowed(Epoch, ["start"]) == ""


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=5))
def test_the_nearest_word_is_one_of_the_allowed(word: str, allowed: list[str]) -> None:
    assert nearest(word, allowed) in [None, *allowed]


@given(st.sampled_from(["US", "PAK", "KAB", "TAL", "TTP"]))
def test_a_word_in_the_wrong_case_is_recognised(word: str) -> None:
    assert nearest(word.lower(), ["US", "PAK", "KAB", "TAL", "TTP"]) == word
