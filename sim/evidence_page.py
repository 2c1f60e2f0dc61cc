"""The evidence job: a page with every number that goes into the model and all that a reader needs to object to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim import __version__
from sim.agreement import agreement
from sim.case import load_case
from sim.densities import Prior
from sim.evidence import COLUMNS, CodedRow, EventRow, MechanismRow, load_evidence
from sim.evidence_entries import (
    ENTRY_STYLE,
    Findings,
    badge,
    cited,
    digits_of,
    entry,
    garbled_badge,
    numbered,
    place,
)
from sim.harmonised import harmonised
from sim.pages import (
    Content,
    Html,
    Section,
    details,
    figure,
    finder,
    joined,
    link,
    listed,
    note,
    page,
    paragraphs,
    table,
    tag,
    write,
)
from sim.priors import priors
from sim.settings import Settings
from sim.sketches import MEANINGS, Mark, Reading, bar, density, mark_of, reading

FILE = "evidence.html"
HUES = {"trust": (0, 114, 178), "leverage": (213, 94, 0)}
DEEPEST = 0.6  # a heat map's darkest cell keeps this share of the full colour, so that dark text stays readable
CODED_MARKS: tuple[Mark, ...] = ("stated", "implied", "carried", "assumed")


def run(settings: Settings) -> None:
    """Write the evidence page to the folder of the results and print a summary.

    Raises:
        InputError: a mistake in the case or its evidence, or an `out` that cannot be written.
    """
    from sim.evidence_summary import print_summary

    found = findings(settings)
    path = settings.out / FILE
    size = write(path, evidence_page(found))
    print_summary(found, about(found.evidence.folder), path, size)


def findings(settings: Settings) -> Findings:
    """Load the case and its evidence, and draw from the priors of every epoch."""
    case = load_case(settings.case)
    coded = load_evidence(case.folder / "evidence", settings.evidence.passes, settings.evidence.implied, case=case)
    by_epoch = {epoch: priors(case, coded, epoch) for epoch in case.epochs}
    drawn = {epoch: found.draw(settings.evidence.draws, settings.seed) for epoch, found in by_epoch.items()}
    return Findings(case, coded, by_epoch, drawn, agreement(coded, case.actors), harmonised(coded), settings.seed)


def evidence_page(found: Findings) -> str:
    """The whole page as text; the same findings give the same bytes."""
    sections = (
        Section("made", "How the numbers were made, and what that does not prove", _made(found)),
        Section("object", "How to object to a number", _object(found)),
        Section("agreement", "How far the passes agree", _agreement(found)),
        Section("maps", "Trust and leverage at each epoch", _maps(found)),
        Section("course", "Trust and leverage over the epochs", _course(found)),
        Section("parameters", "Every coded parameter: prior and paraphrases", _parameters(found)),
        Section("starts", "Starting conditions, shares of instruments, choice of pass", _other(found)),
        Section("structural", "Structural parameters", _structural(found)),
        Section("mechanisms", "Mechanisms: what is said to cause what", _mechanisms(found)),
        Section("chronology", "Chronology", _chronology(found)),
        Section("conditions", "Figures that the articles give", _conditions(found)),
        Section("loose", "Rows that feed nothing", _loose(found)),
    )
    style = tag("style", Html(ENTRY_STYLE + MAP_STYLE))
    foot = paragraphs(f"jirga {__version__}. Written by: python -m sim job=evidence")
    return page(f"The evidence: {found.case.title}", joined([style, _lead(found)]), sections, foot)


# --- what the reader must know first --------------------------------------------------------------------------------


def _lead(found: Findings) -> Html:
    evidence = found.evidence
    n = len(next(iter(found.drawn.values())))
    told = (
        f"{len(evidence.articles)} articles, read by {len(evidence.passes)} coding passes "
        f"({', '.join(evidence.passes)}); {len(evidence.dyads)} codings of trust and leverage, "
        f"{len(evidence.positions)} of positions, {len(evidence.mechanisms)} of mechanisms, {len(evidence.events)} of "
        f"events, {len(evidence.conditions)} figures. Rows that an article only implies "
        f"{'count' if evidence.implied else 'do not count'}. Red lines are drawn from {n} draws with seed {found.seed}."
    )
    purpose = (
        "This page shows every number that goes into the model, with its uncertainty and the paragraphs it rests on. "
        "It is there to be objected to."
    )
    articles = table(
        ("article", "title", "outlet", "date", "speaks of", "paragraphs", "remarks"),
        [(a.id, a.title, a.outlet, a.date, a.speaks_of, str(a.paragraphs), a.note) for a in evidence.articles],
        caption="The articles; their text is not part of this project",
        ids=[f"article.{a.id}" for a in evidence.articles],
    )
    return joined([paragraphs(purpose, told), details("The articles", articles)])


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


def _made(found: Findings) -> Html:
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


def _object(found: Findings) -> Html:
    folder = f"{found.case.folder.name}/evidence"
    passes = ",".join((*found.evidence.passes, "mine"))
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
                tag("pre", f"python -m sim job=evidence 'evidence.passes=[{passes}]' out=mine"),
            ]
        ),
        joined(["To leave out whatever is only implied: ", tag("code", "evidence.implied=false"), "."]),
        joined(["To work on a copy of the whole case: ", tag("code", "case=path/to/copy"), "."]),
    )
    rest = (
        "A pass of your own changes a number in the open: both readings stay, and the prior is the mixture of them. "
        "To overrule a number instead, change its row; every row is named on this page by file and line. Structural "
        "ranges are in structural.yaml, the places of red lines in red_lines.yaml, starting conditions in the epoch "
        "files; each has its reason beside it. Mechanisms and events of a new pass stand among the loose rows below "
        "until somebody enters their lines in mechanisms.yaml and chronology.yaml."
    )
    first = "Find the parameter below, open it, and read the paraphrases against the article. If you read it otherwise:"
    return joined([paragraphs(first), listed(steps, ordered=True), paragraphs(rest)])


# --- agreement ------------------------------------------------------------------------------------------------------


def _agreement(found: Findings) -> Html:
    rows = [
        (
            one.variable,
            "undefined" if one.alpha is None else f"{one.alpha:.2f}",
            one.metric,
            str(one.units),
            str(one.values),
        )
        for one in found.agreement
    ]
    columns = ("variable", "Krippendorff's alpha", "metric", "units coded by two passes or more", "codings")
    told = (
        "1 is perfect agreement, 0 what chance would give (Krippendorff 2011). A unit is an ordered pair, or an "
        "actor's issue, at one article."
    )
    apart = table(
        ("parameter", "epoch", "numbers of the passes", "apart"),
        [
            (link(prior.name, prior.name), epoch, ", ".join(_coded(prior)), f"{width:.2f}")
            for width, epoch, prior in _apart(found)[:15]
        ],
        caption="Where the passes differ most: the peaks of their triangles, on the scale from 0 to 1",
    )
    return joined(
        [
            table(columns, rows),
            paragraphs(told, joined([link("made", "What agreement does not prove"), " stands above."])),
            apart,
            _counts(found),
        ]
    )


def _coded(prior: Prior) -> list[str]:
    return [f"{part.rows[0].pass_} {part.mode:.2f}" for part in prior.components]


def _apart(found: Findings) -> list[tuple[float, str, Prior]]:
    """Coded parameters by how far apart the passes' own numbers are, widest first."""
    wide = [
        (max(part.mode for part in prior.components) - min(part.mode for part in prior.components), epoch, prior)
        for epoch, table_ in found.priors.items()
        for prior in table_.columns
        if prior.status == "coded" and prior.group != "red_line"
    ]
    return sorted(wide, key=lambda one: (-round(one[0], 6), one[1], one[2].slot))


