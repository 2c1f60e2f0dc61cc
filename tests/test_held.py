"""What a researcher holds in Python: it travels between processes, cannot be changed, and takes numpy's numbers."""

from __future__ import annotations

import html
import importlib
import multiprocessing
import os
import pickle
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.agents.game import Unanswered
from sim.agents.questions import Question
from sim.case.scenario import Scenario
from sim.cluster import working
from sim.engine.sweep import Sweep
from sim.experiment.runs import Runs
from sim.inputs import InputError
from sim.jobs import play

pytestmark = pytest.mark.long


@cache
def scenario() -> Scenario:
    return sim.load_case().scenario("turkey_summit", horizon=6, fixed={"trust.US.PAK": 0.5})


@cache
def runs() -> Runs:
    return sim.sweep(scenario(), draws=6, runs=2, seed=3, progress=False)


@cache
def model() -> sim.NegotiationModel:
    found = sim.NegotiationModel(scenario(), draw=1, seed=3)
    found.run_model()
    return found


def small() -> Scenario:
    return sim.load_case("textbook").scenario("status_quo")


RESULTS: Mapping[str, Any] = {  # what the questions of Python give, each asked in a small way
    "score": lambda: sim.score(draws=4, runs=1, switches=(), progress=False),
    "contest": lambda: sim.contest(small(), "well", draws=4, runs=1, progress=False),
    "calibrate": lambda: sim.calibrate(draws=20, runs=2, progress=False),
    "sensitivity": lambda: sim.sensitivity(scenario(), "presence", draws=2, runs=2, progress=False),
    "discover": lambda: sim.discover(scenario(), "presence >= 0.5", draws=60, runs=2, progress=False),
    "paragraphs": lambda: sim.paragraphs(small(), "well", draws=4, runs=1, progress=False),
    "robust": lambda: sim.robust(scenario(), ["presence"], ["less"], draws=10, runs=2, tried=4, progress=False),
}


