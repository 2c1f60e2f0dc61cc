"""A question of a game in a terminal of 80 columns: what has happened, what one knows, what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.agents.game import Game
from sim.agents.known import due, news, places, question_told, relations, standing, wars_told, weighing
from sim.agents.offers import Weighed, frontier, weighed_offer
from sim.agents.questions import Question
from sim.agents.words import issue, name_of, percent
from sim.pages.kit.terminal import whole

if TYPE_CHECKING:
    from sim.agents.running import AtTable

COLUMN = {"header_style": "dim", "box": None, "pad_edge": False, "padding": (0, 2, 0, 0)}
HOW = {
    "attend": "y to come, n to stay away",
    "mediate": "y to come, n to stay away",
    "accept": "y to accept, n to refuse",
    "ratify": "y to ratify, n not to",
    "vote": "y to approve, n to refuse",
    "comply": "y to deliver all, n to hold back all, or what to hold back: prisoners delisting",
    "effort": "Enter to go on as it is, or efforts from 0 to 1: TAL=0.7 KAB=0.2",
    "stand": "Enter for nothing new, or a stand from 0 to 1: border=0.8",
    "offer": "Enter to offer it; 70 for the package that leaves you 70 % of your best; border=0.8 to move an issue; "
    "none for no offer",
}
ALWAYS = "m as the model would, w what weighs, k what you know, q to stop and go on later"


def show_news(console: Console, game: Game) -> None:
    """What one has heard since one was asked last."""
    asked = game.question
    for line in news(game.model, game.seats[0] if asked is None else asked.who, game.entries):
        console.print(Padding(Text(f"• {line}"), (0, 0, 0, 2)))


def show_known(console: Console, game: Game, question: Question) -> None:
    """Whom one trusts and moves, where one's tables stand, how the wars go."""
    console.print(whole(relations_table(game, question)))
    console.print(whole(places_table(game, question)))
    for line in wars_told(game.model, question.state):
        console.print(Text(line, "dim"))


def relations_table(game: Game, question: Question) -> Table:
    """One's relations, a row for each other actor."""
    table = Table("", "your trust in it", "you move it", "it moves you", **COLUMN)  # type: ignore[arg-type]  # by name
    for one in relations(game.model, question.who, question.state):
        table.add_row(f"{one.name} ({one.code})", f"{one.trust:.2f}", f"{one.over:.2f}", f"{one.under:.2f}")
    return table


def places_table(game: Game, question: Question) -> Table:
    """One's tables, a row for each."""
    table = Table("", "", "owed to you", "you owe", **COLUMN)  # type: ignore[arg-type]  # by name
    for one in places(game.model, question.who, question.state):
        owed = [percent(share) if share > 0.0 else "" for share in (one.owed, one.owing)]
        table.add_row(one.title, one.status, *owed)
    return table


def show_question(console: Console, game: Game, question: Question, replies: bool) -> None:
    """What is asked, with what is needed to answer it."""
    console.print(Text(question_told(game.model, question), "bold"))
    for shown in _needed(game, question, replies):
        console.print(whole(shown) if isinstance(shown, Table) else shown)


def _needed(game: Game, question: Question, replies: bool) -> Iterator[RenderableType]:
    model = game.model
    if question.kind in ("offer", "accept", "ratify"):
        yield issues_table(game, question)
    if question.kind == "offer":
        yield frontier_table(game, question, replies)
    if question.kind == "accept":
        found = weighed_offer(model, question, {})
        yield Text(
            f"It gives you {found.own:.3f}, {percent(found.share)} of your best; and the other side {found.other:.3f}."
        )
    if question.kind == "comply":
        table = Table("issue", "now", "should be", **COLUMN)  # type: ignore[arg-type]  # by name
        for name, (now, then) in due(model, question).items():
            table.add_row(issue(name), f"{now:.2f}", f"{then:.2f}")
        yield table
    if question.kind in ("effort", "stand"):
        yield Text("  ".join(f"{name} {value:.2f}" for name, value in standing(question, model).items()))


def issues_table(game: Game, question: Question) -> Table:
    """The issues of a table: what is the case, what both want, what comes without a deal, what is on offer."""
    model, state = game.model, question.state
    here = model.tables[question.place]
    side = _side(here, question.who)
    players, cells = model.world.case.players, tuple(model.world.case.cells)
    columns = ("issue", "now", "you want", "they want", "no deal")
    offered = () if question.kind == "offer" else ("offered",)
    table = Table(*columns, *offered, **COLUMN)  # type: ignore[arg-type]  # by name
    for k, name in enumerate(here.issues):
        c, t = cells.index(name), here.number
        wanted = [
            f"{float(state.position[players.index(here.parties[one].code), c]):.2f}"
            if state.has_position[players.index(here.parties[one].code), c] == 1 else ""
            for one in (side, 1 - side)
        ]  # fmt: skip
        point = [] if not offered else [f"{float(state.offer[t, k]):.2f}" if state.deadlocked[t, k] == 0 else "no deal"]
        table.add_row(
            issue(name), f"{float(state.cell[c]):.2f}", *wanted, f"{float(state.default[t, side, k]):.2f}", *point
        )
    return table


def frontier_table(game: Game, question: Question, replies: bool) -> Table:
    """The exact frontier, from one's own best to nothing, with how likely each package is taken."""
    names = question.names
    taken = ["taken"] if replies else []
    heads = [f"{issue(name)[:7]}" for name in names]
    table = Table("keep", "you", "they", *taken, *heads, **{**COLUMN, "padding": (0, 1, 0, 0)})  # type: ignore[arg-type]  # by name
    for one in frontier(game.model, question):
        chance = [percent(one.taken).replace("less than ", "<").replace("more than ", ">")] if replies else []
        points = [f"{one.package[name]:.2f}" for name in names]
        table.add_row(f"{100 * one.share:.0f}", f"{one.own:.3f}", f"{one.other:.3f}", *chance, *points)
    return table


def offer_told(found: Weighed, replies: bool) -> str:
    """A package that is about to be offered, weighed."""
    package = ", ".join(f"{issue(name)} {point:.2f}" for name, point in found.package.items())
    text = f"{package}: it gives you {found.own:.3f} ({100 * found.share:.0f} % of your best), them {found.other:.3f}"
    return f"{text}; taken and ratified with a chance of {percent(found.taken)}" if replies else text


def weighed_told(game: Game, question: Question) -> Sequence[str]:
    """What weighs in the decision for the model's actor, and in sum."""
    found = weighing(question)
    if not found:
        return ("Nothing is left to chance in this decision: what weighs is in the numbers above.",)
    lines = [f"{value:+.3f}  {words}" for words, value in found]
    who = name_of(game.model.world, question.who)
    return (*lines, f"{sum(value for _, value in found):+.3f}  in sum; above 0 it speaks for it, for the model's {who}")


def _side(table: AtTable, who: str) -> int:
    return [party.code for party in table.parties].index(who)
