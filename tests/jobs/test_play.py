"""The job `play`: a game played to its end through a pipe, stopped and gone on with, and every mistake told."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path

import pytest

from sim.agents.questions import Question
from sim.command.main import main
from sim.inputs import InputError
from sim.inputs.words import quoted
from sim.jobs.answers import answer_of, named_numbers
from sim.storage.games import GameFile, take_up

pytestmark = pytest.mark.long

WORDS = ["play", "scenario=do_more", "horizon=26", "seed=7"]
# Typed again and again: the first of these that is an answer to what is asked, is one. The others are mistakes.
TYPED = ("50\n", "border=2\n", "\n", "y\n")


def play(monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(list(words))


def the_game(folder: Path) -> Path:
    (found,) = folder.glob("*.jsonl")
    return found


def test_a_game_is_played_to_its_end_through_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(monkeypatch, "".join(TYPED) * 200, *WORDS, "seat=pak", f"out={tmp_path}") == 0
    shown = capsys.readouterr().out
    assert "What came of it: Pakistan" in shown
    assert "[y to come, n to stay away]" in shown
    assert "'50' is neither yes nor no; allowed: y, n" in shown
    assert all(
        len(line.rstrip()) <= 80 for line in shown.splitlines() if str(tmp_path) not in line and "allowed:" not in line
    )
    file = the_game(tmp_path)
    assert file.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    played, game, over = take_up(file)
    assert over
    assert game.is_over
    assert played.seats == ("PAK",)
    assert json.loads(file.read_text().splitlines()[-1]) == {"over": game.digest}


def test_a_game_that_stops_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole at one time, and in four pieces: at the end of the input and by `q`."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert play(monkeypatch, "m\n" * 200, *WORDS, "seat=PAK", f"out={whole}") == 0
    assert play(monkeypatch, "m\n" * 3, *WORDS, "seat=PAK", f"out={parts}") == 0
    file = the_game(parts)
    assert f"jirga play resume={file}" in capsys.readouterr().out
    for typed in ("m\nm\nq\n", "", "m\n" * 200):
        assert play(monkeypatch, typed, "play", f"resume={file}") == 0
    assert file.read_text() == the_game(whole).read_text()


def test_the_words_that_go_on_with_a_game_can_be_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a game [draft], it's mine"
    assert play(monkeypatch, "m\n", *WORDS, "seat=PAK", f"out={quoted(str(folder))}") == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "jirga play " in line)
    assert play(monkeypatch, "m\n", *shlex.split(line)[1:]) == 0
    assert len(take_up(the_game(folder))[1].moves) == 2


def test_who_interrupts_a_game_is_told_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(io.StringIO):
        def readline(self, size: int | None = -1, /) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", Interrupted())
    assert main([*WORDS, "seat=PAK", f"out={tmp_path}"]) == 130
    assert f"resume={the_game(tmp_path)}" in capsys.readouterr().out
    assert len(the_game(tmp_path).read_text().splitlines()) == 1


def test_a_second_game_leaves_the_first_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        assert play(monkeypatch, "m\n", *WORDS, "seat=[PAK,US]", f"out={tmp_path}") == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["game_do_more_PAK_US.jsonl", "game_do_more_PAK_US_2.jsonl"]


def test_a_line_that_broke_off_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(monkeypatch, "m\n" * 4, *WORDS, "seat=PAK", f"out={tmp_path}") == 0
    file = the_game(tmp_path)
    whole = file.read_text()
    file.write_text(whole + '{"week": 7, "wh')
    _, game, over = take_up(file)
    assert len(game.moves) == 4
    assert not over
    assert file.read_text() == whole


def test_a_game_of_other_code_is_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its numbers would be others from some week on, and nothing would say so."""
    assert play(monkeypatch, "m\n" * 2, *WORDS, "seat=PAK", f"out={tmp_path}") == 0
    file = the_game(tmp_path)
    monkeypatch.setattr("sim.storage.games.results_digest", lambda: "0" * 16)
    with pytest.raises(
        InputError, match=r"was played by other code, that of jirga .*; allowed: jirga .* with the same"
    ):
        take_up(file)


