"""One visitor's studio, driven without a browser: its widgets change the choice, and mistakes leave it as it was."""

from __future__ import annotations

import asyncio
import html
import io
import re
from collections.abc import Iterator

import panel as pn
import param
import pytest

from sim.case.loading import load_case
from sim.experiment.runs import Runs
from sim.inputs import InputError
from sim.studio.app import Studio
from sim.studio.bench import Bench, Limits
from sim.studio.choice import Choice, Offered
from sim.studio.panes import Frame
from sim.studio.serving import Sessions, address_of, served

START = Choice("turkey_summit")


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(Offered(load_case("afghanistan")), Limits(runs=200))


@pytest.fixture
def studio(bench: Bench) -> Studio:
    found = Studio(bench, START)
    found.look_now()
    return found


def sliders(studio: Studio) -> list[pn.widgets.IntSlider]:
    return [one for one in studio.layout.select(pn.widgets.IntSlider)]


def named(studio: Studio, name: str) -> Iterator[object]:
    return (one for one in studio.layout.select() if getattr(one, "label", "") == name)


def test_a_slider_moves_its_lever_and_the_picture(studio: Studio) -> None:
    before = studio.shown
    slider = sliders(studio)[0]
    with param.edit_constant(slider):
        slider.value_throttled = 40
    assert dict(studio.choice.levers)["summit_week"] == 40.0
    studio.look_now()
    assert studio.shown != before


def test_two_visitors_do_not_see_each_other(bench: Bench, studio: Studio) -> None:
    other = Studio(bench, START)
    other.look_now()
    seen = other.shown
    next(named(studio, "Scenario")).value = "border_strikes"  # type: ignore[attr-defined]
    studio.look_now()
    assert studio.choice == Choice("border_strikes")
    assert (other.choice, other.shown) == (START, seen)
    assert studio.shown != seen


def test_every_choice_is_told_for_the_address(bench: Bench) -> None:
    told: list[Choice] = []
    studio = Studio(bench, START, told.append)
    next(named(studio, "Scenario")).value = "do_more"  # type: ignore[attr-defined]
    assert told == [Choice("do_more")]


def test_a_pin_stays_while_the_scenario_changes(studio: Studio) -> None:
    button = next(named(studio, "Pin this to compare with"))
    button.clicks += 1  # type: ignore[attr-defined]
    next(named(studio, "Scenario")).value = "regional_consensus"  # type: ignore[attr-defined]
    assert studio.choice == Choice("regional_consensus", pinned=START)
    studio.look_now()
    assert "pinned" in studio.shown


def test_an_uncertainty_is_held_and_let_go(studio: Studio) -> None:
    next(named(studio, "Hold an uncertainty")).value = "trust.US.PAK"  # type: ignore[attr-defined]
    assert studio.choice.held == (("trust.US.PAK", 0.5),)
    free = next(one for one in studio.layout.select(pn.widgets.Button) if one.label.startswith("Let it vary again"))
    free.clicks += 1
    assert studio.choice == START


def test_a_run_that_ends_so_is_shown_and_one_that_does_not_exist_is_told(studio: Studio) -> None:
    assert studio.seen is not None
    runs = studio.seen.runs
    kinds = {kind: runs.share(kind).value > 0 for kind in ("takeover", "ceasefire", "none")}
    for kind, is_there in kinds.items():
        studio.show(studio.page_of_run(kind))
        assert bool(opened(studio)) == is_there
        assert (studio.said == "") == is_there
        studio.close()


def test_where_the_runs_part_is_told_and_a_status_quo_parts_nowhere(bench: Bench, studio: Studio) -> None:
    page = studio.page_of_partings()
    assert not isinstance(page, str)
    assert "end in another class" in page.text
    alone = Studio(bench, Choice("status_quo"))
    alone.look_now()
    alone.show(alone.page_of_partings())
    assert "nothing parts from itself" in alone.said


def test_what_is_saved_belongs_to_what_is_shown(studio: Studio) -> None:
    saved = {one.filename: one.callback() for one in studio.layout.select(pn.widgets.FileDownload)}
    assert saved["studio.csv"].read().startswith("who,outcome,value")
    assert saved["studio.svg"].read().startswith("<svg")
    assert isinstance(saved["studio.png"], io.BytesIO)
    assert saved["studio.png"].read(8) == b"\x89PNG\r\n\x1a\n"
    assert "summit_week" in saved["studio.yaml"].read()


def test_only_so_many_may_watch() -> None:
    sessions = Sessions(2)
    assert [sessions.enter() for _ in range(3)] == [True, True, False]
    sessions.leave()
    assert sessions.enter()


def test_it_listens_to_this_machine_and_its_own_pages_alone() -> None:
    found = served("127.0.0.1", 5006)
    assert found["address"] == "127.0.0.1"
    assert found["websocket_origin"] == ["localhost:5006", "127.0.0.1:5006"]
    assert address_of("127.0.0.1", 5006, "abc", START) == "http://localhost:5006/?token=abc&scenario=turkey_summit"


def test_an_impossible_choice_is_refused_before_any_run(bench: Bench) -> None:
    with pytest.raises(InputError, match="lever"):
        bench.seen(Choice("turkey_summit", (("week", 4.0),)), 0)


def test_the_runs_do_not_know_who_watches(bench: Bench, studio: Studio) -> None:
    assert studio.seen is not None
    assert isinstance(studio.seen.runs, Runs)
    assert bench.seen(START, 0).runs is studio.seen.runs


def opened(studio: Studio) -> list[str]:
    """What the frames that are shown say they are."""
    return [frame.name_told for frame in studio.layout.select(Frame)]


def test_a_part_of_the_bar_opens_a_run_of_its_own_that_ends_so(studio: Studio) -> None:
    assert studio.seen is not None
    parts = re.findall(r'role="button"[^>]*data-who="([^"]*)" data-ends="([^"]*)"', studio.shown)
    runs = {"status quo": studio.seen.baseline, "turkey summit": studio.seen.runs}
    occurring = {(who, kind) for who, of in runs.items() for kind in of.sweep.case.classes if of.share(kind).value > 0}
    assert set(parts) == occurring
    for who, kind in sorted(parts)[:2]:
        page = studio.page_of_run(kind, who)
        assert not isinstance(page, str)
        assert f"which ends in {kind}" in page.title
        assert html.escape(runs[who].sweep.scenario.question, quote=False) in page.text
    for message in ({"who": "nobody", "ends": "takeover"}, {"ends": "../x"}, {}, "x", None, [1]):
        studio.close()
        asyncio.run(studio.asked_of(message))
        assert not opened(studio)
        assert "none ends in" in studio.said


def test_what_is_held_leads_to_its_evidence(studio: Studio) -> None:
    for name, told in (("trust.US.PAK", "pass_a"), ("noise", "assumed"), ("leverage.US.PAK", "¶")):
        page = studio.page_of_number(name)
        assert told in page.text
        assert "the middle 90 %" in page.text
    next(named(studio, "Hold an uncertainty")).value = "trust.US.PAK"  # type: ignore[attr-defined]
    assert [one for one in studio.layout.select(pn.widgets.Button) if one.label.startswith("What is known of it")]
