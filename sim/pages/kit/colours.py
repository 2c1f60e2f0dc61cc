"""The colours of every figure: Okabe and Ito (2008), which colour-blind readers can tell apart; each comes with a shape
or a name of its own.
"""

from __future__ import annotations

BLUE, VERMILLION, GREEN, ORANGE, PURPLE = "#0072b2", "#d55e00", "#009e73", "#e69f00", "#aa4499"
SKY, YELLOW, GREY = "#56b4e9", "#f0e442", "#c4c4c4"
