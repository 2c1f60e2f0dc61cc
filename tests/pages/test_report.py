"""The report: whole, without network, the same bytes for the same results, and honest about what it shows."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.stats import rankdata

from sim.analysis.chance import chance_share
from sim.analysis.influence import Influence, by_luck, fisher, influences, ranks
from sim.analysis.paired import Difference
from sim.analysis.shares import Interval, Spread, ratio, share_ends
from sim.analysis.timing import median, survival
from sim.case.case import seated
from sim.case.loading import load_case
from sim.case.scenario import BASELINE, load_scenario
from sim.engine.computing import compute, made
from sim.engine.sweep import Sweep
from sim.experiment.answers import AS_EXPECTED, answered
from sim.experiment.chain import chain
from sim.experiment.moved import looked_at
from sim.experiment.results import Result, Results
from sim.experiment.runs import Runs
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.networks import colour, network
from sim.pages.paragraphs.table import Carried
from sim.pages.report.answers import effect_told, rows_of
from sim.pages.report.cards import card_pages
from sim.pages.report.figures import composition
from sim.pages.report.findings import FOLDER, Findings
from sim.pages.report.grid import grid_page
from sim.pages.report.measures import class_shares, examples, groups, headline, kinds, measures
from sim.pages.report.moves import place_of
from sim.pages.report.page import FILE, PICTURE, _decisive, outcomes_picture, report, write
from sim.pages.report.sections import _cell, bar_of, drawn_of
from sim.pages.report.settlements import settlements
from sim.pages.report.telling import NEVER, NO_INTERVAL
from sim.pages.run.page import FILE as RUN_PAGE

DRAWS, RUNS = 24, 3
SCENARIOS = (BASELINE, "turkey_summit", "merger_reversal")


def runs_of(name: str, epoch: str | None = None, runs: int = RUNS) -> Runs:
    scenario = load_scenario(load_case("afghanistan"), name)
    sweep = Sweep(scenario.change(epoch=epoch or scenario.epoch), DRAWS, runs, 1)
    return Runs(sweep, made(list(compute(sweep, range(sweep.shards), progress=False))))


def results_of(runs: int = RUNS) -> Results:
    cells = []
    for name in SCENARIOS:
        found = runs_of(name, runs=runs)
        epoch = found.sweep.scenario.epoch
        cells.append(Result(name, {}, found, None if name == BASELINE else runs_of(BASELINE, epoch, runs)))
    case = load_case("afghanistan")
    return Results(case, tuple(cells), DRAWS, runs, 1, "tiny", Path("results"), "python -m sim size=tiny")


def run_page(runs: Runs, number: int) -> str:
    """The file of a run's page."""
    return RUN_PAGE.format(scenario=runs.sweep.scenario.scenario, run=number, seed=runs.sweep.seed)


@pytest.fixture(scope="module")
def results() -> Results:
    return results_of()


@pytest.fixture(scope="module")
def page(results: Results) -> str:
    return report(Findings(results))


# --- the measures ----------------------------------------------------------------------------------------------------


def test_a_measure_tells_the_mean_of_its_values_in_its_unit(results: Results) -> None:
    """12 % is never told as 0.12 %: number, interval, values and unit have one scale."""
    told = set()
    for cell in results:
        for measure in (*measures(results), *kinds(results.case)):
            values = measure.values(cell.runs)
            known, found = values[~np.isnan(values)], measure.estimate(cell.runs)
            assert ("%" in measure.unit, measure.sign) == (
                measure.scale == 100.0,
                "%" if "%" in measure.unit else measure.unit,
            )
            assert measure.points == ("percentage points" if measure.scale == 100.0 else measure.unit)
            if found is None:
                assert len(known) == 0
                continue
            middle = np.median(known) if measure.told == "median" else known.mean()
            assert found.value == pytest.approx(middle)
            if np.isnan(found.low):  # a number that no draw changes has no interval
                assert not measure.varies(cell.runs)
                continue
            assert found.low <= found.value <= found.high
            if measure.scale == 100.0:
                assert 0.0 <= found.low <= found.high <= 100.0
                told.add(round(found.value, 6))
    assert any(1.0 < value < 99.0 for value in told)


