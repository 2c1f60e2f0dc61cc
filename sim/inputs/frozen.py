"""What is frozen is frozen all the way down: mappings and lists that cannot be changed, and can travel to a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

K = TypeVar("K")
V = TypeVar("V")
LONGEST = 4000  # characters that a mapping shows of itself before it only names its keys


class Frozen(dict[K, V]):
    """A dictionary that cannot be changed.

    It is a `dict` for whoever reads it (JSON, YAML, pydantic, pandas), and can be pickled, which a `MappingProxyType`
    cannot. `dict(found)` and `{**found, key: value}` give a dictionary of one's own.

    >>> weeks = Frozen({"summit_week": 12})
    >>> weeks["summit_week"] = 4
    Traceback (most recent call last):
        ...
    TypeError: this mapping is frozen; dict(...) makes a copy that can be changed
    """

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this mapping is frozen; dict(...) makes a copy that can be changed")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __repr__(self) -> str:
        whole = super().__repr__()
        if len(whole) <= LONGEST:
            return whole
        named = [*map(str, list(self)[:8]), *(["..."] if len(self) > 8 else [])]
        return f"<{len(self):,} names: {', '.join(named)}>"

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none: what is frozen can have one
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[Frozen[K, V]], tuple[dict[K, V]]]:
        return type(self), (dict(self),)


def frozen(value: Any) -> Any:
    """Plain data that cannot be changed: mappings, lists and sets at any depth; whatever else stays as it is.

    >>> frozen({"all": ["presence < 0.5"]})
    {'all': ('presence < 0.5',)}
    """
    if isinstance(value, Frozen):  # all the way down, as everything that is made here
        return value
    if isinstance(value, Mapping):
        return Frozen({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, list) or type(value) is tuple:  # a named tuple keeps its names
        return tuple(frozen(inner) for inner in value)
    return frozenset(value) if isinstance(value, set) else value


def read_only(values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers as a view that cannot be written to: whoever works on them works on a copy."""
    found = values.view()
    found.flags.writeable = False
    return found


def sealed(value: Any) -> Any:
    """What was found, so that it cannot be changed: also the arrays, in named tuples and dataclasses at any depth.

    >>> found = sealed({"weights": [np.ones(2)]})
    >>> found["weights"][0][0] = 2.0
    Traceback (most recent call last):
        ...
    ValueError: assignment destination is read-only
    """
    if isinstance(value, np.ndarray):
        return read_only(value) if value.flags.writeable else value
    if isinstance(value, Frozen):
        return value
    if isinstance(value, Mapping):
        return Frozen({key: sealed(inner) for key, inner in value.items()})
    if isinstance(value, list | tuple):
        inner = [sealed(one) for one in value]
        if isinstance(value, tuple) and all(one is other for one, other in zip(inner, value, strict=True)):
            return value
        return type(value)(*inner) if hasattr(value, "_fields") else tuple(inner)
    if is_dataclass(value) and not isinstance(value, type):
        held = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        new = {name: other for name, one in held.items() if (other := sealed(one)) is not one}
        return replace(value, **new) if new else value
    return value


def listed(held: object) -> list[str]:
    """The names that an object of the package has of its own, for `dir`: not those of the framework below it.

    A name that begins with `_`, and what pydantic puts into every class, is left out.
    """
    ours = [kind for kind in type(held).__mro__ if kind.__module__.split(".")[0] == "sim"]
    names = {name for kind in ours for name in (*vars(kind), *getattr(kind, "__annotations__", {}))}
    return sorted(name for name in {*names, *vars(held)} if not name.startswith(("_", "model_")))
