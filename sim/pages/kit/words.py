"""Numbers and citations as a page says them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sim.inputs.numbers import counted
from sim.pages.kit.html import Content, Html, joined, tag


def failed_told(failed: int) -> str:
    """That runs have failed.

    >>> failed_told(1), failed_told(2)
    ('1 run failed and counts nowhere', '2 runs failed and count nowhere')
    """
    return f"{counted(failed, 'run')} failed and {'counts' if failed == 1 else 'count'} nowhere"


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


def cited(paragraphs: Mapping[str, Iterable[int]], page: str | None, *, apart: bool = False) -> Content:
    """The same with § between, each article a link to its place on the evidence page, where there is one.

    Args:
        paragraphs: of each article.
        page: the address of the evidence page; None without one.
        apart: whether it opens beside the page on which the link is, which would lose what it shows.

    >>> cited({"A4": (3, 12)}, "evidence.html")
    '<a href="evidence.html#article.A4">A4</a> §3, 12'
    """
    if page is None:
        return citations(paragraphs, " §")
    each = ((_to(page, one, apart), numbers_told(numbers)) for one, numbers in paragraphs.items())
    return joined((joined([to, f" §{numbers}"]) for to, numbers in each), "; ")


def linked(text: str, articles: Iterable[str], page: str | None) -> Content:
    """A sentence in which each article whose paragraphs it names is a link to its place on the evidence page.

    Args:
        text: the sentence.
        articles: that it may name.
        page: the address of the evidence page; None without one.

    >>> linked("coded 0.2; A4, paragraph 3", ("A4",), "evidence.html")
    'coded 0.2; <a href="evidence.html#article.A4">A4</a>, paragraph 3'
    """
    names = "|".join(re.escape(one) for one in articles)
    if page is None or not names:
        return text
    parts = re.split(rf"(?<![\w-])({names})(?=, paragraphs? \d)", text)
    return joined([_to(page, part) if number % 2 else part for number, part in enumerate(parts)])


def _to(page: str, article: str, apart: bool = False) -> Html:
    beside = {"target": "_blank", "rel": "noopener"} if apart else {}
    return tag("a", article, href=f"{page}#article.{article}", **beside)