def test_a_difference_is_in_the_unit_of_its_levels(results: Results) -> None:
    told = 0
    for cell in results:
        for measure in (*measures(results), *kinds(results.case)):
            gap = measure.difference(cell)
            if gap is None or not gap.stands or measure.compares_otherwise:
                continue
            values = measure.values(cell.runs)
            assert gap.second == pytest.approx(values[~np.isnan(values)].mean())
            assert gap.value == pytest.approx(gap.second - gap.first)
            told += measure.scale == 100.0 and abs(gap.value) > 1.0
    assert told


def test_the_baseline_of_a_group_is_the_run_of_status_quo_from_its_epoch(results: Results) -> None:
    for group in groups(results.case, results.cells):
        scenario = group.baseline.sweep.scenario
        assert (scenario.scenario, scenario.epoch) == (BASELINE, group.epoch)
        assert all(cell.scenario.scenario != BASELINE for cell in group.cells)


# --- the page --------------------------------------------------------------------------------------------------------


def test_same_results_give_the_same_bytes(results: Results, page: str) -> None:
    assert report(Findings(results)) == page


def test_the_page_fetches_nothing(page: str) -> None:
    assert "default-src 'none'" in html.unescape(page)
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.startswith(("#", "data:", f"{FOLDER}/"))
    assert not re.search(r"url\((?!#)", page)


def test_the_pass_is_one_bar_of_every_figure_of_influence() -> None:
    ranked = tuple(Influence(name, 0.5, 0.1, 0.9, 24, 0.5) for name in (*"abcdefghijklmno", "pass", "z"))
    assert [one.name for one in drawn_of(ranked)] == [*"abcdefghijkl", "pass"]
    assert [one.name for one in drawn_of(ranked[-2:])] == ["pass", "z"]


def test_every_anchor_that_is_linked_exists_and_every_drawing_can_be_heard(page: str) -> None:
    anchors = set(re.findall(r'\bid="([^"]*)"', page))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= anchors
    for drawing in re.findall(r"<svg[^>]*>", page):
        assert "aria-label=" in drawing


def test_the_page_tells_what_was_run_what_it_asks_and_what_it_cannot_say(results: Results, page: str) -> None:
    own = dict(card_pages(Findings(results)))
    for cell in results:
        told = page if cell.paired is not None else own[f"{FOLDER}/{BASELINE}.2021-04.104.html"]
        assert cell.scenario.question in told
        assert f">{cell.label}</a></code>" in page
    assert f"{DRAWS} draws" in page
    assert "seed 1" in page
    assert "What the model cannot say" in page
    assert results.command in page
    assert "job=explain" in page


def test_no_number_on_the_page_is_undefined(page: str) -> None:
    assert not re.search(r"\b(nan|inf|None)\b", re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL))


def test_the_files_are_written_and_the_picture_stands_alone(results: Results, tmp_path: Path) -> None:
    size = write(results, tmp_path)
    assert (tmp_path / FILE).stat().st_size == size
    assert size < 1_500_000
    assert (tmp_path / PICTURE).read_text(encoding="utf-8") == outcomes_picture(results)
    assert ElementTree.parse(tmp_path / PICTURE).getroot().tag.endswith("svg")


