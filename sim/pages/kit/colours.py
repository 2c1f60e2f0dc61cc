"""The colours of every figure: Okabe and Ito (2008), which colour-blind readers can tell apart; each comes with a shape
or a name of its own.
"""

from __future__ import annotations

BLUE, VERMILLION, GREEN, ORANGE, PURPLE = "#0072b2", "#d55e00", "#009e73", "#e69f00", "#aa4499"
SKY, YELLOW, GREY = "#56b4e9", "#f0e442", "#c4c4c4"
BLACK, WHITE = "#000000", "#ffffff"


def ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on a colour: a contrast of 4.5 to 1 at least (WCAG 2.2, 1.4.3).

    >>> ink_on(BLUE), ink_on(VERMILLION), ink_on(GREY)
    ('#ffffff', '#000000', '#000000')
    """
    return BLACK if _luminance(colour) + 0.05 > (0.05 * 1.05) ** 0.5 else WHITE


def _luminance(colour: str) -> float:
    """The relative luminance of a colour of the form #rrggbb, 0 to 1."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
