"""What somebody types in a game, as an answer; a mistake is told in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sim.agents.questions import Answer, Question, checked
from sim.inputs.errors import InputError, nearest, shown

YES = ("y", "yes")
NO = ("n", "no")
NOTHING: Mapping[str, float] = {}


def answer_of(text: str, question: Question, now: Mapping[str, float]) -> Answer:
    """The answer that a line of text gives to a question that is no offer.

    Args:
        text: what was typed.
        question: what was asked.
        now: for an effort, the efforts as they are: what is not named stays.

    Raises:
        InputError: it is no answer; the sentence says what would be.
    """
    words = text.strip()
    if question.kind in ("attend", "mediate", "accept", "ratify"):
        return yes_or_no(words)
    if question.kind == "comply":
        return checked(question, _deliveries(words, question.names))
    given = named_numbers(words, question.names)
    return checked(question, given if question.kind == "stand" else {**now, **given})


def yes_or_no(words: str) -> bool:
    """Whether it says yes.

    Raises:
        InputError: it says neither yes nor no.
    """
    if words.lower() in YES or words.lower() in NO:
        return words.lower() in YES
    problem = "nothing was typed" if not words else f"{shown(words)} is neither yes nor no"
    raise InputError("", "", problem, allowed="y, n")


def _deliveries(words: str, names: Sequence[str]) -> dict[str, bool]:
    if words.lower() in (*YES, *NO):
        return dict.fromkeys(names, words.lower() in YES)
    held = [_named(word, names) for word in re.split(r"[\s,]+", words) if word]
    if not held:
        raise InputError("", "", "nothing was typed", allowed=("y", "n", *names))
    return {name: name not in held for name in names}


def named_numbers(words: str, names: Sequence[str]) -> dict[str, float]:
    """Numbers by name: `TAL=0.7 KAB=.2`, blanks or commas between; nothing for nothing typed.

    >>> named_numbers("tal=0.7, KAB = .2", ("TAL", "KAB"))
    {'TAL': 0.7, 'KAB': 0.2}

    Raises:
        InputError: a name is none of those, a number is none, or something is named twice.
    """
    found: dict[str, float] = {}
    for part in re.split(r"[\s,]+", re.sub(r"\s*=\s*", "=", words.strip())):
        name, equals, value = part.partition("=")
        if not part:
            continue
        if not equals:
            raise InputError("", "", f"{shown(part)} has no value", allowed=f"{names[0]}=0.5")
        name = _named(name, names)
        if name in found:
            raise InputError("", name, "is given twice")
        try:
            found[name] = float(value)
        except ValueError:
            raise InputError("", name, f"{shown(value)} is not a number", allowed="a number from 0 to 1") from None
    return found


def _named(word: str, names: Sequence[str]) -> str:
    """The name that a word means, whatever its case."""
    for name in names:
        if name.lower() == word.lower().replace("-", "_"):
            return name
    raise InputError("", "", f"{shown(word)} is not asked about here", allowed=names, meant=nearest(word, names))
