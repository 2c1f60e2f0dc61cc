"""Self-contained HTML pages: one file without network, readable at desktop and phone width and on paper.

Plain text is escaped wherever it enters a page; what is markup already is `Html`. Same content, same bytes.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    columns: Sequence[str], rows: Iterable[Sequence[Content]], *, caption: Content = "", ids: Sequence[str] = ()
) -> Html:
    """A table; where the screen is narrow each row becomes a card with the column's name before each value.

    Args:
        columns: the heads.
        rows: as many contents each as there are columns; otherwise ValueError.
        caption: above the table.
        ids: the anchor of each row, if given.
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
    return tag("table", top, tag("thead", head), tag("tbody", body), class_="cards")


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


def page(title: str, lead: Html, sections: Sequence[Section], foot: Content = "") -> str:
    """A whole page as text; its policy forbids the browser to fetch anything."""
    contents = tag("nav", listed(link(part.id, part.title) for part in sections), aria_label="contents")
    body = joined((tag("section", tag("h2", part.title), part.content, id=part.id) for part in sections), "\n")
    head = joined(
        (
            tag("meta", charset="utf-8"),
            GENERATOR,
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
            tag("title", title),
            tag("style", Html(STYLE)),
        ),
        "\n",
    )
    parts = (tag("header", tag("h1", title), lead), contents, tag("main", body), tag("footer", foot))
    return f'<!doctype html>\n<html lang="en"><head>\n{head}\n</head><body>\n' + (
        "\n".join(parts) + f"\n<script>{SCRIPT}</script>\n</body></html>\n"
    )


def write(path: Path, content: str) -> int:
    """Write a page and return its size in bytes; only another page of jirga's makes room for it.

    Raises:
        InputError: something else has that name, or the folder cannot be written to.
    """
    return put(path, content, GENERATOR)


GENERATOR = tag("meta", name="generator", content="jirga")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'"

STYLE = """
:root { --ink: #1a1a1a; --soft: #555; --rule: #c8c8c8; --wash: #f4f4f2; --link: #0b4f8a; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; color: var(--ink); background: #fff;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .3em 0 .5em; }
h2 { font-size: 1.3rem; margin: 2.4em 0 .6em; padding-top: .5em; border-top: 2px solid var(--ink); }
h3 { font-size: 1.08rem; margin: 1.8em 0 .4em; }
h4 { font-size: 1rem; margin: 1em 0 .3em; }
p, li { max-width: 46rem; }
a { color: var(--link); }
code { font: .9em ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { background: var(--wash); padding: .6rem .8rem; overflow-x: auto; font-size: .9rem; }
small, .soft { color: var(--soft); }
nav { border: 1px solid var(--rule); padding: .2rem 1rem; margin: 1.2rem 0; }
nav ul { columns: 17rem; column-gap: 2.5rem; padding-left: 1rem; margin: .5rem 0; }
.note { border-left: 5px solid #d55e00; background: var(--wash); padding: .3rem 1rem; margin: 1rem 0; }
figure { margin: 1.2rem 0; }
figcaption { color: var(--soft); font-size: .9rem; max-width: 46rem; }
.drawing svg, .drawing img { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
.wide svg, .wide img { min-width: 52rem; max-width: none; width: 100%; height: auto; }
table { border-collapse: collapse; font-size: .92rem; margin: .6rem 0; }
caption { text-align: left; color: var(--soft); padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--rule); }
thead th { border-bottom: 2px solid var(--ink); }
td ul { margin: 0; padding-left: 1.1rem; }
td code { white-space: nowrap; }
td details { border: 0; padding: 0; }
details { border-bottom: 1px solid var(--rule); padding: .35rem 0; }
details > summary { cursor: pointer; }
details[open] > summary { margin-bottom: .4rem; }
.finder input { font: inherit; padding: .3rem .5rem; width: 22rem; max-width: 100%; }
.finder button { font: inherit; padding: .25rem .6rem; }
[hidden] { display: none !important; }
:target { outline: 3px solid #e69f00; outline-offset: 2px; }
footer { margin-top: 3rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: .9rem; }
@media (max-width: 44rem) {
  body { padding: .7rem; }
  table.cards, table.cards tbody, table.cards tr, table.cards td { display: block; width: 100%; }
  table.cards thead { display: none; }
  table.cards tr { border-bottom: 2px solid var(--rule); padding: .4rem 0; }
  table.cards td { border: 0; padding: .1rem 0; }
  table.cards td:not(:empty)::before { content: attr(data-head) ": "; color: var(--soft); }
  table.cards caption { display: block; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .finder { display: none !important; }
  a { color: inherit; text-decoration: none; }
  tr, figure, details, .keep { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .wide svg, .wide img { min-width: 0; }
}
"""

# Without a script the page is whole too: what is closed opens by a click, and the browser's own search works.
SCRIPT = """
(function () {
  function show() {
    var at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var up = at; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") { up.open = true; }
      up.hidden = false;
    }
    if (at) { at.scrollIntoView(); }
  }
  function entries(of) { return document.getElementById(of.dataset.among).querySelectorAll(".entry"); }
  document.querySelectorAll(".finder").forEach(function (finder) { finder.hidden = false; });
  document.querySelectorAll("input[data-among]").forEach(function (field) {
    field.addEventListener("input", function () {
      var words = field.value.toLowerCase().split(/\\s+/);
      entries(field).forEach(function (entry) {
        var told = entry.textContent.toLowerCase();
        entry.hidden = !words.every(function (word) { return told.includes(word); });
      });
    });
  });
  document.querySelectorAll("button[data-set]").forEach(function (button) {
    button.addEventListener("click", function () {
      entries(button).forEach(function (entry) { if (!entry.hidden) { entry.open = button.dataset.set === "open"; } });
    });
  });
  window.addEventListener("hashchange", show);
  if (location.hash) { show(); }
})();
"""
