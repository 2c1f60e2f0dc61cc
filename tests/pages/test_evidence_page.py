"""The evidence page: whole in itself, complete, honest about its marks, and the same bytes every time."""

from __future__ import annotations

import html
import re
import shlex
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sim.case.folder import CHECKOUT
from sim.case.loading import load_case
from sim.command.composing import compose
from sim.command.main import main
from sim.evidence.harmonised import harmonised
from sim.evidence.rows import CodedRow
from sim.inputs import InputError
from sim.jobs.evidence import findings
from sim.pages.evidence.account import about, how_to_object
from sim.pages.evidence.entries import place
from sim.pages.evidence.findings import Findings, absent_actors, loose_rows
from sim.pages.evidence.maps import shade
from sim.pages.evidence.page import evidence_page
from sim.pages.kit.html import EMPTY, Html, picture, table, tag
from sim.pages.kit.sketches import LETTERS, axis, mark_of, quantiles, reading

pytestmark = pytest.mark.long
PASSES = ["pass_a", "pass_b", "pass_c"]
PLAYERS = load_case().players


def found_in(case: str = "afghanistan", passes: list[str] = PASSES, implied: bool = True, draws: int = 300) -> Findings:
    told = ["job=evidence", f"case={case}", "out=unused", f"evidence.passes=[{','.join(passes)}]"]
    return findings(compose([*told, f"evidence.implied={implied}", f"evidence.draws={draws}"]).settings())


@pytest.fixture(scope="module")
def found() -> Findings:
    return found_in()


@pytest.fixture(scope="module")
def text(found: Findings) -> str:
    return evidence_page(found)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A copy of the case that a test may change."""
    return Path(shutil.copytree(CHECKOUT / "afghanistan", tmp_path / "case"))


class Reader(HTMLParser):
    """Every element in order, with a check that what opens closes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


def rows_of(found: Findings) -> list[CodedRow]:
    e = found.evidence
    return [*e.dyads, *e.positions, *e.events, *e.mechanisms, *e.conditions]


def test_the_page_needs_no_network(text: str, read: Reader) -> None:
    for _, attributes in read.elements:
        assert attributes.get("src", "data:").startswith("data:")
        assert attributes.get("href", attributes.get("xlink:href", "#")).startswith("#")
    assert {"link", "iframe", "object", "base"}.isdisjoint(name for name, _ in read.elements)
    assert "@import" not in text
    assert all(inside.startswith("#") for inside in re.findall(r"url\(([^)]*)\)", text))
    assert any("default-src 'none'" in attributes.get("content", "") for _, attributes in read.elements)


def test_what_opens_closes_and_every_anchor_exists_once(read: Reader) -> None:
    assert read.open == []
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {attributes["href"][1:] for name, attributes in read.elements if name == "a" and "href" in attributes}
    assert wanted <= set(ids)


def test_every_parameter_has_an_anchor(found: Findings, read: Reader) -> None:
    ids = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
    assert len(found.names) > 350
    assert set(found.names) <= ids


def test_every_coded_row_is_told_with_its_place_and_paraphrase(found: Findings, read: Reader) -> None:
    told = "\n".join(read.words)
    places = set(re.findall(r"pass_[abc]/[a-z]+\.csv:\d+", told))
    assert {place(row) for row in rows_of(found)} == places
    assert [row.paraphrase for row in rows_of(found) if row.paraphrase not in told] == []
    assert loose_rows(found) == ()


def test_every_structural_parameter_gives_source_status_and_reason(found: Findings, read: Reader) -> None:
    told = "\n".join(read.words)
    for name, parameter in found.evidence.structural.items():
        for part in (name, parameter.meaning, parameter.source, parameter.why, parameter.status):
            assert part in told


