"""The parameters of a case on the evidence page: each with its density at every epoch and the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim.evidence.densities import Prior
from sim.evidence.priors import WIDER
from sim.evidence.rows import CodedRow
from sim.evidence.trace import Trace, trace
from sim.pages.evidence.findings import Findings
from sim.pages.kit.html import Content, Html, details, joined, listed, paragraphs, table, tag
from sim.pages.kit.sketches import LETTERS, Mark, density, mark_of, reading
from sim.pages.kit.words import numbers_told
from sim.pages.paragraphs.table import strongest

MOST_CARRIED = 3  # findings that are told beside a row, of itself and of each of its paragraphs
STAND = ("position", "salience", "red_line")


def entry(found: Findings, names: Sequence[str]) -> Html:
    """One parameter, or the position, salience and red line of one stand, with all rows behind them."""
    anchor = names[0] if len(names) == 1 else f"stand.{names[0].partition('.')[2]}"
    return details(*told(found, names), id=anchor, class_="entry")


def told(found: Findings, names: Sequence[str]) -> tuple[Html, Html, Html]:
    """What an entry tells: the densities, where they come from, and the rows behind them."""
    courses = {name: found.course(name) for name in names}
    traces = _traces(found, courses)
    doubtful = sorted({place for one in traces for place in cited(found, one.article, one.paragraphs)})
    strips = joined(_strip(found, name, course) for name, course in courses.items())
    summary = (strips, *(garbled_badge(article, number) for article, number in doubtful))
    first = next(iter(courses[names[0]].values()))
    return joined(summary), _explained(first, courses), _rows(found, traces)


def cited(found: Findings, article: str, numbers: Iterable[int]) -> list[tuple[str, int]]:
    """The garbled paragraphs among those cited."""
    return [(article, number) for number in numbers if (article, number) in found.garbled]


def garbled_badge(article: str, number: int) -> Html:
    """The warning beside whatever rests on a garbled paragraph."""
    return tag("span", f"{article} ¶{number} is garbled: what rests on it alone says little", class_="warning")


def place(row: CodedRow | Trace) -> str:
    """Where a row stands, within the folder of the evidence.

    >>> place(CodedRow("pass_a", "/x/pass_a/dyads.csv", 7, "", (), ""))
    'pass_a/dyads.csv:7'
    """
    return f"{row.pass_}/{Path(row.file).name}:{row.line}"


def numbered(numbers: Iterable[int]) -> str:
    """Paragraphs in a citation.

    >>> numbered((3, 12))
    '¶3, 12'
    """
    told = numbers_told(numbers)
    return f"¶{told}" if told else ""


def _strip(found: Findings, name: str, course: Mapping[str, Prior]) -> Html:
    """The densities of one parameter, one beside the other; a single one where no epoch differs from another."""
    head = tag("span", tag("b", name), Html(" "), tag("span", _axis(next(iter(course.values()))), class_="soft"))
    if len(set(course.values())) == 1 and len(course) == len(found.priors):
        cells = [_cell(found, "every epoch", next(iter(found.priors)), name)]
    else:
        cells = [_cell(found, epoch, epoch, name) for epoch in found.priors]
    return tag("span", head, tag("span", *cells, class_="strip"), class_="one", id=name if _inner(name) else None)


def _inner(name: str) -> bool:
    """Whether the parameter shares its entry with others and needs an anchor of its own."""
    return name.split(".")[0] in STAND


def _axis(prior: Prior) -> str:
    return prior.meaning if prior.kind == "choice" else f"{prior.meaning} [{prior.unit}]"


def _cell(found: Findings, title: str, epoch: str, name: str) -> Html:
    if name not in found.priors[epoch].index:
        return tag("span", tag("b", title), tag("i", "none at this epoch", class_="soft"), class_="cell")
    prior = found.priors[epoch][name]
    drawing = density(prior, found.numbers(epoch, name)) if prior.kind != "choice" else Html("")
    head = tag("span", tag("b", title), " ", badge(mark_of(prior)))
    return tag("span", head, drawing, tag("span", _told(prior)), class_="cell")


def badge(mark: Mark) -> Html:
    """The letter of a mark, with its word for whoever points at it or has it read aloud."""
    return tag("span", LETTERS[mark], class_=f"mark {mark}", title=mark)


def _told(prior: Prior) -> str:
    if prior.kind == "choice":
        return f"{prior.parts} passes, each equally likely"
    if prior.high == prior.low:
        return f"{prior.low:g}"
    share = f"; in {prior.present:.0%} of draws" if prior.kind == "line" else ""
    return reading(prior).told(digits_of(prior)) + share


def digits_of(prior: Prior) -> int:
    """How many decimals show a prior's range.

    >>> digits_of(Prior("x", "structural", "", "", 0.0005, 0.003, "judged", "", "uniform", 0))
    4
    """
    width = prior.high - prior.low
    return 0 if width >= 20 else 1 if width >= 5 else 2 if width >= 0.05 else 4 if width < 0.005 else 3


def _traces(found: Findings, courses: Mapping[str, Mapping[str, Prior]]) -> tuple[Trace, ...]:
    """The reasons for the parameters at all epochs, each once, by article, pass and line."""
    order = {article.id: number for number, article in enumerate(found.evidence.articles)}
    every = dict.fromkeys(
        reason
        for name, course in courses.items()
        for epoch, prior in course.items()
        if prior.rows
        for reason in trace(found.priors[epoch], name)
    )
    once = {(reason.name, reason.file, reason.line): reason for reason in every}
    return tuple(sorted(once.values(), key=lambda one: (order[one.article], one.pass_, one.file, one.line)))


def _explained(first: Prior, courses: Mapping[str, Mapping[str, Prior]]) -> Html:
    """In words, epoch by epoch: where the numbers come from; the reasons of what no row speaks of."""
    if first.group in ("structural", "share", "pass"):
        return paragraphs(joined([f"{first.status}: {first.source}", first.why] if first.why else [first.source], ". "))
    shared: dict[tuple[str, str], list[str]] = {}
    for name, course in courses.items():
        for epoch, prior in course.items():
            shared.setdefault((epoch, _origin(prior)), []).append(name.split(".")[0])
    items = [
        f"{epoch}{_of(groups) if len(courses) > 1 else ''}: {origin}"
        for (epoch, origin), groups in sorted(shared.items(), key=lambda item: item[0][0])
    ]
    return listed(items)


def _of(groups: Iterable[str]) -> str:
    return " (" + ", ".join(groups).replace("_", " ") + ")"


def _origin(prior: Prior) -> str:
    if prior.group == "start":
        width = f"{prior.low:g} to {prior.high:g}" if prior.high > prior.low else f"{prior.low:g}"
        rests = f" ({prior.article}, {numbered(prior.paragraphs)})" if prior.paragraphs else ""
        return f"{width}, {prior.status}{rests}: {prior.why}"
    if prior.kind == "triangle":
        at = prior.components[0].mode
        return f"{prior.low:g} to {prior.high:g}, likeliest at {at:.2g}, assumed: {prior.source}; {prior.why}"
    if not prior.rows:
        return f"uniform on {prior.low:g} to {prior.high:g}, assumed: {prior.source}"
    if prior.status == "implied":
        body = f"as the body it speaks for at {prior.article}, widened by {WIDER * prior.steps:g} on each side"
        return f"{body}, implied: {prior.why}"
    back = f", carried over {prior.steps} article{'s' * (prior.steps > 1)}" if prior.steps else ""
    widen = f" and widened by {WIDER * prior.steps:g} on each side" if prior.steps else ""
    lines = [f"{part.rows[0].pass_} at {part.line.at:g}: {part.line.why}" for part in prior.components if part.line]
    if prior.kind == "line":
        return f"{prior.article}{back}: {'; '.join(lines)}"
    return f"{', '.join(row.pass_ for row in prior.rows)} at {prior.article}{back}{widen}"


def _rows(found: Findings, traces: Sequence[Trace]) -> Html:
    """The paraphrases behind the numbers, row by row; a row that several numbers rest on is told once."""
    by_row: dict[tuple[str, int], list[Trace]] = {}
    for one in traces:
        by_row.setdefault((one.file, one.line), []).append(one)
    columns: tuple[str, ...] = ("article", "pass", "coded", "as", "paraphrase", "row")
    lines = [_row(found, group) for group in by_row.values()]
    if found.carried:
        columns = (*columns, "carries")
        lines = [(*line, _carries(found, group[0])) for line, group in zip(lines, by_row.values(), strict=True)]
    return table(columns, lines) if lines else Html("")


def _carries(found: Findings, row: Trace) -> Content:
    """What the row, and each paragraph that it cites, carries of the answers, as far as it is more than luck."""
    sources = [("row", place(row), "the row")]
    sources += [("paragraph", f"{row.article}.{number}", f"¶{number}") for number in row.paragraphs]
    told = [
        f"{what}: {one.words}"
        for kind, name, what in sources
        for one in strongest(found.carries.get((kind, name), ()), kind, MOST_CARRIED)
    ]
    return listed(told) if told else "nothing more than luck"


def _row(found: Findings, group: Sequence[Trace]) -> tuple[Content, ...]:
    one = group[0]
    doubt = [garbled_badge(*which) for which in cited(found, one.article, one.paragraphs)]
    said = "; ".join(dict.fromkeys(each.says for each in group))
    where = tag("code", place(one))
    return (
        f"{one.article} {numbered(one.paragraphs)}",
        one.pass_,
        said,
        one.directness,
        joined([one.paraphrase, *doubt], " "),
        where,
    )