def counts(found: Findings, group: str, epoch: str) -> Counter[Mark]:
    """How many parameters of a group have each mark at an epoch."""
    return Counter(mark_of(prior) for prior in found.priors[epoch].columns if prior.group == group)


def _counts(found: Findings) -> Html:
    rows = [
        (epoch, group, *(str(counts(found, group, epoch)[mark]) for mark in CODED_MARKS))
        for epoch in found.priors
        for group in ("trust", "leverage", "position", "salience")
    ]
    return details(
        "How many parameters are stated, implied, carried, assumed at each epoch",
        table(("epoch", "parameters", *CODED_MARKS), rows),
    )


# --- heat maps ------------------------------------------------------------------------------------------------------


def _legend(marks: Iterable[Mark]) -> Html:
    items = (joined([badge(mark), f" {mark}: {MEANINGS[mark]}"]) for mark in marks)
    return tag("div", listed(items), class_="legend")


def _maps(found: Findings) -> Html:
    told = (
        "Rows: whose trust or leverage it is. Columns: in whom, or over whom. Each cell: the median, its mark, a bar "
        "over the middle 90 % of the prior on an axis from 0 to 1 with a tick at the median, and the bounds of that "
        "bar. The darker, the higher; hatched where nobody coded it. A cell leads to its paraphrases."
    )
    return joined([paragraphs(told), _legend(CODED_MARKS), *(_epoch_maps(found, epoch) for epoch in found.priors)])


def _epoch_maps(found: Findings, name: str) -> Html:
    epoch = found.case.epochs[name]
    maps = tag("div", *(_map(found, name, group) for group in ("trust", "leverage")), class_="maps")
    absent = absent_actors(found, name)
    told = f"Article {epoch.article}; regime: {epoch.regime}."
    if absent:
        told += f" {', '.join(absent)}: party to no table under this regime, so these numbers move no bargain."
    return tag("div", tag("h3", f"{name}: {epoch.title}"), paragraphs(told), maps, class_="keep")