def test_a_heat_map_cell_shows_median_interval_and_mark(found: Findings, text: str) -> None:
    for epoch in found.priors:
        for group in ("trust", "leverage"):
            start = text.index(f'id="map.{epoch}.{group}"')
            cells = re.findall(r"<td.*?</td>", text[start : text.index("</table>", start)])
            assert len(cells) == 25
            pairs = [(i, j) for i in found.case.actors for j in found.case.actors]
            for (i, j), cell in zip(pairs, cells, strict=True):
                if i == j:
                    assert cell == '<td class="none"></td>'
                    continue
                short = reading(found.priors[epoch][f"{group}.{i}.{j}"])
                assert f'href="#{group}.{i}.{j}"' in cell
                assert f">{short.median:.2f}<" in cell
                assert f">{short.low:.2f}–{short.high:.2f}<" in cell
                assert f'class="mark {short.mark}" title="{short.mark}">{LETTERS[short.mark]}<' in cell


PARLIAMENT = ("fata_merger", "disarmament", "ttp_ceasefire", "fighters_return")
SPOKEN_FOR = ("position.US.inclusive_rule", *(f"position.PRL.{issue}" for issue in PARLIAMENT))


def test_a_mark_follows_from_the_rows(found: Findings) -> None:
    for epoch, priors in found.priors.items():
        own = found.case.epochs[epoch].article
        for prior in priors.columns:
            if prior.group not in ("trust", "leverage", "position", "salience", "red_line"):
                continue
            mark = mark_of(prior)
            articles = {row.article for row in prior.rows}
            stated = [row.directness == "stated" for row in prior.rows]
            assert (mark == "assumed") == (not articles)
            assert (prior.status == "implied") == (prior.name in SPOKEN_FOR and epoch == "2022-08")
            assert (mark == "carried") == bool(articles - {own})
            if mark in ("stated", "implied") and prior.status == "coded":
                assert (mark == "stated") == (2 * sum(stated) >= len(stated))


def test_every_mark_has_a_letter_of_its_own() -> None:
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_the_same_findings_give_the_same_bytes(text: str) -> None:
    assert evidence_page(found_in()) == text


def test_the_page_tells_nothing_of_where_it_was_made(text: str) -> None:
    assert str(CHECKOUT) not in text


def test_the_page_stays_small(text: str) -> None:
    assert len(text.encode()) < 3_000_000


def test_whatever_rests_on_a_garbled_paragraph_says_so(found: Findings, text: str) -> None:
    warning = "2022-08-aljazeera ¶35 is garbled"
    for name in ("stand.PAK.fata_merger", "stand.TTP.fata_merger"):
        start = text.index(f'<details id="{name}"')
        assert warning in text[start : text.index("</summary>", start)]
    start = text.index('<details id="trust.US.PAK"')
    assert warning not in text[start : text.index("</details>", start)]


def test_the_page_says_how_the_passes_were_made_and_what_agreement_does_not_prove(read: Reader) -> None:
    told = "\n".join(read.words)
    assert "No human expert has checked them" in told
    assert "automated reading" in told
    assert "Agreement is consistency, not truth" in told
    for alpha in ("0.95", "0.84", "0.91", "0.92", "0.97", "0.81"):
        assert alpha in read.words


def test_a_reader_learns_the_columns_of_a_pass_of_ones_own(read: Reader) -> None:
    told = "".join(read.words)
    for kind in ("dyads", "positions", "events", "mechanisms", "conditions"):
        head = (CHECKOUT / "afghanistan/evidence/pass_a" / f"{kind}.csv").read_text().splitlines()[0]
        assert f"{kind}.csv: {head}" in told
    assert "python -m sim job=evidence 'evidence.passes=[pass_a,pass_b,pass_c,mine]' out=mine" in read.words


def test_the_words_that_count_a_pass_of_ones_own_name_the_case(case: Path) -> None:
    mine = Path(shutil.copytree(case, case.parent / "a case [mine]"))
    page = html.unescape(str(how_to_object(found_in(f"'{mine}'", draws=100))))
    (told,) = re.findall("python -m sim job=evidence[^<]*", page)
    shutil.copytree(mine / "evidence" / "pass_c", mine / "evidence" / "mine")
    settings = compose(shlex.split(told)[3:]).settings()
    assert (settings.case, settings.evidence.passes) == (str(mine), (*PASSES, "mine"))


