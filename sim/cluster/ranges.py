"""Numbers of parts as a person writes them: `3-40`, `7`, `[3-40,50]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sim.inputs.errors import InputError, shown

RANGE = re.compile(r"(\d+)(?:-(\d+))?")


def numbers_of(given: int | str | Sequence[int | str], most: int, source: str = "command line") -> list[int]:
    """The numbers that ranges stand for, sorted, each once.

    Args:
        given: one range or a list of them.
        most: how many parts there are.
        source: what a mistake is told of.

    Raises:
        InputError: it is no range, or goes beyond the last part.

    >>> numbers_of(["3-5", 4, 9], 10)
    [3, 4, 5, 9]
    """
    found: set[int] = set()
    for one in [given] if isinstance(given, int | str) else given:
        match = RANGE.fullmatch(str(one))
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last < most:
            allowed = f"0 to {most - 1}, as 3-40, 7 or [3-40,50]"
            raise InputError(source, "parts", f"{shown(one)} are no parts of this plan", allowed=allowed)
        found.update(range(first, last + 1))
    return sorted(found)


def ranges(numbers: Iterable[int]) -> str:
    """Numbers, sorted, as `numbers_of` reads them.

    >>> ranges([3, 4, 5]), ranges([9]), ranges([3, 4, 9])
    ('3-5', '9', '[3-4,9]')
    """
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    told = [f"{first}-{last}" if last > first else str(first) for first, last in spans]
    return told[0] if len(told) == 1 else f"[{','.join(told)}]"