def test_every_link_leads_to_a_place_that_is_there_and_back(results: Results, tmp_path: Path) -> None:
    """From the report to the page of each scenario and back, and to the other jobs' pages where these are there."""
    others = (
        "evidence.html",
        "patterns.html",
        "levers.html",
        "trust.html",
        "theories.html",
        f"paragraphs_{BASELINE}.html",
        run_page(results[BASELINE].runs, next(iter(examples(results[BASELINE].runs).values()))),
    )
    for name in others:
        (tmp_path / name).write_text(str(GENERATOR), encoding="utf-8")
    write(results, tmp_path)
    pages = sorted((tmp_path / FOLDER).iterdir())
    assert len(pages) == len(SCENARIOS) + 1  # with the baseline of the other epoch
    linked = set()
    for path in (tmp_path / FILE, *pages):
        for address in re.findall(r'<a href="([^"#][^"]*)"', path.read_text(encoding="utf-8")):
            place, _, anchor = html.unescape(address).partition("#")
            to = (path.parent / unquote(place)).resolve()
            linked.add(to.name)
            assert to.is_file(), address
            if to.name == FILE:
                assert f'id="{anchor}"' in to.read_text(encoding="utf-8")
    assert linked == {*others, FILE, *(path.name for path in pages)}


def test_the_paragraphs_that_carry_most_stand_in_the_report_with_what_they_are_of(results: Results) -> None:
    where = ("left out", "takeover", "level", Interval(0.2, 0.1, 0.3), 100.0, (9, 2, 1))
    told = [
        Carried(scenario, "paragraph", f"A{n}.{n}", *where, "2021-04, 104 weeks; WEIGHTED")
        for n, scenario in ((1, BASELINE), (2, "elsewhere"))
    ]
    page = report(Findings(results), None, told)
    assert "A1 ¶1" in page
    assert "A2 ¶2" not in page  # of a scenario that this report does not speak of
    assert "9 draws of 2 runs, seed 1; 2021-04, 104 weeks; WEIGHTED" in page
    assert "+20.0 (+10.0 to +30.0) points" in page


def test_without_other_pages_nothing_leads_to_them(page: str) -> None:
    assert set(re.findall(r'<a href="([^"#]*)/', page)) == {FOLDER}


def test_a_scenario_has_a_page_with_rising_curves_in_words_and_without_code(results: Results) -> None:
    told = dict(card_pages(Findings(results)))[f"{FOLDER}/turkey_summit.html"]
    words = set(re.findall(r"<text[^>]*>([^<]*)</text>", told))
    assert {"agreement signed", "agreement collapsed", "the intra-Afghan talks"} <= words
    drawn = told.split('id="courses"')[1].split("</section>")[0]
    assert not any(name in drawn for name in results.case.tables)
    assert "patterns.html" not in told
    assert "Patterns that look at it" in told


def test_one_run_a_draw_is_said_not_to_tell_chance_from_ignorance() -> None:
    assert "the two cannot be told apart" in report(Findings(results_of(runs=1)))


def test_a_sweep_has_lines_over_its_numeric_keys(results: Results) -> None:
    cells = []
    for week in (4.0, 12.0):
        cell = results["turkey_summit"]
        label = f"turkey_summit levers.summit_week={week:g}"
        cells.append(replace(cell, label=label, swept={"levers.summit_week": week}))
    told = report(Findings(replace(results, cells=tuple(cells))))
    assert "Over the swept values" in told
    assert "levers.summit_week=12" in told
    tried = grid_page(Findings(replace(results, cells=tuple(cells))))
    assert re.findall(r'data-values="([^"]*)"', tried) == ["4|12"]
    assert re.findall(r'data-at="([^"]*)"', tried) == ["0", "1"]
    assert tried.count('class="bar"') == 2 * len(cells)
    assert "takeover" in tried


# --- what is gathered ------------------------------------------------------------------------------------------------


def test_shares_of_the_settlement_classes_add_up_to_one_within_their_intervals(results: Results) -> None:
    for cell in results:
        shares = class_shares(cell.runs)
        assert sum(one.value for one in shares) == pytest.approx(1.0)
        assert all(one.low <= one.value <= one.high for one in shares)


