"""A user's mistake: one line with the file, the key, the value, what is allowed and the word that was likely meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any


class InputError(Exception):
    """A user's mistake, told in one line.

    ``file`` may carry a line (``case.yaml:12``); ``key`` is dotted (``tables.doha.parties[1]``) or empty. ``others``
    are mistakes that were found beside it: the line is that of the first, `every` has them all.

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
        self.others: tuple[InputError, ...] = ()
        super().__init__(self._line())

    def _render_traceback_(self) -> list[str]:
        """What IPython and Jupyter show instead of a traceback: the line is all that helps its reader."""
        return [str(self)]

    @property
    def every(self) -> tuple[InputError, ...]:
        """This mistake, then those found beside it, each once."""
        found: dict[str, InputError] = {str(one): one for one in (self, *self.others)}
        return tuple(found.values())

    def beside(self, others: Iterable[InputError]) -> InputError:
        """The same mistake, told first of several."""
        self.others = tuple(others)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """All its fields, so that it is the same error in another process: by default the line alone would travel."""
        return _told_again, (type(self), self.file, self.key, self.problem, self.allowed, self.meant, self.others)

    def _line(self) -> str:
        place = ": ".join(part for part in (self.file, self.key) if part)
        line = f"{place}: {self.problem}" if place else self.problem
        if self.allowed:
            line += f"; allowed: {self.allowed}"
        if self.meant:
            line += f"; did you mean {self.meant}?"
        return " ".join(line.split())


def _told_again(
    kind: type[InputError],
    file: str,
    key: str,
    problem: str,
    allowed: str | None,
    meant: str | None,
    others: tuple[InputError, ...],
) -> InputError:
    return kind(file, key, problem, allowed=allowed, meant=meant).beside(others)


class Mistakes:
    """Gathers the mistakes of a block: at its end the first is raised, and has the others beside it.

    >>> with Mistakes() as mistakes:
    ...     for code in ("US", "TALIBAN", "PAKK"):
    ...         with mistakes.apart():
    ...             _ = one_of("case.yaml", "parties", code, ["US", "TAL"], "an actor")
    Traceback (most recent call last):
        ...
    sim.inputs.errors.InputError: case.yaml: parties: 'TALIBAN' is not an actor; allowed: US, TAL; did you mean TAL?
    """

    def __init__(self) -> None:
        self.found: list[InputError] = []

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What does not keep the rest from being checked: a mistake ends this block alone."""
        try:
            yield
        except InputError as error:
            self.found.extend(error.every)

    def __enter__(self) -> Mistakes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, InputError):
            return
        found = [*self.found, *(error.every if error is not None else ())]
        if found:
            raise found[0].beside(found[1:]) from None


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The word of ``allowed`` that ``word`` was probably meant to be, or None.

    >>> nearest("TALIBAN", ["US", "PAK", "TAL"]), nearest("sede", ["seed", "out"]), nearest("xyz", ["seed"])
    ('TAL', 'seed', None)
    """
    by_lower = {choice.lower(): choice for choice in allowed}
    close = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def one_of(
    file: str | Path, key: str, value: object, allowed: Iterable[str], what: str, told: str | Iterable[str] = ""
) -> str:
    """The value, if it is one of those allowed.

    Args:
        file, key: where it stands.
        value: what stands there.
        allowed: the names that can.
        what: what it should be, with its article: "an actor".
        told: what is told to be allowed, where the names are too many or not all; empty for the names.

    Raises:
        InputError: it is another; the likely meant one is named.
    """
    names = list(allowed)
    if value not in names:
        problem, others = f"{shown(value)} is not {what}", told or names or "none: there are no others"
        raise InputError(file, key, problem, allowed=others, meant=nearest(str(value), names))
    return str(value)


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