@cache
def result(name: str) -> Any:
    """What one of them gives; few resamples, which no test here looks at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.experiment.discover.RESAMPLES", 2)
        return RESULTS[name]()


# --- between processes -----------------------------------------------------------------------------------------------


def errors_of_the_package() -> list[type[BaseException]]:
    """Every class of errors that a module of the package declares."""
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting: list[type[BaseException]] = [BaseException]
    found = []
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found += [kind] if kind.__module__.split(".")[0] == "sim" else []
    return found


def test_an_error_comes_back_from_another_process_as_it_was() -> None:
    signals = {working.Stopped, play.Stopped}  # they have nothing to tell
    assert {*errors_of_the_package()} == {InputError, Unanswered, *signals}
    error = InputError("case.yaml", "parties[1]", "'TALIBAN' is not an actor", allowed=["US", "TAL"], meant="TAL")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), vars(again), str(again)) == (InputError, vars(error), str(error))
    question = Question(
        3, "PAK", "effort", "", "US", {"border": 0.5}, ("border",), {"border": 0.2}, {"border": 1.0}, {}, None
    )
    waits = Unanswered(question, ())
    again = pickle.loads(pickle.dumps(waits))
    assert (type(again), vars(again), str(again)) == (Unanswered, vars(waits), str(waits))
    for kind in signals:
        assert type(pickle.loads(pickle.dumps(kind()))) is kind


def refused(name: str) -> Scenario:
    return sim.load_case().scenario(name)


def test_a_pool_tells_a_mistake_instead_of_waiting_for_ever() -> None:
    with (
        multiprocessing.get_context("spawn").Pool(1) as pool,
        pytest.raises(InputError, match="did you mean turkey_summit"),
    ):
        pool.apply(refused, ("turkey_sumit",))


HELD = {
    "case": lambda: sim.load_case(),
    "scenario": scenario,
    "lever": lambda: scenario().levers["summit_week"],
    "switches": lambda: sim.switches,
    "settlements": lambda: sim.settlements(),
    "columns": lambda: runs().columns,
    "estimate": lambda: runs().share("takeover"),
    "difference": lambda: sim.compare(runs(), runs()).difference("takeover"),
    "story": lambda: model().story,
}


@pytest.mark.parametrize("name", HELD)
def test_what_is_held_comes_back_equal(name: str) -> None:
    held = HELD[name]()
    again = pickle.loads(pickle.dumps(held))
    assert again == held
    assert type(again) is type(held)


def test_runs_come_back_with_their_numbers() -> None:
    again = pickle.loads(pickle.dumps(runs()))
    pd.testing.assert_frame_equal(again.outcomes, runs().outcomes)
    pd.testing.assert_frame_equal(again.draws, runs().draws)
    pd.testing.assert_frame_equal(again.paths, runs().paths)
    assert again.explain(3).story == runs().explain(3).story


def test_a_comparison_comes_back_with_its_numbers() -> None:
    found = sim.compare(runs(), runs())
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(found)).table(), found.table())


def test_a_model_comes_back_at_its_week_and_goes_on_alike() -> None:
    half = sim.NegotiationModel(scenario(), draw=1, seed=3)
    for _ in range(3):
        half.step()
    again = pickle.loads(pickle.dumps(half))
    pd.testing.assert_frame_equal(again.weeks, half.weeks)
    again.run_model()
    pd.testing.assert_frame_equal(again.decisions, model().decisions)


def test_a_run_that_was_explained_comes_back_with_its_story() -> None:
    run = runs().explain(3)
    assert pickle.loads(pickle.dumps(run)).story == run.story


# --- what cannot be changed ------------------------------------------------------------------------------------------


def changeable(held: Any, place: str, seen: set[int]) -> Iterator[str]:
    """Every place below an object at which a list, set, dictionary or array can be changed; its own memory apart."""
    if id(held) in seen or isinstance(held, str | bytes | int | float | None | Path | np.generic | frozenset):
        return
    seen.add(id(held))
    if isinstance(held, list | set) or (isinstance(held, np.ndarray) and held.flags.writeable):
        yield place
    elif isinstance(held, dict | MappingProxyType):
        if not isinstance(held, MappingProxyType) and type(held).__setitem__ is dict.__setitem__:
            yield place
        for key, inner in held.items():
            yield from changeable(inner, f"{place}[{key!r}]", seen)
    elif isinstance(held, tuple):
        for number, inner in enumerate(held):
            yield from changeable(inner, f"{place}[{number}]", seen)
    if hasattr(held, "__dict__"):
        told = {name for name, kind in vars(type(held)).items() if isinstance(kind, property | cached_property)}
        for name in sorted({*vars(held), *told}):
            if not name.startswith("_"):
                yield from changeable(getattr(held, name), f"{place}.{name}", seen)


def test_what_is_called_frozen_is_frozen_all_the_way_down() -> None:
    sweep = Sweep(scenario(), draws=2)
    held = {"scenario": scenario(), "case": sim.load_case(), "evidence": sweep.evidence, "priors": sweep.uncertainty}
    assert list(changeable(held["scenario"], "scenario", set())) == []
    assert list(changeable(held["case"], "case", set())) == []
    assert list(changeable(held["evidence"], "evidence", set())) == []
    assert list(changeable(held["priors"], "priors", set())) == []


@pytest.mark.parametrize("name", RESULTS)
def test_what_was_found_cannot_be_changed_nor_its_arrays(name: str) -> None:
    assert list(changeable(result(name), name, set())) == []


@pytest.mark.parametrize("name", RESULTS)
def test_what_was_found_comes_back_from_another_process(name: str) -> None:
    again = pickle.loads(pickle.dumps(result(name)))
    pd.testing.assert_frame_equal(again.table(), result(name).table())
    assert repr(again) == repr(result(name))


def test_the_search_for_what_can_be_changed_finds_it() -> None:
    assert list(changeable(({"a": [1]}, np.zeros(2)), "x", set())) == ["x[0]", "x[0]['a']", "x[1]"]


def test_a_scenario_does_not_change_with_one_that_was_made_of_it() -> None:
    first = sim.load_case().scenario("turkey_summit")
    second = first.change(summit_week=12)
    with pytest.raises(TypeError, match="frozen"):
        second.events[0]["weeks_to_go"] = 104  # type: ignore[index]
    with pytest.raises(TypeError, match="frozen"):
        second.events[0]["when"]["week"] = 104
    with pytest.raises(TypeError, match="frozen"):
        second.levers["summit_week"] = first.levers["summit_week"]  # type: ignore[index]
    assert first == sim.load_case().scenario("turkey_summit")
    assert len({first, second, sim.load_case().scenario("turkey_summit")}) == 2  # equal ones have one hash


def test_the_runs_stay_when_a_column_of_them_is_worked_on() -> None:
    with pytest.raises(ValueError, match="read-only"):
        runs().column("presence")[0] = 7.0
    for held in (runs().draws_table(), runs().band_counts(), *runs().path_values()):
        with pytest.raises(ValueError, match="read-only"):
            held[...] = 7
    for table in (runs().draws.copy(deep=False), runs().paths.copy(deep=False)):
        table.iloc[:, 0] = 7.0
    runs().values("presence")[0] = 7.0
    assert runs().column("presence")[0].max() <= 1.0
    assert runs().draws_table()[:, 0].max() <= 2.0


def test_a_changed_dictionary_is_a_copy() -> None:
    levers = dict(scenario().levers)
    levers.clear()
    assert scenario().levers


@pytest.mark.parametrize("name", ["takeover", "intra_afghan", "presence", "presence >= 0.5", "trust.US.PAK"])
def test_one_name_asks_for_the_same_everywhere(name: str) -> None:
    np.testing.assert_array_equal(runs().column(name), runs().values(name))
    assert runs().mean(name).value == pytest.approx(runs().values(name).mean())
    with pytest.raises(InputError, match="did you mean takeover"):
        runs().column("takover")


# --- numbers of numpy ------------------------------------------------------------------------------------------------

NUMBERS = [np.int64, np.int8, np.uint16, np.float32, np.float64]


@pytest.mark.parametrize("kind", NUMBERS)
def test_a_lever_and_a_fixed_value_are_any_number(kind: Any) -> None:
    wanted = scenario().change(summit_week=12, fixed={"trust.US.PAK": 1})
    found = scenario().change(summit_week=kind(12), fixed={"trust.US.PAK": kind(1)})
    assert found == wanted
    assert type(found.levers["summit_week"].value) is type(found.fixed["trust.US.PAK"]) is float


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint16])
def test_whole_numbers_are_any_whole_number(kind: Any) -> None:
    assert scenario().change(horizon=kind(52)) == scenario().change(horizon=52)
    found = sim.sweep(
        scenario(), draws=kind(6), runs=kind(2), seed=kind(3), paths=kind(2), band_runs=kind(3), threads=kind(1),
        progress=False,
    )  # fmt: skip
    pd.testing.assert_frame_equal(found.outcomes, runs().outcomes)
    assert runs().explain(kind(3)).story == runs().explain(3).story
    played = sim.NegotiationModel(scenario(), draw=kind(1), run=kind(0), seed=kind(3), horizon=kind(6))
    played.run_model()
    pd.testing.assert_frame_equal(played.decisions, model().decisions)


@pytest.mark.parametrize("value", [True, np.bool_(True), "12", None, [12], np.array([12]), float("nan"), 12j])
def test_what_is_no_number_is_refused_in_one_line(value: Any) -> None:
    for refused in (
        lambda: scenario().change(summit_week=value),
        lambda: scenario().change(fixed={"trust.US.PAK": value}),
        lambda: sim.sweep(scenario(), draws=value),
        lambda: runs().explain(value),
        lambda: sim.NegotiationModel(scenario(), draw=value),
    ):
        with pytest.raises(InputError, match=r"is not a (whole )?number") as caught:
            refused()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("off", ["red_lines", ["red_lines"], np.array(["red_lines"]), pd.Series(["red_lines"])])
def test_one_name_or_several_are_names(off: Any) -> None:
    assert scenario().change(off=off).off == ("red_lines",)
    assert sim.grid(scenario(), draws=1, runs=1, off=off, progress=False)[0].scenario.off == ("red_lines",)


@pytest.mark.parametrize("passes", ["pass_a", ["pass_a"], np.array(["pass_a"])])
def test_one_pass_or_several_are_passes(passes: Any) -> None:
    assert Sweep(scenario(), 1, passes=passes).evidence.passes == ("pass_a",)
    assert sim.NegotiationModel(scenario(), passes=passes).world.evidence.passes == ("pass_a",)
    with pytest.raises(InputError, match="did you mean pass_a"):
        sim.sweep(scenario(), draws=1, passes="pas_a", progress=False)


# --- folders ---------------------------------------------------------------------------------------------------------


def test_a_relative_folder_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kept = sim.sweep(scenario(), draws=6, runs=2, seed=3, out="rel", progress=False)
    opened = sim.open("rel")
    os.mkdir("elsewhere")
    monkeypatch.chdir(tmp_path / "elsewhere")
    for found in (kept, opened, pickle.loads(pickle.dumps(kept))):
        assert found.mean("presence") == runs().mean("presence")
        assert found.explain(3).story == runs().explain(3).story


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    sim.sweep(scenario(), draws=6, runs=2, seed=3, out="~/x", progress=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]
    assert sim.open("~/x").mean("presence") == sim.open(tmp_path / "home" / "x").mean("presence")


def test_the_home_of_nobody_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="begins with the home of nobody"):
        sim.sweep(scenario(), draws=1, out="~nobody_of_this_name/x")
    assert not list(tmp_path.iterdir())


def test_held_mappings_are_mappings() -> None:
    assert isinstance(scenario().levers, Mapping)
    assert dict(scenario().fixed) == {"trust.US.PAK": 0.5}


# --- what is told ----------------------------------------------------------------------------------------------------


def test_one_draw_has_numbers_and_no_interval() -> None:
    one = sim.sweep(scenario(), draws=1, runs=2, progress=False)
    told = str(sim.compare(one, one)).splitlines()
    assert len(told) == len(sim.settlements())
    assert all(
        line.endswith("a paired difference needs two draws in which both scenarios have a value") for line in told
    )
    with pytest.raises(InputError, match="compare: presence: a paired difference needs two draws"):
        sim.compare(one, one).difference("presence")
    assert repr(one) == "<2 runs of turkey_summit: 1 draw x 2 runs>"


def test_a_notebook_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    sim.sweep(scenario(), draws=6, runs=2)  # compiled, or told to be
    assert "of 12 runs" not in capsys.readouterr().err  # no terminal
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    sim.sweep(scenario(), draws=6, runs=2, threads=1)
    told = capsys.readouterr().err
    assert "\rturkey_summit: 12 of 12 runs " in told
    sim.sweep(scenario(), draws=6, runs=2, progress=False)
    assert capsys.readouterr().err == ""


# --- what is shown ---------------------------------------------------------------------------------------------------

SHOWN = {
    **HELD,
    "scenarios": lambda: sim.load_case().scenarios,
    "runs": runs,
    "comparison": lambda: sim.compare(runs(), runs()),
    "model": model,
    "run": lambda: runs().explain(3),
    "events": lambda: scenario().events,
    "epochs": lambda: sim.load_case().epochs,
    "sweep": lambda: runs().sweep,
    "world": lambda: runs().sweep.world,
    "evidence": lambda: runs().sweep.evidence,
    "uncertainty": lambda: runs().sweep.uncertainty,
    "priors": lambda: runs().sweep.uncertainty.priors,
    "labels": lambda: runs().labels,
    **{name: partial(result, name) for name in RESULTS},
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_held_shows_itself_in_a_few_lines(name: str) -> None:
    shown = repr(SHOWN[name]())
    assert 5 < len(shown) <= (200 if name in RESULTS else 4000)
    assert " object at 0x" not in shown


FRAMEWORK = (
    "copy",
    "dict",
    "json",
    "construct",
    "parse_obj",
    "schema",
    "validate",
    "model_dump",
    "reset_rng",
    "remove",
)


@pytest.mark.parametrize("name", ["case", "scenario", "scenarios", "lever", "runs", "comparison", "model", "run"])
def test_dir_offers_what_is_ours(name: str) -> None:
    held = SHOWN[name]()
    offered = [one for one in dir(held) if not one.startswith("_")]
    assert not {*offered} & {*FRAMEWORK}
    assert len(offered) == len({*offered})
    assert all(hasattr(held, one) for one in offered)


def test_a_model_offers_what_is_done_with_it() -> None:
    assert {"run_model", "step", "decisions", "story", "why", "weeks", "tables", "agents"} <= {*dir(model())}


@pytest.mark.parametrize("name", ["case", "scenario", "scenarios", "runs", "comparison", *RESULTS])
def test_a_notebook_shows_html_in_which_names_are_escaped(name: str) -> None:
    shown = SHOWN[name]()._repr_html_()
    assert shown.startswith("<")
    assert html.escape("<5 actors>") not in shown
    assert not re.search(r"<(?!/?(p|pre|table|thead|tbody|tr|th|td)\b)", shown)


def test_the_scenarios_of_a_case_tell_their_questions_and_levers() -> None:
    case = sim.load_case()
    shown = repr(case.scenarios).splitlines()
    assert [line.split(":")[0] for line in shown] == list(case.scenarios)
    assert all(one.question in line for line, one in zip(shown, case.scenarios.values(), strict=True))
    summit = case.scenarios["turkey_summit"]
    assert summit == case.scenario("turkey_summit")
    assert f"[{summit.told_levers}]" in repr(case.scenarios)
    assert "summit_week=4 weeks (2 to 52)" in summit.told_levers
    table = case.scenarios.table()
    assert table.loc[("turkey_summit", "summit_week"), ["value", "low", "high", "unit"]].tolist() == [4, 2, 52, "weeks"]
    assert table.index.get_level_values("scenario").unique().tolist() == list(case.scenarios)
    assert case.scenarios.table().loc[("status_quo", "")].isna()["value"]
    assert "turkey_sumit" not in case.scenarios
    with pytest.raises(InputError, match="did you mean turkey_summit"):
        case.scenarios["turkey_sumit"]


def test_a_scenario_describes_itself_with_all_that_is_set() -> None:
    told = scenario().change(summit_week=12, off=["red_lines"]).describe()
    for words in (
        scenario().question,
        scenario().title,
        "starts at 2021-04",
        "6 weeks",
        "held: trust.US.PAK = 0.5",
        "off: red_lines",
        "summit_week = 12 weeks, 2 to 52: week in which the summit is convened",
    ):
        assert words in told
    assert sim.load_case().scenario("status_quo").describe().endswith("no levers")


def test_uncertainties_are_found_by_words_and_can_be_held_as_far_as_is_said() -> None:
    found = sim.uncertainties("TRUST pakistan", epoch="2021-04")
    assert "trust.US.PAK" in found.index
    assert all("trust" in f"{name} {row.label} {row.meaning}".lower() for name, row in found.iterrows())
    for name, row in sim.uncertainties(epoch="2021-04").iloc[::25].iterrows():
        for end in (row.low, row.high):
            held = scenario().change(fixed={name: end})
            assert (Sweep(held, draws=1).uncertainty.table(1, 1) == end).any()
        with pytest.raises(InputError, match="out of range"):
            _ = Sweep(scenario().change(fixed={name: row.high + 1}), draws=1).uncertainty
    everywhere = sim.uncertainties()
    assert {*found.index} <= {*everywhere.index}
    assert everywhere.index.is_unique
    assert sim.uncertainties("no such word").empty
    with pytest.raises(InputError, match="is not an epoch"):
        sim.uncertainties(epoch="2021")