def test_whiskers_of_the_composition_end_within_the_bar_where_parts_meet(results: Results) -> None:
    bars = [bar_of(cell.label, cell.runs) for cell in results]
    for row, bar in enumerate(bars):
        assert bar is not None
        meeting = np.cumsum([one.value for one in bar.shares])
        assert [one.value for one in bar.upto] == pytest.approx(meeting.tolist())
        assert bar.upto[0] == bar.shares[0]
        axes = composition([bar], settlements(results.case)).axes[0]
        drawn = [line.get_xdata() for line in axes.lines]
        assert drawn, row
        for low, high in drawn:
            assert 0.0 <= low <= high <= 1.0
            assert any(low <= place <= high for place in meeting)


def test_every_cell_stands_in_one_group_with_a_baseline_of_its_epoch(results: Results) -> None:
    found = groups(results.case, results.cells)
    labels = [label for group in found for label, _ in group.everything]
    assert sorted(set(labels)) == sorted(SCENARIOS)
    for group in found:
        assert BASELINE in group.baselines
        assert {runs.sweep.scenario.epoch for _, runs in group.everything} == {group.epoch}


def test_examples_end_in_the_class_that_they_are_told_for(results: Results) -> None:
    for cell in results:
        settlement = cell.runs.column("settlement").ravel()
        for name, number in examples(cell.runs).items():
            assert results.case.classes[settlement[number]] == name


def test_every_share_leads_to_a_run_that_ends_so(results: Results, page: str) -> None:
    cards = dict(card_pages(Findings(results)))
    led = re.findall(rf'<a href="({FOLDER}/[^"#]*)#(run\.[^"]*)">([\d.]+)</a>', page)
    assert {unquote(file) for file, _, _ in led} == set(cards)
    for file, place, _ in led:
        assert f'id="{place}"' in cards[unquote(file)]
        assert f'href="#{place}"' in cards[unquote(file)]  # and so does the key of its own bar


def test_every_part_of_a_bar_leads_to_a_run_that_ends_so_and_says_where(results: Results, page: str) -> None:
    cards = dict(card_pages(Findings(results)))
    led = re.findall(rf'<a href="({FOLDER}/[^"#]*)#run\.([^"]*)" aria-label="([^"]*)">', page)
    drawn = [
        (label, kind, share)
        for group in Findings(results).groups
        for label, runs in group.everything
        for kind, share in zip(results.case.classes, class_shares(runs), strict=True)
        if share.value > 0.0
    ]
    told = [f"{name}: {kind}, {100 * share.value:.0f} % of the runs; one that ends so" for name, kind, share in drawn]
    assert [html.unescape(words) for _, _, words in led] == told
    assert [kind for _, kind, _ in led] == [kind for _, kind, _ in drawn]
    assert all(f'id="run.{kind}"' in cards[unquote(file)] for file, kind, _ in led)
    own = re.findall(r'<a href="#run\.([^"]*)" aria-label="[^"]*">', cards[f"{FOLDER}/turkey_summit.html"])
    assert own == [kind for name, kind, _ in drawn if name == "turkey_summit"]
    assert 'xlink:href="pages' not in page


def test_settlement_is_comprehensive_or_interim(results: Results) -> None:
    runs = results[BASELINE].runs
    both = runs.values("comprehensive") + runs.values("interim")
    assert np.array_equal(measures(results)[0].values(runs), 100.0 * both)


def test_the_report_tells_a_settlement_and_what_the_case_names_first_in_the_words_of_the_printed_table(
    results: Results,
) -> None:
    told = measures(results)
    assert told[1:] == headline(results)
    assert [one.label for one in headline(results)] == [line.label for line in results.headline]
    assert [one.outcome for one in kinds(results.case)] == list(results.case.classes)
    attendance = next(one for one in told if one.outcome == "attendance.intra_afghan.TAL")
    assert (attendance.told, attendance.scale, attendance.sign) == ("mean", 100.0, "%")  # a share, told in per cent


