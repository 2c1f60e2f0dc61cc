"""One visitor's studio, driven without a browser: its widgets change the choice, and mistakes leave it as it was."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import logging
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, current_thread
from unittest.mock import Mock

import panel as pn
import param
import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClosedError

from sim.case.answer import Answer
from sim.case.loading import load_case
from sim.command.main import main
from sim.experiment.runs import Runs, influences_on
from sim.inputs import InputError
from sim.studio.app import Page, Studio
from sim.studio.bench import Bench, Limits
from sim.studio.choice import Choice, Offered
from sim.studio.panes import Frame
from sim.studio.serving import REFUSED, Sessions, address_of, evidence_of, is_told, pages_of, served
from sim.studio.uncertain import Strong, strongest

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


def test_a_typical_pair_is_told_side_by_side_from_the_pin_or_else_from_status_quo(bench: Bench) -> None:
    def asked(choice: Choice) -> Page | str:
        studio = Studio(bench, choice)
        studio.look_now()
        return studio.page_of_pair()

    found = asked(Choice("turkey_summit"))
    assert isinstance(found, Page)
    named = re.fullmatch(r"run (\d+) of (.+) and of (.+)", found.title)
    assert named is not None
    assert named.groups()[1:] == ("status_quo", "turkey_summit")
    assert f"run={named[1]}" in found.text
    pinned = asked(Choice("turkey_summit", pinned=Choice("regional_consensus")))
    assert isinstance(pinned, Page)
    assert "of regional_consensus and of turkey_summit" in pinned.title
    assert "nothing parts from itself" in str(asked(Choice("status_quo")))
    same = Choice("turkey_summit", (("summit_week", 12.0),))
    assert "nothing parts from itself" in str(asked(replace(same, pinned=same)))


def test_where_the_runs_part_from_what_is_pinned(bench: Bench) -> None:
    """With a command where the pin is a scenario by its name alone; a sentence where there are no pairs."""

    def asked(choice: Choice) -> Page | str:
        studio = Studio(bench, choice)
        studio.look_now()
        return studio.page_of_partings_from_pin()

    named = asked(Choice("turkey_summit", pinned=Choice("regional_consensus")))
    assert isinstance(named, Page)
    assert named.title == "where regional_consensus and turkey_summit part"
    assert "against=regional_consensus" in named.text
    held = Choice("turkey_summit", held=(("trust.PAK.TAL", 0.1),), pinned=Choice("regional_consensus"))
    assert "Any other pair" not in getattr(asked(held), "text", "Any other pair")  # one command holds it in both
    moved = asked(Choice("turkey_summit", pinned=Choice("turkey_summit", (("summit_week", 12.0),))))
    assert isinstance(moved, Page)
    assert "summit_week 12" in moved.title
    assert "Any other pair" not in moved.text
    same = Choice("turkey_summit", (("summit_week", 12.0),))
    assert asked(replace(same, pinned=same)) == "This is what is pinned: nothing parts from itself."
    assert "no twins" in str(asked(Choice("turkey_summit", pinned=Choice("border_strikes"))))
    assert asked(Choice("turkey_summit")) == "Nothing is pinned."


def test_the_way_to_the_partings_from_the_pinned_is_there_while_something_is_pinned(bench: Bench) -> None:
    studio = Studio(bench, Choice("turkey_summit"))
    pin, parted = (
        next(one for one in studio.layout.select(pn.widgets.Button) if words in one.label)
        for words in ("Pin this", "from the pinned")
    )
    assert not parted.visible
    pin.clicks += 1
    assert parted.visible
    pin.clicks += 1
    assert not parted.visible


def test_what_is_saved_belongs_to_what_is_shown(studio: Studio) -> None:
    saved = {one.filename: asyncio.run(one.callback()) for one in studio.layout.select(pn.widgets.FileDownload)}
    assert saved["studio.csv"].read().startswith("who,outcome,value")
    assert saved["studio.svg"].read().startswith("<svg")
    assert isinstance(saved["studio.png"], io.BytesIO)
    assert saved["studio.png"].read(8) == b"\x89PNG\r\n\x1a\n"
    assert "summit_week" in saved["studio.yaml"].read()


def test_what_is_saved_is_made_beside_the_loop(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a click as a browser sends it: whoever waits for a picture does not keep others from theirs."""
    where: list[str] = []
    monkeypatch.setattr("sim.studio.app.numbers_csv", lambda seen: where.append(current_thread().name) or "who")

    async def clicked() -> None:
        one = next(one for one in studio.layout.select(pn.widgets.FileDownload) if one.filename == "studio.csv")
        one._clicks += 1
        while one.data is None:
            await asyncio.sleep(0.01)

    asyncio.run(clicked())
    assert len(where) == 1
    assert where[0] != current_thread().name


