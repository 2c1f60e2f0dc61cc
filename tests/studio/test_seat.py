"""A seat in the studio, driven without a browser: a game played to its end, by one and by two, and mistakes told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import panel as pn
import param
import pytest
from bokeh.document import Document
from panel.io.state import set_curdoc

from sim.case.loading import load_case
from sim.inputs import InputError
from sim.storage.games import take_up
from sim.studio.choice import Offered
from sim.studio.rooms import Room, Rooms
from sim.studio.seat import YES_NO, Seat

pytestmark = pytest.mark.long
AS_THE_MODEL = "As the model would"


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    return Rooms(Offered(load_case("afghanistan")))


def buttons(seat: Seat) -> Iterator[pn.widgets.Button]:
    return (one for one in seat.layout.select(pn.widgets.Button))


def press(seat: Seat, label: str) -> None:
    button = next(one for one in buttons(seat) if one.label == label)
    button.clicks += 1


def release(slider: pn.widgets.Widget, value: float) -> None:
    """Let a slider go at a value."""
    with param.edit_constant(slider):
        slider.value_throttled = value


def begun(rooms: Rooms, *seats: str, scenario: str = "do_more", weeks: int = 16) -> Seat:
    found = Seat(rooms, scenario)
    found.begin(scenario, seats, weeks, "7")
    return found


def room_of(seat: Seat) -> Room:
    assert seat.room is not None
    return seat.room


def test_the_form_begins_a_game_and_the_address_says_where(rooms: Rooms) -> None:
    told: list[dict[str, str]] = []
    seat = Seat(rooms, "do_more", lambda place: told.append(dict(place)))
    press(seat, "Begin")
    assert room_of(seat).game.seats == ("PAK",)
    assert told == [{"game": room_of(seat).code, "seat": "PAK"}]
    assert "What is asked" in seat.shown


def test_a_game_is_played_to_its_end_by_every_kind_of_widget(rooms: Rooms, tmp_path: Path) -> None:
    """By the first button of each question: come, accept, ratify, deliver, go on as it is, offer one's best."""
    seat = begun(rooms, "PAK")
    game, kinds = room_of(seat).game, set()
    while game.question is not None:
        kinds.add(game.question.kind)
        before = len(game.moves)
        next(buttons(seat)).clicks += 1
        assert len(game.moves) == before + 1, seat.said
    assert {"attend", "mediate", "effort", "stand"} <= kinds
    assert all(move.answer is True for move in game.moves if move.kind in YES_NO)
    assert "What came of it: Pakistan" in seat.shown
    assert "data:image/png;base64," in seat.shown
    file = tmp_path / "game.jsonl"
    file.write_text(room_of(seat).file)
    _, again, over = take_up(file)
    assert over
    assert again.digest == game.digest


def test_an_offer_by_sliders_is_the_package_that_they_show(rooms: Rooms) -> None:
    """At a table where both sides come until one offers; the frontier moves all sliders, one slider its issue."""
    seat = begun(rooms, "US", "PAK", scenario="status_quo", weeks=52)
    game = room_of(seat).game
    while game.question is not None and game.question.kind != "offer":
        room_of(seat).answer(game.question.key, game.question.own if game.question.names else True)
    assert game.question is not None
    question = game.question
    seat.sit(room_of(seat), question.who)
    keep = next(iter(seat.layout.select(pn.widgets.IntSlider)))
    release(keep, 50)
    sliders = list(seat.layout.select(pn.widgets.FloatSlider))
    assert len(sliders) == len(question.names)
    first = question.names[0]
    release(sliders[0], question.high[first])
    press(seat, "Offer it")
    move = next(one for one in game.moves if one.key == question.key)
    assert isinstance(move.answer, dict)
    assert move.answer[first] == question.high[first]
    assert [move.answer[name] for name in question.names[1:]] == [slider.value for slider in sliders[1:]]


def test_two_people_take_two_seats_and_each_sees_its_own_questions(rooms: Rooms) -> None:
    one = begun(rooms, "PAK", "US")
    other = Seat(rooms, "do_more")
    other.sit(rooms.find(room_of(one).code), "US")
    game = room_of(one).game
    for _ in range(12):
        assert game.question is not None
        asked, waiting = (one, other) if game.question.who == "PAK" else (other, one)
        for seat in (one, other):
            seat.look()
        assert AS_THE_MODEL in [button.label for button in buttons(asked)]
        assert not list(buttons(waiting))
        assert "it is for" in waiting.shown
        press(asked, AS_THE_MODEL)
    assert {move.who for move in game.moves} == {"PAK", "US"}


def test_a_second_click_answers_nothing(rooms: Rooms) -> None:
    seat = begun(rooms, "PAK")
    button = next(one for one in buttons(seat) if one.label == AS_THE_MODEL)
    button.clicks += 1
    button.clicks += 1
    assert len(room_of(seat).game.moves) == 1


def test_mistakes_are_told_in_a_sentence(rooms: Rooms) -> None:
    seat = begun(rooms)
    assert "seat: is missing" in seat.said
    seat.begin("summit", ("PAK",), 10, "1")
    assert "'summit' is not a scenario" in seat.said
    seat.begin("do_more", ("PAK",), 2, "1")
    assert "weeks" in seat.said
    for typed, said in (("", "nothing was typed"), ("much", "is not a whole number"), ("-1", "out of range")):
        seat.begin("do_more", ("PAK",), 10, typed)
        assert said in seat.said
    assert seat.room is None
    with pytest.raises(InputError, match="no such game"):
        rooms.find("../../etc/passwd")
    with pytest.raises(InputError, match="nobody plays KAB"):
        seat.sit(room_of(begun(rooms, "PAK")), "KAB")


def test_while_one_seat_s_answer_is_played_the_others_go_on(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is held up until a seat of another game, a form and a look of the same game have had their turns."""
    slow, other, form, late = (
        begun(rooms, "PAK", "US"),
        begun(rooms, "PAK"),
        Seat(rooms, "do_more"),
        Seat(rooms, "do_more"),
    )
    game, free, held = room_of(slow).game, Event(), Event()
    plays_on = game.answer

    def waits(answer: object) -> object:
        held.set()
        assert free.wait(20), "the others have waited for the answer"
        return plays_on(answer)

    monkeypatch.setattr(game, "answer", waits)

    async def until(holds: Callable[[], bool]) -> None:
        for _ in range(3_000):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it has not come")

    async def scene() -> None:
        with set_curdoc(Document()):
            press(slow, AS_THE_MODEL)
            await until(held.is_set)
            press(other, AS_THE_MODEL)
            press(form, "Begin")
            late.sit(room_of(slow), "US")
            await until(lambda: len(room_of(other).game.moves) == 1 and form.room is not None)
            assert not late.shown.count("over"), "half a week is shown as the end"
            free.set()
            await until(lambda: len(game.moves) == 1 and room_of(slow).turns == slow._turn)
            late.look()

    asyncio.run(scene())
    assert "US" in late.seat
    assert "week" in late.shown


def test_an_answer_that_is_none_leaves_the_question(rooms: Rooms) -> None:
    seat = begun(rooms, "PAK")
    question = room_of(seat).game.question
    assert question is not None
    seat.answer(question, "yes")
    assert "no answer" in seat.said
    assert room_of(seat).game.question is question