def test_a_cell_is_blank_only_where_it_cannot_happen(results: Results) -> None:
    """None of so many is a number with an end; a week that never comes says so; a turned regime does not turn again."""
    takeover = next(one for one in kinds(results.case) if one.label == "takeover")
    week = next(one for one in headline(results) if one.outcome == "takeover_week")
    runs = results["turkey_summit"].runs

    class Never(Runs):
        def _values(self, what: str) -> np.ndarray:
            found = super()._values(what)
            return np.full_like(found, np.nan) if what == "takeover_week" else np.zeros_like(found)

    never = Never(runs.sweep, runs._held)
    assert takeover.can_happen(never)
    ends = share_ends(ratio(np.zeros((DRAWS, RUNS))))
    assert str(_cell(takeover, never, None)) == f"0 % <small>(0 to {100.0 * ends[1]:.1f})</small>"
    assert str(_cell(week, never, None)) == NEVER
    turned = runs_of(BASELINE, "2022-08")
    assert not takeover.can_happen(turned)
    assert not week.can_happen(turned)
    assert _cell(takeover, turned, None) == _cell(week, turned, None) == ""
    settled_too = next(one for one in kinds(results.case) if one.label == "ceasefire")
    assert settled_too.can_happen(turned)


def test_trust_that_one_draw_alone_gives_has_no_interval(results: Results) -> None:
    cell = results["turkey_summit"]
    held = cell.runs.values

    class OneDraw(Runs):
        def values(self, what: str) -> np.ndarray:
            found = held(what)
            if what.startswith("trust."):
                found[1:] = np.nan
            return found

    runs = OneDraw(cell.runs.sweep, cell.runs._held)
    told = "".join(page for _, page in card_pages(Findings(replace(results, cells=(replace(cell, runs=runs),)))))
    assert NO_INTERVAL in told
    assert "+nan" not in told


def test_the_lead_names_nothing_that_luck_brings_and_nothing_that_moves_no_run(results: Results) -> None:
    asked: list[str] = []

    def answer(runs: Runs, name: str) -> bool:
        asked.append(name)
        return False

    told = report(Findings(results), answer)
    assert "most hangs on" not in told
    assert "No uncertainty stands out of luck and moves runs for " in told
    out = {one.name for _, _, ranked in Findings(results).strongest for one in ranked if one.stands_out}
    assert set(asked) <= out


def test_what_the_lead_names_is_the_strongest_that_moves_a_run(results: Results) -> None:
    found = Findings(results)
    group, measure, _ = found.strongest[0]
    ranked = tuple(Influence(name, value, 0.1, 0.9, 24, 0.5) for name, value in (("a", 0.9), ("b", -0.8), ("c", 0.4)))
    found.__dict__["strongest"] = ((group, measure, ranked),)
    (told,) = _decisive(found, lambda runs, name: name != "a")
    assert "<code>b</code> (−0.80)" in str(told)
    (told,) = _decisive(found, lambda runs, name: name == "c")  # in the band: not asked
    assert "No uncertainty stands out of luck and moves runs for " in str(told)


def test_an_actor_without_a_table_is_not_seated() -> None:
    case = load_case("afghanistan")
    assert set(seated(case, "2021-04")) == set(case.actors)
    assert "KAB" not in seated(case, "2022-08")


# --- the numbers behind the figures ----------------------------------------------------------------------------------


def test_a_rank_correlation_sees_order_alone() -> None:
    x = np.random.default_rng(1).normal(size=200)
    (one,) = influences(["x"], x[:, None], np.exp(3.0 * x))
    assert one.value == pytest.approx(1.0)
    (other,) = influences(["x"], x[:, None], -(x**3))
    assert other.value == pytest.approx(-1.0)


def test_ranks_are_those_of_scipy() -> None:
    values = np.random.default_rng(2).integers(0, 9, 100).astype(float)
    assert np.array_equal(ranks(values), rankdata(values))


