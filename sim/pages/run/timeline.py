"""The timeline of a run as an SVG drawing: tables and who came, promises, the wars, trust between those who meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.agents.journal import Decision
from sim.agents.narrative import happened, main_pairs, package
from sim.agents.reasons import told
from sim.agents.words import war_of
from sim.pages.kit.html import Html, joined, tag

if TYPE_CHECKING:
    from sim.agents.running import Running


CAPTION = "point at a mark, or touch it, for its words."
KEY = (
    "Each table has a band: pale while it is open, grey while it rests, violet while what "
    "was signed waits for a vote, green while an agreement is in force. Above "
    "the band, a row for each party: filled where it came, hollow where it stayed away. Circles are sessions: hollow "
    "for an offer refused, crossed where no deal serves both, filled for one accepted; a star is a signature, a heavy "
    "cross the collapse of an agreement. Along the foot of the band a dot is a promise kept, a light cross one broken, "
    "a dash one withheld. Dashed lines are events of the scenario; the thick line is a change of regime."
)
# Okabe and Ito (2008): colours that colour-blind readers can tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#e69f00", "#aa4499", "#56b4e9", "#666666", "#000000", "#8c6d31", "#b2182b")
FILLS = {"open": "#fdf3da", "suspended": "#dddddd", "in_force": "#bfe5d3", "pending": "#d9d2e9", "closed": "none"}
WIDTH, LEFT, RIGHT, TOP = 1000.0, 150.0, 850.0, 26.0
BAND, ROW, GAP, CHART = 18.0, 9.0, 16.0, 130.0


class Scale(NamedTuple):
    """Weeks to the right."""

    weeks: int

    def __call__(self, week: float) -> float:
        return LEFT + (RIGHT - LEFT) * week / max(self.weeks, 1)


class Course(NamedTuple):
    """One line of a chart."""

    name: str
    values: Sequence[float]
    colour: str
    dashed: bool = False


def timeline(model: Running) -> Html:
    """The timeline of a model as far as it has run."""
    scale, parts, y = Scale(model.week), [], TOP
    for name, table in model.tables.items():
        if _ever_open(model, name):
            parts.append(_table(model, name, scale, y))
            y += len(table.parties) * ROW + BAND + GAP
    for title, courses in _charts(model):
        if not courses:  # a case without wars
            continue
        parts.append(_chart(title, courses, scale, y + 14.0))
        y += CHART + 34.0
    frame = _axis(scale, y) + _events(model, scale, y)
    label = f"timeline of the run over {model.week} weeks"
    return tag(
        "svg", Html(frame), joined(parts), role="img", aria_label=label, data_marks="title",
        viewBox=f"0 0 {WIDTH:.0f} {y + 22:.0f}",
        xmlns="http://www.w3.org/2000/svg", font_family="system-ui, DejaVu Sans, sans-serif", font_size="11",
    )  # fmt: skip


def _svg(name: str, *content: str | Html, **attributes: str | float) -> Html:
    rounded = {key: f"{value:.1f}" if isinstance(value, float) else value for key, value in attributes.items()}
    return tag(name, *content, **rounded)


def _text(x: float, y: float, words: str, anchor: str = "start", **more: str | float) -> Html:
    return _svg("text", words, x=x, y=y, text_anchor=anchor, **more)


def _line(x: float, y: float, x2: float, y2: float, **more: str | float) -> Html:
    return _svg("line", x1=x, y1=y, x2=x2, y2=y2, **more)


def _axis(scale: Scale, bottom: float) -> Html:
    step = next(step for step in (4, 13, 26, 52) if scale.weeks / step <= 14)
    parts = [_text(LEFT - 8, TOP - 10, "week", "end", fill="#555")]
    for week in range(0, scale.weeks + 1, step):
        parts.append(_line(scale(week), TOP - 4, scale(week), bottom, stroke="#e6e6e6"))
        parts.append(_text(scale(week), TOP - 10, str(week), "middle", fill="#555"))
        parts.append(_text(scale(week), bottom + 14, str(week), "middle", fill="#555"))
    return joined(parts)


def _events(model: Running, scale: Scale, bottom: float) -> Html:
    parts = []
    for entry in model.journal.find(decision="event"):
        words = f"Week {entry.week}: {happened(model, entry)}"
        x = scale(entry.week)
        parts.append(_svg("g", tag("title", words), _line(x, TOP, x, bottom, stroke="#555", stroke_dasharray="2 3")))
    for entry in model.journal.find(decision="regime", outcome="fell"):
        x = scale(entry.week)
        words = tag("title", f"Week {entry.week}: {entry.about} took over")
        parts.append(_svg("g", words, _line(x, TOP, x, bottom, stroke="#000", stroke_width="2.5")))
    return joined(parts)


# --- tables ----------------------------------------------------------------------------------------------------------


def _ever_open(model: Running, name: str) -> bool:
    statuses = model.course(f"table.{name}.status")
    return any(status != "closed" for status in statuses)


def _table(model: Running, name: str, scale: Scale, y: float) -> Html:
    table = model.tables[name]
    entries = list(model.journal.find(place=name))
    parts = [_text(4.0, y + 6, table.title.removeprefix("the "), font_weight="bold", font_size="10.5")]
    for row, party in enumerate(table.parties):
        top = y + row * ROW
        parts.append(_text(LEFT - 8, top + 19, party.code, "end", fill="#555", font_size="9"))
        parts += [_presence(scale, entry, top + 13) for entry in entries if _asked(entry, party.code)]
    top = y + len(table.parties) * ROW + 14
    parts.append(_band(model, name, scale, top))
    parts += [mark for entry in entries if (mark := _mark(model, entry, scale, top + BAND / 2 - 3)) is not None]
    return joined(parts)


def _asked(entry: Decision, code: str) -> bool:
    return entry.decision == "attend" and entry.who == code


def _presence(scale: Scale, entry: Decision, y: float) -> Html:
    came = entry.outcome == "came"
    width = max((RIGHT - LEFT) / max(scale.weeks, 1) - 1.0, 1.0)
    colours = {"fill": "#0072b2" if came else "#ffffff", "stroke": "#0072b2", "stroke_width": "0.6"}
    return _svg("rect", x=scale(entry.week) - width / 2, y=y, width=width, height=ROW - 3, **colours)


def _band(model: Running, name: str, scale: Scale, y: float) -> Html:
    statuses = model.course(f"table.{name}.status")
    parts, first = [], 0
    for week, status in enumerate(statuses):
        if week + 1 == len(statuses) or statuses[week + 1] != status:
            if status != "closed":
                words = tag("title", f"{status.replace('_', ' ')} from week {first} to {week}")
                left, right = scale(max(first - 0.5, 0)), scale(min(week + 0.5, scale.weeks))
                parts.append(
                    _svg("rect", words, x=left, y=y, width=max(right - left, 1.0), height=BAND - 6, fill=FILLS[status])
                )
            first = week + 1
    return joined(parts)


def _mark(model: Running, entry: Decision, scale: Scale, y: float) -> Html | None:
    """A session, a signature, a collapse, or a promise kept or broken."""
    x = scale(entry.week)
    if entry.decision == "offer":
        crossed = entry.outcome in ("no_zone", "out_of_time")
        fill = "#009e73" if entry.outcome == "accepted" else "#ffffff"
        circle = _svg("circle", cx=x, cy=y, r=2.6, fill=fill, stroke="#333", stroke_width="0.8")
        stroke = _line(x - 2.0, y + 2.0, x + 2.0, y - 2.0, stroke="#333", stroke_width="0.8") if crossed else ""
        return _svg("g", tag("title", f"Week {entry.week}: {told(model, entry)}"), circle, stroke)
    if entry.decision == "status" and entry.outcome == "in_force":
        words = tag("title", f"Week {entry.week}: signed, {package(dict(entry.package))}")
        return _svg("g", words, _text(x, y + 6, "★", "middle", fill="#00563f", font_size="16"))
    if entry.decision == "status" and entry.outcome == "collapsed":
        return _svg("g", tag("title", f"Week {entry.week}: the agreement collapsed"), _text(x, y + 5, "✖", "middle"))
    if entry.decision == "comply":
        words = tag("title", f"Week {entry.week}: {told(model, entry)}")
        return _svg("g", words, _tranche(entry.outcome, x, y))
    return None


def _tranche(outcome: str, x: float, y: float) -> Html:
    """A tranche kept, broken or withheld."""
    if outcome == "kept":
        return _svg("circle", cx=x, cy=y + 5, r=1.6, fill="#00563f")
    if outcome == "withheld":
        return _line(x - 2.5, y + 5, x + 2.5, y + 5, stroke="#555", stroke_width="1.4")
    return _text(x, y + 8, "×", "middle", fill="#b03a00", font_size="12", font_weight="bold")


# --- charts ----------------------------------------------------------------------------------------------------------


def _charts(model: Running) -> list[tuple[str, list[Course]]]:
    """The charts below the tables: control and violence, cohesion and presence, trust."""
    colours = dict(zip(model.wars, COLOURS, strict=False))
    titles = {name: war_of(model.world.case, name) for name in colours}
    control = [Course(titles[name], model.course(f"war.{name}.control"), c) for name, c in colours.items()]
    violence = [Course(titles[name], model.course(f"war.{name}.intensity"), c, True) for name, c in colours.items()]
    held = [Course(f"{model.wars[name].incumbent.code}, {titles[name]}", model.course(f"war.{name}.cohesion"), c)
            for name, c in colours.items()]  # fmt: skip
    patron = any(war.patron is not None for war in model.wars.values())
    if patron:
        held.append(Course("presence", model.course("presence"), COLOURS[2], True))
    trust = [
        Course(f"{who} in {whom}", model.course(f"trust.{who}.{whom}"), COLOURS[n // 2 % len(COLOURS)], n % 2 == 1)
        for n, (who, whom) in enumerate(main_pairs(model))
    ]
    charts = [
        ("Control of what is fought over, and intensity of the fighting (dashed)", control + violence),
        ("Cohesion of the incumbents" + (", and the patron's presence (dashed)" if patron else ""), held),
        ("Trust between those who meet", trust),
    ]
    return [(title, courses) for title, courses in charts if courses]


def _chart(title: str, courses: Sequence[Course], scale: Scale, y: float) -> Html:
    highest = max([1.0, *(max(course.values) for course in courses)])
    parts = [_text(4.0, y, title, font_weight="bold", font_size="10.5")]
    top = y + 8.0
    for part in (0.0, 0.5, 1.0):
        level = top + (CHART - 14) * (1.0 - part)
        parts.append(_line(LEFT, level, RIGHT, level, stroke="#dddddd"))
        parts.append(_text(LEFT - 8, level + 4, f"{part * highest:.2g}", "end", fill="#555"))
    for course in courses:
        points = " ".join(
            f"{scale(week):.1f},{top + (CHART - 14) * (1.0 - value / highest):.1f}"
            for week, value in enumerate(course.values)
        )
        dash = {"stroke_dasharray": "5 3"} if course.dashed else {}
        line = _svg("polyline", points=points, fill="none", stroke=course.colour, stroke_width="1.6", **dash)
        ends = f"{course.name}: {course.values[0]:.2f} to {course.values[-1]:.2f}"
        parts.append(_svg("g", tag("title", ends), line))
    parts += _legend(courses, top, {n: course.values[-1] / highest for n, course in enumerate(courses)})
    return joined(parts)


def _legend(courses: Sequence[Course], top: float, ends: Mapping[int, float]) -> list[Html]:
    """Names at the right, each as near as there is room to where its line ends."""
    order = sorted(ends, key=lambda n: -ends[n])
    height = CHART - 14
    step = min(12.0, height / max(len(order) - 1, 1))
    parts, lowest = [], top - step
    for place, n in enumerate(order):
        wanted = top + height * (1.0 - ends[n])
        room = top + height - step * (len(order) - 1 - place)
        y = min(max(wanted, lowest + step), room)
        lowest = y
        dash = {"stroke_dasharray": "4 2"} if courses[n].dashed else {}
        parts.append(_line(RIGHT + 6, y, RIGHT + 22, y, stroke=courses[n].colour, stroke_width="1.6", **dash))
        parts.append(_text(RIGHT + 26, y + 3.5, courses[n].name, font_size="9.5"))
    return parts
