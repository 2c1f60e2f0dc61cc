"""Figures by matplotlib, as text of SVG: one style, the same bytes for the same numbers, no state of their own."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.pages.kit.html import Html

# Every setting that a figure can depend on: a user's matplotlibrc (usetex, fonts, colours) has no say in a page.
# What is left out chooses windows, which no figure here opens.
STYLE: Mapping[Any, object] = MappingProxyType(
    {
        **{key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")},
        "font.size": 9.0,
        "font.family": "sans-serif",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 9.0,
        "axes.edgecolor": "#555555",
        "text.parse_math": False,  # a name is data: two dollars in one are no formula
        "svg.fonttype": "none",  # text stays text: searchable, and small
        "svg.hashsalt": "jirga",
    }
)


def svg_of(
    figure: Figure, alternative: str, *, tight: bool = True, links: Mapping[str, str] = MappingProxyType({})
) -> Html:
    """A figure as an element of a page, without anything that depends on the day or the place.

    Args:
        figure: the figure.
        alternative: what it shows, for who cannot see it.
        tight: whether to cut the paper to what is drawn, which takes a second drawing.
        links: what the addresses of its parts (`Artist.set_url`) lead to, in words, for who cannot see them.
    """
    buffer = io.StringIO()
    with mpl.rc_context(dict(STYLE)):
        nothing = {"Date": None, "Creator": None}
        figure.savefig(buffer, format="svg", metadata=nothing, bbox_inches="tight" if tight else None)
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>\s*", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r'<g id="[^"]*">', "<g>", drawing)
    # In attributes, not in what is told: a hundredth of a point is as fine as anybody sees.
    drawing = re.sub(r'(?<!href)="[^"]*"', lambda found: re.sub(r"(\d\.\d\d)\d+", r"\1", found[0]), drawing)
    for address, words in links.items():
        named = f'<a href="{address}" aria-label="{escape(words)}"'
        drawing = drawing.replace(f'<a xlink:href="{address}" target="_blank"', named)
    role = "group" if links else "img"  # a picture has no parts that could be reached
    return Html(drawing.strip().replace("<svg", f'<svg role="{role}" aria-label="{escape(alternative)}"', 1))
