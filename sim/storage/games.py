"""A game on disk: a line that says what is played, then a line for each decision, written as it is taken.

JSON lines: a number is read back to the bit, a line that broke off is seen as such, and everybody can look at it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from sim.agents.game import Game, Move
from sim.agents.questions import Answer
from sim.case.folder import CASES, CHECKOUT
from sim.case.loading import load_case
from sim.case.scenario import load_scenario
from sim.inputs.errors import InputError
from sim.version import __version__, results_digest
from sim.world.world import World, load_world

MARK = "a game of jirga"
ENDING = ".jsonl"


@dataclass(frozen=True)
class Played:
    """What a game is played in: enough to begin it again.

    Attributes:
        case: the name of a case, or a case's folder.
        scenario: the name of one of the case's, or a file that ends in .yaml.
        epoch, horizon, levers, fixed, off: of the scenario as it is played.
        passes, implied: the coded rows that count.
        seats: the actors that are played.
        draw, run, seed: as in `NegotiationModel`.
        code: digest of the code that decided the numbers.
        version: of jirga.
    """

    case: str
    scenario: str
    epoch: str
    horizon: int
    levers: Mapping[str, float]
    fixed: Mapping[str, float]
    off: tuple[str, ...]
    passes: tuple[str, ...]
    implied: bool
    seats: tuple[str, ...]
    draw: int
    run: int
    seed: int
    code: str = ""
    version: str = __version__
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def begin(self) -> Game:
        """The game at its first question.

        Raises:
            InputError: the case or the scenario is not there any more, or is another.
        """
        case = load_case(self.case)
        scenario = load_scenario(case, Path(self.scenario) if self.scenario.endswith(".yaml") else self.scenario)
        changed: dict[str, Any] = {"epoch": self.epoch, "horizon": self.horizon, "fixed": self.fixed, "off": self.off}
        world = load_world(
            scenario.change(**{**changed, **self.levers}), case, passes=self.passes, implied=self.implied
        )
        return Game(world, self.seats, draw=self.draw, run=self.run, seed=self.seed)


def played_in(world: World, seats: tuple[str, ...], *, draw: int, run: int, seed: int) -> Played:
    """What a game in a world is to be begun again by."""
    scenario, case = world.scenario, world.case
    own = case.folder / "scenario" / f"{scenario.scenario}.yaml"
    file = Path(scenario.file)
    is_own = file.suffix != ".yaml" or file.resolve() == own.resolve()
    return Played(
        case=case.folder.name if case.folder.parent in (CASES, CHECKOUT) else str(case.folder.resolve()),
        scenario=scenario.scenario if is_own else str(file.resolve()),
        epoch=scenario.epoch, horizon=scenario.horizon, fixed=dict(scenario.fixed), off=tuple(scenario.off),
        levers={name: lever.value for name, lever in scenario.levers.items()},
        passes=tuple(world.evidence.passes), implied=world.evidence.implied, seats=seats,
        draw=draw, run=run, seed=seed, code=results_digest(),
    )  # fmt: skip


class GameFile:
    """The file of a game, which grows by a line with every decision.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, played: Played) -> None:
        """Write the first line.

        Raises:
            InputError: the file is there already, or cannot be written.
        """
        self._write({"file": MARK, **asdict(played)}, "x")

    def add(self, move: Move) -> None:
        """Write one decision.

        Raises:
            InputError: the file cannot be written.
        """
        self._write(move._asdict(), "a")

    def end(self, digest: str) -> None:
        """Write that the game is over, and the digest of its state."""
        self._write({"over": digest}, "a")

    def _write(self, line: Mapping[str, Any], mode: str) -> None:
        try:
            with self.path.open(mode, encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise InputError(self.path, "", f"cannot be written ({error.strerror})") from None


def free_file(folder: Path, played: Played) -> Path:
    """A file for a game in a folder, under a name that nobody has taken."""
    stem = Path(played.scenario).stem if played.scenario.endswith(".yaml") else played.scenario
    name, number = f"game_{stem}_{'_'.join(played.seats)}", 1
    while (path := folder / (f"{name}{ENDING}" if number == 1 else f"{name}_{number}{ENDING}")).exists():
        number += 1
    return path


def take_up(path: Path) -> tuple[Played, Game, bool]:
    """A game from its file, as far as it was played: what it is played in, the game, and whether it was over.

    Raises:
        InputError: there is no such file, it is none of a game, or what it says cannot be played any more.
    """
    _drop_broken_end(path)
    lines = _lines(path)
    first = dict(lines[0]) if lines else {}
    try:
        mark, played = first.pop("file", None), TypeAdapter(Played).validate_python(first)
    except ValidationError:
        mark = None
    if mark != MARK:
        raise InputError(path, "", "is no game of jirga", allowed="a file that jirga play has written")
    if played.code not in ("", results_digest()):
        raise _other(path, played, f"was played by other code, that of jirga {played.version}")
    game = played.begin()
    over = ""
    for number, line in enumerate(lines[1:], start=2):
        if "over" in line:
            over = str(line["over"])
            break
        _answer(path, number, game, line)
    if over and game.digest != over:
        raise _other(path, played, "the end of the game is another than it was")
    return played, game, bool(over)


def _drop_broken_end(path: Path) -> None:
    """Cut off a last line that was never written to its end: no answer stands in it. One that lacks its end of line
    alone, as an editor leaves it, is whole."""
    try:
        data = path.read_bytes()
        last = data.rfind(b"\n") + 1
        if not data.startswith(f'{{"file": "{MARK}"'.encode()) or last == len(data):
            return
        with path.open("r+b") as file:
            if _is_line(data[last:]):
                file.seek(0, os.SEEK_END)
                file.write(b"\n")
            elif last:
                file.truncate(last)
    except OSError as error:
        raise InputError(path, "", f"cannot be read ({error.strerror})") from None


def _is_line(data: bytes) -> bool:
    """Whether it is a line of a game as a whole: a part of one is no JSON."""
    try:
        return isinstance(json.loads(data), dict)
    except ValueError:
        return False


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(path, "", f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(path, "", "is no game of jirga", allowed="a file that jirga play has written") from None
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            held = json.loads(line)
        except ValueError:
            held = None
        if not isinstance(held, dict):
            raise InputError(
                f"{path}:{number}", "", "is no line of a game", allowed="a file that jirga play has written"
            )
        found.append(held)
    return found


def _answer(path: Path, number: int, game: Game, line: Mapping[str, Any]) -> None:
    where = f"{path}:{number}"
    key = tuple(line.get(name) for name in ("week", "who", "kind", "place"))
    if game.question is None or game.question.key != key:
        asked = "nothing any more" if game.question is None else " ".join(map(str, game.question.key)).strip()
        problem = f"has {' '.join(map(str, key)).strip()}, where the game asks {asked}"
        raise InputError(
            where, "", problem, allowed="the version of jirga, the case and the scenario it was played with"
        )
    answer: Answer | Any = line.get("answer")
    game.answer(answer)


def _other(path: Path, played: Played, problem: str) -> InputError:
    same = played.code == results_digest()
    advice = "a game as it was played" if same else f"jirga {played.version} with the same case and scenario"
    return InputError(path, "", problem, allowed=advice)
