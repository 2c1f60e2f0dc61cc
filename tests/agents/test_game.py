"""A seat: answers that are the model's own change no bit, any leave numbers in range, and games play again."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import outside_the_declared_range

from sim.agents.game import Game, Move, played_again
from sim.agents.model import NegotiationModel
from sim.agents.questions import AT_ONCE, KINDS, Answer, Question, Seats, by_hand, checked
from sim.agents.questions import seats_of as playable
from sim.case.loading import load_case
from sim.case.scenario import scenario_names, scenario_of
from sim.inputs import InputError
from sim.model import variables as the_model_variables
from sim.world.world import World, load_world

CASES = {name: load_case(name) for name in ("afghanistan", "northern_ireland", "textbook")}
PLAYED = [(name, scenario) for name, case in CASES.items() for scenario in scenario_names(case)]
WEEKS = 40


@cache
def world_of(scenario: str, private: bool = True, case: str = "afghanistan") -> World:
    world = load_world(scenario, CASES[case])
    weeks = min(WEEKS, world.scenario.horizon)
    off = tuple(dict.fromkeys([*world.scenario.off, *([] if private else ["private"])]))
    return world.change(world.scenario.change(horizon=weeks, off=off))


def differing(first: Any, second: Any) -> list[str]:
    return [
        variable.name
        for variable in the_model_variables.STATE
        if not np.array_equal(first[variable.name], second[variable.name], equal_nan=True)
    ]


def some_answer(question: Question, chance: random.Random) -> Answer:
    """Any answer at all."""
    if not question.names:
        return chance.random() < 0.6
    if question.kind == "comply":
        return {name: chance.random() < 0.6 for name in question.names}
    named = [name for name in question.names if question.kind != "stand" or chance.random() < 0.1]
    if question.kind == "offer" and chance.random() < 0.1:
        return {}
    return {name: chance.uniform(question.low.get(name, 0.0), question.high.get(name, 1.0)) for name in named}


def seats_of(world: World, numbers: set[int]) -> tuple[str, ...]:
    """Some who can be played in a case, by their numbers."""
    there = playable(world.case)
    return tuple(dict.fromkeys(there[number % len(there)] for number in sorted(numbers)))


def played(game: Game, chance: random.Random) -> Game:
    while game.question is not None:
        game.answer(some_answer(game.question, chance))
    return game


@settings(max_examples=20)
@given(
    st.sampled_from(PLAYED), st.sets(st.integers(0, 9), min_size=1), st.integers(0, 40), st.integers(0, 9),
    st.booleans(),
)  # fmt: skip
def test_a_seat_that_answers_as_the_model_does_changes_no_bit(
    what: tuple[str, str], numbers: set[int], draw: int, run: int, private: bool
) -> None:
    world = world_of(what[1], private, what[0])
    seats = seats_of(world, numbers)
    plain, seated = (NegotiationModel(world=world, draw=draw, run=run, seed=7) for _ in range(2))
    seated.seats = Seats(seats, lambda question: checked(question, question.own))
    plain.run_model()
    seated.run_model()
    assert differing(plain.state.record, seated.state.record) == []
    assert seated.decisions.equals(plain.decisions)


@settings(max_examples=10)
@given(
    st.sampled_from(PLAYED), st.sets(st.integers(0, 9), min_size=1, max_size=2), st.integers(0, 40),
    st.booleans(), st.integers(0, 1_000_000),
)  # fmt: skip
def test_any_answers_leave_every_number_in_its_range_and_play_again_to_the_bit(
    what: tuple[str, str], numbers: set[int], draw: int, private: bool, number: int
) -> None:
    world = world_of(what[1], private, what[0])
    game = played(Game(world, seats_of(world, numbers), draw=draw, seed=7), random.Random(number))
    assert outside_the_declared_range(game.model.state.record) == []
    again = played_again(world, game.seats, game.moves, draw=draw, run=0, seed=7)
    assert differing(game.model.state.record, again.state.record) == []
    for move in game.moves:
        assert move.is_own == (move.answer == move.own)


def test_third_parties_can_be_played_where_they_decide_and_a_mediator_that_stays_away_is_missed() -> None:
    third = ("CHN", "RUS", "IRN", "TUR", "QAT", "PRL")
    assert playable(CASES["afghanistan"]) == ("US", "PAK", "KAB", "TAL", "TTP", *third)
    game = Game(world_of("turkey_summit"), ("TUR",), seed=7)
    while (question := game.question) is not None:
        game.answer(False if question.kind == "mediate" else question.own)
    assert {move.kind for move in game.moves} == {"mediate", "effort", "stand"}
    told = [entry.outcome for entry in game.model.journal.entries if (entry.decision, entry.who) == ("mediate", "TUR")]
    assert set(told) == {"stayed_away"}


@cache
def games() -> tuple[Game, ...]:
    """A few games, in which everything is asked that can be."""
    wanted = (
        ("afghanistan", "do_more", ("PAK", "US")), ("afghanistan", "turkey_summit", ("KAB", "TAL")),
        ("afghanistan", "recorded_course", ("PAK",)), ("northern_ireland", "status_quo", ("UUP", "SDLP", "REP")),
    )  # fmt: skip
    return tuple(
        played(Game(world_of(scenario, True, case), seats, draw=draw, seed=7), random.Random(draw))
        for draw in range(3) for case, scenario, seats in wanted
    )  # fmt: skip


def test_every_kind_of_decision_is_asked_about() -> None:
    asked = Counter(move.kind for game in games() for move in game.moves)
    assert set(asked) == set(KINDS)


def test_no_decision_is_asked_twice_and_only_those_who_sit_are_asked() -> None:
    for game in games():
        assert len({move.key for move in game.moves}) == len(game.moves)
        assert {move.who for move in game.moves} <= set(game.seats)


def test_the_record_says_what_was_answered() -> None:
    """Coming and ratifying stand in the journal as answered, by hand where the model would have done otherwise."""
    outcomes = {"attend": "came", "mediate": "came", "ratify": "ratified", "vote": "approved"}
    found = 0
    for game in games():
        for move in (one for one in game.moves if one.kind in outcomes):
            entry = next(game.model.journal.find(week=move.week, decision=move.kind, who=move.who, place=move.place))
            assert (entry.outcome == outcomes[move.kind]) == move.answer
            assert by_hand(entry.random_number) == (not move.is_own)
            found += 1
    assert found


def test_what_is_held_back_is_not_delivered_and_the_other_side_sees_it() -> None:
    found = 0
    for game in games():
        for move in (one for one in game.moves if one.kind == "comply"):
            assert isinstance(move.answer, dict)
            for issue, delivers in move.answer.items():
                entry = next(
                    game.model.journal.find(
                        week=move.week, decision="comply", who=move.who, place=move.place, clause=issue
                    )
                )
                assert (entry.outcome == "kept") == delivers
                found += 1
    assert found


def test_an_offer_is_the_package_that_was_made() -> None:
    found = 0
    for game in games():
        for move in (one for one in game.moves if one.kind == "offer" and one.answer):
            entry = next(game.model.journal.find(week=move.week, decision="offer", place=move.place))
            assert isinstance(move.answer, dict)
            assert all(entry.package[issue] == point for issue, point in move.answer.items())
            found += 1
    assert found


@pytest.mark.parametrize("threat", [False, True])
@pytest.mark.parametrize("effort", [0.0, 1.0])
def test_what_is_promised_or_threatened_for_an_effort_follows_the_effort_that_is_made(
    effort: float, threat: bool
) -> None:
    asked = {
        "event": "offer_for_effort", "when": {"week": 2}, "by": "US", "mediator": "PAK", "on": "TAL", "effort": 0.7,
        "issue": "security_assistance", "to": 0.0 if threat else 1.0, "threat": threat,
    }  # fmt: skip
    data = {
        "scenario": "asked", "title": "t", "question": "q", "epoch": "2021-04", "horizon": 30,
        "paragraphs": {"2021-04-techburaq": [4]}, "events": [asked],
    }  # fmt: skip
    game = Game(
        load_world(scenario_of(CASES["afghanistan"], data, file="own"), CASES["afghanistan"]), ("PAK",), draw=1, seed=7
    )
    at_once = 0
    while game.question is not None:
        question = game.question
        is_effort = question.kind == "effort"
        at_once += question.place == AT_ONCE
        game.answer(dict.fromkeys(question.names, effort) if is_effort else question.own)
    assert at_once == 1
    assert game.model.state.granted[0] == (effort < 0.7 if threat else effort >= 0.7)
    assert game.model.course("effort.PAK.TAL")[2:] == [effort] * 29


def test_a_game_taken_up_again_asks_the_same_with_the_same_state() -> None:
    first = games()[0]
    half = len(first.moves) // 2
    again = Game(world_of("do_more"), first.seats, draw=0, seed=7)
    for move in first.moves[:half]:
        assert again.question is not None
        assert again.question.key == move.key
        again.answer(move.answer)
    assert again.question is not None
    assert again.question.key == first.moves[half].key
    for move in first.moves[half:]:
        again.answer(move.answer)
    assert again.is_over
    assert again.digest == first.digest
    assert again.model.decisions.equals(first.model.decisions)
    assert again.moves == first.moves


def test_a_decision_given_back_to_the_model_is_the_models() -> None:
    game = games()[0]
    move = next(one for one in game.moves if not one.is_own)
    world = world_of("do_more")
    back = played_again(world, game.seats, game.moves, draw=0, run=0, seed=7, without=move)
    same = Move(*move.key, move.own, move.own)
    moves = [same if one is move else one for one in game.moves]
    assert (
        differing(back.state.record, played_again(world, game.seats, moves, draw=0, run=0, seed=7).state.record) == []
    )


QUESTION = Question(3, "PAK", "offer", "doha", "US", {}, ("border", "refugees"), {"border": 0.2}, {}, {}, None)
MISTAKES = [
    ("attend", "yes", "'yes' is no answer"),
    ("attend", 1, "1 is no answer"),
    ("offer", True, "true is no answer"),
    ("offer", {"border": 0.5}, "refugees: has no value"),
    ("offer", {"border": 0.1, "refugees": 0.5}, "border: 0.1 is out of range; allowed: 0.2 to 1"),
    ("offer", {"border": float("nan"), "refugees": 0.5}, "border: nan is not a number"),
    ("offer", {"border": True, "refugees": 0.5}, "border: true is not a number"),
    ("offer", {"bordr": 0.5}, "did you mean border"),
    ("comply", {"border": 1.0, "refugees": True}, "border: 1.0 is no answer"),
    ("stand", {"trade": 1.0}, "'trade' is not asked about here"),
]


@pytest.mark.parametrize(("kind", "answer", "told"), MISTAKES)
def test_what_is_no_answer_is_told_in_a_line(kind: str, answer: object, told: str) -> None:
    names = () if kind == "attend" else QUESTION.names
    with pytest.raises(InputError) as caught:
        checked(QUESTION._replace(kind=kind, names=names), answer)
    assert told in str(caught.value)


def test_a_mistake_leaves_the_question_as_it_was() -> None:
    game = Game(world_of("status_quo"), ("US",), seed=7)
    asked, digest = game.question, game.digest
    with pytest.raises(InputError):
        game.answer("come")
    assert game.question is asked
    assert game.digest == digest
    assert game.moves == []


def test_a_seat_is_not_played_by_another_theory() -> None:
    world = world_of("status_quo")
    other = world.change(world.scenario.change(theory="nash"))
    with pytest.raises(InputError, match="a seat is not played by the rules of nash; allowed: the model as designed"):
        Game(other, ("PAK",))


@pytest.mark.parametrize(("seats", "told"), [((), "is missing"), (("PKA",), "did you mean PAK"), (("SAU",), "a seat")])
def test_a_seat_is_one_that_decides_something(seats: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Game(world_of("status_quo"), seats)