def absent_actors(found: Findings, epoch: str) -> list[str]:
    """The actors that are party to no table under the epoch's regime."""
    regime = found.case.epochs[epoch].regime
    seated = {party for table_ in found.case.tables.values() if regime in table_.regimes for party in table_.parties}
    return [actor for actor in found.case.actors if actor not in seated]


def _map(found: Findings, epoch: str, group: str) -> Html:
    actors = list(found.case.actors)
    of = "trust of (row) in (column), 0 to 1" if group == "trust" else "leverage of (row) over (column), share, 0 to 1"
    head = tag("tr", tag("th", ""), *(tag("th", actor, scope="col") for actor in actors))
    rows = (tag("tr", tag("th", i, scope="row"), *(_heat(found, epoch, group, i, j) for j in actors)) for i in actors)
    return tag(
        "table", tag("caption", tag("b", group), f": {of}"), head, *rows, class_="heat", id=f"map.{epoch}.{group}"
    )


def _heat(found: Findings, epoch: str, group: str, i: str, j: str) -> Html:
    if i == j:
        return tag("td", class_="none")
    name = f"{group}.{i}.{j}"
    short = reading(found.priors[epoch][name])
    weight = "span" if short.mark == "assumed" else "b"
    inside = (
        tag(weight, f"{short.median:.2f}"),
        badge(short.mark),
        bar(short),
        tag("small", f"{short.low:.2f}–{short.high:.2f}"),
    )
    title = f"{name} at {epoch}: {short.told()}, {short.mark}"
    colour = None if short.mark == "assumed" else f"background:{shade(group, short.median)}"
    return tag("td", link(name, *inside, title=title), style=colour, class_="wide-prior" if not colour else None)


def shade(group: str, value: float) -> str:
    """White at 0, towards the group's colour at 1.

    >>> shade("trust", 0.0), shade("trust", 1.0)
    ('#ffffff', '#66aad1')
    """
    mixed = (round(255 + (full - 255) * DEEPEST * value) for full in HUES[group])
    return "#" + "".join(f"{part:02x}" for part in mixed)


MAP_STYLE = """
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 31rem), 1fr)); gap: 1rem 2rem; }
.heat { width: 100%; table-layout: fixed; }
.heat th, .heat td { padding: .15rem .2rem; border: 1px solid #fff; text-align: center; }
.heat th:first-child { width: 2.6rem; text-align: right; }
.heat td { border: 1px solid #999; }
.heat td.none { background: #f4f4f2; border-color: #ddd; }
.heat td.wide-prior { background: repeating-linear-gradient(135deg, #fff 0 5px, #e2e2e2 5px 6.5px); }
.heat a { color: #1a1a1a; text-decoration: none; display: block; font-size: .92rem; }
.heat .mark { margin-left: .25em; }
.heat small { color: #1a1a1a; font-size: .7rem; white-space: nowrap; }
.heat .k { max-width: none; max-height: 1rem; }
@media print { .maps { grid-template-columns: 1fr 1fr; gap: 1rem; } }
.legend ul { list-style: none; padding: 0; font-size: .9rem; }
"""


# --- over the epochs ------------------------------------------------------------------------------------------------


def _course(found: Findings) -> Html:
    from sim.plots import courses, svg_of

    actors, epochs = list(found.case.actors), list(found.priors)
    readings: dict[tuple[str, str, str], list[Reading | None]] = {
        (group, i, j): [reading(found.priors[epoch][f"{group}.{i}.{j}"]) for epoch in epochs]
        for group in ("trust", "leverage")
        for i in actors
        for j in actors
        if i != j
    }
    drawing = svg_of(courses(actors, epochs, readings), "Trust and leverage of every ordered pair of actors by epoch")
    caption = (
        "Panels: whose (row) towards whom (column). Trust: solid, blue; leverage: dashed, orange-red; both from 0 to "
        "1. Median, with a bar over the middle 90 %. Filled circle: stated; open circle: implied; open square: "
        "carried; thin faint bar without a marker: assumed. An epoch is what one article says at its date, so a step "
        "is a difference between articles as much as a change in the world."
    )
    return figure(drawing, caption, wide=True)


# --- parameters -----------------------------------------------------------------------------------------------------


def _grouped(found: Findings, group: str) -> list[list[str]]:
    """The names of each entry of a group; position, salience and red line of one stand go together."""
    names = [name for name in found.names if name.startswith(f"{group}.")]
    if group != "position":
        return [[name] for name in names]
    rest = {name.partition(".")[2] for name in names}
    every = set(found.names)
    stands = [rest_ for rest_ in (name.partition(".")[2] for name in names) if rest_ in rest]
    return [[f"{g}.{s}" for g in ("position", "salience", "red_line") if f"{g}.{s}" in every] for s in stands]


