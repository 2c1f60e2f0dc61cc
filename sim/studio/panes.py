"""What shows markup in the studio: the picture, whose parts can be asked for, and the frame of a whole page."""

from __future__ import annotations

from typing import Any, ClassVar

import param
from panel.custom import JSComponent


class Picture(JSComponent):
    """Markup, of which every element with `data-ends` can be asked for, by the mouse or the keyboard.

    What is asked for comes as a message, `{"who": ..., "ends": ...}`, to those who have called `on_msg`.
    """

    markup = param.String(default="", doc="what is shown")

    _esm: ClassVar[Any] = """
export function render({ model }) {
  const shown = document.createElement("div");
  const draw = () => { shown.innerHTML = model.markup; };
  const ask = (event) => {
    const part = event.target.closest("[data-ends]");
    if (!part || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    model.send_msg({ who: part.dataset.who, ends: part.dataset.ends });
  };
  shown.addEventListener("click", ask);
  shown.addEventListener("keydown", ask);
  model.on("markup", draw);
  draw();
  return shown;
}
"""


class Frame(JSComponent):
    """A whole page in a frame of its own, which comes into view: it cannot reach what is around it."""

    name_told = param.String(default="", doc="what the page is, for whoever has it read aloud")
    page = param.String(default="", doc="the page")

    _esm: ClassVar[Any] = """
export function render({ model }) {
  const frame = document.createElement("iframe");
  frame.title = model.name_told;
  frame.setAttribute("sandbox", "allow-scripts");
  frame.style.cssText = "width:100%;height:80vh;border:2px solid #0b4f8a;border-radius:6px;scroll-margin-top:4rem";
  frame.srcdoc = model.page;
  frame.addEventListener("load", () => { frame.scrollIntoView({ block: "start" }); frame.focus(); });
  return frame;
}
"""