def test_a_theory_is_chosen_and_status_quo_is_played_by_it_too(studio: Studio) -> None:
    before = studio.shown
    rules = next(named(studio, "By whose rules"))
    rules.value = "nash"  # type: ignore[attr-defined]
    assert studio.choice == replace(START, theory="nash")
    studio.look_now()
    assert studio.seen is not None
    for runs in (studio.seen.runs, studio.seen.baseline):
        assert runs.sweep.scenario.theory.theory == "nash"
    assert studio.shown != before
    assert "By the rules of Nash bargaining" in studio.shown
    saved = {one.filename: asyncio.run(one.callback()) for one in studio.layout.select(pn.widgets.FileDownload)}
    assert "theory=nash" in saved["studio.yaml"].readlines()[2]
    next(named(studio, "Scenario")).value = "do_more"  # type: ignore[attr-defined]
    assert studio.choice == Choice("do_more", theory="nash")


def test_the_saved_scenario_says_the_command_that_gives_its_numbers(
    bench: Bench, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command in the file is run as it stands there: shares of both scenarios are those of the studio."""
    changed = replace(START, levers=(("summit_week", 12.0),), held=(("trust.US.PAK", 0.25),), off=("learning",))
    studio._change(replace(changed, theory="readiness"))
    studio.look_now()
    saved = next(one for one in studio.layout.select(pn.widgets.FileDownload) if one.filename == "studio.yaml")
    text = asyncio.run(saved.callback()).read()
    (tmp_path / "studio.yaml").write_text(text, encoding="utf-8")
    told = next(line for line in text.splitlines() if "jirga" in line).split("jirga ")[1]
    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(told), "size.band_runs=0", "size.paths=0"]) == 0
    summary = (tmp_path / "results" / "summary.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(summary))
    assert studio.seen is not None
    for kind in bench.case.classes:
        gap = studio.seen.comparison.difference(kind)
        found = [float(row[key]) for key in (kind, f"{kind}.difference", f"{kind}.difference.low")]
        assert found == pytest.approx([studio.seen.runs.share(kind).value, gap.value, gap.low], rel=1e-5)


def ranked(studio: Studio) -> dict[str, str]:
    found = next(one for one in studio.layout.select() if getattr(one, "label", "") == "Hold an uncertainty")
    return dict(found.groups.get("strongest here", {}))


def test_what_matters_most_is_ranked_by_the_scenario_s_own_question(bench: Bench) -> None:
    studio = Studio(bench, Choice("border_strikes"))
    asyncio.run(studio.look())
    assert studio.seen is not None
    runs = studio.seen.runs
    asked = [one.outcome for one in runs.sweep.scenario.answered_by]
    found = [one for what in asked for one in influences_on(runs, runs.values(what)) if one.name != "pass"]
    first = max(found, key=lambda one: abs(one.value))
    assert next(iter(ranked(studio).values())) == first.name
    assert all(any(f"with {one.label}" in told for one in runs.sweep.scenario.answered_by) for told in ranked(studio))


def test_where_the_question_s_outcomes_do_not_vary_something_that_does_is_taken(bench: Bench) -> None:
    runs = Bench(bench.offered, Limits(runs=1_000)).seen(START, 1).runs
    still = replace(runs.sweep.scenario, answered_by=(Answer(outcome="war.afghan_war.control >= 2", label="nothing"),))
    found = strongest(Runs(replace(runs.sweep, scenario=still), runs._made))
    assert found
    assert all(one.outcome in runs.sweep.case.classes for one in found)


def test_another_scenario_offers_what_is_uncertain_there(bench: Bench) -> None:
    """At another epoch other things are uncertain: those of the last one are not offered any more."""
    studio = Studio(bench, Choice("border_strikes"))
    asyncio.run(studio.look())
    for name in bench.offered.names:
        studio._strong = (Strong("start.cell.ttp_ceasefire", 0.5, "anything"),)
        next(named(studio, "Scenario")).value = name  # type: ignore[attr-defined]
        hold = next(one for one in studio.layout.select() if getattr(one, "label", "") == "Hold an uncertainty")
        known = bench.grid.priors[bench.offered.scenario(name).epoch].names
        assert {one for group in hold.groups.values() for one in group.values()} - {""} <= set(known)


def test_while_one_waits_for_a_ranking_another_s_change_is_taken(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ranks all runs waits here for the other visitor's change, which a blocked loop would never come to."""
    changed, begun = Event(), Event()

    def slow(runs: Runs) -> tuple[Strong, ...]:
        begun.set()
        assert changed.wait(20), "the other visitor's change has waited for the ranking"
        return ()

    one, other = Studio(bench, START), Studio(bench, START)
    other.look_now()
    monkeypatch.setattr("sim.studio.app.strongest", slow)

    async def both() -> None:
        look = asyncio.create_task(one.look())
        while not begun.is_set():
            await asyncio.sleep(0.01)
        next(named(other, "Hold an uncertainty")).value = "trust.US.PAK"  # type: ignore[attr-defined]
        changed.set()
        await look

    asyncio.run(both())
    assert other.choice.held == (("trust.US.PAK", 0.5),)


def test_the_link_to_a_game_follows_the_scenario(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.studio.serving._arguments", lambda: [("token", "abc"), ("scenario", "turkey_summit")])
    monkeypatch.setattr(pn.state, "onload", lambda callback: None)
    page = pages_of(bench, START, "abc")["/"]()
    link = next(one for one in page.select(pn.pane.HTML) if "Play an actor" in str(one.object))
    assert "scenario=turkey_summit" in link.object
    chosen = next(one for one in page.select(pn.widgets.Select) if one.label == "Scenario")
    chosen.value = "do_more"
    assert "scenario=do_more" in link.object


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


def test_the_command_line_begins_it_by_a_theory(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The address is told once it listens, and before it serves until it is stopped."""
    told: list[str] = []
    server = Mock()
    server.start.side_effect = lambda: told.append(capsys.readouterr().out)

    def serve(pages: object, **how: object) -> Mock:
        told.append(capsys.readouterr().out)
        return server

    monkeypatch.setattr(pn, "serve", serve)
    monkeypatch.setattr("sim.studio.serving._free", lambda host, port: None)
    assert main(["studio", "scenario=do_more", "theory=nash", "studio.runs=200", f"out={tmp_path}"]) == 0
    before, between = told
    assert "http" not in before
    assert "&scenario=do_more&theory=nash" in between
    server.io_loop.start.assert_called_once()


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


def test_paragraphs_lead_to_the_evidence_where_it_is_served(bench: Bench, studio: Studio) -> None:
    served = Studio(bench, START, evidence="evidence.html?token=abc")
    served.look_now()
    assert 'target="_blank"' in served.shown
    for one, count in ((studio, 0), (served, 1)):
        run, pair = one.page_of_run("takeover"), one.page_of_pair()
        assert isinstance(run, Page)
        assert isinstance(pair, Page)
        for text in (one.shown, run.text, pair.text):
            assert ('href="evidence.html?token=abc#article.' in text) == bool(count)


def test_the_evidence_page_is_for_those_with_the_token(bench: Bench) -> None:
    async def asked() -> list[tuple[int, str]]:
        server = HTTPServer(Application([evidence_of(bench, "abc")]))
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        at = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/evidence.html"
        found = [
            await AsyncHTTPClient().fetch(at + query, raise_error=False)
            for query in ("?token=abc", "?token=ab", "", "?token=%C3%A9")
        ]
        server.stop()
        return [(one.code, one.body.decode()) for one in found]

    (code, page), *refused = asyncio.run(asked())
    assert (code, page) == (200, bench.evidence_page)
    assert all(f'id="article.{one.id}"' in page for one in bench.grid.evidence.articles)
    assert {code for code, _ in refused} == {403}
    assert {body for _, body in refused} == {f"<p>{REFUSED}</p>"}


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


def test_whoever_leaves_in_the_middle_gives_no_traceback_and_other_mistakes_are_told() -> None:
    def recorded(error: Exception | None) -> logging.LogRecord:
        gone = None if error is None else (type(error), error, None)
        return logging.LogRecord("asyncio", logging.ERROR, "", 0, "Task exception was never retrieved", (), gone)

    assert not is_told(recorded(WebSocketClosedError()))
    assert is_told(recorded(ValueError("a mistake")))
    assert is_told(recorded(None))
