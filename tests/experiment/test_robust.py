"""Levers judged end to end on planted outcomes: what is best is found, told with what is open, and drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from sim.analysis import robust as arithmetic
from sim.case.happening import Lever
from sim.case.scenario import Scenario
from sim.engine.sweep import Sweep
from sim.experiment import robust
from sim.experiment.levers import values
from sim.experiment.robust import checked_goals, chosen_levers, measured, settings_of
from sim.inputs.errors import InputError
from sim.pages.robust.page import robust_page
from sim.pages.robust.table import csv_text, front_text
from sim.pages.robust.words import sentences, setting_told
from tests.worlds import afghanistan

DRAWS, RUNS = 80, 6
BOTH = ("takeover", "table.intra_afghan.agreed")


def lever(value: float, low: float, high: float, unit: str = "share") -> Lever:
    return Lever(value=value, low=low, high=high, unit=unit, meaning="a lever")


def summit() -> Scenario:
    return afghanistan().scenario("turkey_summit")


def planted(
    monkeypatch: pytest.MonkeyPatch, chance_of: Callable[[Scenario], Sequence[float]], **given: object
) -> robust.Found:
    """What is found where the runs have outcomes with the chances that a function of the scenario gives."""
    monkeypatch.setattr(arithmetic, "RESAMPLES", 200)

    def played(sweep: Sweep, outcomes: tuple[str, ...], told: object) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
        chances = np.array(chance_of(sweep.scenario))[: len(outcomes)]
        luck = np.random.default_rng(7).random((len(outcomes), sweep.draws, sweep.runs))
        return {"values": (luck < chances[:, None, None]).astype(np.float64)}

    monkeypatch.setattr(robust, "_played", played)
    asked: dict[str, object] = {"outcomes": BOTH, "better": ("less", "more"), "tried": 9, "progress": False, **given}
    return measured(summit(), asked.pop("outcomes"), asked.pop("better"), DRAWS, RUNS, 1, **asked)  # type: ignore[arg-type]


def both_better_late(scenario: Scenario) -> tuple[float, float]:
    """The later the exit the better both, whenever the summit is."""
    late = scenario.levers["weeks_to_go"].value / 104.0
    return 0.8 - 0.5 * late, 0.2 + 0.5 * late


def test_what_is_planted_is_best_by_every_criterion_and_beats_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, both_better_late)
    late = {n for n, one in enumerate(found.settings) if one["weeks_to_go"] == 104.0}
    assert len(late) == 3
    for one in found.outcomes:
        for choice in one.choices.values():
            assert choice.best in late
            assert set(choice.open) >= late  # the summit's week does nothing
        assert set(one.choices["expected"].open) == late
        assert one.choices["expected"].gain.low > 0.0
        assert one.standings[choice.best].gap is not None
        assert one.standings[choice.best].worst.seen.value < one.standings[0].worst.valued.value
    takeover = found.outcomes[0]
    assert takeover.goal.is_own
    assert takeover.standings[choice.best].enough.corrected.value > takeover.standings[0].enough.corrected.value
    front = found.fronts[0]
    assert {n for n, is_on in enumerate(front.on_front) if is_on} == late
    assert {n for n, is_beaten in enumerate(front.beaten) if not is_beaten} == late
    told = next(iter(sentences(found, takeover)))
    assert "less is better" in told
    assert "Cannot be told from it: settings" in told
    assert "It lies at the end of the range of" in told
    assert "weeks_to_go: what lies beyond was not tried" in told
    assert setting_told(found, 0) == "0 (summit_week=4, weeks_to_go=21; as it stands)"


def test_page_and_tables_say_it_again_and_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, both_better_late, actor="US", enough=(0.5, 0.5))
    page = robust_page(found, "by some file")
    assert page == robust_page(found, "by some file")
    assert page.count("<svg") == 5  # two outcomes of two figures, and one front
    for words in (
        "What could have been done",
        "the model&#x27;s US&#x27;s levers",
        "WEIGHTED: by some file",
        "at most 50 %",
    ):
        assert words in page or words.replace("&#x27;", "'") in page
    table = found.table()
    assert list(table)[:4] == ["setting", "as_it_stands", "weeks_to_go", "outcome"]
    assert len(table) == 2 * len(found.settings)
    assert csv_text(found).splitlines()[0].split(",") == list(table)
    assert list(table.query("as_it_stands").weeks_to_go.unique()) == [21.0]
    front = found.front()
    assert front_text(found).splitlines()[0].split(",") == list(front)
    assert front.on_front.sum() == 1
    assert list(table.query("expected == 'best'").weeks_to_go) == [104.0, 104.0]


def test_where_nothing_differs_all_is_open_and_as_it_stands_is_no_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, lambda scenario: (0.4, 0.6))
    everything = tuple(range(len(found.settings)))
    for one in found.outcomes:
        assert {choice.open for choice in one.choices.values()} == {everything}
        assert {choice.best for choice in one.choices.values()} == {0}
        assert np.isnan(one.choices["expected"].gain.low)
        assert "No setting has a better mean" in sentences(found, one)[0]
    assert not any(found.fronts[0].beaten)
    assert all(found.fronts[0].on_front)


def test_two_outcomes_at_odds_make_a_front_of_all_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_odds(scenario: Scenario) -> tuple[float, float]:
        late = scenario.levers["weeks_to_go"].value / 104.0
        return 0.2 + 0.5 * late, 0.2 + 0.5 * late  # the later the more of both, of which one is wanted less

    found = planted(monkeypatch, at_odds, choose=("weeks_to_go",))
    assert all(found.fronts[0].on_front)
    assert not any(found.fronts[0].beaten)


def test_weights_of_draws_count(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = np.linspace(0.0, 2.0, DRAWS)
    found = planted(monkeypatch, both_better_late, weights=weights, outcomes=BOTH[:1], better=("less",))
    luck = np.random.default_rng(7).random((1, DRAWS, RUNS))[0]
    share = (luck < both_better_late(summit())[0]).mean(axis=1)
    level = found.outcomes[0].standings[0].level
    assert level.value == pytest.approx(np.average(share, weights=weights))
    assert found.outcomes[0].goal.enough == pytest.approx(level.value)
    assert found.fronts == ()


# --- what is tried ---


def test_the_finest_grid_that_fits_has_both_ends_and_where_it_stands() -> None:
    two = {"a": lever(0.3, 0.0, 1.0), "b": lever(21, 4, 104, "weeks")}
    found, is_grid = settings_of(two, 16)
    assert is_grid
    assert found[0] == {"a": 0.3, "b": 21.0}
    assert len(found) == 16
    assert {one["b"] for one in found} == set(values(two["b"], 3))
    one, is_grid = settings_of({"a": two["a"]}, 16)
    assert is_grid
    assert [each["a"] for each in one] == [0.3, 0.0, 0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("levers", [3, 5, 12])
def test_what_no_grid_holds_is_a_sample_with_where_it_stands_and_no_setting_twice(levers: int) -> None:
    several = {f"l{n}": lever(0.5, 0.0, 1.0) for n in range(levers)}
    found, is_grid = settings_of(several, 12)
    assert not is_grid
    assert len({tuple(one.values()) for one in found}) == len(found) == 12
    assert set(found[0].values()) == {0.5}
    for name in several:
        assert {0.0, 1.0} <= {one[name] for one in found}


def test_too_many_levers_are_refused() -> None:
    many = replace(summit(), levers={f"l{n}": lever(0.5, 0.0, 1.0) for n in range(15)})
    with pytest.raises(InputError, match="choose: 15 levers are too many to try together; allowed: 14 of them"):
        chosen_levers(many, None, ())


def test_levers_are_named_an_actors_or_all() -> None:
    assert chosen_levers(summit(), None, ()) == ("summit_week", "weeks_to_go")
    assert chosen_levers(summit(), "US", ()) == ("weeks_to_go",)
    assert chosen_levers(summit(), None, ("weeks_to_go", "summit_week")) == ("summit_week", "weeks_to_go")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"better": ()}, r"better: is missing; allowed: more or less for each of \[takeover, table"),
        ({"better": ("less",)}, "better: has 1 words for 2 outcomes"),
        ({"better": ("less", "mor")}, "'mor' is not more or less; allowed: more, less; did you mean more?"),
        ({"enough": (0.5,)}, "enough: has 1 numbers for 2 outcomes"),
        ({"outcomes": ("takeovr", "takeover")}, "'takeovr' is not an outcome; .*did you mean takeover?"),
        ({"outcomes": ("takeover", "takeover")}, "takeover is named twice"),
        ({"outcomes": ("takeover", "settlement")}, "settlement is a code, which has no mean"),
        ({"choose": ("summit_wek",)}, "choose: 'summit_wek' is not a lever of turkey_summit; .*mean summit_week?"),
        ({"choose": ("summit_week",), "actor": "US"}, "choose: goes without actor"),
        ({"actor": "PAK"}, "actor: no lever of turkey_summit is PAK's"),
    ],
)
def test_a_mistake_is_one_line(monkeypatch: pytest.MonkeyPatch, given: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        planted(monkeypatch, both_better_late, **given)


def test_a_scenario_without_levers_and_one_run_a_draw_are_refused() -> None:
    with pytest.raises(InputError, match=r"status_quo has no levers to choose among; allowed: .*turkey_summit"):
        measured(afghanistan().scenario("status_quo"), ("takeover",), ("less",), 4, 2, 1, progress=False)
    with pytest.raises(InputError, match=r"size\.runs: 1 is too few"):
        measured(summit(), ("takeover",), ("less",), 4, 1, 1, progress=False)
    assert [name for name, _, _ in checked_goals(summit(), (), ("more", "more"), ())] == [
        "attendance.intra_afghan.TAL",
        "table.intra_afghan.agreed",
    ]
