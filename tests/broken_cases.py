"""Broken cases by the thousand: one key of one file deleted, misspelt, emptied or put out of range.

A mutant must never be a traceback, and must not be taken in silence where it changes what a number means: then a line
says what is wrong. It may be taken where it is allowed to be left out and is as if it had been left out, where it is
only text for people, or where the number is still in its domain.

The long form is a command: `make broken-cases`, or `python -m tests.broken_cases [MUTANTS A CASE] [SEED]`.
"""

from __future__ import annotations

import csv
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sim.case.folder import CHECKOUT
from sim.inputs import read_yaml
from sim.jobs.check import Checked, checked_folder
from sim.jobs.new import TEMPLATE

KINDS = ("delete", "misspell", "empty", "negate", "enlarge", "retype")
# Where a key is a name of the case's own, not a key of a model: misspelt it is another name.
PLAIN = object()


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        file: below the case's folder.
        kind: one of KINDS.
        place: the keys and indices that lead to what is changed.
        old: what stood there.
        new: what stands there now; PLAIN where nothing does.
    """

    file: str
    kind: str
    place: tuple[str | int, ...]
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.file}: {self.kind} {'.'.join(map(str, self.place))}: {self.old!r} -> {self.new!r}"[:300]


def places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every place in plain data with what stands there."""
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in parts:
        yield (*place, key), inner
        yield from places(inner, (*place, key))


def misspelt(word: str, chance: random.Random) -> str:
    """The word with two letters swapped, one left out or one doubled; another word in any case."""
    at = chance.randrange(len(word))
    found = chance.choice(
        (word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + "q" + word[at + 1 :])
    )
    return found if found not in ("", word) else f"{word}q"


def read(path: Path) -> Any:
    """What a file holds: plain data, of a CSV file a list of rows by column."""
    if path.suffix == ".yaml":
        return read_yaml(path)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, data: Any) -> None:
    """Put data into a file; the header of a CSV file is that of its longest row."""
    if path.suffix == ".yaml":
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000)
        path.write_text(text, encoding="utf-8")
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(max(data, key=len))
        rows.writerows(row.values() for row in data)


def number_in(value: Any) -> float | int | None:
    """The number that stands there, also as the text of a CSV file; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def mutants(folder: Path, count: int, seed: int) -> Iterator[Mutant]:
    """So many mutants of a case, the files taken in proportion to what is in them, by a seed."""
    chance = random.Random(seed)
    paths = [*sorted(folder.rglob("*.yaml")), *sorted(folder.rglob("*.csv"))]
    files = {
        str(path.relative_to(folder)): list(places(read(path)))
        for path in paths
        if not path.name.endswith(".expected.csv")
    }
    every = [(file, *one) for file, found in files.items() for one in found]
    # The case itself is what most rests on: half of the mutants are of case.yaml.
    own = [one for one in every if one[0] == "case.yaml"]
    while count:
        file, place, old = chance.choice(own if chance.random() < 0.5 else every)
        kind = chance.choice(KINDS)
        if file.endswith(".csv") and len(place) == 1 and kind != "delete":
            continue  # a row has no value of its own
        new = changed(kind, place, old, chance)
        if new is not None:
            count -= 1
            yield Mutant(file, kind, place, old, new)


def changed(kind: str, place: tuple[str | int, ...], old: Any, chance: random.Random) -> Any:
    """What stands there after the change; None where the kind has nothing to change."""
    number = number_in(old)
    text = isinstance(old, str)
    match kind:
        case "delete":
            return PLAIN
        case "misspell" if isinstance(place[-1], str):
            return misspelt(place[-1], chance)
        case "empty":
            empty = (
                {}
                if isinstance(old, Mapping)
                else []
                if isinstance(old, list)
                else ""
                if isinstance(old, str)
                else PLAIN
            )
            return None if empty is PLAIN or empty == old else empty
        case "negate" if number is not None and number != 0:
            return f"-{old}" if text else -old
        case "enlarge" if number is not None:
            large = number * 10**6 + 10**6
            return str(large) if text else large
        case "retype" if not text or number is not None:
            return "a word"
        case "retype":
            return 7
    return None


def apply(folder: Path, mutant: Mutant) -> None:
    """Write the mutant's file into a copy of the case."""
    path = folder / mutant.file
    data = read(path)
    part: Any = data
    for step in mutant.place[:-1]:
        part = part[step]
    last = mutant.place[-1]
    if mutant.kind == "misspell":
        items = [(mutant.new if key == last else key, value) for key, value in part.items()]
        part.clear()
        part.update(items)
    elif mutant.new is PLAIN:
        del part[last]
    else:
        part[last] = mutant.new
    if path.suffix == ".csv" and mutant.kind == "misspell":  # a column has one name
        data = [dict(zip(part, row.values(), strict=True)) for row in data]
    write(path, data)


