"""A run explains itself: only what its replay bears out, in words whose numbers add up."""

from __future__ import annotations

import re
from io import StringIO
from math import isnan
from xml.etree import ElementTree

import pytest
from rich.console import Console

from sim.agents.known import news
from sim.agents.narrative import beginnings, main_pairs, tables_at_start
from sim.agents.reasons import LEAST_WEIGHT, chance_without, weighed, weights
from sim.agents.replay import Run, differences, outcomes, replay, summary
from sim.agents.sources import because, cited, source
from sim.case.columns import outcome_columns
from sim.case.loading import load_case
from sim.case.scenario import load_scenario
from sim.inputs import InputError
from sim.jobs.explain import tell
from sim.numerics.arithmetic import logistic
from sim.pages.run.page import run_page
from sim.pages.run.timeline import timeline
from sim.world.world import load_world


@pytest.fixture(scope="module")
def run() -> Run:
    return replay(load_world("turkey_summit"), 17, seed=1, runs=4)


def test_a_run_number_names_a_draw_and_a_run_within_it(run: Run) -> None:
    assert (run.model.draw_number, run.model.run_number) == (4, 1)


def test_outcomes_are_all_declared_columns(run: Run) -> None:
    assert list(run.outcomes) == [column.name for column in outcome_columns(run.model.world.case)]
    assert run.outcomes == pytest.approx(outcomes(run.model), nan_ok=True)


def test_a_replay_that_equals_its_stored_row_speaks(run: Run) -> None:
    world = run.model.world
    stored = {name: None if isnan(value) else value for name, value in run.outcomes.items()}
    assert replay(world, 17, seed=1, runs=4, expected=stored).settlement == run.settlement
    assert replay(world, 17, seed=1, runs=4, expected=run.outcomes).settlement == run.settlement


def test_any_single_difference_from_the_stored_row_silences_it(run: Run) -> None:
    for name, value in run.outcomes.items():
        stored = dict(run.outcomes) | {name: 0.0 if isnan(value) else value + 1.0}
        assert differences(stored, run.outcomes) == [name]
        assert differences({key: kept for key, kept in run.outcomes.items() if key != name}, run.outcomes) == [name]
    stored = dict(run.outcomes) | {"presence": 0.5, "refugees": -1.0}
    with pytest.raises(InputError, match=r"run 17: the stored row has presence = 0\.5, the replay gives .*1 more col"):
        replay(run.model.world, 17, seed=1, runs=4, expected=stored)


def test_the_words_of_every_decision_add_up_to_its_probability(run: Run) -> None:
    noise, told = float(run.model.draw.noise), 0
    for entry in run.model.journal.entries:
        found = weights(entry)
        if found:
            told += 1
            total = sum(weight.value for weight in found)
            assert logistic(total / noise) == pytest.approx(entry.probability, abs=1e-9)
            assert abs(found[0].value) == max(abs(weight.value) for weight in found)
            without = chance_without(entry, found[0].term.name, noise)
            assert logistic((total - found[0].value) / noise) == pytest.approx(without, abs=1e-9)
    assert told > 100


def test_what_weighed_begins_with_a_capital(run: Run) -> None:
    """Also where nothing weighed, and only what there was not is told: between two villages that have no deal."""
    found = replay(load_world("locked", load_case("textbook")), 0, seed=1, runs=1).model
    told = [text for one in found.journal.entries if (text := weighed(found, one))]
    assert [text for text in told if text.startswith("There was no deal")]
    assert not [text for text in told if not text[0].isupper()]


def test_a_takeover_is_told_in_one_way_wherever_it_is_told() -> None:
    """By who took over from whom: an agreement collapses, an incumbent does not."""
    run = replay(load_world("turkey_summit"), 0, seed=1, runs=4)
    turn = next(one for one in run.model.journal.find(decision="regime") if one.outcome == "fell")
    told = "he Afghan Taliban took over"
    assert f"In week {turn.week} t{told};" in summary(run)
    assert news(run.model, "PAK", [turn]) == (f"week {turn.week}: t{told} from the Kabul government.",)
    lines = [line.text for period in run.story for line in period.lines if "took over" in line.text]
    assert [line.split(":")[0] for line in lines] == [f"T{told} from the Kabul government"]


