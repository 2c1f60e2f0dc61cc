"""A game: a run in which somebody plays an actor, as the list of what was answered. It is played again by that list.

The run goes on until a decision arises that nobody has answered yet; then the week is taken back and the question
stands. Once it is answered the week is played again, with all answers so far, up to the next question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from sim.agents.journal import Decision
from sim.agents.model import NegotiationModel
from sim.agents.questions import Answer, Key, Question, Seats, checked, seats_of
from sim.inputs.errors import InputError, one_of
from sim.inputs.numbers import counted
from sim.model import variables as variables_module
from sim.world.world import World


class Move(NamedTuple):
    """One decision that somebody has taken.

    Attributes:
        week, who, kind, place: as in the question.
        answer: what was answered.
        own: what the model would have done there.
    """

    week: int
    who: str
    kind: str
    place: str
    answer: Answer
    own: Answer

    @property
    def key(self) -> Key:
        """That of the question."""
        return self.week, self.who, self.kind, self.place

    @property
    def is_own(self) -> bool:
        """Whether the model would have done the same."""
        return self.answer == self.own


class Unanswered(Exception):  # noqa: N818 - not an error: the run waits
    """A decision has arisen that nobody has answered yet."""

    def __init__(self, question: Question, entries: tuple[Decision, ...]) -> None:
        super().__init__(question, entries)  # what it is made of again in another process
        self.question, self.entries = question, entries


class Game:
    """A run in which somebody plays one or several actors.

    Args:
        world: what it is played in.
        seats: codes of those that are played, of `seats_of`.
        draw, run, seed: as in `NegotiationModel`.

    Attributes:
        model: the run, as far as all decisions have been answered; in the middle of a week, as the week began.
        moves: what has been answered, in order.
        question: what is asked now; None when the run is over.
        entries: decisions of everybody since the question before, those of the week so far included; whether the other
            party comes to a round is told once one's own coming is decided.

    Raises:
        InputError: a seat is none that can be played in the case, or nobody sits.
    """

    def __init__(self, world: World, seats: Sequence[str], *, draw: int = 0, run: int = 0, seed: int = 1) -> None:
        for seat in seats:
            one_of("game", "seat", seat, seats_of(world.case), "a seat")
        if not seats:
            raise InputError("game", "seat", "is missing", allowed=seats_of(world.case))
        if world.scenario.theory.changes:
            problem = f"a seat is not played by the rules of {world.scenario.theory.theory}"
            raise InputError("game", "theory", problem, allowed="the model as designed")
        self.seats = tuple(dict.fromkeys(seats))
        self.model = NegotiationModel(world=world, draw=draw, run=run, seed=seed)
        self.model.seats = Seats(self.seats, self._answer_to)
        self.moves: list[Move] = []
        self.question: Question | None = None
        self.entries: tuple[Decision, ...] = ()
        self._answers: dict[Key, Answer] = {}
        self._told = 0  # entries of the journal before the last question
        self._untold: tuple[Decision, ...] = ()
        self._play()

    def __repr__(self) -> str:
        return f"<game of {', '.join(self.seats)}: {counted(len(self.moves), 'decision')}; {self.model!r}>"

    @property
    def is_over(self) -> bool:
        """Whether the run has come to its horizon."""
        return self.question is None

    def answer(self, answer: object) -> Move:
        """Answer the question, and play on to the next.

        Raises:
            InputError: it is no answer to the question, which stands.
        """
        if self.question is None:
            raise InputError("game", "", "is over: nothing is asked any more")
        question = self.question
        found = checked(question, answer)
        move = Move(*question.key, found, question.own)
        self.moves.append(move)
        self._answers[question.key] = found
        self._told = len(self.model.journal.entries) + self._in_week
        self._play()
        return move

    def _answer_to(self, question: Question) -> Answer:
        if question.key in self._answers:
            return self._answers[question.key]
        raise Unanswered(question, tuple(self.model.journal.entries))

    def _play(self) -> None:
        model = self.model
        self.question, self._in_week = None, 0
        while model.running:
            state, steps, known = model.state.record.copy(), model.steps, len(model.journal.entries)
            try:
                model.step()
            except Unanswered as found:
                put_back(model, state)
                model.steps = steps
                del model.journal.entries[known:]
                self.question = found.question
                self._tell(found.entries)
                self._in_week = len(found.entries) - known
                return
        self._tell(tuple(model.journal.entries))

    def _tell(self, entries: tuple[Decision, ...]) -> None:
        """Both parties decide at one time whether they come."""
        new, asked = (*self._untold, *entries[self._told :]), self.question
        self._untold = tuple(
            entry
            for entry in new
            if asked is not None
            and (entry.week, entry.place, entry.decision) == (asked.week, asked.place, "attend")
            and asked.kind == "attend"
        )
        self.entries = tuple(entry for entry in new if entry not in self._untold)

    @property
    def digest(self) -> str:
        """The state of the run in 16 letters: the same game, played again to here, has the same."""
        state = self.model.state.record
        return blake2b(b"".join(state[name].tobytes() for name in state.dtype.names), digest_size=8).hexdigest()


def put_back(model: NegotiationModel, state: Any) -> None:
    """Let a run stand as it stood when its state was copied; its arrays stay the same ones."""
    for variable in variables_module.STATE:
        if variable.axes:
            getattr(model.state, variable.name)[...] = state[variable.name]
        else:
            setattr(model.state, variable.name, state[variable.name])


def played_again(
    world: World,
    seats: Sequence[str],
    moves: Sequence[Move],
    *,
    draw: int,
    run: int,
    seed: int,
    without: Move | None = None,
) -> NegotiationModel:
    """The run to its horizon with the decisions of a game; what is not among them, the model decides.

    Args:
        world, seats, draw, run, seed: as in `Game`.
        moves: of the game.
        without: a move that is given back to the model.
    """
    answers: Mapping[Key, Answer] = {move.key: move.answer for move in moves if move is not without}

    def decide(question: Question) -> Answer:
        found = answers.get(question.key, question.own)
        try:
            return checked(question, found)
        except InputError:  # another course asks about other issues, or within other red lines
            return question.own

    model = NegotiationModel(world=world, draw=draw, run=run, seed=seed)
    model.seats = Seats(tuple(seats), decide)
    model.run_model()
    return model