def checked(mutant: Mutant, source: Path, folder: Path) -> Checked:
    """What the check says of the mutant; whatever it raises is raised."""
    before = (folder / mutant.file).read_bytes()
    try:
        apply(folder, mutant)
        return checked_folder(folder)
    finally:
        (folder / mutant.file).write_bytes(before)


# What is told to people alone: any text will do, and none.
TEXTS = {
    *("title", "why", "low", "high", "meaning", "changes", "label", "unit", "note", "outlet", "source", "symbol"),
    *("question", "statement", "claim", "what", "effect", "cause", "event", "pattern", "paraphrase", "quantity"),
}
# Whose names are the case's own: another name that nothing refers to is another name.
NAMED = {
    "patterns",
    "statements",
    "base_rates",
    "worlds",
    "third_parties",
    "groups",
    "vocabulary",
    "events",
    "settlements",
}


def is_allowed(mutant: Mutant) -> bool:
    """Whether nothing is wrong with a mutant that was taken: nothing means something else than it says."""
    keys = [step for step in mutant.place if isinstance(step, str)]
    key = keys[-1] if keys else ""
    match mutant.kind:
        case "delete":
            return True  # what has no default is told as missing; a default stands in the guide
        case "misspell":
            return len(keys) > 1 and keys[-2] in NAMED
        case "empty" if not isinstance(mutant.old, str):
            return True  # an empty list or mapping is as if it had been left out
        case "enlarge" if "members" in keys:
            return True  # weights of a side are scaled
        case "retype" if key == "paragraphs" and mutant.file.endswith(".csv"):
            return True  # a number is a paragraph's, where there is one of that number
        case "negate" if mutant.file == "patterns.yaml" and key in ("above", "below"):
            return True  # a threshold of a difference; one that lies where nothing can is told
        case "negate" | "enlarge":
            return key == "value" and mutant.file.endswith(".csv")  # a figure that the model does not use
        case _:
            in_words = mutant.file.endswith(".csv") and key in ("value", "red_line_at")
            meant = len(keys) > 1 and keys[-2] == "vocabulary"  # what a word of it means, in words
            return in_words or (isinstance(mutant.old, str) and (meant or key in TEXTS))


def survivors(source: Path, count: int, seed: int) -> Iterator[tuple[Mutant, str]]:
    """The mutants of a case that nobody told of though something is wrong with them, or that were a traceback."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / source.name
        shutil.copytree(source, folder)
        assert not checked_folder(folder).mistakes
        for mutant in mutants(folder, count, seed):
            try:
                found = checked(mutant, source, folder)
            except Exception as error:  # the point: none may come out
                yield mutant, f"{type(error).__name__}: {error}"
                continue
            if not found.mistakes and not is_allowed(mutant):
                yield mutant, "taken in silence"


CASES = (TEMPLATE, *(path.parent for path in sorted(CHECKOUT.glob("*/case.yaml"))))


def main(count: int = 1_000, seed: int = 1) -> int:
    """Tell the survivors of every case; the exit code is 1 where there are some."""
    failed = 0
    for source in CASES:
        print(f"{source.name}: {count:,} mutants", flush=True)
        for mutant, why in survivors(source, count, seed):
            failed += 1
            print(f"  {mutant}\n    {why}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
