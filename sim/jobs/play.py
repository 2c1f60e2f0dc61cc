"""The job `play`: an actor is played in the terminal, the model plays the rest, and what came of it is told."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from sim.agents.game import Game
from sim.agents.known import standing
from sim.agents.offers import frontier_package, weighed_offer
from sim.agents.questions import Answer, Question, checked, seats_of
from sim.agents.words import name_of
from sim.case.loading import load_case
from sim.engine.computing import progress_bar
from sim.experiment.debrief import debriefed, many_runs, to_give_back
from sim.inputs.errors import InputError, one_of
from sim.inputs.numbers import counted
from sim.inputs.words import word
from sim.jobs.answers import answer_of, named_numbers
from sim.jobs.asked import SOURCE, scenario_of_settings
from sim.pages.kit.terminal import terminal
from sim.pages.play.asking import ALWAYS, HOW, offer_told, show_known, show_news, show_question, weighed_told
from sim.pages.play.debrief import debrief_told, picture, save_picture
from sim.storage.games import GameFile, Played, free_file, played_in, take_up
from sim.world.world import load_world

if TYPE_CHECKING:
    from rich.console import Console

    from sim.jobs.settings import Settings

WIDTH = 80
AS_THE_MODEL, WEIGHS, KNOWN, STOP, HELP, NO_OFFER = "m", "w", "k", "q", "?", "none"


class Stopped(Exception):  # noqa: N818 - not an error: somebody wants to go on later
    """Somebody stops in the middle of a game, or its input has ended."""


def run(settings: Settings) -> None:
    """The job `play`: ask until the run is over or somebody stops; every answer is on disk before the next question.

    Raises:
        InputError: a mistake in the settings or in the file of a game.
    """
    console = terminal(least=WIDTH)
    played, game, file, is_over = _begun(settings)
    if not is_over:
        _introduce(console, game, file)
        try:
            _ask_all(console, game, file, settings.replies)
        except (Stopped, KeyboardInterrupt) as stop:
            taken = counted(len(game.moves), "decision")
            told = f"\nThe game is kept, with {taken}. Go on with\n  {_again(file.path)}"
            console.print(Text(told), soft_wrap=True)
            if isinstance(stop, KeyboardInterrupt):
                raise
            return
    _debrief(console, settings, played, game, file.path)


def _begun(settings: Settings) -> tuple[Played, Game, GameFile, bool]:
    """The game that the settings ask for: what it is played in, the game, its file, and whether it is over."""
    if settings.resume is not None:
        played, game, is_over = take_up(settings.resume)
        return played, game, GameFile(settings.resume), is_over
    case = load_case(settings.case)
    there = seats_of(case)
    given = settings.seat
    if not given:
        raise InputError(SOURCE, "seat", "is missing: who do you play?", allowed=there)
    seats = tuple(dict.fromkeys(one.upper() for one in ((given,) if isinstance(given, str) else given)))
    for seat in seats:
        one_of(SOURCE, "seat", seat, there, "a seat")
    counted = settings.evidence
    world = load_world(scenario_of_settings(settings, case), case, passes=counted.passes, implied=counted.implied)
    number, size = settings.run or 0, settings.size.runs
    played = played_in(world, seats, draw=number // size, run=number % size, seed=settings.seed)
    game = Game(world, seats, draw=played.draw, run=played.run, seed=played.seed)
    file = GameFile(free_file(settings.out, played))
    file.begin(played)
    return played, game, file, False


def _introduce(console: Console, game: Game, file: GameFile) -> None:
    world = game.model.world
    console.print(Rule(Text(world.scenario.title, "bold"), align="left"))
    console.print(world.scenario.question)
    names = " and ".join(name_of(world, seat) for seat in game.seats)
    weeks = world.scenario.horizon
    console.print(f"\nYou play {names} for {weeks} weeks; the model plays everybody else. Numbers are from 0 to 1.")
    console.print(f"At every question: {ALWAYS}. The game is kept in")
    console.print(Text(f"{file.path}\n", "bold"), soft_wrap=True)


def _ask_all(console: Console, game: Game, file: GameFile, replies: bool) -> None:
    """Ask until the run is over."""
    week = -1
    while (question := game.question) is not None:
        if question.week != week:
            week = question.week
            console.print(Rule(f"Week {week} of {game.model.world.scenario.horizon}", align="left"))
            show_news(console, game)
            console.print()
            show_known(console, game, question)
        else:
            show_news(console, game)
        if len(game.seats) > 1:
            console.print(Text(f"\nThis is for {name_of(game.model.world, question.who)}:", "bold"))
        console.print()
        show_question(console, game, question, replies)
        move = game.answer(_asked(console, game, question, replies))
        file.add(move)
    file.end(game.digest)
    show_news(console, game)


def _asked(console: Console, game: Game, question: Question, replies: bool) -> Answer:
    """Ask until there is an answer."""
    draft: Mapping[str, float] = {}
    if question.kind == "offer":
        draft = frontier_package(game.model, question, 1.0)
        console.print(Text(offer_told(weighed_offer(game.model, question, draft), replies)))
    now = standing(question, game.model) if question.kind == "effort" else {}
    while True:
        words = _line(console, HOW[question.kind])
        try:
            if words in (HELP, WEIGHS, KNOWN):
                _help(console, game, question, words)
            elif words == STOP:
                raise Stopped
            elif words == AS_THE_MODEL:
                return question.own
            elif question.kind != "offer":
                return answer_of(words, question, now)
            elif words == NO_OFFER:
                return {}
            elif not words:
                return checked(question, dict(draft))
            else:
                draft = _drafted(game, question, draft, words)
                console.print(Text(offer_told(weighed_offer(game.model, question, draft), replies)))
        except InputError as error:
            console.print(Text(str(error), "red"), soft_wrap=True)


def _drafted(game: Game, question: Question, draft: Mapping[str, float], words: str) -> Mapping[str, float]:
    """The package after what was typed: another point of the frontier, or some issues moved."""
    try:
        share = float(words)
    except ValueError:
        return dict(checked(question, {**draft, **named_numbers(words, question.names)}))  # type: ignore[arg-type]  # an offer has names
    if not 0.0 <= share <= 100.0:
        raise InputError("", "", f"{words} is out of range", allowed="0 to 100 % of your best")
    return frontier_package(game.model, question, share / 100.0)


def _help(console: Console, game: Game, question: Question, words: str) -> None:
    if words == HELP:
        console.print(Text(f"{HOW[question.kind]}; {ALWAYS}"))
    elif words == WEIGHS:
        for line in weighed_told(game, question):
            console.print(Text(f"  {line}"))
    else:
        show_known(console, game, question)


def _line(console: Console, how: str) -> str:
    """A line that somebody types; a pipe is as good as a terminal. Raises `Stopped` at the end of the input."""
    console.print(Text(f"[{how}] ", "dim"), end="")
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise Stopped
    if not sys.stdin.isatty():
        console.print(Text(line.rstrip("\n")))
    return line.strip()


def _debrief(console: Console, settings: Settings, played: Played, game: Game, file: Path) -> None:
    """Tell what came of the game, seat by seat, and draw it beside the game's file."""
    world = game.model.world
    for who in game.seats:
        console.print(Rule(Text(f"What came of it: {name_of(world, who)}", "bold"), align="left"))
        many = many_runs(game.model, who, threads=settings.threads)
        with progress_bar(to_give_back(game, who), None, "given back to the model", "decisions") as told:
            found = debriefed(game, who, many, told)
        for line in debrief_told(world, found):
            console.print(Padding(Text(line), (0, 0, 0, 0)))
        path = file.with_name(f"{file.stem}_{who}.png" if len(game.seats) > 1 else f"{file.stem}.png")
        save_picture(picture(world, found, played.seed, played.draw, played.run), path)
        console.print(Text.assemble("\nThe picture: ", (str(path), "bold")), soft_wrap=True)
    again = f"The game, to be looked at again: {_again(file)}"
    console.print(Text(again), soft_wrap=True)


def _again(file: Path) -> str:
    """The command that takes up a game."""
    return shlex.join(["jirga", "play", word("resume", str(file))])
