"""The debrief of a game: its words, and its picture."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from sim.agents.game import Move
from sim.agents.words import issue, listing, name_of, percent, place_of, sentence
from sim.experiment.debrief import RUNS, Debrief, Turned
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.plots import STYLE
from sim.version import __version__

if TYPE_CHECKING:
    from sim.world.world import World

TOLD = 5  # decisions that are told and marked
LEAST = 0.0005  # a smaller move of the result is told as none


def debrief_told(world: World, found: Debrief) -> list[str]:
    """What came of a game, in sentences."""
    who = name_of(world, found.who)
    if not found.wants:
        return [*map(sentence, _without_aims(world, found)), *turned_told(world, found)]
    near, same, median = (100.0 * x for x in (found.course[-1], found.same_luck[-1], np.median(found.many[:, -1])))
    started, below = 100.0 * found.course[0], 100.0 * found.share_below
    lines = [
        _taken(world, found),
        f"at first, what was the case was {started:.1f} % near to what {who} wants, each issue by its weight "
        f"for it in the evidence; at the end it was {near:.1f} % near",
        f"with the same luck and the model in every seat it is {same:.1f} %: between these two stand decisions alone",
        f"in {RUNS:,} runs of the same world with other luck, the model in every seat, the median is {median:.1f} %; "
        f"{below:.0f} % of them end further from what {who} wants than your game: by decisions, and by luck",
        _ended(world, found),
    ]
    return [sentence(line) for line in lines] + turned_told(world, found)


def _taken(world: World, found: Debrief) -> str:
    told = f"you took {counted(found.decisions, 'decision')} for {name_of(world, found.who)}"
    return f"{told}; in {len(found.turned)} of them the model would have done otherwise"


def _ended(world: World, found: Debrief) -> str:
    ends, same = (_class(world, name) for name in (found.settlement, found.same_luck_settlement))
    told = f"your game ended in {ends}, the run with the same luck in {same}"
    return f"{told}; of {RUNS:,} runs with other luck and the model in every seat, {_shares(found)}"


def _without_aims(world: World, found: Debrief) -> list[str]:
    who = name_of(world, found.who)
    none = f"{who} holds no position on any issue in the evidence: what came of it is told by how the run ended"
    return [_taken(world, found), none, _ended(world, found)]


def turned_told(world: World, found: Debrief) -> list[str]:
    """The decisions that moved the result most, each as it would have been by the model."""
    moving = moved(found)
    if not found.turned:
        return ["You decided as the model would have in every place: nothing can be given back."]
    if not moving:
        return ["None of your decisions, given back to the model alone, changes where the game ends."]
    lines = ["The decisions that moved the result most, each given back to the model with all others as you took them:"]
    for number, one in enumerate(moving, start=1):
        way = f"{100.0 * abs(one.nearer):.1f} points {'nearer' if one.nearer > 0 else 'further'}"
        ends = (
            ""
            if one.settlement == found.settlement
            else f"; without it the game ends in {_class(world, one.settlement)}"
        )
        lines.append(sentence(f"{number}. {move_told(world, one.move)}: by this you ended {way}{ends}"))
    return lines


def moved(found: Debrief) -> list[Turned]:
    """The decisions that moved the result, the most moving first, no more than are told."""
    return [one for one in found.turned if abs(one.nearer) >= LEAST or one.settlement != found.settlement][:TOLD]


def move_told(world: World, move: Move) -> str:
    """A decision with what the model would have done, in a few words."""
    place = f", {place_of(world, move.place)}" if move.place in world.case.tables else ""
    return f"week {move.week}{place}: you {_did(world, move)}"


def _did(world: World, move: Move) -> str:
    yes = {
        "attend": ("came", "stayed away"),
        "mediate": ("came as a mediator", "stayed away as a mediator"),
        "accept": ("accepted the offer", "refused the offer"),
        "ratify": ("ratified", "did not ratify"),
        "vote": ("approved", "refused"),
    }
    answer, own = move.answer, move.own
    if isinstance(answer, bool):
        did, other = yes[move.kind] if answer else reversed(yes[move.kind])
        return f"{did}, where the model would have {_would(other)}"
    assert not isinstance(own, bool)
    if move.kind == "comply":
        kept = [name for name in answer if answer[name] and not own[name]]
        held = [name for name in answer if own[name] and not answer[name]]
        parts = [f"delivered {_names(kept)}"] * bool(kept) + [f"held back {_names(held)}"] * bool(held)
        return f"{listing(parts)}, against the model"
    if move.kind == "offer":
        return (
            f"offered {_points(answer)}, where the model would have offered {_points(own) or 'nothing'}"
            if answer
            else (f"made no offer, where the model would have offered {_points(own)}")
        )
    if move.kind == "stand":
        return f"declared {_points(answer)}"
    others = {name: answer[name] for name in answer if answer[name] != own[name]}
    tried = listing(
        f"{name_of(world, name)} with {effort:.2f} (the model: {own[name]:.2f})" for name, effort in others.items()
    )
    return f"tried on {tried}"


INSTEAD: Mapping[str, str] = {"came": "come", "came as a mediator": "come", "did not ratify": "not ratified"}


def _would(did: str) -> str:
    """After "would have".

    >>> _would("came"), _would("did not ratify"), _would("stayed away")
    ('come', 'not ratified', 'stayed away')
    """
    return INSTEAD.get(did, did)


def _names(names: list[str]) -> str:
    return listing(issue(name) for name in names)


def _points(package: object) -> str:
    assert hasattr(package, "items")
    return listing(f"{issue(name)} {point:.2f}" for name, point in package.items())


def _class(world: World, name: str) -> str:
    """A settlement class of the case with what it means."""
    classes = world.case.settlements
    return f"the class {name} ({classes[name].meaning})" if name in classes else "none of the settlement classes"


def _shares(found: Debrief) -> str:
    parts = [(share, name) for name, share in found.settlements.items() if share > 0.0]
    return listing(f"{percent(share)} in {name}" for share, name in sorted(parts, reverse=True))


# --- the picture -----------------------------------------------------------------------------------------------------


def picture(world: World, found: Debrief, seed: int, draw: int, run: int) -> Figure:
    """The course of a game against the band of 1,000 runs and the run with the same luck.

    Where there is nothing that the seat wants, in which classes the runs end.
    """
    made = f"{world.scenario.scenario} from {world.scenario.epoch}; draw {draw}, run {run}, seed {seed}"
    made = f"{made}; jirga {__version__}"
    if not found.wants:
        return _picture_of_ends(found, made)
    with mpl.rc_context(dict(STYLE)):
        figure = Figure(figsize=(8.0, 4.4), layout="constrained")
        axes, ends = figure.subplots(1, 2, sharey=True, width_ratios=(5, 1))
        weeks, bands = np.arange(len(found.course)), 100.0 * found.bands
        axes.fill_between(
            weeks, bands[:, 0], bands[:, 4], color=GREY, alpha=0.45, lw=0, label="middle 90 % of 1,000 runs"
        )
        axes.fill_between(weeks, bands[:, 1], bands[:, 3], color=GREY, alpha=0.9, lw=0, label="middle 50 %")
        axes.plot(
            weeks,
            100.0 * found.same_luck,
            color=VERMILLION,
            lw=1.4,
            ls=(0, (4, 2)),
            label="your luck, the model's decisions",
            zorder=3,
        )
        axes.plot(weeks, 100.0 * found.course, color=BLUE, lw=2.2, label="your game")
        for number, one in enumerate(moved(found), start=1):
            height = 100.0 * found.course[one.move.week]
            axes.plot([one.move.week], [height], "o", ms=5, color=BLUE)
            axes.annotate(
                str(number), (one.move.week, height), (0, 6), textcoords="offset points", ha="center", color=BLUE
            )
        axes.set_xlim(0, max(1, weeks[-1]))
        axes.set_xlabel("week")
        axes.set_ylabel(f"how near what is the case is\nto what {name_of(world, found.who)} wants, %")
        axes.legend(frameon=False, fontsize=8.0, loc="best")
        ends.hist(100.0 * found.many[:, -1], bins=30, orientation="horizontal", color=GREY)
        ends.axhline(100.0 * found.course[-1], color=BLUE, lw=2.2)
        ends.axhline(100.0 * found.same_luck[-1], color=VERMILLION, lw=1.4, ls=(0, (4, 2)))
        ends.set_xlabel("runs, at the end")
        figure.supxlabel(made, fontsize=6.5, color="#666666", x=0.01, ha="left")
    return figure


def _picture_of_ends(found: Debrief, made: str) -> Figure:
    with mpl.rc_context(dict(STYLE)):
        figure = Figure(figsize=(8.0, 1.2 + 0.32 * len(found.settlements)), layout="constrained")
        axes = figure.subplots()
        ended = ((found.settlement, "your game"), (found.same_luck_settlement, "your luck, the model's decisions"))
        for place, (name, share) in enumerate(found.settlements.items()):
            here = [told for ends, told in ended if ends == name]
            axes.barh(place, 100.0 * share, color=BLUE if here else GREY, height=0.6)
            axes.text(100.0 * share + 1.0, place, "; ".join(here), va="center", color=BLUE)
        axes.set_yticks(range(len(found.settlements)), [*found.settlements])
        axes.invert_yaxis()
        axes.set_xlim(0.0, 100.0)
        axes.set_xlabel("share of 1,000 runs that end so, the model in every seat, %")
        figure.supxlabel(made, fontsize=6.5, color="#666666", x=0.01, ha="left")
    return figure


def png_of(figure: Figure) -> bytes:
    """A picture as PNG."""
    held = io.BytesIO()
    with mpl.rc_context(dict(STYLE)):
        figure.savefig(held, format="png", dpi=160, metadata={"Software": f"jirga {__version__}"})
    return held.getvalue()


def save_picture(figure: Figure, path: Path) -> None:
    """Write a picture as PNG.

    Raises:
        InputError: it cannot be written.
    """
    try:
        path.write_bytes(png_of(figure))
    except OSError as error:
        raise InputError(path, "", f"cannot be written ({error.strerror})") from None