def test_a_column_that_is_constant_or_seldom_drawn_has_no_influence() -> None:
    random = np.random.default_rng(3)
    drawn = np.stack([np.ones(100), np.where(np.arange(100) < 10, 1.0, np.nan), random.normal(size=100)], axis=1)
    assert [one.name for one in influences(["constant", "seldom", "drawn"], drawn, random.normal(size=100))] == [
        "drawn"
    ]
    assert influences(["drawn"], drawn[:, 2:], np.ones(100)) == ()


def test_fishers_interval_covers_independence_as_often_as_it_says() -> None:
    random = np.random.default_rng(4)
    covered = 0
    for _ in range(400):
        (one,) = influences(["x"], random.normal(size=(60, 1)), random.normal(size=60))
        covered += one.low <= 0.0 <= one.high
    assert 0.92 <= covered / 400 <= 0.98
    low, high = fisher(0.3, 50)
    assert -1.0 < low < 0.3 < high < 1.0


def test_the_band_of_luck_is_passed_by_chance_in_one_table_of_twenty() -> None:
    random = np.random.default_rng(5)
    names = [f"x{n}" for n in range(50)]
    most = [abs(influences(names, random.normal(size=(100, 50)), random.normal(size=100))[0].value) for _ in range(200)]
    assert 0.005 <= np.mean(np.array(most) > by_luck(50, 100)) <= 0.12


def test_survival_falls_from_one_to_the_share_that_never_sees_it() -> None:
    weeks = np.array([[0, 5, np.inf], [3, np.inf, np.inf]])
    curve = survival(weeks, 10)
    assert np.all(np.diff(curve.value) <= 0.0)
    assert curve.value[0] == pytest.approx(5 / 6)
    assert curve.value[-1] == pytest.approx(0.5)
    assert np.all((curve.low <= curve.value) & (curve.value <= curve.high))


def test_the_median_is_that_of_all_values_and_lies_in_its_interval() -> None:
    values = np.random.default_rng(6).normal(size=(80, 5))
    values[::7, 0] = np.nan
    found = median(values)
    assert found is not None
    assert found.value == np.nanmedian(values)
    assert found.low < found.value < found.high
    assert median(np.full((3, 2), np.nan)) is None


def test_all_chance_and_no_chance_are_told_apart() -> None:
    random = np.random.default_rng(7)
    between = random.normal(size=(300, 1))
    within = random.normal(size=(300, 8))
    half = chance_share(between + within)
    assert half is not None
    assert half.low < 0.5 < half.high
    assert half.high - half.low < 0.2
    alone = chance_share(np.repeat(between, 8, axis=1))
    assert alone is not None
    assert alone.value == pytest.approx(0.0, abs=1e-12)
    assert chance_share(between) is None


# --- networks --------------------------------------------------------------------------------------------------------


def test_the_colour_of_a_change_deepens_with_it_and_tells_its_direction() -> None:
    assert colour(0.1) != colour(-0.1)
    assert colour(0.3) == colour(0.9)
    blue = [int(colour(change)[1:3], 16) for change in (0.0, 0.1, 0.2, 0.25)]
    assert blue == sorted(blue, reverse=True)


def test_an_actor_without_arrows_is_faint_and_an_assumed_trust_is_broken() -> None:
    trust = {("A", "B"): 0.5, ("B", "A"): 0.25}
    drawn = network(["A", "B", "C"], trust, None, "a network", {("A", "B")})
    assert drawn.count("stroke-dasharray") == 1
    assert drawn.count('fill="#999"') == 1
    assert ">.50<" in drawn
    assert ">.25<" in drawn


# --- the answers -----------------------------------------------------------------------------------------------------


