"""YAML and CSV, read strictly, with the line of every value: no duplicate keys, no words taken for numbers or dates."""

from __future__ import annotations

import copy
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from sim.inputs.errors import InputError, Mistakes, nearest, shown
from sim.inputs.frozen import Frozen
from sim.inputs.places import home_of


def _text(path: Path) -> str:
    """The text of a UTF-8 file (a byte-order mark, as spreadsheets write it, is dropped)."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        near = nearest(path.name, (f.name for f in path.parent.iterdir())) if path.parent.is_dir() else None
        raise InputError(path, "", "there is no such file", meant=near) from None
    except IsADirectoryError:
        raise InputError(path, "", "is a folder, not a file") from None
    except OSError as error:
        raise InputError(path, "", f"cannot be read ({error.strerror})") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}", "", "is not UTF-8 text; save the file as UTF-8") from None


# --- YAML -----------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?")
_WHOLE = re.compile(r"[-+]?(0|[1-9]\d*)")
# What YAML 1.1 reads as something else than a person means; each has its line of explanation.
_TRAPS = (
    (
        re.compile(r"(?i)(yes|no|on|off|y|n)"),
        "quote it, or write true or false",
    ),
    (re.compile(r"(?i)(true|false|null)"), "write it in small letters, or quote it"),
    (re.compile(r"[-+]?0\d+"), "some readers take it for an octal number; drop the leading zero, or quote it"),
    (re.compile(r"[-+]?0[xXbBoO][\da-fA-F_]+"), "write the number in decimal, or quote it"),
    (re.compile(r"[-+]?\d[\d_]*(:[0-5]?\d)+(\.\d*)?"), "some readers take it for a number to the base 60; quote it"),
    (re.compile(r"[-+]?\d[\d,]*[_,][\d_,.]*"), "write the number without separators, or quote it"),
    (re.compile(r"(?i)[-+]?\.(nan|inf)"), "write a finite number"),
)


def read_yaml(path: Path | str) -> dict[str, Any]:
    """The mapping in a YAML file, read strictly.

    Only ``true`` and ``false`` are booleans, only ``null``, ``~`` and nothing are null; ``1e-3`` is a float; a date
    stays a string. Errors: ``InputError`` for a missing, empty, non-UTF-8 or malformed file, duplicate keys, tags,
    anchors, keys that are not words, and plain values that YAML 1.1 reads otherwise than a person would.
    """
    path = home_of(path)
    return copy.deepcopy(_parsed(path, _text(path)))


@lru_cache(maxsize=128)
def _parsed(path: Path, text: str) -> dict[str, Any]:
    """What a text says, remembered: the files of a case are read again for every scenario, world and statement."""
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise _syntax(path, text, error) from None
    except yaml.YAMLError as error:
        raise InputError(path, "", f"is not YAML ({error.__class__.__name__}: {str(error).splitlines()[0]})") from None
    if node is None:
        raise InputError(path, "", "is empty", allowed="keys with values")
    if not isinstance(node, yaml.MappingNode):
        raise InputError(_at(path, node), "", "is not a mapping", allowed="keys with values")
    with Mistakes() as mistakes:
        value = _value(path, node, "", set(), mistakes)
    assert isinstance(value, dict)
    return value


def _at(path: Path, node: yaml.Node) -> str:
    return f"{path}:{node.start_mark.line + 1}"


def _syntax(path: Path, text: str, error: yaml.MarkedYAMLError) -> InputError:
    mark = error.problem_mark or error.context_mark
    number = mark.line + 1 if mark else 1
    lines = text.splitlines()
    line = lines[number - 1] if number <= len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return InputError(f"{path}:{number}", "", "a tab indents this line; use spaces")
    if error.problem and "single document" in str(error.context):
        return InputError(f"{path}:{number}", "", "a second document starts here; one file is one document")
    return InputError(f"{path}:{number}", "", f"is not YAML: {error.problem}")


def _value(path: Path, node: yaml.Node, key: str, seen: set[int], mistakes: Mistakes) -> Any:
    if id(node) in seen:
        raise InputError(_at(path, node), key, "uses an anchor (&name, *name); write the value out")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(path, node, key, seen, mistakes)
    if isinstance(node, yaml.SequenceNode):
        _untagged(path, node, key)
        listed: list[Any] = []
        for i, item in enumerate(node.value):
            with mistakes.apart():
                listed.append(_value(path, item, f"{key}[{i}]", seen, mistakes))
        return listed
    if isinstance(node, yaml.ScalarNode):
        return _scalar(path, node, key)
    raise AssertionError(f"YAML has no other node than these: {node}")


def _mapping(path: Path, node: yaml.MappingNode, key: str, seen: set[int], mistakes: Mistakes) -> dict[str, Any]:
    _untagged(path, node, key)
    found: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        with mistakes.apart():
            name = _scalar(path, key_node, key) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(name, str) or (name == "<<" and key_node.style is None):
                word = key_node.value if isinstance(key_node, yaml.ScalarNode) else shown(key_node.value)
                raise InputError(_at(path, key_node), key, f"the key {word} is not a word; quote it")
            if name in lines:
                where = f"{key}.{name}".lstrip(".")
                raise InputError(_at(path, key_node), where, f"is given twice, first on line {lines[name]}")
            lines[name] = key_node.start_mark.line + 1
            found[name] = _value(path, value_node, f"{key}.{name}".lstrip("."), seen, mistakes)
    return found


def _untagged(path: Path, node: yaml.Node, key: str) -> None:
    if not re.fullmatch(r"tag:yaml\.org,2002:(map|seq|str)", node.tag):
        raise InputError(_at(path, node), key, f"the tag {node.tag} is not used in these files; leave it out")


def _scalar(path: Path, node: yaml.ScalarNode, key: str) -> Any:
    _untagged(path, node, key)
    text: str = node.value
    if node.style is not None:  # quoted, or a block of text: never anything but text
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    for trap, advice in _TRAPS:
        if trap.fullmatch(text):
            raise InputError(_at(path, node), key, f"{text} is ambiguous: {advice}")
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return _finite(path, node, key, text)
    return text


def _finite(path: Path, node: yaml.Node, key: str, text: str) -> float:
    number = float(text)
    if abs(number) == float("inf"):
        raise InputError(_at(path, node), key, f"{text} is too large", allowed="a finite number")
    return number


# --- CSV ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One row of a CSV file: its values by column name, and the line it starts on (the header is line 1)."""

    file: str
    line: int
    values: Mapping[str, str]

    def count(self, column: str) -> int:
        """A value that is a whole number, 0 or more; ``InputError`` with the line where it is none."""
        value = self.values[column]
        if not value.isdecimal():
            raise InputError(f"{self.file}:{self.line}", column, f"{value!r} is no count", allowed="a whole number")
        return int(value)