def _parameters(found: Findings) -> Html:
    titles = {
        "trust": "Trust: how far the first expects the second to keep a commitment",
        "leverage": "Leverage: how far the first can move what the second does",
        "position": "Positions, saliences and red lines",
    }
    parts: list[Content] = [paragraphs(HOW_TO_READ), finder("find an actor, an issue, a word, a row", "parameters")]
    for group, title in titles.items():
        parts += [tag("h3", title), *(entry(found, names) for names in _grouped(found, group))]
    return joined(parts, "\n")


HOW_TO_READ = (
    "One line for each parameter: its density at each epoch, scaled to its own peak; beneath it a bar over the middle "
    "90 % with a tick at the median, and the ends of the axis. Diamonds: where each pass put its number. The letters "
    "are those of the maps above. Open a line for the rows behind it. A red line has no density of its own (it gives "
    "way to the drawn position), so the histogram of its draws is shown."
)


def _other(found: Findings) -> Html:
    parts: list[Content] = [_legend(("sourced", "judged", "assumed", "fixed"))]
    parts += [tag("h3", "Starting conditions"), *(entry(found, names) for names in _grouped(found, "start"))]
    parts += [tag("h3", "What leverage is made of"), paragraphs(SHARES)]
    parts += [*(entry(found, names) for names in _grouped(found, "share"))]
    parts += [tag("h3", "Which pass a draw follows"), entry(found, ["pass"])]
    return joined(parts, "\n")


SHARES = (
    "Nobody coded how much of a pair's leverage each instrument makes up: the shares of a pair are uniform over all "
    "ways to divide 1 among them."
)


def _structural(found: Findings) -> Html:
    priors_ = next(iter(found.priors.values()))
    rows = []
    for name, parameter in found.evidence.structural.items():
        prior = priors_[name]
        digits = digits_of(prior)
        span = f"{prior.low:.{digits}f} to {prior.high:.{digits}f} {parameter.unit}"
        what = joined([tag("b", name), f" ({parameter.symbol})", tag("br"), parameter.meaning])
        how = joined([badge(mark_of(prior)), f" {parameter.status}"])
        rows.append((what, joined([density(prior), span]), how, parameter.source, parameter.why))
    told = (
        "What the model needs and the articles do not give: one shared value for all actors, uniform on its range, "
        "the same at every epoch. Sourced: the range itself comes from a source. Judged: a source supports the "
        "mechanism or figures bound the range loosely. Assumed: nothing bounds it but what keeps the model sensible."
    )
    ids = list(found.evidence.structural)
    columns = ("parameter", "range", "status", "source", "what the range rests on")
    return joined([paragraphs(told), tag("div", table(columns, rows, ids=ids), class_="structural")])


# --- mechanisms, events, figures ------------------------------------------------------------------------------------


def _behind(found: Findings, rows: Sequence[CodedRow], extra: Mapping[CodedRow, str]) -> Html:
    """How many rows there are, of how many passes; opened, each paraphrase with its place."""
    passes = len({row.pass_ for row in rows})
    summary = f"{len(rows)} row{'s' * (len(rows) > 1)}, {passes} pass{'es' * (passes > 1)}"
    return details(summary, listed(_cited(found, row, extra.get(row, "")) for row in rows))


def _cited(found: Findings, row: CodedRow, remark: str) -> Html:
    badges = [garbled_badge(*which) for which in cited(found, row.article, row.paragraphs)]
    source = f"{row.paraphrase} ({row.article} {numbered(row.paragraphs)}{f'; {remark}' if remark else ''}) "
    return joined([source, tag("code", place(row)), *badges], " ")


def _mechanisms(found: Findings) -> Html:
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


def _chronology(found: Findings) -> Html:
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


def _conditions(found: Findings) -> Html:
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


def loose_rows(found: Findings) -> tuple[CodedRow, ...]:
    """Rows that count and that no parameter, mechanism or event of this page names."""
    fed = {id(row) for priors_ in found.priors.values() for prior in priors_.columns for row in prior.rows}
    coded: tuple[CodedRow, ...] = (*found.evidence.dyads, *found.evidence.positions)
    return (*(row for row in coded if id(row) not in fed), *found.harmonised.loose)


def _loose(found: Findings) -> Html:
    rows = loose_rows(found)
    if not rows:
        return paragraphs("None: every coded row that counts is named above.")
    told = "Coded, but without a parameter, a mechanism or an event that takes them up:"
    return joined([paragraphs(told), listed(_cited(found, row, _label(row)) for row in rows)])


def _label(row: CodedRow) -> str:
    if isinstance(row, MechanismRow):
        return f"{row.cause} {row.sign} {row.effect}"
    return f"{row.date} {row.event}" if isinstance(row, EventRow) else ""