def test_the_first_screen_has_every_question_and_its_answers(results: Results, page: str) -> None:
    first = html.unescape(page.split("<h2>What stands out</h2>")[0])
    assert "What the scenarios are asked" in first
    assert "A draw is one set of values" not in first  # what was run stands below
    for cell in results:
        if cell.paired is None:
            continue
        assert cell.scenario.question in first
        for answer, found in zip(cell.scenario.answered_by, answered(cell.paired, cell.runs), strict=True):
            (row,) = (row for row in rows_of(cell) if row.answer == answer)
            assert row.verdict == found.verdict
            assert answer.label in first
            assert found.verdict in first
            for article, numbers in answer.paragraphs.items():
                assert f"{article} §{', '.join(map(str, numbers))}" in first


def test_a_yes_or_no_is_told_in_per_cent_and_its_effect_in_points(results: Results) -> None:
    cell = results["merger_reversal"]
    row = rows_of(cell)[0]
    assert row.found is not None
    assert row.found.gap is not None
    assert row.gap is not None
    assert (row.measure.told, row.measure.scale) == ("share", 100.0)
    assert (row.gap.value, row.gap.low) == (100.0 * row.found.gap.value, 100.0 * row.found.gap.low)
    assert [one.measure.scale for one in rows_of(cell)][-1] == 1.0  # attacks are counted


@pytest.mark.parametrize("value", [3e-5, 4e-4, 0.012, 0.4, 12.0])
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_a_clear_effect_is_never_told_as_zero(value: float, scale: float) -> None:
    gap = Difference(value, value / 2.0, 1.5 * value, 0.0, value, 50, 1.0, 50, Spread(0.0, 0.0), 1.0)
    told, ends = effect_told(gap, scale)
    assert told.startswith("+")
    assert ends.count("+") == 2


def test_what_else_moves_leaves_the_answers_out_and_counts_the_rest(results: Results, page: str) -> None:
    told = page.split('id="moved"')[1].split('id="chains"')[0]
    for cell in results:
        if cell.paired is None:
            continue
        looked = looked_at(cell.paired, cell.runs)
        answers = {answer.outcome for answer in cell.scenario.answered_by}
        other = [one for one in looked.discoveries if one.outcome not in answers]
        assert f"other outcomes that move: {len(other)}" in told
        still = len(looked.columns) - len(looked.discoveries)
        assert f"{still} of {len(looked.columns)} outcomes do not move" in told
        assert all(one.outcome in told for one in other[:1])
        assert not any(f"<code>{outcome}</code>" in told for outcome in answers & {one.outcome for one in other})


def chains_of(page: str) -> str:
    return html.unescape(page.split('id="chains"')[1].split("</section>")[0])


def test_an_expected_effect_that_does_not_come_is_followed_to_where_it_is_lost(results: Results, page: str) -> None:
    for cell in results:
        for row in rows_of(cell):
            if cell.paired is not None and row.answer.expected is not None:
                named = f"{row.answer.label} {row.answer.expected} — {row.verdict}"
                assert (named in chains_of(page)) == (row.verdict != AS_EXPECTED)


def test_a_scenario_that_changes_nothing_loses_its_effect_at_the_lever(results: Results) -> None:
    cell = results["turkey_summit"]
    told = chains_of(report(Findings(replace(results, cells=(replace(cell, paired=cell.runs),)))))
    words = chain(looked_at(cell.runs, cell.runs), cell.scenario, cell.scenario.answered_by[0].outcome).words
    assert words.startswith("It dies at “lever”")
    assert words in told
    assert told.count("●") == 1  # in the key alone


def test_every_outcome_has_a_place_in_words(results: Results) -> None:
    columns = results[BASELINE].runs.columns
    places = {name: place_of(results.case, column) for name, column in columns.items()}
    assert places["table.doha.agreed"] == places["attendance.doha.PAK"] == "the US-Taliban talks"
    assert places["war.ttp_insurgency.attacks"] == "the TTP insurgency"
    assert (places["trust.PAK.TAL"], places["cell.border"], places["refugees"]) == ("Pakistan", "issues", "the whole")
