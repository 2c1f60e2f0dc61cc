"""What the articles report besides trust, leverage and positions: mechanisms, chronology, conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.evidence.rows import CodedRow, EventRow, MechanismRow
from sim.pages.evidence.entries import cited, garbled_badge, numbered, place
from sim.pages.evidence.findings import Findings, loose_rows
from sim.pages.kit.html import Html, details, joined, listed, paragraphs, table, tag


def _behind(found: Findings, rows: Sequence[CodedRow], extra: Mapping[CodedRow, str]) -> Html:
    """How many rows there are, of how many passes; opened, each paraphrase with its place."""
    passes = len({row.pass_ for row in rows})
    summary = f"{len(rows)} row{'s' * (len(rows) > 1)}, {passes} pass{'es' * (passes > 1)}"
    return details(summary, listed(_cited(found, row, extra.get(row, "")) for row in rows))


def _cited(found: Findings, row: CodedRow, remark: str) -> Html:
    badges = [garbled_badge(*which) for which in cited(found, row.article, row.paragraphs)]
    source = f"{row.paraphrase} ({row.article} {numbered(row.paragraphs)}{f'; {remark}' if remark else ''}) "
    return joined([source, tag("code", place(row)), *badges], " ")


def mechanisms(found: Findings) -> Html:
    rows = []
    for one in found.harmonised.mechanisms:
        told_of: dict[CodedRow, str] = {row: f"{row.directness}, {row.strength}, sign {row.sign}" for row in one.rows}
        strength = one.strength[0] if one.strength[0] == one.strength[1] else f"{one.strength[0]} to {one.strength[1]}"
        remark = joined([_behind(found, one.rows, told_of), f" {one.note}" if one.note else ""])
        rows.append(
            (
                one.cause,
                {"+": "raises\u00a0(+)", "-": "lowers\u00a0(−)"}[one.sign],
                one.effect,
                strength,
                one.pattern,
                remark,
            )
        )
    told = (
        "Claims that the articles report, not findings of this project. The passes' own labels were brought into one "
        "vocabulary by reading them once; a row whose label is phrased the other way round keeps its own sign, shown "
        "with it. Pattern: the model's pattern (P1 to P14) that the claim bears on; it means relevance, not proof."
    )
    words = table(("word", "meaning"), list(found.harmonised.vocabulary.items()))
    columns = ("cause", "sign", "effect", "strength", "pattern", "rows")
    return joined([paragraphs(told), details("The vocabulary", words), table(columns, rows)])


def chronology(found: Findings) -> Html:
    rows = [
        (
            one.date,
            one.what,
            ", ".join(one.actors),
            one.event,
            _behind(found, one.rows, {row: f"dated {row.date}" for row in one.rows}),
        )
        for one in found.harmonised.chronology
    ]
    told = (
        "What the articles report, in order. Dates are ISO: reduced (2018-10), an interval (a/b), or open on one side "
        "(../b, a/..)."
    )
    return joined([paragraphs(told), table(("date", "what happened", "actors", "event", "rows"), rows)])


def conditions(found: Findings) -> Html:
    rows = [
        (
            row.quantity.replace("_", " "),
            f"{row.value} {row.unit}",
            f"{row.article} {numbered(row.paragraphs)}",
            row.paraphrase,
            tag("code", place(row)),
        )
        for row in sorted(found.evidence.conditions, key=lambda row: (_when(found, row), row.quantity, row.pass_))
    ]
    told = (
        "As the articles give them; some are doubtful, and their rows say so. Priors do not use them by themselves; "
        "where a starting condition or a range rests on one, its reason says so."
    )
    return joined(
        [
            paragraphs(told),
            details(f"{len(rows)} figures", table(("quantity", "value", "article", "remark", "row"), rows)),
        ]
    )


def _when(found: Findings, row: CodedRow) -> int:
    return [article.id for article in found.evidence.articles].index(row.article)


def loose(found: Findings) -> Html:
    rows = loose_rows(found)
    if not rows:
        return paragraphs("None: every coded row that counts is named above.")
    told = "Coded, but without a parameter, a mechanism or an event that takes them up:"
    return joined([paragraphs(told), listed(_cited(found, row, _label(row)) for row in rows)])


def _label(row: CodedRow) -> str:
    if isinstance(row, MechanismRow):
        return f"{row.cause} {row.sign} {row.effect}"
    return f"{row.date} {row.event}" if isinstance(row, EventRow) else ""
