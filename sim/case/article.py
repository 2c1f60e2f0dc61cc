"""An article that a case rests on."""

from __future__ import annotations

from pydantic import Field

from sim.inputs.objects import Strict


class Article(Strict):
    """An article: its id, how many numbered paragraphs it has, and which of them cannot be read with any certainty.

    Attributes:
        id: by which it is cited.
        title: as printed.
        outlet: where it appeared.
        date: of publication, as exact as the text allows; an interval as a/b.
        paragraphs: how many it has, numbered from 1.
        speaks_of: the period that it reports on.
        note: what a reader should know of it.
        garbled: paragraphs that cannot be read with any certainty.
    """

    id: str = Field(min_length=1)
    title: str
    outlet: str
    date: str
    paragraphs: int = Field(ge=1, le=10_000)
    speaks_of: str
    note: str = ""
    garbled: tuple[int, ...] = ()
