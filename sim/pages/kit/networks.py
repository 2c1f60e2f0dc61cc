"""Networks of trust as small drawings: arrows from who trusts to who is trusted, wide by trust, coloured by change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import cos, hypot, pi, sin

from sim.pages.kit.html import Html, tag

SIZE, RADIUS, NODE = 380.0, 150.0, 25.0
BEND = 0.055  # of an arrow, as a part of its length: the two arrows of a pair keep apart
APART = 5.0
NUMBER_AT = 0.3  # of the way: nearer to whose trust it is
DEEPEST = 0.25  # a change of trust from which on the colour is deepest
# Orange for a fall, grey for none, blue for a rise: told apart by colour-blind readers, and by their lightness.
FALL, SAME, RISE = (179, 88, 6), (160, 160, 160), (8, 81, 156)
INK = "#4d4d4d"
Point = tuple[float, float]
Pair = tuple[str, str]


def network(
    actors: Sequence[str],
    trust: Mapping[Pair, float],
    change: Mapping[Pair, float] | None,
    alternative: str,
    assumed: Collection[Pair] = (),
) -> Html:
    """A network as an element of a page.

    Args:
        actors: all of them, in order, clockwise from the top; one without arrows is drawn faint.
        trust: mean trust of each ordered pair that counts, 0 to 1.
        change: how much it has changed since the start; None for the start itself.
        alternative: what the drawing shows, for who cannot see it.
        assumed: pairs whose trust nobody coded: broken arrows.
    """
    places = {actor: _place(n, len(actors)) for n, actor in enumerate(actors)}
    arrows = [
        _arrow(
            places[who],
            places[whom],
            value,
            INK if change is None else colour(change[who, whom]),
            broken=(who, whom) in assumed,
        )
        for (who, whom), value in trust.items()
    ]
    seated = {actor for pair in trust for actor in pair}
    nodes = [part for actor, place in places.items() for part in _node(actor, place, faint=actor not in seated)]
    numbers = [part for (who, whom), value in trust.items() for part in _number(places[who], places[whom], value)]
    box = f"0 0 {SIZE:g} {SIZE - 20:g}"
    return tag("svg", *arrows, *numbers, *nodes, viewBox=box, role="img", aria_label=alternative, class_="network")


def colour(change: float) -> str:
    """The colour of a change of trust.

    >>> colour(0.0), colour(-0.5), colour(0.5)
    ('#a0a0a0', '#b35806', '#08519c')
    """
    part = min(abs(change) / DEEPEST, 1.0)
    end = RISE if change > 0.0 else FALL
    return "#" + "".join(f"{round(a + part * (b - a)):02x}" for a, b in zip(SAME, end, strict=True))


def _place(number: int, count: int) -> Point:
    angle = 2.0 * pi * number / count
    return SIZE / 2 + RADIUS * sin(angle), SIZE / 2 + 6.0 - RADIUS * cos(angle)


def _curve(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """First, middle and last point of control of an arrow between the edges of two nodes."""
    x, y = end[0] - start[0], end[1] - start[1]
    length = hypot(x, y)
    along, side = (x / length, y / length), (-y / length, x / length)
    gap = NODE + 2.0

    def at(way: float, aside: float) -> Point:
        return start[0] + along[0] * way + side[0] * aside, start[1] + along[1] * way + side[1] * aside

    return at(gap, APART), at(length / 2, APART + 2 * BEND * length), at(length - gap, APART)


def _arrow(start: Point, end: Point, trust: float, shade: str, *, broken: bool) -> Html:
    first, middle, last = _curve(start, end)
    width = 0.7 + 8.0 * trust**2  # squared: an eye sees twice the trust better so
    head = 6.5 + 1.2 * width
    x, y = last[0] - middle[0], last[1] - middle[1]
    length = hypot(x, y)
    x, y = x / length, y / length
    neck = last[0] - x * head, last[1] - y * head
    half = 0.55 * head
    corners = (neck[0] - y * half, neck[1] + x * half), last, (neck[0] + y * half, neck[1] - x * half)
    shaft = tag(
        "path",
        d=f"M{_xy(first)}Q{_xy(middle)} {_xy(neck)}",
        fill="none",
        stroke=shade,
        stroke_width=f"{width:.1f}",
        stroke_dasharray="5 4" if broken else None,
    )
    return Html(shaft + tag("path", d="M" + "L".join(map(_xy, corners)) + "Z", fill=shade))


def _number(start: Point, end: Point, trust: float) -> Iterator[Html]:
    first, middle, last = _curve(start, end)
    t = NUMBER_AT
    x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c for a, b, c in zip(first, middle, last, strict=True))
    yield tag("rect", x=f"{x - 10:.1f}", y=f"{y - 7:.1f}", width=20, height=13, rx=3, fill="#fff", opacity="0.9")
    yield tag("text", f"{trust:.2f}".removeprefix("0"), x=f"{x:.1f}", y=f"{y + 3.6:.1f}")


def _node(actor: str, place: Point, *, faint: bool) -> Iterator[Html]:
    edge, fill, ink = ("#bbb", "#fff", "#999") if faint else ("#222", "#f2f2ee", "#222")
    x, y = (f"{one:.1f}" for one in place)
    yield tag("circle", cx=x, cy=y, r=NODE, fill=fill, stroke=edge, stroke_width="1.4")
    yield tag("text", actor, x=x, y=f"{place[1] + 5:.1f}", fill=ink, class_="actor")


def _xy(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
