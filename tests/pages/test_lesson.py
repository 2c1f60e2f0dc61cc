"""The lesson's cards and key are what the evidence and the model say, and what the plan points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.case.case import seated
from sim.case.loading import load_case
from sim.command.main import main as command
from sim.evidence.loading import evidence_of
from sim.pages.documents.lesson import ASKED, DRAWS, EPOCH, FOLDER, RUNS, key, main, role_cards
from sim.studio.bench import RUNS as OF_EACH
from sim.studio.bench import STAGES

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


def kept(name: str) -> str:
    return (ROOT / FOLDER / name).read_text(encoding="utf-8")


def test_the_cards_and_the_key_are_current() -> None:
    case = load_case()
    for name, text in {"roles.md": role_cards(case), "key.md": key(case)}.items():
        assert kept(name) == text, "run: python -m sim.pages.documents.lesson"


def test_one_command_writes_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main() == 0
    assert {path.name for path in (tmp_path / FOLDER).iterdir()} == {"roles.md", "key.md"}


def test_every_actor_that_articles_speak_of_has_a_card_whose_lines_rest_on_paragraphs_that_exist() -> None:
    case = load_case()
    evidence = evidence_of(case)
    articles = {one.id: one.paragraphs for one in evidence.articles}
    until = list(articles)[: list(articles).index(case.epochs[EPOCH].article) + 1]
    coded = {row.actor for row in evidence.positions if row.article in until}
    cards = kept("roles.md").split("## You are ")[1:]
    assert [card.split("\n")[0] for card in cards] == [
        case.name_of(actor) for actor in seated(case, EPOCH) if actor in coded
    ]
    for card in cards:
        lines = [line for line in card.splitlines() if line.startswith("- ")]
        assert len(lines) >= 5
        for line in lines:
            article, numbers = re.findall(r"\(([\w-]+) §([\d, ]+)\)$", line)[0]
            assert all(1 <= int(number) <= articles[article] for number in numbers.split(", "))


def test_the_key_tells_the_puzzle_of_the_first_notebook() -> None:
    """The Taliban come, something is signed, and it collapses, each clearly more often; the takeover hardly moves."""
    first = kept("key.md").split("## ")[1]
    told = dict(re.findall(r"^\| ([^|]*) \|.*\| (\S+ \(\S+ to \S+\)) \|$", first, re.MULTILINE))
    low = {words: int(ends.split("(")[1].split()[0]) for words, ends in told.items()}
    *more, takeover = ASKED.values()
    assert all(low[words] > 0 for words in more)
    assert abs(int(told[takeover].split()[0])) <= 3


def test_the_sizes_that_the_plan_tells_are_those_of_what_is_run() -> None:
    """The key, the notebook and the studio are of different sizes: nobody is promised the same numbers in all."""
    notebook = (ROOT / "notebooks" / "01_turkey_summit.ipynb").read_text(encoding="utf-8")
    draws, runs = re.findall(r"DRAWS, RUNS, SEED = (\d+), (\d+), 1", notebook)[0]
    plan = " ".join(kept("plan.md").split())
    (watched,) = set(re.findall(r"studio\.runs=(\d+)", plan))
    assert (
        f"the key is of {DRAWS} draws with {RUNS} runs each, the notebook of {draws} with {runs}, the studio of "
        f"{STAGES[-1] // OF_EACH:,} with {OF_EACH} (of {int(watched) // OF_EACH} with {OF_EACH} for a class"
    ) in plan


def test_the_page_that_is_sent_by_mail_comes_from_the_command_in_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (line,) = re.findall(r"^    jirga (.*)$", kept("plan.md"), re.MULTILINE)
    assert command(line.split()) == 0
    (page,) = re.findall(r"writes `([\w/.]+)`", kept("plan.md"))
    text = (tmp_path / page).read_text(encoding="utf-8")
    assert len(text) < 30_000
    assert not re.search(r"""(?:src|href)=["'](?:https?:|//)""", text)


def test_what_the_plan_points_at_is_there() -> None:
    for name in ("plan.md", "questions.md"):
        for place in re.findall(r"\]\(([^)#]+)", kept(name)):
            assert (ROOT / FOLDER / place).is_file(), place
