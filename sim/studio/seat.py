"""The widgets of one who plays an actor in the studio: the form that begins a game, and the questions of its seat."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

import panel as pn

from sim.agents.offers import frontier_package, weighed_offer
from sim.agents.questions import Question, checked, seats_of
from sim.agents.words import issue
from sim.inputs.errors import InputError, shown
from sim.pages.kit.html import joined, tag
from sim.studio.rooms import SHORTEST, Room, Rooms
from sim.studio.seat_view import (
    accept_told,
    asked_view,
    debrief_view,
    known_view,
    now_told,
    offer_view,
    waiting_view,
)
from sim.studio.view import STYLE

LOOK_AGAIN = 700  # milliseconds between two looks at what the others have done
YES_NO = {
    "attend": ("Come", "Stay away"),
    "mediate": ("Come", "Stay away"),
    "accept": ("Accept", "Refuse"),
    "ratify": ("Ratify", "Do not ratify"),
    "vote": ("Approve", "Refuse"),
}
Told = Callable[[Mapping[str, str]], None]
Found = TypeVar("Found")


class Seat:
    """One visitor's seat in a game, or the form that begins one.

    Args:
        rooms: the games of the studio.
        scenario: that the form begins with.
        told: hears where the visitor sits, to write it into the address.
        query: makes of a place the query of an address that leads there.

    Attributes:
        room: the game; None before it has begun.
        seat: the actor that the visitor plays.
        layout: the widgets, to be shown.
    """

    def __init__(
        self,
        rooms: Rooms,
        scenario: str,
        told: Told = lambda place: None,
        query: Callable[[Mapping[str, str]], str] = urlencode,
    ) -> None:
        self.rooms, self.told, self.query = rooms, told, query
        self.room: Room | None = None
        self.seat = ""
        self._turn = -1
        self._said = pn.pane.HTML("", sizing_mode="stretch_width", stylesheets=[STYLE], visible=False)
        self._shown = pn.pane.HTML("", sizing_mode="stretch_width", stylesheets=[STYLE])
        self._answers = pn.Column(sizing_mode="stretch_width", max_width=700)
        self._known = pn.pane.HTML("", sizing_mode="stretch_width", stylesheets=[STYLE])
        self._foot = pn.Column(sizing_mode="stretch_width", max_width=700)
        parts = (self._said, self._shown, self._answers, self._known, self._foot)
        self.layout = pn.Column(*parts, sizing_mode="stretch_width")
        self._show_form(scenario)

    # --- to begin, or to come in

    def _show_form(self, scenario: str) -> None:
        case = self.rooms.case
        chosen = pn.widgets.Select(
            label="Scenario", options=self.rooms.offered.titles, value=scenario, sizing_mode="stretch_width"
        )
        actors = {f"{case.name_of(code)} ({code})": code for code in seats_of(case)}
        mine = pn.widgets.Select(
            label="You play", options=actors, value=list(case.actors)[1], sizing_mode="stretch_width"
        )
        others = pn.widgets.CheckBoxGroup(options=actors, value=[])
        most = self.rooms.offered.scenario(scenario).horizon
        weeks = pn.widgets.IntSlider(label="Weeks", start=SHORTEST, end=most, value=most, sizing_mode="stretch_width")
        luck = pn.widgets.TextInput(label="Luck, a whole number: the same one meets the same", value="1")
        begin = pn.widgets.Button(label="Begin", color="primary")
        chosen.param.watch(lambda event: self._fit(weeks, event.new), "value")

        def asked(event: Any) -> None:
            seats = (str(mine.value), *(code for code in others.value if code != mine.value))
            self.begin(chosen.value, seats, int(weeks.value or most), str(luck.value))

        begin.on_click(asked)
        self._shown.object = (
            '<div class="studio"><h2>Play an actor</h2><p>You decide for an actor of a scenario, the model for all '
            "others. Several people take several seats: each opens the link of the same game with a seat of their own."
            "</p></div>"
        )
        legend = pn.pane.HTML("<strong>Others that people play</strong>")
        self._answers[:] = [chosen, mine, legend, others, weeks, luck, begin]

    def _fit(self, weeks: Any, scenario: str) -> None:
        most = self.rooms.offered.scenario(scenario).horizon
        weeks.param.update(end=most, value=most)

    def begin(self, scenario: str, seats: tuple[str, ...], weeks: int, luck: str) -> None:
        """Begin a game and sit down in its first seat; a mistake is told in a sentence.

        Args:
            scenario, seats, weeks: as in `Rooms.begin`.
            luck: what was typed for the seed.
        """
        self._beside(
            lambda: self.rooms.begin(scenario, seats, weeks, _number_in(luck)), lambda room: self.sit(room, seats[0])
        )

    def sit(self, room: Room, seat: str) -> None:
        """Take a seat of a game.

        Raises:
            InputError: nobody can take that one.
        """
        if seat not in room.game.seats:
            raise InputError("game", "seat", f"nobody plays {seat or 'it'} here", allowed=list(room.game.seats))
        self.room, self.seat, self._turn = room, seat, -1
        self.told({"game": room.code, "seat": seat})
        self.look()

    # --- beside the loop

    def _beside(self, work: Callable[[], Found], then: Callable[[Found], None]) -> None:
        """Do what takes long beside the server's own loop, so that nobody else waits, then what depends on it."""
        if pn.state.curdoc is None:  # nobody waits: a test, a notebook
            self._go_on(_tried(work), then)
        else:
            pn.state.execute(partial(self._later, work, then))

    async def _later(self, work: Callable[[], Found], then: Callable[[Found], None]) -> None:
        self._go_on(await asyncio.to_thread(_tried, work), then)

    def _go_on(self, found: Found | InputError, then: Callable[[Found], None]) -> None:
        """Go on with what was found; a mistake is told in a sentence, and all stays as it is."""
        if isinstance(found, InputError):
            self.say(str(found))
        else:
            then(found)

    # --- a turn

    def look(self) -> None:
        """Show how the game stands, if anything has changed; while it is played on, a later look shows it."""
        room = self.room
        if room is None or room.turns == self._turn or not room.playing.acquire(blocking=False):
            return
        try:
            self._show(room)
        finally:
            room.playing.release()

    def _show(self, room: Room) -> None:
        self._turn = room.turns
        question = room.asked(self.seat)
        self._said.visible = False
        self._known.object = "" if question is None else known_view(room.game, question)
        self._foot[:] = [*self._links(room), self._save(room)]
        if question is not None:
            self._answers[:] = [*self._widgets(room, question), self._as_model(question)]
            self._shown.object = asked_view(room.game, question)  # last: whoever reads it has its buttons
        elif room.game.is_over:
            self._shown.object = (
                '<div class="studio"><h2 role="status">The game is over: it is played again ...</h2></div>'
            )
            self._answers.clear()
            self._end(room)
        else:
            self._shown.object = waiting_view(room.game, self.seat)
            self._answers.clear()

    def _end(self, room: Room) -> None:
        def over(shown: str) -> None:
            self._shown.object = shown

        self._beside(lambda: debrief_view(room.game, room.debrief(self.seat)), over)

    def _links(self, room: Room) -> list[Any]:
        """Where the others of a game sit down, for whoever has this seat to pass on."""
        others = [other for other in room.game.seats if other != self.seat]
        places = {other: self.query({"game": room.code, "seat": other}) for other in others}
        links = [tag("a", self.rooms.case.name_of(other), href=f"?{query}") for other, query in places.items()]
        told = joined(("Seats of the others, each in a window of its own: ", joined(links, ", ")))
        return [pn.pane.HTML(tag("p", told))] if others else []

    def _save(self, room: Room) -> Any:
        return pn.widgets.FileDownload(
            label="Save the game", filename=f"game_{room.code}.jsonl", callback=lambda: io.StringIO(room.file),
            embed=False,
        )  # fmt: skip

    def answer(self, question: Question, answer: object) -> None:
        """Give an answer; a mistake is told in a sentence, and the question stands."""
        assert self.room is not None
        self._beside(partial(self.room.answer, question.key, answer), lambda done: self.look())

    def say(self, text: str) -> None:
        """Tell what is wrong."""
        self._said.object, self._said.visible = tag("div", text, class_="studio", role="alert"), True

    @property
    def said(self) -> str:
        """What is told to be wrong; empty for nothing."""
        return str(self._said.object) if self._said.visible else ""

    @property
    def shown(self) -> str:
        """The markup that is shown."""
        return str(self._shown.object)

    # --- the widgets of a question

    def _button(self, label: str, does: Callable[[], None], primary: bool = False) -> Any:
        button = pn.widgets.Button(label=label, color="primary" if primary else "default")
        button.on_click(lambda event: does())
        return button

    def _as_model(self, question: Question) -> Any:
        return self._button("As the model would", partial(self.answer, question, question.own))

    def _widgets(self, room: Room, question: Question) -> list[Any]:
        if question.kind in YES_NO:
            yes, no = YES_NO[question.kind]
            told = [pn.pane.HTML(f"<p>{accept_told(room.game, question)}</p>")] if question.kind == "accept" else []
            return [
                *told,
                pn.Row(
                    self._button(yes, partial(self.answer, question, True), primary=True),
                    self._button(no, partial(self.answer, question, False)),
                ),
            ]
        if question.kind == "comply":
            return self._deliveries(question)
        if question.kind == "offer":
            return self._offer(room, question)
        return self._numbers(room, question)

    def _deliveries(self, question: Question) -> list[Any]:
        named = {issue(name): name for name in question.names}
        chosen = pn.widgets.CheckBoxGroup(options=named, value=list(question.names))

        def decide() -> None:
            self.answer(question, {name: name in chosen.value for name in question.names})

        return [pn.pane.HTML("<strong>Deliver</strong>"), chosen, self._button("Decide", decide, primary=True)]

    def _numbers(self, room: Room, question: Question) -> list[Any]:
        """Efforts, or stands: only what was moved of these is declared."""
        now = now_told(room.game, question)
        sliders = {name: self._slider(self._named(question, name), value) for name, value in now.items()}

        def decide() -> None:
            found = {name: float(slider.value) for name, slider in sliders.items()}
            if question.kind == "stand":
                found = {name: value for name, value in found.items() if value != now[name]}
            self.answer(question, found)

        shown = list(sliders.values())
        if question.kind == "stand":
            shown = [pn.Card(*shown, title="Where you stand", collapsed=True, sizing_mode="stretch_width")]
        label = "Declare what was moved, or nothing" if question.kind == "stand" else "Decide"
        return [*shown, self._button(label, decide, primary=True)]

    def _named(self, question: Question, name: str) -> str:
        return f"Effort on {self.rooms.case.name_of(name)}" if question.kind == "effort" else issue(name).capitalize()

    def _slider(self, label: str, value: float, low: float = 0.0, high: float = 1.0) -> Any:
        return pn.widgets.FloatSlider(
            label=label, start=low, end=max(high, low + 1e-9), step=0.01, value=value, sizing_mode="stretch_width"
        )

    def _offer(self, room: Room, question: Question) -> list[Any]:
        """The share of one's best that is kept along the frontier, and every issue by itself."""
        game, model = room.game, room.game.model
        package = frontier_package(model, question, 1.0)
        keep = pn.widgets.IntSlider(
            label="Along the frontier: per cent of your best that you keep", start=0, end=100, value=100,
            sizing_mode="stretch_width",
        )  # fmt: skip
        sliders = {
            name: self._slider(issue(name).capitalize(), package[name], question.low[name], question.high[name])
            for name in question.names
        }
        replies = pn.widgets.Checkbox(label="Show how likely they take it", value=True)
        weighed = pn.pane.HTML("", sizing_mode="stretch_width", stylesheets=[STYLE])
        draft = dict(package)

        def weigh(event: Any = None) -> None:
            package, told = dict(draft), bool(replies.value)

            def show(found: str) -> None:
                if (package, told) == (draft, replies.value):  # else what came after is shown, or soon
                    weighed.object = found

            self._beside(lambda: offer_view(game, question, weighed_offer(model, question, package), told), show)

        def along(event: Any) -> None:
            found = frontier_package(model, question, float(event.new) / 100.0)
            draft.update(found)  # first: what a slider shows is rounded, the frontier is not
            for name, point in found.items():
                sliders[name].value = point
            weigh()

        def moved(name: str, event: Any) -> None:
            if abs(float(event.new) - draft[name]) > 1e-12:
                draft[name] = min(max(float(event.new), question.low[name]), question.high[name])
                weigh()

        keep.param.watch(along, "value_throttled")
        for name, slider in sliders.items():
            slider.param.watch(partial(moved, name), "value_throttled")
        replies.param.watch(weigh, "value")
        weigh()
        offer = self._button("Offer it", lambda: self.answer(question, checked(question, dict(draft))), primary=True)
        none = self._button("No offer", lambda: self.answer(question, {}))
        return [keep, *sliders.values(), replies, weighed, pn.Row(offer, none)]


def _tried(work: Callable[[], Found]) -> Found | InputError:
    """What work gives, or the mistake that it finds."""
    try:
        return work()
    except InputError as error:
        return error


def _number_in(typed: str) -> int:
    """A whole number that somebody has typed."""
    try:
        return int(typed.strip())
    except ValueError:
        problem = f"{shown(typed)} is not a whole number" if typed.strip() else "nothing was typed"
        raise InputError("game", "luck", problem, allowed="a whole number, such as 1") from None


def first_seat(seat: Seat) -> Any:
    """The layout of a seat that looks, while it is on a screen, at what the others have done."""

    def watch() -> None:
        pn.state.add_periodic_callback(seat.look, LOOK_AGAIN)

    pn.state.onload(watch)
    return seat.layout
