"""A game is written line by line and played again from its lines; what cannot be played again is told in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from shards import textbook

from sim.agents.game import Game, Move
from sim.case.loading import load_case
from sim.inputs import InputError
from sim.storage import games
from sim.storage.games import GameFile, Played, free_file, played_in, take_up
from sim.version import __version__, results_digest
from sim.world.world import load_world

PLAYED = Played(
    case="textbook", scenario="modest_wish", epoch="first_meeting", horizon=6, levers={"wish": 0.5},
    fixed={"patience": 1.1}, off=("learning",), passes=("coding",), implied=False, seats=("UPP",), draw=2, run=1,
    seed=7, code=results_digest(),
)  # fmt: skip
PLAY = "allowed: a file that jirga play has written"


def the_game(**changes: Any) -> Game:
    scenario = textbook().scenario("modest_wish", wish=0.5, horizon=6, off=["learning"], fixed={"patience": 1.1})
    world = load_world(scenario.change(**changes), textbook(), passes=("coding",), implied=False)
    return Game(world, ("UPP",), draw=2, run=1, seed=7)


@cache
def answered() -> tuple[Game, tuple[Move, ...]]:
    """A game to its end, in which the first answer is not what the model would have done."""
    game = the_game()
    game.answer(not game.question.own if game.question and isinstance(game.question.own, bool) else None)
    while game.question is not None:
        game.answer(game.question.own)
    return game, tuple(game.moves)


def written(path: Path, moves: int, end: str | None = None, played: Played = PLAYED) -> Path:
    """A game as far as it was played."""
    file = GameFile(path)
    file.begin(played)
    for move in answered()[1][:moves]:
        file.add(move)
    if end is not None:
        file.end(end)
    return path


def refused(told: str, path: Path) -> None:
    with pytest.raises(InputError) as caught:
        take_up(path)
    assert str(caught.value) == told


# --- what a game is played in ----------------------------------------------------------------------------------------


def test_a_game_is_begun_again_by_what_is_told_of_it() -> None:
    game = PLAYED.begin()
    world = game.model.world
    assert (world.scenario.scenario, world.scenario.epoch, world.scenario.horizon) == (
        "modest_wish",
        "first_meeting",
        6,
    )
    assert (world.scenario.levers["wish"].value, dict(world.scenario.fixed)) == (0.5, {"patience": 1.1})
    assert (world.scenario.off, world.evidence.passes, world.evidence.implied) == (("learning",), ("coding",), False)
    assert game.seats == ("UPP",)
    assert game.digest == the_game().digest
    assert played_in(world=world, seats=("UPP",), draw=2, run=1, seed=7) == PLAYED
    others = [replace(PLAYED, draw=3), replace(PLAYED, run=2), replace(PLAYED, seed=8), replace(PLAYED, horizon=5)]
    others.append(replace(PLAYED, levers={"wish": 0.6}))
    digests = {played_to_its_end(one.begin()) for one in (PLAYED, *others)}
    assert len(digests) == len(others) + 1


def played_to_its_end(game: Game) -> str:
    while game.question is not None:
        game.answer(game.question.own)
    return game.digest


def test_a_game_is_of_this_version_and_of_no_code_where_nothing_is_said() -> None:
    fields = {name: value for name, value in vars(PLAYED).items() if name not in ("code", "version")}
    assert (Played(**fields).code, Played(**fields).version) == ("", __version__)


def test_what_a_game_is_played_in_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PLAYED.draw = 3  # type: ignore[misc]


def test_a_case_and_a_scenario_of_ones_own_are_named_by_their_places(tmp_path: Path) -> None:
    shutil.copytree(textbook().folder, tmp_path / "mine")
    case = load_case(tmp_path / "mine")
    file = tmp_path / "wish.yaml"
    text = (textbook().folder / "scenario" / "modest_wish.yaml").read_text()
    file.write_text(text.replace("scenario: modest_wish", "scenario: wish"))
    for scenario, named in ((case.scenario("modest_wish"), "modest_wish"), (case.scenario(file), str(file))):
        world = load_world(scenario, case)
        found = played_in(world, ("LOW", "UPP"), draw=0, run=0, seed=1)
        assert (found.case, found.scenario) == (str((tmp_path / "mine").resolve()), named)
        assert (found.seats, found.passes, found.implied, found.off) == (("LOW", "UPP"), ("coding",), True, ())
        assert (found.code, found.version) == (results_digest(), __version__)
        assert found.begin().digest == Game(world, ("LOW", "UPP"), draw=0, run=0, seed=1).digest


def test_a_scenario_that_was_read_from_a_folder_is_named_by_its_name() -> None:
    scenario = textbook().scenario("modest_wish")
    world = load_world(replace(scenario, file="runs/plan.json"), textbook())
    assert played_in(world, ("UPP",), draw=0, run=0, seed=1).scenario == "modest_wish"
    elsewhere = load_world(replace(scenario, file="elsewhere/modest_wish.yaml"), textbook())
    found = played_in(elsewhere, ("UPP",), draw=0, run=0, seed=1).scenario
    assert found == str(Path("elsewhere/modest_wish.yaml").resolve())


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_file_has_a_line_of_the_game_one_of_each_decision_and_one_of_its_end(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", 2, "0123")
    lines = path.read_bytes().decode().split("\n")
    assert lines[4:] == [""]
    first, *moves, end = map(json.loads, lines[:4])
    assert first == {
        "file": "a game of jirga", "case": "textbook", "scenario": "modest_wish", "epoch": "first_meeting",
        "horizon": 6, "levers": {"wish": 0.5}, "fixed": {"patience": 1.1}, "off": ["learning"], "passes": ["coding"],
        "implied": False, "seats": ["UPP"], "draw": 2, "run": 1, "seed": 7, "code": results_digest(),
        "version": __version__,
    }  # fmt: skip
    assert lines[0].startswith('{"file": "a game of jirga", "case": ')
    assert moves == [move._asdict() for move in answered()[1][:2]]
    assert (moves[0]["week"], moves[0]["who"], moves[0]["kind"], moves[0]["place"]) == (1, "UPP", "attend", "well")
    assert (moves[0]["answer"], moves[0]["own"]) == (False, True)
    assert end == {"over": "0123"}


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("mine")
    file = GameFile(path)
    for call, problem in (
        (lambda: file.begin(PLAYED), f"{path}: cannot be written (File exists)"),
        (lambda: GameFile(tmp_path / "no" / "a").end("0"), f"{tmp_path / 'no' / 'a'}: cannot be written (No such file"),
        (lambda: GameFile(tmp_path).add(answered()[1][0]), f"{tmp_path}: cannot be written (Is a directory)"),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value).startswith(problem)
    assert path.read_text() == "mine"


def test_a_new_game_gets_a_name_that_nobody_has_taken(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        path = free_file(tmp_path, PLAYED)
        path.touch()
        names.append(path.name)
    assert names == [f"game_modest_wish_UPP{more}.jsonl" for more in ("", "_2", "_3")]
    own = replace(PLAYED, scenario="/some/where/own.yaml", seats=("UPP", "LOW"))
    assert free_file(tmp_path, own) == tmp_path / "game_own_UPP_LOW.jsonl"
    assert free_file(tmp_path, replace(PLAYED, scenario="v1.5")).name == "game_v1.5_UPP.jsonl"


# --- taken up again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moves", [0, 1, 3])
def test_a_game_is_taken_up_where_it_was_left(moves: int, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", moves)
    before = path.read_bytes()
    played, game, over = take_up(path)
    assert played == PLAYED
    assert game.moves == list(answered()[1][:moves])
    assert game.question is not None
    assert game.question.key == answered()[1][moves].key
    assert not over
    assert path.read_bytes() == before


def test_a_game_that_was_over_is_over_and_what_stands_behind_its_end_is_not_read(tmp_path: Path) -> None:
    game, moves = answered()
    path = written(tmp_path / "a.jsonl", len(moves))
    assert take_up(path)[2] is False
    GameFile(path).end(game.digest)
    GameFile(path).add(moves[0])
    _, found, over = take_up(path)
    assert over is True
    assert found.is_over
    assert found.digest == game.digest
    assert found.moves == list(moves)


def test_a_game_of_unknown_code_is_taken_up(tmp_path: Path) -> None:
    played, game, over = take_up(written(tmp_path / "a.jsonl", 1, played=replace(PLAYED, code="")))
    assert (played.code, len(game.moves), over) == ("", 1, False)


def test_a_game_of_other_code_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", 1, played=replace(PLAYED, code="0" * 16, version="0.0.9"))
    refused(
        f"{path}: was played by other code, that of jirga 0.0.9; allowed: jirga 0.0.9 with the same case and scenario",
        path,
    )


@pytest.mark.parametrize(
    ("code", "advice"),
    [(None, "a game as it was played"), ("", "jirga 0.0.9 with the same case and scenario")],
)
def test_an_end_that_is_another_is_refused(code: str | None, advice: str, tmp_path: Path) -> None:
    played = replace(PLAYED, version="0.0.9") if code is None else replace(PLAYED, version="0.0.9", code=code)
    path = written(tmp_path / "a.jsonl", 2, "0" * 16, played)
    refused(f"{path}: the end of the game is another than it was; allowed: {advice}", path)


def test_a_last_line_that_broke_off_is_cut_off(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", 2)
    whole = path.read_bytes()
    for end in (b"{", b'{"week": 3', b"\xc3", b"   "):
        path.write_bytes(whole + end)
        assert len(take_up(path)[1].moves) == 2
        assert path.read_bytes() == whole


@pytest.mark.parametrize("moves", [0, 2])
def test_a_last_line_that_lacks_its_end_alone_is_whole(moves: int, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", moves)
    whole = path.read_bytes()
    path.write_bytes(whole.rstrip(b"\n"))  # as some editors leave it
    assert len(take_up(path)[1].moves) == moves
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "data", [b"", b"mine", b"mine\nand more", b'{"file": "another"}', b'{"file": "a game of jirgas']
)
def test_a_file_of_somebody_elses_is_not_cut(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"is no (line of a )?game"):
        take_up(path)
    assert path.read_bytes() == data


@pytest.mark.parametrize("data", [b"\xff\xfe\n", b'{"file": "a game of jirga", "case": "\xff"}\n'])
def test_a_file_that_is_no_text_is_no_game(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    refused(f"{path}: is no game of jirga; {PLAY}", path)


def test_a_file_that_cannot_be_read_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(f"{tmp_path / 'no'}: cannot be read (No such file or directory)", tmp_path / "no")
    refused(f"{tmp_path}: cannot be read (Is a directory)", tmp_path)
    monkeypatch.setattr(games, "_drop_broken_end", lambda path: None)  # it may go in between
    refused(f"{tmp_path / 'no'}: cannot be read (No such file or directory)", tmp_path / "no")


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda first: {key: value for key, value in first.items() if key != name}


FIRST_LINES = [
    *(without(name) for name in ("file", "case", "horizon", "seats", "off", "passes")),
    lambda first: {**first, "file": "another"},
    lambda first: {**first, "more": 1},
    *(
        lambda first, name=name: {**first, name: 3}
        for name in ("seats", "levers", "fixed", "scenario", "epoch", "code")
    ),
    lambda first: {**first, "levers": {"summit_week": "soon"}},
    lambda first: {**first, "horizon": 12.5},
    lambda first: {},
]


@pytest.mark.parametrize("change", FIRST_LINES)
def test_a_first_line_that_does_not_tell_the_game_is_no_game(
    change: Callable[[dict[str, Any]], dict[str, Any]], tmp_path: Path
) -> None:
    path = written(tmp_path / "a.jsonl", 1)
    first, *rest = path.read_text().splitlines(keepends=True)
    path.write_text(json.dumps(change(json.loads(first))) + "\n" + "".join(rest))
    refused(f"{path}: is no game of jirga; {PLAY}", path)


@pytest.mark.parametrize("line", ["", "[1]", "3", "null", "{"])
def test_a_line_that_is_none_of_a_game_is_named(line: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", 2)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], line, lines[2]]) + "\n")
    refused(f"{path}:3: is no line of a game; {PLAY}", path)


def test_an_answer_to_another_question_is_refused_with_both(tmp_path: Path) -> None:
    moves, path = answered()[1], tmp_path / "a.jsonl"
    allowed = "allowed: the version of jirga, the case and the scenario it was played with"
    written(path, 0)
    GameFile(path).add(moves[1])
    asked, given = (" ".join(map(str, move.key)) for move in moves[:2])
    assert asked == "1 UPP attend well"
    refused(f"{path}:2: has {given}, where the game asks {asked}; {allowed}", path)
    written(tmp_path / "b.jsonl", len(moves))
    GameFile(tmp_path / "b.jsonl").add(moves[0]._replace(place=""))
    at = f"{tmp_path / 'b.jsonl'}:{len(moves) + 2}"
    refused(f"{at}: has 1 UPP attend, where the game asks nothing any more; {allowed}", tmp_path / "b.jsonl")
    written(tmp_path / "c.jsonl", 1)
    with (tmp_path / "c.jsonl").open("a") as file:
        file.write("{}\n")
    key = " ".join(map(str, moves[1].key))
    refused(
        f"{tmp_path / 'c.jsonl'}:3: has None None None None, where the game asks {key}; {allowed}",
        tmp_path / "c.jsonl",
    )


def test_an_answer_that_is_none_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", 0)
    GameFile(tmp_path / "a.jsonl").add(answered()[1][0]._replace(answer={"opening": 1.0}))
    with pytest.raises(InputError, match="week 1, attend"):
        take_up(tmp_path / "a.jsonl")
