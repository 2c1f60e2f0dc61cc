"""The door: files become checked, frozen objects here, or one line says what is wrong with them.

Everything a user can write (YAML, CSV, the composed configuration) comes in through this module. A mistake is an
``InputError``: one line with the file, the key, the value, what is allowed and the word that was probably meant.
"""

from __future__ import annotations

import contextlib
import csv
import difflib
import io
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml
from pydantic_core import to_json

__all__ = ["InputError", "Row", "Strict", "checked", "nearest", "read_csv", "read_yaml", "what_is_allowed"]


class InputError(Exception):
    """A user's mistake, told in one line.

    ``file`` may carry a line (``case.yaml:12``); ``key`` is dotted (``tables.doha.parties[1]``) or empty.

    >>> print(InputError("case.yaml", "parties[1]", "'TALIBAN' is not an actor", allowed=["US", "TAL"], meant="TAL"))
    case.yaml: parties[1]: 'TALIBAN' is not an actor; allowed: US, TAL; did you mean TAL?
    """

    def __init__(
        self,
        file: str | Path,
        key: str,
        problem: str,
        *,
        allowed: str | Iterable[str] | None = None,
        meant: str | None = None,
    ) -> None:
        self.file = str(file)
        self.key = key
        self.problem = problem
        self.allowed = allowed if allowed is None or isinstance(allowed, str) else ", ".join(map(str, allowed))
        self.meant = meant
        super().__init__(self._line())

    def _line(self) -> str:
        place = ": ".join(part for part in (self.file, self.key) if part)
        line = f"{place}: {self.problem}" if place else self.problem
        if self.allowed:
            line += f"; allowed: {self.allowed}"
        if self.meant:
            line += f"; did you mean {self.meant}?"
        return " ".join(line.split())


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The word of ``allowed`` that ``word`` was probably meant to be, or None.

    >>> nearest("TALIBAN", ["US", "PAK", "TAL"]), nearest("sede", ["seed", "out"]), nearest("xyz", ["seed"])
    ('TAL', 'seed', None)
    """
    by_lower = {choice.lower(): choice for choice in allowed}
    close = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def shown(value: object) -> str:
    """``value`` as a message quotes it: YAML's words for nothing and truth, shortened to 60 characters."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:56] + "...'"


# --- text -----------------------------------------------------------------------------------------------------------


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
    path = Path(path)
    text = _text(path)
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
    value = _value(path, node, "", set())
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


