"""What a seat is shown in the studio, as markup: what has happened, what it knows, what is asked, what came of it."""

from __future__ import annotations

import base64

from sim.agents.game import Game
from sim.agents.known import due, news, places, question_told, relations, standing, wars_told, weighing
from sim.agents.offers import Weighed, frontier, weighed_offer
from sim.agents.questions import Question
from sim.agents.words import issue, name_of, percent
from sim.experiment.debrief import Debrief
from sim.pages.kit.html import Html, details, joined, listed, paragraphs, table, tag
from sim.pages.play.debrief import debrief_told, picture, png_of


def asked_view(game: Game, question: Question) -> Html:
    """What a seat has heard, and what it is asked."""
    model, who = game.model, question.who
    world = model.world
    heard = news(model, who, game.entries)
    week = f"{name_of(world, who)}: week {question.week} of {world.scenario.horizon}"
    parts = [
        tag("h2", week[:1].upper() + week[1:], class_="week", data_key=":".join(map(str, question.key))),
        tag("p", world.scenario.question),
    ]
    parts += [tag("h3", "What you hear"), listed(heard)] if heard else []
    parts += [tag("h3", "What is asked"), tag("p", tag("strong", question_told(model, question)), class_="asked")]
    parts += _needed(game, question)
    weighs = [(f"{value:+.3f}", words) for words, value in weighing(question)]
    if weighs:
        parts.append(details("What weighs for the model's actor", table(("for it, against it", "what"), weighs)))
    return tag("div", joined(parts), class_="studio seat")


def known_view(game: Game, question: Question) -> Html:
    """Whom a seat trusts and moves, where its tables stand, how the wars go."""
    model, who, state = game.model, question.who, question.state
    trusted = [
        (f"{one.name} ({one.code})", f"{one.trust:.2f}", f"{one.over:.2f}", f"{one.under:.2f}")
        for one in relations(model, who, state)
    ]
    tables = [
        (one.title, one.status, *(percent(share) if share > 0.0 else "nothing" for share in (one.owed, one.owing)))
        for one in places(model, who, state)
    ]
    parts = (
        tag("h3", "What you know"),
        table(("actor", "your trust in it", "you move it", "it moves you"), trusted),
        table(("table", "how it stands", "owed to you", "you owe"), tables),
        paragraphs(*wars_told(model, state)),
    )
    return tag("div", joined(parts), class_="studio")


def _needed(game: Game, question: Question) -> list[Html]:
    if question.kind in ("offer", "accept", "ratify"):
        return [_issues(game, question)]
    if question.kind == "comply":
        rows = [(issue(name), f"{now:.2f}", f"{then:.2f}") for name, (now, then) in due(game.model, question).items()]
        return [table(("issue", "now", "should be"), rows)]
    return []


def _issues(game: Game, question: Question) -> Html:
    """The issues of a table, with what each end means."""
    model, state = game.model, question.state
    here, cells = model.tables[question.place], tuple(model.world.case.cells)
    side = [party.code for party in here.parties].index(question.who)
    rows = []
    for k, name in enumerate(here.issues):
        c, cell = cells.index(name), model.world.case.cells[name]
        wanted = []
        for one in (side, 1 - side):
            i = model.world.case.players.index(here.parties[one].code)
            wanted.append(f"{float(state.position[i, c]):.2f}" if state.has_position[i, c] == 1 else "nothing")
        offered = "no deal" if state.deadlocked[here.number, k] == 1 else f"{float(state.offer[here.number, k]):.2f}"
        meaning = tag("span", f"{issue(name)} ", tag("small", f"0: {cell.low}; 1: {cell.high}"))
        point = () if question.kind == "offer" else (offered,)
        rows.append((meaning, f"{float(state.cell[c]):.2f}", *wanted, *point))
    heads = ("issue", "now", "you want", "they want", *(() if question.kind == "offer" else ("on offer",)))
    return table(heads, rows)


def offer_view(game: Game, question: Question, draft: Weighed, replies: bool) -> Html:
    """A package before it is offered, and the exact frontier."""
    told = f"It gives you {draft.own:.3f}, {100.0 * draft.share:.0f} % of your best, and them {draft.other:.3f}."
    chance = f" They take and ratify it with a chance of {percent(draft.taken)}." if replies else ""
    heads = ["you keep", "you", "they", *(["taken"] if replies else []), *(issue(name) for name in question.names)]
    rows = [
        (
            f"{100.0 * one.share:.0f} %", f"{one.own:.3f}", f"{one.other:.3f}",
            *([percent(one.taken)] if replies else []), *(f"{one.package[name]:.2f}" for name in question.names),
        )
        for one in frontier(game.model, question)
    ]  # fmt: skip
    shown = details("The exact frontier", table(heads, rows))
    return tag("div", tag("p", told + chance, role="status", class_="draft"), shown, class_="studio")


def accept_told(game: Game, question: Question) -> str:
    """What an offer gives both sides, in a sentence."""
    found = weighed_offer(game.model, question, {})
    return f"It gives you {found.own:.3f}, {percent(found.share)} of your best, and them {found.other:.3f}."


def now_told(game: Game, question: Question) -> dict[str, float]:
    """Where what can be moved stands now."""
    return dict(standing(question, game.model))


def waiting_view(game: Game, seat: str) -> Html:
    """While another seat is asked."""
    assert game.question is not None
    names = [name_of(game.model.world, code) for code in (seat, game.question.who)]
    text = f"You play {names[0]}. In week {game.question.week} it is for {names[1]} to decide."
    return tag(
        "div", tag("h2", "The others decide"), tag("p", text, role="status", class_="waiting"), class_="studio seat"
    )


def debrief_view(game: Game, found: Debrief) -> Html:
    """What came of a seat, in words and as a picture."""
    world, model = game.model.world, game.model
    drawn = picture(world, found, model.seed_of_chance, model.draw_number, model.run_number)
    alternative = "the course of your game beside the band of 1,000 runs and the run with the same luck"
    image = tag("img", src=f"data:image/png;base64,{base64.b64encode(png_of(drawn)).decode()}", alt=alternative,
                style="max-width:100%;height:auto")  # fmt: skip
    head = tag("h2", f"What came of it: {name_of(world, found.who)}", class_="over")
    return tag("div", head, image, paragraphs(*debrief_told(world, found)), class_="studio seat")