def read_csv(path: Path | str, columns: Sequence[str]) -> tuple[Row, ...]:
    """The rows of a UTF-8, comma-separated file whose header is exactly ``columns``, in this order.

    Errors: ``InputError`` for a missing or empty file, a missing, unknown, repeated or misplaced column, an empty
    line, a row with too few or too many fields, and unbalanced quotes.
    """
    path = Path(path)
    records = read_records(path)
    line, header = next(records, (1, []))
    if not header:
        raise InputError(path, "", "is empty", allowed=f"a header with the columns {', '.join(columns)}")
    _check_header(f"{path}:{line}", header, columns)
    rows: list[Row] = []
    with Mistakes() as mistakes:
        for line, fields in records:
            with mistakes.apart():
                rows.append(_row(path, line, fields, columns))
    return tuple(rows)


def read_records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record of a UTF-8, comma-separated file with the line it starts on; `InputError` where it is no CSV."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    start = 1
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise InputError(f"{path}:{start}", "", f"is not CSV: {error}") from None
        if fields is None:
            return
        yield start, fields
        start = reader.line_num + 1


def _check_header(where: str, header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in header]
    if len(header) == 1 and ";" in header[0]:
        raise InputError(where, "", "the columns are separated by semicolons; use commas")
    for name in header:
        if name not in columns:
            raise InputError(where, "", f"{shown(name)} is not a column", allowed=columns, meant=nearest(name, missing))
        if header.count(name) > 1:
            raise InputError(where, "", f"the column {name} is given twice")
    if missing:
        raise InputError(where, "", f"the column {missing[0]} is missing", allowed=columns)
    if list(header) != list(columns):
        raise InputError(where, "", "the columns are in another order", allowed=columns)


def _row(path: Path, line: int, fields: Sequence[str], columns: Sequence[str]) -> Row:
    if not fields:
        raise InputError(f"{path}:{line}", "", "an empty line; delete it")
    if len(fields) != len(columns):
        problem = f"{len(fields)} fields where the header has {len(columns)}"
        raise InputError(f"{path}:{line}", "", problem, allowed="one field for each column; quote a field with commas")
    return Row(str(path), line, Frozen(zip(columns, fields, strict=True)))