def _value(path: Path, node: yaml.Node, key: str, seen: set[int]) -> Any:
    if id(node) in seen:
        raise InputError(_at(path, node), key, "uses an anchor (&name, *name); write the value out")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(path, node, key, seen)
    if isinstance(node, yaml.SequenceNode):
        _untagged(path, node, key)
        return [_value(path, item, f"{key}[{i}]", seen) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(path, node, key)
    raise AssertionError(f"YAML has no other node than these: {node}")


def _mapping(path: Path, node: yaml.MappingNode, key: str, seen: set[int]) -> dict[str, Any]:
    _untagged(path, node, key)
    found: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        name = _scalar(path, key_node, key) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(name, str) or (name == "<<" and key_node.style is None):
            word = key_node.value if isinstance(key_node, yaml.ScalarNode) else shown(key_node.value)
            raise InputError(_at(path, key_node), key, f"the key {word} is not a word; quote it")
        if name in found:
            where = f"{key}.{name}".lstrip(".")
            raise InputError(_at(path, key_node), where, f"is given twice, first on line {lines[name]}")
        lines[name] = key_node.start_mark.line + 1
        found[name] = _value(path, value_node, f"{key}.{name}".lstrip("."), seen)
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


def read_csv(path: Path | str, columns: Sequence[str]) -> tuple[Row, ...]:
    """The rows of a UTF-8, comma-separated file whose header is exactly ``columns``, in this order.

    Errors: ``InputError`` for a missing or empty file, a missing, unknown, repeated or misplaced column, an empty
    line, a row with too few or too many fields, and unbalanced quotes.
    """
    path = Path(path)
    records = _records(path)
    line, header = next(records, (1, []))
    if not header:
        raise InputError(path, "", "is empty", allowed=f"a header with the columns {', '.join(columns)}")
    _check_header(f"{path}:{line}", header, columns)
    return tuple(_row(path, line, fields, columns) for line, fields in records)


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it starts on."""
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
    return Row(str(path), line, types.MappingProxyType(dict(zip(columns, fields, strict=True))))


# --- objects --------------------------------------------------------------------------------------------------------


class Strict(pydantic.BaseModel):
    """The base of everything read from a file: no unknown keys, no conversions, no NaN or infinity, frozen."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


T = TypeVar("T", bound=pydantic.BaseModel)


def checked(kind: type[T], data: object, *, file: str | Path, key: str = "") -> T:
    """``data`` (as ``read_yaml`` gives it) as a frozen ``kind``; ``InputError`` for its first mistake.

    ``key`` is where in the file the data came from; the place of the mistake is appended to it. A list becomes a
    tuple, a whole number is taken where a number is wanted, text where an enumeration or a date is; nothing else is
    converted.
    """
    try:
        # JSON's strict rules are a person's: a list is a tuple, text may be a date, nothing else is converted.
        return kind.model_validate_json(to_json(data, inf_nan_mode="constants"))
    except pydantic.ValidationError as error:
        mistakes = [dict(mistake) for mistake in error.errors(include_url=False)]
        # A misspelt key is told as such, before the key that it should have been is told as missing.
        first = next((mistake for mistake in mistakes if mistake["type"] == "extra_forbidden"), mistakes[0])
        raise _told(kind, data, first, file, key) from None


# The problem in words, and what is allowed, for each type of error that a field can give.
_WORDS = {
    "int_type": ("is not a whole number", "a whole number"),
    "int_from_float": ("is not a whole number", "a whole number"),
    "float_type": ("is not a number", "a number"),
    "finite_number": ("is not a finite number", "a finite number"),
    "string_type": ("is not text", "text"),
    "bool_type": ("is not true or false", "true or false"),
    "tuple_type": ("is not a list", "a list"),
    "list_type": ("is not a list", "a list"),
    "set_type": ("is not a list", "a list"),
    "frozen_set_type": ("is not a list", "a list"),
    "dict_type": ("is not a mapping", "keys with values"),
    "model_type": ("is not a mapping", "keys with values"),
    "model_attributes_type": ("is not a mapping", "keys with values"),
    "date_type": ("is not a date", "a date as 2018-12-20"),
    "date_parsing": ("is not a date", "a date as 2018-12-20"),
    "date_from_datetime_parsing": ("is not a date", "a date as 2018-12-20"),
    "path_type": ("is not a path", "a path"),
    "none_required": ("is not null", "null"),
    "greater_than": ("is out of range", ""),
    "greater_than_equal": ("is out of range", ""),
    "less_than": ("is out of range", ""),
    "less_than_equal": ("is out of range", ""),
    "too_short": ("has too few entries", "at least {min_length}"),
    "too_long": ("has too many entries", "at most {max_length}"),
    "string_too_short": ("is too short", "at least {min_length} characters"),
    "string_too_long": ("is too long", "at most {max_length} characters"),
    "string_pattern_mismatch": ("has the wrong form", "text of the form {pattern}"),
}


def _told(kind: type[Any], data: object, error: dict[str, Any], file: str | Path, key: str) -> InputError:
    """The first mistake of a validation as an ``InputError``."""
    what, context, loc = error["type"], error.get("ctx", {}), tuple(error["loc"])
    place = _dotted(data, loc, key)
    value = shown(error["input"])
    if what == "extra_forbidden":
        return _unknown_key(kind, data, loc, file, place)
    if what == "missing":
        return InputError(
            file, f"{place}.{loc[-1]}".lstrip("."), "is missing", allowed=what_is_allowed(kind, loc) or None
        )
    if what in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        meant = nearest(error["input"], choices) if isinstance(error["input"], str) else None
        return InputError(file, place, f"{value} is not one of the choices", allowed=choices, meant=meant)
    if what in ("value_error", "assertion_error"):
        return InputError(file, place, str(context["error"]))
    words, allowed = _WORDS.get(what, (f"is refused ({error['msg']})", ""))
    return InputError(
        file, place, f"{value} {words}", allowed=what_is_allowed(kind, loc) or allowed.format(**context) or None
    )


def _unknown_key(kind: type[Any], data: Any, loc: Sequence[str | int], file: str | Path, place: str) -> InputError:
    found = _field(kind, (), loc[:-1])
    fields = getattr(found[0], "model_fields", {}) if found else {}
    known = [field.alias or name for name, field in fields.items()]
    for step in loc[:-1]:  # a step that is not in the data is a label of pydantic's own
        with contextlib.suppress(KeyError, IndexError, TypeError):
            data = data[step]
    meant = nearest(str(loc[-1]), [name for name in known if name not in data]) or nearest(str(loc[-1]), known)
    return InputError(file, place, "unknown key", allowed=known, meant=meant)


def _dotted(data: object, loc: Sequence[str | int], key: str) -> str:
    """The dotted place of an error: only steps that exist in the data, so pydantic's own labels drop out."""
    for step in loc:
        if isinstance(data, Mapping) and step in data:
            key, data = f"{key}.{step}".lstrip("."), data[step]
        elif isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
            key, data = f"{key}[{step}]", data[step]
    return key


_NAMES = {Path: "a path", int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def what_is_allowed(kind: type[pydantic.BaseModel], loc: Sequence[str | int]) -> str:
    """What the field of ``kind`` at ``loc`` allows, from its type and its constraints; empty where there is no word.

    >>> class Epoch(Strict):
    ...     presence: float = pydantic.Field(ge=0, le=1)
    >>> what_is_allowed(Epoch, ["presence"])
    'a number at least 0 and at most 1'
    """
    found = _field(kind, (), loc)
    return _range(*found) if found else ""


def _range(annotation: Any, constraints: Sequence[Any]) -> str:
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return "one of " + ", ".join(map(str, inner))
    if typing.get_origin(annotation) is tuple:
        return f"a list, each {_range(getattr(inner[0], '__origin__', inner[0]), ())}{_length(constraints)}"
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    plain = next((name for kind, name in _NAMES.items() if kind is annotation or (union and kind in inner)), "")
    bounds = [
        f"{word} {getattr(constraint, name)}"
        for name, word in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below"))
        for constraint in constraints
        if getattr(constraint, name, None) is not None
    ]
    null = " or null" if type(None) in inner else ""
    return plain and " ".join([plain, " and ".join(bounds)]).strip() + _length(constraints) + null


def _length(constraints: Sequence[Any]) -> str:
    least = next((n for item in constraints if (n := getattr(item, "min_length", None)) is not None), 0)
    return ", not empty" if least == 1 else f", at least {least}" if least else ""


def _field(annotation: Any, constraints: Sequence[Any], loc: Sequence[str | int]) -> tuple[Any, Sequence[Any]] | None:
    """The type and the constraints at ``loc`` inside ``annotation``; None where the way cannot be followed."""
    if hasattr(annotation, "__metadata__"):
        return _field(annotation.__origin__, (*constraints, *_constraints(annotation)), loc)
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return _in_union(annotation, inner, constraints, loc)
    if not loc:
        return annotation, constraints
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
        field = fields.get(str(loc[0]))
        return _field(field.annotation, field.metadata, loc[1:]) if field else None
    return _field(inner[1 if typing.get_origin(annotation) is dict else 0], (), loc[1:]) if inner else None


def _in_union(
    annotation: Any, inner: Sequence[Any], constraints: Sequence[Any], loc: Sequence[str | int]
) -> tuple[Any, Sequence[Any]] | None:
    if not loc:
        given = [constraint for part in inner for constraint in _constraints(part)]
        return annotation, (*constraints, *given)
    return next((found for part in inner if (found := _field(part, constraints, loc)) is not None), None)


def _constraints(annotation: Any) -> list[Any]:
    """What ``Annotated[kind, ...]`` carries, with pydantic's own wrapper taken off."""
    carried = getattr(annotation, "__metadata__", ())
    return [constraint for item in carried for constraint in getattr(item, "metadata", [item])]