def test_no_deal_in_sight_is_told_in_just_the_decisions_in_which_there_is_none(run: Run) -> None:
    met, number = {False: 0, True: 0}, 0
    while min(met.values()) == 0:  # one run after the other, until both have been met
        model = replay(run.model.world, number, seed=1, runs=1).model
        for entry in model.journal.find(decision="attend"):
            text, none = weighed(model, entry), entry.terms["surplus"] == 0.0
            assert ("no deal in sight" in text) == none
            assert ("the best deal still open" in text) == (abs(entry.terms["surplus"]) >= LEAST_WEIGHT)
            met[none] += 1
        number += 1
        assert number < 20, met


def test_why_says_who_what_the_odds_and_what_weighed(run: Run) -> None:
    entry = next(e for e in run.model.journal.entries if e.decision == "attend" and e.outcome == "stayed_away")
    text = run.why(entry.who, table=entry.place, week=entry.week)
    name = run.model.world.case.name_of(entry.who)
    assert text.startswith(f"Week {entry.week}.")
    assert f"{name[:1].upper()}{name[1:]} stayed away from" in text
    assert f"its stance since week {entry.terms['since']:.0f} is {entry.random_number:.2f}" in text
    assert weighed(run.model, entry) in text
    assert "Where it started, and why:" in text


def test_why_says_when_there_was_nothing_to_decide(run: Run) -> None:
    assert "nothing to come to" in run.why("TAL", table="intra_afghan", week=1)
    assert "has no seat" in run.why("TTP", table="doha", week=1)
    held = {entry.week for entry in run.model.journal.find(decision="attend", place="intra_afghan")}
    between = next(week for week in range(min(held) + 1, 104) if week not in held)
    assert "was not asked" in run.why("CHN", table="intra_afghan", week=min(held))
    assert "no round was held" in run.why("TAL", table="intra_afghan", week=between)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"who": "TALIBAN"}, "'TALIBAN' is not a player or a seat; allowed: US, PAK"),
        ({"who": "TAL", "table": "intra_afgan"}, "did you mean intra_afghan?"),
        ({"who": "TAL", "week": 0}, "0 has not been played; allowed: 1 to 104"),
        ({"who": "TAL", "week": 105}, "105 has not been played"),
    ],
)
def test_a_question_that_cannot_be_answered_gives_one_line(run: Run, question: dict[str, object], answer: str) -> None:
    with pytest.raises(InputError) as caught:
        run.why(**question)  # type: ignore[arg-type]  # wrong on purpose
    assert answer in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_story_tells_every_week_once_and_every_turning_point(run: Run) -> None:
    periods = run.story
    weeks = [week for period in periods for week in range(period.first, period.last + 1)]
    assert weeks == list(range(1, 105))
    assert len(periods) < 60
    text = " ".join(line.text for period in periods for line in period.lines)
    assert "announced that its presence ends in 21 weeks" in text
    assert "the parties were called together" in text
    assert all(period.lines for period in periods)
    assert str(periods[0]).splitlines() == ["Week 1", *(f"  - {line.text}" for line in periods[0].lines)]


def test_the_beginning_has_evidence_behind_every_number(run: Run) -> None:
    found = beginnings(run.model)
    assert {f"trust.{who}.{whom}" for who, whom in main_pairs(run.model)} <= {one.name for one in found}
    for one in found:
        assert one.value == run.model.drawn[one.name]
        assert one.article or one.status == "assumed"
        assert because(one) in cited(one)
    coded = [one for one in found if one.pass_]
    assert coded
    assert all("paragraph" in one.where and one.paraphrase for one in coded)
    assert source(run.model, "trust.US.NOBODY") is None
    assert "agreement was in force at the US-Taliban talks" in tables_at_start(run.model)


