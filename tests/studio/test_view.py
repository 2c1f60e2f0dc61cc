"""What the studio shows is what the runs say, of the same luck, and escapes what it is given."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from threading import Event, Thread
from time import sleep
from xml.etree import ElementTree

import numpy as np
import pytest

from sim.analysis.shares import Interval
from sim.case.loading import load_case
from sim.experiment.answers import answered
from sim.experiment.comparison import compare
from sim.pages.report.figures import Composed
from sim.pages.report.settlements import settlements
from sim.studio.bench import Bench, Limits, Seen, Turns
from sim.studio.choice import Choice, Offered
from sim.studio.numbers import numbers_csv
from sim.studio.pictures import Gap, Line, bars, courses, gaps
from sim.studio.view import STYLE, band_of, comparisons, picture_of_ends, saved, so_far, those, trust_of, view
from sim.surface import sweep

CHOICE = Choice("turkey_summit", (("summit_week", 12.0),), pinned=Choice("regional_consensus"))


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(Offered(load_case("afghanistan")), Limits(runs=200))


@pytest.fixture(scope="module")
def seen(bench: Bench) -> Seen:
    return bench.seen(CHOICE, 0)


def test_the_runs_are_those_of_the_library(bench: Bench, seen: Seen) -> None:
    scenario = bench.case.scenario("turkey_summit", summit_week=12)
    found = sweep(scenario, 50, 4, progress=False)
    assert seen.runs.share("takeover") == found.share("takeover")
    baseline = sweep(
        bench.case.scenario("status_quo", epoch=scenario.epoch, horizon=scenario.horizon), 50, 4, progress=False
    )
    assert seen.comparison.difference("intra_afghan") == compare(baseline, found).difference("intra_afghan")


def test_a_limit_ends_the_stages_and_what_was_computed_is_remembered(bench: Bench, seen: Seen) -> None:
    assert bench.stages == (200,)
    assert seen.is_last
    assert bench.seen(CHOICE, 0).runs is seen.runs
    assert Bench(bench.offered, Limits(runs=1_000)).stages == (200, 1_000)


def test_several_who_ask_at_once_get_the_same_numbers(bench: Bench) -> None:
    found: list[float] = []
    asked = [Choice("turkey_summit", (("summit_week", week),)) for week in (5.0, 6.0, 5.0, 6.0)]
    threads = [
        Thread(target=lambda one=one: found.append(bench.seen(one, 0).runs.share("none").value)) for one in asked
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = [Bench(bench.offered, Limits(runs=200)).seen(one, 0).runs.share("none").value for one in asked]
    assert sorted(found) == sorted(alone)


def test_a_first_picture_goes_before_another_s_later_ones() -> None:
    """One turn at a time, held until three wait for it: the one of the first stage comes next, whoever came before."""
    turns, got, threads = Turns(1), [], []

    def wait_for(stage: int) -> None:
        with turns.turn(stage):
            got.append(stage)

    with turns.turn(2):
        for number, stage in enumerate((2, 1, 0), start=1):
            threads.append(Thread(target=wait_for, args=(stage,)))
            threads[-1].start()
            while len(turns._waiting) < number:
                sleep(0.001)
    for thread in threads:
        thread.join()
    assert got == [0, 1, 2]


def test_who_waits_for_a_turn_keeps_no_thread_from_others(bench: Bench) -> None:
    """As many as may watch can wait for their turns, and what is done beside the loop is done meanwhile."""
    done = Event()

    def waits() -> bool:
        return done.wait(20)

    async def all_of_them() -> None:
        waiting = [asyncio.create_task(bench.beside(waits)) for _ in range(bench.limits.sessions)]
        await asyncio.sleep(0)
        await asyncio.to_thread(done.set)
        assert all(await asyncio.gather(*waiting))

    asyncio.run(all_of_them())


def test_the_pictures_say_what_the_runs_say(seen: Seen) -> None:
    text = picture_of_ends(seen)
    titles = [one.text or "" for one in ElementTree.fromstring(text).iter() if one.tag.endswith("title")]
    for name, runs, _ in those(seen):
        for kind in settlements():
            assert f"{name}: {kind} {100 * runs.share(kind).value:.1f} % of the runs" in titles


def test_all_that_is_shown_is_well_formed_and_labelled(seen: Seen) -> None:
    root = ElementTree.fromstring(view(seen).replace('aria-live="polite"', ""))
    drawings = [one for one in root.iter() if one.tag.endswith("svg")]
    assert len(drawings) > 5
    for one in drawings:  # a picture with parts to choose is a group: of an image nobody could reach them
        chosen = [part for part in one.iter() if part.get("tabindex") == "0" and part.get("aria-label")]
        assert one.get("role") == ("group" if chosen else "img")
        assert one.get("aria-label")
    assert 'data-runs="200"' in view(seen)
    assert "regional" not in "".join(one.get("aria-label") or "" for one in drawings)


def test_a_saved_page_has_every_picture_and_nothing_that_needs_the_studio(seen: Seen) -> None:
    text = saved(seen, "jirga scenario=studio.yaml")
    drawn, shown = (re.findall(r"<svg[^>]*aria-label=\"([^\"]*)", one) for one in (text, view(seen)))
    assert drawn == shown
    assert "data-ends=" not in text.replace(STYLE, "")
    assert "A dot leads to" not in text
    assert '<pre tabindex="0">jirga scenario=studio.yaml</pre>' in text


def test_what_comes_first_is_the_same_without_what_is_folded(seen: Seen) -> None:
    whole, first = view(seen), view(seen, whole=False)
    assert "<details" in whole
    assert "<details" not in first
    (picture,) = {
        re.findall(r'<svg[^>]*role="group"[^>]*how the runs end.*?</svg>', text)[0] for text in (whole, first)
    }
    titles = [re.findall(r"<title>.*?</title>", text) for text in (picture, picture_of_ends(seen))]
    assert titles[0] == titles[1]


def test_where_promises_bind_trust_is_whole_from_the_start(bench: Bench) -> None:
    """As the model plays it by such a theory, whatever was drawn."""
    runs = bench.seen(Choice("turkey_summit", theory="nash"), 0).runs
    before, after = trust_of(runs)
    assert before
    assert set(before.values()) == {1.0}
    assert all(after[pair] == pytest.approx(runs.mean(f"trust.{'.'.join(pair)}").value, abs=1e-6) for pair in after)


def test_status_quo_alone_has_nothing_to_be_compared_with(bench: Bench) -> None:
    seen = bench.seen(Choice("status_quo"), 0)
    assert [one.name for one in those(seen)] == ["status quo"]
    assert comparisons(seen) == ()
    assert "pick another scenario" in view(seen)


def test_the_question_is_answered_against_what_is_pinned_too(seen: Seen) -> None:
    """Its level and the paired difference from it, beside those of status quo; the verdict is of status quo alone."""
    assert seen.pinned is not None
    root = ElementTree.fromstring(view(seen).replace('aria-live="polite"', ""))
    rows = [[cell.text or "" for cell in row] for row in root.iter("tr")]
    head = ["outcome", "status quo", "turkey summit", "less status quo (95 %)", "what it says"]
    assert rows[0] == [*head, "pinned", "less pinned (95 %)"]
    against = answered(seen.pinned, seen.runs)
    for row, one in zip(rows[1:], against, strict=True):
        assert one.gap is not None
        assert row[5].removesuffix(" %") == f"{100 * seen.pinned.mean(one.answer.outcome).value:.0f}"
        assert row[6].startswith(f"{100 * one.gap.value:+.1f} points (")


def test_trust_is_drawn_of_each_and_a_start_once(bench: Bench, seen: Seen) -> None:
    def told(one: Seen, *, whole: bool = True) -> list[str]:
        return re.findall(r"<figcaption>(.*?)</figcaption>", view(one, whole=whole))

    ends = ["status quo: end", "turkey summit: end", "pinned: end"]
    assert told(seen) == ["start", *ends]
    assert told(seen, whole=False) == ["start", "turkey summit: end"]
    moved = Choice("turkey_summit", held=(("trust.PAK.TAL", 0.1),), pinned=Choice("turkey_summit"))
    assert told(bench.seen(moved, 0)) == ["start", *ends[:2], "pinned: start", ends[2]]  # status quo is held, too


def test_what_is_pinned_at_another_time_is_drawn_and_not_compared(bench: Bench) -> None:
    seen = bench.seen(Choice("turkey_summit", pinned=Choice("border_strikes")), 0)
    assert [name for name, _, _ in comparisons(seen)] == ["less status quo"]
    assert [one.name for one in those(seen)][-1] == "pinned"
    assert ">pinned</th>" in view(seen)
    assert "less pinned" not in view(seen)


def test_the_numbers_are_saved_as_they_are(seen: Seen) -> None:
    rows = list(csv.DictReader(io.StringIO(numbers_csv(seen))))
    found = {(row["who"], row["outcome"]): row for row in rows}
    for name, runs, _ in those(seen):
        for kind in settlements():
            share = runs.share(kind)
            row = found[name, kind]
            assert [float(row[key]) for key in ("value", "low", "high")] == pytest.approx(
                [share.value, share.low, share.high], rel=1e-5
            )
            assert (row["runs"], row["seed"]) == ("200", "1")


def test_the_numbers_behind_every_picture_are_saved(seen: Seen) -> None:
    rows = list(csv.DictReader(io.StringIO(numbers_csv(seen))))
    found = {(row["who"], row["outcome"], row["week"], row["what"].split(",")[0]): row for row in rows}
    assert len(found) == len(rows)

    def number(*key: str, part: str = "value") -> float:
        return float(found[key][part])

    for place, (name, runs, _) in enumerate(those(seen)):
        collapsed = runs.share("table.intra_afghan.collapsed").value
        assert number(name, "intra_afghan collapsed", "", "share of the runs") == pytest.approx(collapsed, abs=1e-6)
        course = so_far(seen, "table.intra_afghan.collapsed_week")[place]
        last = number(name, "intra_afghan collapsed", "100", "share of the runs so far")
        assert last == pytest.approx(float(course.values[100]), abs=1e-6)
        band = band_of(those(seen)[place], "war.afghan_war.control")
        assert band.high is not None
        key = (name, "war.afghan_war.control", "52", "median and middle half of the runs")
        assert number(*key) == pytest.approx(float(band.values[52]), rel=1e-5)
        assert number(*key, part="high") == pytest.approx(float(band.high[52]), rel=1e-5)
    horizon = str(seen.runs.sweep.scenario.horizon)
    for name, runs, _ in those(seen):
        for week, trust in zip(("0", horizon), trust_of(runs), strict=True):
            assert number(name, "trust.PAK.TAL", week, "mean") == pytest.approx(trust["PAK", "TAL"], rel=1e-5)
        for answer in seen.runs.sweep.scenario.answered_by:
            mean = runs.mean(answer.outcome).value
            assert number(name, answer.outcome, "", "mean") == pytest.approx(mean, rel=1e-4)
    assert seen.pinned is not None
    for name, other in (("status quo", seen.baseline), ("pinned", seen.pinned)):
        for one in answered(other, seen.runs):
            assert one.gap is not None
            gap = number(f"turkey_summit less {name}", one.answer.outcome, "", "paired difference")
            assert gap == pytest.approx(one.gap.value, rel=1e-4)


def bar_of_shares(name: str, *shares: float) -> Composed:
    return Composed(
        name,
        tuple(Interval(one, 0.0, 1.0) for one in shares),
        tuple(Interval(one, 0.0, 1.0) for one in np.cumsum(shares)),
    )


def test_names_are_data_in_every_picture() -> None:
    bad = '<script>"&'
    for text in (
        bars([bar_of_shares(bad, 1.0, 0, 0, 0, 0, 0)], settlements(), bad, opens=True),
        courses(bad, "%", [Line(bad, np.array([0.0, np.nan, 1.0]), 0)], bad),
        gaps([Gap(bad, 1.0, -1.0, 2.0, 1), Gap(bad, np.nan, np.nan, np.nan, 1)], bad),
    ):
        assert "<script" not in text
        assert ElementTree.fromstring(text).get("aria-label") == bad


def test_a_bar_is_as_wide_as_its_shares() -> None:
    text = bars([bar_of_shares("a", 0.5, 0.25, 0.25, 0.0, 0.0, 0.0)], settlements(), "ends")
    wide = [float(one) for one in re.findall(r'width="([\d.]+)" height="26"', text)]
    assert wide[:3] == pytest.approx([230.0, 115.0, 115.0])