MISTAKES = [
    (["play"], "configuration: seat: is missing: who do you play?; allowed: US, PAK, KAB, TAL, TTP"),
    (
        ["play", "seat=PKA"],
        "configuration: seat: 'PKA' is not a seat; allowed: US, PAK, KAB, TAL, TTP, CHN, RUS, IRN, TUR, QAT, "
        "PRL; did you mean PAK?",
    ),
    (["play", "seat=PAK", "against=status_quo"], "against: job=play does not look at it"),
    (["explain", "seat=PAK"], "'explain' is not key=value; did you mean job=explain?"),
    (["job=explain", "seat=PAK"], "seat: job=explain does not look at it"),
    (
        ["play", "resume=game.jsonl", "seat=PAK"],
        "seat: is in the game's file already; allowed: resume, replies, threads",
    ),
    (["play", "resume=nothing.jsonl"], "nothing.jsonl: cannot be read (No such file or directory)"),
]


@pytest.mark.parametrize(("words", "said"), MISTAKES)
def test_a_mistake_before_the_game_is_one_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("text", ["", "no game\n", '{"file": "a game of jirga"}\n', "[1]\n", '{"file": 3}\n'])
def test_a_file_that_is_no_game_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "game.jsonl"
    file.write_text(text)
    with pytest.raises(InputError, match=r"is no (line of a )?game"):
        take_up(file)


def test_an_answer_to_what_is_not_asked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(monkeypatch, "m\n" * 2, *WORDS, "seat=PAK", f"out={tmp_path}") == 0
    file = the_game(tmp_path)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(lines[0] + lines[2])
    with pytest.raises(
        InputError, match=r"jsonl:2: has 1 PAK attend us_pakistan, where the game asks 1 PAK mediate doha"
    ):
        take_up(file)
    file.write_text("".join(lines))
    GameFile(file).end("0000")
    with pytest.raises(InputError, match="the end of the game is another than it was"):
        take_up(file)


def question(kind: str, *names: str) -> Question:
    return Question(4, "PAK", kind, "", "", {}, names, {}, {}, {}, None)


TYPED_ANSWERS = [
    (question("attend"), "Y", True),
    (question("ratify"), "no", False),
    (question("comply", "border", "refugees"), "y", {"border": True, "refugees": True}),
    (question("comply", "border", "refugees"), "refugees", {"border": True, "refugees": False}),
    (question("effort", "TAL", "KAB"), "tal=.7", {"TAL": 0.7, "KAB": 0.5}),
    (question("effort", "TAL", "KAB"), "", {"TAL": 0.5, "KAB": 0.5}),
    (question("stand", "border"), "", {}),
    (question("stand", "border", "refugees"), "border = 1, refugees=0.25", {"border": 1.0, "refugees": 0.25}),
]


@pytest.mark.parametrize(("asked", "typed", "answer"), TYPED_ANSWERS)
def test_what_is_typed_is_read(asked: Question, typed: str, answer: object) -> None:
    assert answer_of(typed, asked, {"TAL": 0.5, "KAB": 0.5} if asked.kind == "effort" else {}) == answer


TYPED_MISTAKES = [
    (question("attend"), "", "nothing was typed; allowed: y, n"),
    (question("comply", "border"), "", "nothing was typed; allowed: y, n, border"),
    (question("comply", "border"), "bordr", "'bordr' is not asked about here; allowed: border; did you mean border?"),
    (question("effort", "TAL"), "TAL=much", "TAL: 'much' is not a number; allowed: a number from 0 to 1"),
    (question("effort", "TAL"), "TAL=1.5", "week 4, effort: TAL: 1.5 is out of range; allowed: 0 to 1"),
    (question("effort", "TAL"), "TAL=nan", "week 4, effort: TAL: nan is not a number; allowed: 0 to 1"),
    (question("effort", "TAL"), "TAL=0.1 tal=0.2", "TAL: is given twice"),
    (question("stand", "border"), "border", "'border' has no value; allowed: border=0.5"),
]


@pytest.mark.parametrize(("asked", "typed", "said"), TYPED_MISTAKES)
def test_what_cannot_be_read_is_told_in_a_sentence(asked: Question, typed: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        answer_of(typed, asked, {"TAL": 0.5})
    assert str(caught.value) == said


def test_numbers_are_read_as_they_are_written() -> None:
    assert named_numbers("a=1e-1,b=1", ("a", "b")) == {"a": 0.1, "b": 1.0}