def test_a_pass_of_ones_own_enters_the_page(case: Path) -> None:
    mine = Path(shutil.copytree(case / "evidence" / "pass_c", case / "evidence" / "mine"))
    for kind in ("events", "conditions", "positions", "dyads"):
        head = (mine / f"{kind}.csv").read_text().splitlines()[0]
        (mine / f"{kind}.csv").write_text(head + "\n")
    head = (mine / "mechanisms.csv").read_text().splitlines()[0]
    own = "2019-04-retreat,rain,talks,-,weak,implied,9,My own <reading>"
    (mine / "mechanisms.csv").write_text(f"{head}\n{own}\n")
    dyad = "2019-04-retreat,trust,US,TTP,1,0,2,stated,9,My own reading of trust"
    (mine / "dyads.csv").write_text((mine / "dyads.csv").read_text() + dyad + "\n")
    found = found_in(str(case), ["pass_a", "mine"])
    text = evidence_page(found)
    assert found.priors["2019-04"]["trust.US.TTP"].status == "coded"
    assert "My own reading of trust" in text
    assert [place(row) for row in loose_rows(found)] == ["mine/mechanisms.csv:2"]
    assert "My own &lt;reading&gt;" in text[text.index('<section id="loose">') :]
    assert "pass_b/dyads.csv" not in text


def test_without_implied_rows_none_is_told(found: Findings) -> None:
    stated = found_in(implied=False)
    text = evidence_page(stated)
    hidden = [row for row in found.evidence.dyads if row.directness == "implied"]
    assert len(hidden) > 100
    assert not [row for row in hidden if f">{place(row)}<" in text]


def test_a_case_without_account_mechanisms_or_chronology_has_a_page(case: Path) -> None:
    for name in ("README.md", "mechanisms.yaml", "chronology.yaml"):
        (case / "evidence" / name).unlink()
    found = found_in(str(case))
    assert about(case / "evidence") == {}
    assert len(loose_rows(found)) == len(found.evidence.mechanisms) + len(found.evidence.events)
    assert "Agreement is consistency" in evidence_page(found)


def test_an_actor_without_a_table_is_named(found: Findings) -> None:
    assert absent_actors(found, "2022-08") == ["KAB"]
    assert absent_actors(found, "2018-12") == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "mechanisms.yaml",
            "rows: {pass_a: [2],",
            "rows: {pass_a: [999],",
            "mechanisms[0].rows.pass_a: the file of pass_a has no row on line 999",
        ),
        (
            "mechanisms.yaml",
            "cause: us_pressure_on_pakistan",
            "cause: us_presure",
            "mechanisms[0].cause: 'us_presure' is not in the vocabulary; allowed: a word of the vocabulary; "
            "did you mean us_pressure_on_pakistan?",
        ),
        (
            "mechanisms.yaml",
            "rows: {pass_a: [2],",
            "rows: {pas_a: [2],",
            "mechanisms[0].rows: 'pas_a' is not a pass; allowed: pass_a, pass_b, pass_c; did you mean pass_a?",
        ),
        (
            "mechanisms.yaml",
            "reversed_rows: {pass_c: [66]}",
            "reversed_rows: {pass_c: [2]}",
            "mechanisms[4].reversed_rows: line 2 is not among the rows; allowed: lines of rows",
        ),
        (
            "chronology.yaml",
            "actors: [TAL, PAK]",
            "actors: [TALI, PAK]",
            f"chronology[1].actors[0]: 'TALI' is not a player; allowed: {', '.join(PLAYERS)}; did you mean TAL?",
        ),
        (
            "chronology.yaml",
            '"1981/2021"',
            '"2021/1981"',
            "chronology[0].date: '2021/1981' ends before it begins",
        ),
    ],
)
def test_a_broken_entry_is_told_in_one_line(case: Path, name: str, old: str, new: str, said: str) -> None:
    path = case / "evidence" / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        found_in(str(case))
    assert str(caught.value) == f"{path}: {said}"


