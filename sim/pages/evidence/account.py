"""How every number on the evidence page was made, and how to object to one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from sim.evidence.loading import COLUMNS
from sim.pages.evidence.entries import garbled_badge
from sim.pages.evidence.findings import Findings
from sim.pages.kit.html import Html, joined, listed, note, paragraphs, tag, typed
from sim.pages.run.again import case_words


def about(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The sections of a case's own account of its evidence (README.md): title to paragraphs; empty without a file."""
    path = folder / "README.md"
    if not path.is_file():
        return {}
    parts = re.split(r"^## +(.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        title.strip(): tuple(block.strip() for block in body.split("\n\n") if block.strip())
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def made_how(found: Findings) -> Html:
    told = about(found.evidence.folder)
    blocks = [_account(title, body) for title, body in told.items()]
    warning = note(
        tag("p", tag("b", "Agreement is consistency, not truth. "), NOT_PROVED),
        *(
            tag("p", garbled_badge(article, number), " Every parameter that rests on it says so.")
            for article, number in sorted(found.garbled)
        ),
    )
    return joined([warning, *blocks, tag("h3", "From a row to a prior"), listed(RULES)])


NOT_PROVED = (
    "The passes read the same articles with the same codebook. That they give similar numbers shows that the codebook "
    "is applied alike; it does not show that the numbers are right, that the articles are, or that they see the whole "
    "conflict. What all readers share, a bias included, raises agreement as accuracy does."
)

RULES = (
    "Trust and leverage: a level L from 0 to 4, with the range that the pass could defend, becomes a triangle on "
    "[low/5, (high + 1)/5] with its peak at (L + 1/2)/5. Salience: on [S/5, (S + 1)/5]. Position: on its own range.",
    "Each pass is equally likely; a draw takes its numbers from one pass, or, where that pass is silent, from one of "
    "those that are not. So a prior is the equal mixture over the passes that coded it: where they disagree, it is "
    "wide.",
    "What an epoch's own article is silent on comes from the nearest earlier article (carried), each side 0.05 wider "
    "for each article between; never from a later one. What nobody coded is assumed and wide.",
    "Red lines belong to a pass: a draw whose pass draws none has none. Where a drawn position lies beyond the line, "
    "the line gives way to it.",
)


def _account(title: str, body: Iterable[str]) -> Html:
    """Paragraphs and lists of plain Markdown; backquotes mark code."""
    parts = []
    for block in body:
        if block.startswith("- "):
            parts.append(listed(_marked(item) for item in re.split(r"^- ", block, flags=re.MULTILINE)[1:]))
        else:
            parts.append(tag("p", _marked(block)))
    return joined([tag("h3", title), *parts])


def _marked(block: str) -> Html:
    words = " ".join(block.split()).split("`")
    return joined(tag("code", word) if number % 2 else word for number, word in enumerate(words))


def how_to_object(found: Findings) -> Html:
    folder = f"{found.case.folder.name}/evidence"
    passes = ",".join((*found.evidence.passes, "mine"))
    again = ["python", "-m", "sim", "job=evidence", f"evidence.passes=[{passes}]", "out=mine", *case_words(found.case)]
    files = joined((tag("code", f"{name}.csv: {','.join(columns)}") for name, columns in COLUMNS.items()), tag("br"))
    steps = (
        joined(
            [
                "Make a folder beside the passes, say ",
                tag("code", f"{folder}/mine"),
                ", with five files, each with exactly these columns (a file may hold no rows but the head):",
                tag("br"),
                files,
            ]
        ),
        joined(
            [
                "Code what you read, on the scales of ",
                tag("code", f"{folder}/CODEBOOK.md"),
                ". Every row cites the "
                "article and its paragraphs; one that cites what does not exist is refused with file, line and column.",
            ]
        ),
        joined(
            [
                "Let it count, beside the others or alone, and read this page again:",
                typed(shlex.join(again)),
            ]
        ),
        joined(["To leave out whatever is only implied: ", tag("code", "evidence.implied=false"), "."]),
        joined(["To work on a copy of the whole case: ", tag("code", "case=path/to/copy"), "."]),
    )
    rest = (
        "A pass of your own changes a number in the open: both readings stay, and the prior is the mixture of them. "
        "To overrule a number instead, change its row; every row is named on this page by file and line. Structural "
        "ranges come with the package, and a case's own stand in its structural.yaml; the places of red lines are in "
        "red_lines.yaml, starting conditions in the epoch files; each has its reason beside it. Mechanisms and events"
        " of a new pass stand among the loose rows below until somebody enters their lines in mechanisms.yaml and "
        "chronology.yaml."
    )
    first = "Find the parameter below, open it, and read the paraphrases against the article. If you read it otherwise:"
    return joined([paragraphs(first), listed(steps, ordered=True), paragraphs(rest)])
