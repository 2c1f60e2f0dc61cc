"""Games that are played in the studio: begun, found again by their code, and shared by those who sit in them."""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from dataclasses import asdict
from pathlib import Path
from threading import Lock

from sim.agents.game import Game
from sim.agents.questions import Key, Question
from sim.case.case import Case
from sim.experiment.debrief import Debrief, debriefed, many_runs
from sim.inputs.errors import InputError
from sim.inputs.numbers import whole_number
from sim.numerics.chance import LARGEST_SEED
from sim.storage.games import MARK, played_in
from sim.studio.choice import Offered
from sim.world.world import World, load_world

ROOMS = 100  # games that are remembered
SHORTEST = 4  # weeks
SOURCE = "game"


class Room:
    """One game, for all who sit in it; what one of them answers, the others see.

    Args:
        code: by which it is found again.
        game: the game.

    Attributes:
        turns: how often something has changed.
        playing: held by whoever plays on, or works with how the game stands.
    """

    def __init__(self, code: str, game: Game) -> None:
        self.code, self.game, self.turns = code, game, 0
        self.playing = Lock()
        self._telling = Lock()
        self._debriefs: dict[str, Debrief] = {}

    def answer(self, key: Key, answer: object) -> None:
        """Answer a question, if it is still the one that is asked: a second click answers nothing.

        Raises:
            InputError: it is no answer to the question.
        """
        with self.playing:
            if self.game.question is not None and self.game.question.key == key:
                self.game.answer(answer)
                self.turns += 1

    def asked(self, seat: str) -> Question | None:
        """What a seat is asked now; None while another is, or none any more."""
        question = self.game.question
        return question if question is not None and question.who == seat else None

    def debrief(self, seat: str) -> Debrief:
        """What came of a seat; worked out once."""
        with self._telling:
            if seat not in self._debriefs:
                many = many_runs(self.game.model, seat, progress=False)
                self._debriefs[seat] = debriefed(self.game, seat, many)
            return self._debriefs[seat]

    @property
    def file(self) -> str:
        """The game as the file that `jirga play resume=FILE` goes on with."""
        model, game = self.game.model, self.game
        played = played_in(
            model.world, game.seats, draw=model.draw_number, run=model.run_number, seed=model.seed_of_chance
        )
        begun = {**asdict(played), "scenario": Path(played.scenario).name}  # no folder of this machine's leaves it
        lines = [{"file": MARK, **begun}, *(move._asdict() for move in game.moves)]
        lines += [{"over": game.digest}] if game.is_over else []
        return "".join(json.dumps(line) + "\n" for line in lines)


class Rooms:
    """The games of a studio; the one that was longest not looked for gives way.

    Args:
        offered: the scenarios that can be played.
        passes, implied: the coded rows that count.
    """

    def __init__(self, offered: Offered, passes: tuple[str, ...] = (), implied: bool = True) -> None:
        self.offered, self.passes, self.implied = offered, passes, implied
        self._held: OrderedDict[str, Room] = OrderedDict()
        self._lock = Lock()

    @property
    def case(self) -> Case:
        """The case of all games."""
        return self.offered.case

    def begin(self, scenario: str, seats: tuple[str, ...], weeks: int | None, seed: int) -> Room:
        """A new game.

        Args:
            scenario: the name of one that is offered.
            seats: the actors that people play.
            weeks: at most those of the scenario; None: those of the scenario.
            seed: of all chance.

        Raises:
            InputError: a name or a number that there is not.
        """
        world = self.world(scenario, weeks)
        room = Room(
            secrets.token_hex(4),
            Game(world, seats, seed=whole_number(SOURCE, "seed", seed, 0, LARGEST_SEED)),
        )
        with self._lock:
            self._held[room.code] = room
            while len(self._held) > ROOMS:
                self._held.popitem(last=False)
        return room

    def world(self, scenario: str, weeks: int | None) -> World:
        """What a game of a scenario is played in."""
        found = self.offered.scenario(scenario)
        if weeks is not None:
            found = found.change(horizon=whole_number(SOURCE, "weeks", weeks, SHORTEST, found.horizon))
        return load_world(found, self.case, passes=self.passes or None, implied=self.implied)

    def find(self, code: str) -> Room:
        """The game of a code.

        Raises:
            InputError: there is none, or not any more.
        """
        with self._lock:
            if code not in self._held:
                raise InputError(
                    SOURCE, "", "there is no such game here, or not any more", allowed="a game that is begun"
                )
            self._held.move_to_end(code)
            return self._held[code]