def test_the_told_run_reads_from_question_to_end(run: Run) -> None:
    console = Console(record=True, width=100, file=StringIO())
    tell(run, console)
    text = " ".join(console.export_text().split())
    assert run.model.world.scenario.question in text
    assert "How it began" in text
    assert "Week 1" in text
    assert summary(run).split(".")[0] in text


def test_the_page_stands_alone_and_its_drawing_is_well_formed(run: Run) -> None:
    text = run_page(run)
    assert all(f'id="{part}"' in text for part in ("timeline", "beginning", "story", "decisions", "again"))
    assert "src=" not in text.replace('src="data:', "")
    assert "job=explain scenario=turkey_summit run=17 size.runs=4 seed=1 epoch=2021-04 horizon=104" in text
    drawing = ElementTree.fromstring(timeline(run.model))
    titles = [node.text or "" for node in drawing.iter() if node.tag.endswith("title")]
    offers = [entry for entry in run.model.journal.find(decision="offer")]
    assert sum("session" in title or "no deal" in title for title in titles) >= len(offers)
    assert run_page(run) == text


def test_every_paragraph_leads_to_the_evidence_where_its_page_is_beside(run: Run) -> None:
    alone, text = run_page(run), run_page(run, {"evidence.html"})
    links = re.findall(r'<a href="evidence\.html#article\.([\w-]+)">([\w-]+)</a>, paragraphs? \d', text)
    assert all(place == told for place, told in links)
    assert {place for place, _ in links} <= {article.id for article in run.model.world.evidence.articles}
    assert len(links) == len(re.findall(r"[\w-]+, paragraphs? \d", alone)) > 10
    assert "evidence.html" not in alone


# --- what lasts of the one who decides


def words_of(decision: str) -> tuple[str, str, str]:
    """What is done, what it is called, and until when it lasts."""
    until = {
        "vote": "until the leaders who sign change",
        "comply": "until its leaders change or another deal is signed",
    }
    names = {"attend": ("come", "stance"), "ratify": ("ratify", "mind"), "vote": ("approve", "mind")}
    does, private = names.get(decision, ("deliver", "sincerity"))
    return does, private, until.get(decision, "until its leaders change")


def test_stance_mind_and_sincerity_are_told_in_words_and_as_drawn_once(run: Run) -> None:
    model, met = run.model, set()
    for entry in model.journal.entries:
        text = weighed(model, entry)
        if entry.decision not in ("attend", "ratify", "vote", "comply") or not text or entry.outcome == "withheld":
            assert "was drawn once" not in text
            continue
        does, private, until = words_of(entry.decision)
        yes = entry.random_number < entry.probability
        how = f"would {does} while" if yes else f"would not {does} while"
        bound = f"{'above' if yes else 'no higher than'} {100 * entry.random_number:.0f}%"
        assert f"{how} the chance of" in text
        assert f"{bound}: its {private} was drawn once, in week {entry.terms['since']:.0f}, and lasts {until}." in text
        met.add((entry.decision, yes))
    assert {("attend", True), ("attend", False), ("comply", True)} <= met
    refusal = next(model.journal.find(decision="attend", outcome="stayed_away"))
    name = model.world.case.name_of(refusal.who).removeprefix("the ")
    text = run.why(refusal.who, table=refusal.place, week=refusal.week)
    assert f"The model's {name} would not come while the chance of coming was no higher than" in text


def test_who_stays_away_by_its_stance_is_not_said_to_have_bad_luck() -> None:
    told = {off: "" for off in ((), ("private",))}
    for off in told:
        world = load_world(load_scenario(load_case(), "turkey_summit").change(off=off, horizon=52), load_case())
        for number in range(8):
            periods = replay(world, number, seed=1, runs=1).story
            told[off] += " ".join(line.because for period in periods for line in period.lines)
    assert "its stance, which lasts as long as its leaders, was against it" in told[()]
    assert ": luck" not in told[()]
    assert ": luck" in told["private",]
    assert "stance" not in told["private",]
    assert "was drawn once" not in told["private",]
