"""Plain data become frozen objects, every field checked; what a field allows, in words."""

from __future__ import annotations

import contextlib
import re
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import pydantic
from pydantic_core import to_json

from sim.inputs.errors import InputError, nearest, shown
from sim.inputs.frozen import frozen, listed


class Strict(pydantic.BaseModel):
    """The base of everything read from a file: no unknown keys, no conversions, no NaN or infinity, frozen."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    def model_post_init(self, context: Any) -> None:
        """What its fields hold is frozen too; pydantic's own setting only keeps the fields from being set."""
        for name in type(self).model_fields:
            self.__dict__[name] = frozen(self.__dict__[name])

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The same with other values of some fields, unchecked, and frozen as those that were read."""
        return super().model_copy(update={name: frozen(value) for name, value in (update or {}).items()}, deep=deep)

    def __dir__(self) -> list[str]:
        return listed(self)


T = TypeVar("T", bound=pydantic.BaseModel)
UNKNOWN = "unknown key"


def checked(kind: type[T], data: object, *, file: str | Path, key: str = "") -> T:
    """``data`` (as ``read_yaml`` gives it) as a frozen ``kind``; ``InputError`` for its mistakes.

    ``key`` is where in the file the data came from; the place of the mistake is appended to it. A list becomes a
    tuple, a whole number is taken where a number is wanted, text where an enumeration or a date is; nothing else is
    converted.
    """
    try:
        # JSON's strict rules are a person's: a list is a tuple, text may be a date, nothing else is converted.
        return kind.model_validate_json(to_json(data, inf_nan_mode="constants"))
    except pydantic.ValidationError as error:
        mistakes: list[dict[str, Any]] = [dict(mistake) for mistake in error.errors(include_url=False)]
        # A misspelt key is told as such, before the key that it should have been is told as missing.
        mistakes.sort(key=lambda mistake: mistake["type"] != "extra_forbidden")
        mistakes = [one for one in mistakes if one["type"] != "too_short" or not _has_within(mistakes, one["loc"])]
        found = _once([_told(kind, data, mistake, file, key) for mistake in mistakes])
        raise found[0].beside(found[1:]) from None


def _has_within(mistakes: Sequence[dict[str, Any]], place: Sequence[str | int]) -> bool:
    """Whether there is a mistake further in: an entry that is wrong is not counted, and not missing."""
    return any(len(one["loc"]) > len(place) and one["loc"][: len(place)] == place for one in mistakes)


def _once(found: Sequence[InputError]) -> list[InputError]:
    """One mistake a place: a value that fits no part of a union is one, and so is a key that was misspelt."""
    told: dict[str, InputError] = {}
    for mistake in found:
        told.setdefault(mistake.key, mistake)
        if mistake.problem == UNKNOWN and mistake.meant:
            told.setdefault(f"{mistake.key.rpartition('.')[0]}.{mistake.meant}".lstrip("."), mistake)
    return [mistake for key, mistake in told.items() if mistake.key == key]


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
    return InputError(file, place, UNKNOWN, allowed=known, meant=meant)


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
        each = _range(getattr(inner[0], "__origin__", inner[0]), ())
        return ("a list, each " + each if each else "a list") + _length(constraints)
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