def test_harmonised_entries_name_every_row_once(found: Findings) -> None:
    common = harmonised(found.evidence, found.case)
    claims = [row for claim in common.mechanisms for row in claim.rows]
    events = [row for event in common.chronology for row in event.rows]
    assert (len(claims), len(events)) == (412, 202)
    assert len({place(row) for row in claims}) == len(claims)
    assert all(claim.turned <= set(claim.rows) for claim in common.mechanisms)
    for claim in common.mechanisms:
        assert all((row.sign == claim.sign) == (row not in claim.turned) for row in claim.rows)


def test_quantiles_agree_with_the_exact_ones_to_a_thousandth(found: Findings) -> None:
    for prior in found.priors["2021-04"].columns[::7]:
        if prior.kind in ("choice", "line"):
            continue
        width = prior.high - prior.low
        for share, fast in zip((0.05, 0.5, 0.95), quantiles(prior, (0.05, 0.5, 0.95)), strict=True):
            assert fast == pytest.approx(prior.quantile(share), abs=0.0011 * width + 1e-9)


def test_an_axis_holds_the_whole_prior(found: Findings) -> None:
    for priors in found.priors.values():
        for prior in priors.columns:
            first, last = axis(prior)
            assert first <= prior.low <= prior.high <= last


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "<&>", Html("<b>x</b>"), title='"<') == '<p title="&quot;&lt;">&lt;&amp;&gt;<b>x</b></p>'
    assert "&lt;i&gt;" in table(("a",), [("<i>",)])


def test_a_table_refuses_a_row_of_another_width() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(("a", "b"), [("1",)])


def test_a_picture_is_inside_the_page() -> None:
    assert picture(b"\x89PNG", "a dot") == '<img src="data:image/png;base64,iVBORw==" alt="a dot">'


@pytest.mark.parametrize("group", ["trust", "leverage"])
def test_dark_text_stays_readable_on_the_darkest_cell(group: str) -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    contrast = (luminance(shade(group, 1.0)) + 0.05) / (luminance("#1a1a1a") + 0.05)
    assert contrast >= 4.5  # WCAG 2.1, level AA
    assert [luminance(shade(group, v)) for v in (0.0, 0.3, 0.6, 1.0)] == sorted(
        (luminance(shade(group, v)) for v in (0.0, 0.3, 0.6, 1.0)), reverse=True
    )


def test_a_carried_prior_tells_where_it_comes_from(found: Findings, text: str) -> None:
    prior = found.priors["2022-08"]["leverage.US.KAB"]
    assert prior.status == "carried"
    start = text.index('<details id="leverage.US.KAB"')
    assert f"at {prior.article}, carried over {prior.steps} article" in text[start : text.index("</details>", start)]


def test_every_red_line_tells_its_reason(found: Findings, read: Reader) -> None:
    told = "\n".join(read.words)
    lines = [row.red_line for row in found.evidence.positions if row.red_line]
    assert len(lines) > 10
    assert [line.why for line in lines if line.why not in told] == []


def test_the_draws_behind_red_lines_follow_the_seed(found: Findings) -> None:
    other = evidence_page(replace(found, drawn={e: p.draw(300, 2) for e, p in found.priors.items()}))
    start, end = other.index('id="red_line.TAL.'), -1
    assert other[start:end] != evidence_page(found)[start:end]


def test_the_job_writes_the_page_and_prints_a_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["job=evidence", f"out={tmp_path}/new", "evidence.draws=200"]) == 0
    out = capsys.readouterr().out
    assert (tmp_path / "new" / "evidence.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    for told in ("trust", "0.95", "No human expert has", "garbled", "evidence.html"):
        assert told in " ".join(out.split())
