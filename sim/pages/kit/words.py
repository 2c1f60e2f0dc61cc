"""Numbers and citations as a page says them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def numbers_told(numbers: Iterable[int]) -> str:
    """Numbers, one after another.

    >>> numbers_told((3, 12))
    '3, 12'
    """
    return ", ".join(map(str, numbers))


def citations(paragraphs: Mapping[str, Iterable[int]], between: str = " ") -> str:
    """Articles with their paragraphs; `between` stands between the two.

    >>> citations({"A4": (3, 12), "A5": (1,)}, " §")
    'A4 §3, 12; A5 §1'
    """
    return "; ".join(f"{article}{between}{numbers_told(numbers)}" for article, numbers in paragraphs.items())
