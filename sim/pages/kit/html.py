"""Self-contained HTML pages: one file without network, readable at desktop and phone width and on paper.

Plain text is escaped wherever it enters a page; what is markup already is `Html`. Same content, same bytes.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sim.pages.kit.own_files import put


class Html(str):
    """Markup that stands as it is; any other text is escaped.

    >>> tag("p", "a < b ", Html("<b>c</b>"), class_="note")
    '<p class="note">a &lt; b <b>c</b></p>'
    """

    __slots__ = ()


Content = str | Html  # `str` is text, `Html` is markup
EMPTY = frozenset({"br", "hr", "img", "input", "meta"})  # elements without content or end


def text(content: Content) -> Html:
    """Content as markup: text escaped, markup as it is."""
    return content if isinstance(content, Html) else Html(html.escape(content, quote=False))


def joined(contents: Iterable[Content], between: Content = "") -> Html:
    """Contents one after another as markup."""
    return Html(text(between).join(map(text, contents)))


def tag(name: str, /, *content: Content, **attributes: str | float | bool | None) -> Html:
    """One element. `class_` stands for class, `data_x` for data-x; None and False leave an attribute out."""
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    return Html(f"<{name}{given}>" if name in EMPTY else f"<{name}{given}>{joined(content)}</{name}>")


def _attribute(key: str, value: str | float | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'


def link(target: str, *content: Content, **attributes: str) -> Html:
    """A link to an anchor of the same page."""
    return tag("a", *content, href=f"#{target}", **attributes)


def paragraphs(*contents: Content) -> Html:
    """Each content as a paragraph."""
    return joined(tag("p", content) for content in contents)


def listed(items: Iterable[Content], ordered: bool = False) -> Html:
    """A list."""
    return tag("ol" if ordered else "ul", *(tag("li", item) for item in items))


def note(*content: Content) -> Html:
    """A box for what must not be overlooked."""
    return tag("div", *content, class_="note")


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Content]],
    *,
    caption: Content = "",
    ids: Sequence[str] = (),
    compared: bool = False,
) -> Html:
    """A table; where the screen is narrow each row becomes a card with the column's name before each value.

    Args:
        columns: the heads.
        rows: as many contents each as there are columns; otherwise ValueError.
        caption: above the table.
        ids: the anchor of each row, if given.
        compared: whether it stays a table on a narrow screen too, so that rows can be compared: it then scrolls
            within its own box, and the first column stays in view.
    """
    anchors = iter(ids) if ids else None
    head = tag("tr", *(tag("th", column, scope="col") for column in columns))
    body = joined(
        (
            tag(
                "tr",
                *(tag("td", cell, data_head=head) for head, cell in zip(columns, row, strict=True)),
                id=next(anchors) if anchors else None,
            )
            for row in rows
        ),
        "\n",
    )
    top = tag("caption", caption) if caption else ""
    whole = tag("table", top, tag("thead", head), tag("tbody", body), class_="compared" if compared else "cards")
    return tag("div", whole, class_="box", tabindex="0") if compared else whole


def typed(lines: str) -> Html:
    """What somebody is to type; whoever has no mouse scrolls it by the keyboard."""
    return tag("pre", lines, tabindex="0")


def details(summary: Content, *content: Content, id: str | None = None, class_: str | None = None) -> Html:
    """Content that opens on request, and by itself when the page is called with its anchor."""
    return tag("details", tag("summary", summary), *content, id=id, class_=class_)


def figure(drawing: Html, caption: Content, *, wide: bool = False) -> Html:
    """A drawing with its caption; a wide one scrolls sideways on a narrow screen instead of becoming unreadable."""
    return tag(
        "figure",
        tag("div", drawing, class_="wide" if wide else "drawing", tabindex="0" if wide else None),
        tag("figcaption", caption),
    )


def picture(png: bytes, alternative: str) -> Html:
    """A PNG picture, inside the page."""
    return tag("img", src=f"data:image/png;base64,{base64.b64encode(png).decode()}", alt=alternative)


def finder(what: str, among: str) -> Html:
    """A field that hides the entries (`class="entry"`) below the element `among` that lack the words typed."""
    field = tag("input", type="search", data_among=among, placeholder=what, aria_label=what)
    buttons = (
        tag("button", f"{word} all", type="button", data_set=word, data_among=among) for word in ("open", "close")
    )
    return tag("p", field, " ", joined(buttons, " "), class_="finder", hidden=True)


@dataclass(frozen=True)
class Section:
    """A part of a page, with the anchor that the list of contents leads to."""

    id: str
    title: str
    content: Html
    folded: bool = False  # opened by a click, or by its anchor


def page(
    title: str, lead: Html, sections: Sequence[Section], foot: Content = "", *, back: Sequence[Content] = ()
) -> str:
    """A whole page as text; its policy forbids the browser to fetch anything.

    Args:
        title: of the page.
        lead: what stands above the sections.
        sections: in order; the list of contents, which stays in view, leads to them.
        foot: the last words.
        back: links to other pages, before those of the contents.
    """
    ways = [*back, link("top", "top"), *(link(part.id, part.title) for part in sections)]
    contents = tag("nav", listed(ways), aria_label="contents")
    body = joined(map(_section, sections), "\n")
    head = joined(
        (
            tag("meta", charset="utf-8"),
            GENERATOR,
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
            tag("title", title),
            style("kit/page.css"),
        ),
        "\n",
    )
    script = shipped("kit/page.js")  # without it the page is whole too: what is closed opens by a click
    parts = (contents, tag("header", tag("h1", title), lead, id="top"), tag("main", body), tag("footer", foot))
    return f'<!doctype html>\n<html lang="en"><head>\n{head}\n</head><body>\n' + (
        "\n".join(parts) + f"\n<script>{script}</script>\n</body></html>\n"
    )


def back_to(there: Collection[str], *names: str) -> list[Html]:
    """Links to those of some pages that are there, for `page`; each named as its file."""
    return [tag("a", name.removesuffix(".html"), href=name) for name in names if name in there]


def above(there: Collection[str]) -> list[Html]:
    """Links from a job's page to what stands above it, where that is there: the report and the evidence."""
    return back_to(there, "report.html", "evidence.html")


def _section(part: Section) -> Html:
    head = tag("h2", part.title)
    inner = details(head, part.content, class_="folded") if part.folded else joined([head, part.content])
    return tag("section", inner, id=part.id)


def shipped(name: str) -> Html:
    """A style sheet or a script that comes with the package, on lines of its own.

    Args:
        name: where it lies below `sim/pages`, such as `kit/page.css`.
    """
    return Html("\n" + files("sim.pages").joinpath(name).read_text(encoding="utf-8"))


def style(*names: str) -> Html:
    """An element with style sheets that come with the package; see `shipped`."""
    return tag("style", *map(shipped, names))


def write(path: Path, content: str) -> int:
    """Write a page and return its size in bytes; only another page of jirga's makes room for it.

    Raises:
        InputError: something else has that name, or the folder cannot be written to.
    """
    return put(path, content, GENERATOR)


GENERATOR = tag("meta", name="generator", content="jirga")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'"
