"""The command line composes what was asked for, or says in one line what is wrong and exits with 2."""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.config_store import ConfigStore
from hypothesis import given
from hypothesis import strategies as st

from sim import __version__
from sim.command.arguments import help_text
from sim.command.composed import word_of
from sim.command.composing import compose, scenario_files
from sim.command.main import RUNNERS, main
from sim.command.overrides import parsed_words
from sim.inputs import InputError, read_yaml
from sim.inputs.places import configuration_folder
from sim.inputs.words import quoted
from sim.jobs.settings import JOBS, Settings, keys

EVIDENCE = "evidence.passes, evidence.implied, evidence.draws"
SIZE = "size.name, size.draws, size.runs, size.paths, size.band_runs"
CASE = (
    "scenario, epoch, horizon, off, levers, theory, fixed, sweep, record, positions, weights, outcome, better, "
    "enough, actor, choose, tried, run, against, seat, resume, replies, part_runs, cap, yes"
)
EXECUTOR = (
    "executor.name, executor.address, executor.wait, executor.partition, executor.minutes, executor.mem, "
    "executor.cpus, executor.parts_per_task, executor.tasks, executor.additional, executor.python, executor.dry_run"
)
STUDIO = "studio.address, studio.port, studio.sessions, studio.runs, studio.scenarios"
LAST = "parts, threads, partial, verify"
GROUPS = "executor, experiment, size, scenario.levers.NAME, an uncertainty"
KEYS = f"job, case, seed, out, {SIZE}, {CASE}, {EVIDENCE}, {EXECUTOR}, {STUDIO}, {LAST}, {GROUPS}"
FILE_KEYS = f"job, case, seed, out, size, {CASE}, evidence, executor, studio, {LAST}"
SEED = "a whole number at least 0 and at most 4294967295"
DRAWS = "a whole number at least 100 and at most 1000000"
EXPERIMENTS = ", ".join(path.stem for path in sorted((configuration_folder() / "experiment").glob("*.yaml")))
FILES = ", ".join(sorted(JOBS))
SCENARIOS = ", ".join(scenario_files("afghanistan"))
THEORIES = ", ".join(sorted(path.stem for path in (configuration_folder() / "theory").glob("*.yaml")))
SWEPT = "scenario, epoch, horizon, off, theory, levers, uncertainties"
GRAMMAR = "a value in Hydra's grammar; quote one with blanks, commas, colons or brackets of its own"
NO_HYDRA = "Hydra itself is not configured here; allowed: --config-dir DIR for files"


def mistake(capsys: pytest.CaptureFixture[str], words: Sequence[str]) -> str:
    """The one line that a mistaken command line gives."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err.strip()


BROKEN = {
    "sede=1": f"sede: unknown key; allowed: {KEYS}; did you mean seed?",
    "+sede=1": f"sede: unknown key; allowed: {KEYS}; did you mean seed?",
    "++evidence.x=1": f"evidence.x: unknown key; allowed: {KEYS}; did you mean evidence.draws?",
    "evidence.impled=true": f"evidence.impled: unknown key; allowed: {KEYS}; did you mean evidence.implied?",
    "+seed=1": "+seed: is a key already; write seed=value",
    "~seed": "seed: a key cannot be removed; give it a value",
    "seed=abc": f"seed: 'abc' is not a whole number; allowed: {SEED}",
    "seed=": f"seed: '' is not a whole number; allowed: {SEED}",
    "seed=null": f"seed: null is not a whole number; allowed: {SEED}",
    "seed=true": f"seed: true is not a whole number; allowed: {SEED}",
    "seed=-1": f"seed: -1 is out of range; allowed: {SEED}",
    "seed=4294967296": f"seed: 4294967296 is out of range; allowed: {SEED}",
    "seed=1.5": f"seed: 1.5 is not a whole number; allowed: {SEED}",
    "seed=nan": f"seed: nan is not a whole number; allowed: {SEED}",
    "seed=inf": f"seed: inf is not a whole number; allowed: {SEED}",
    "seed=[1]": f"seed: a list is not a whole number; allowed: {SEED}",
    "seed={a: 1}": f"seed.a: unknown key; allowed: {KEYS}; did you mean seed?",
    "seed=[1": f"seed: '[1' cannot be read; allowed: {GRAMMAR}",
    "case=a b, c": "case: a b, c are several values; allowed: -m, to sweep over them",
    "seed=1,2": "seed: 1,2 are several values; allowed: -m, to sweep over them",
    "seed=range(1,4)": "seed: range(1,4) are several values; allowed: -m, to sweep over them",
    "job=glob(*)": "job: glob(*) are several values; allowed: -m, to sweep over them",
    "evidence.draws=1e9": f"evidence.draws: 1000000000.0 is not a whole number; allowed: {DRAWS}",
    "evidence.draws=99": f"evidence.draws: 99 is out of range; allowed: {DRAWS}",
    "evidence.implied=yes": "evidence.implied: 'yes' is not true or false; allowed: true or false",
    "evidence.implied=1": "evidence.implied: 1 is not true or false; allowed: true or false",
    "evidence.passes=pass_a": "evidence.passes: 'pass_a' is not a list; allowed: a list",
    "evidence.passes=[]": "evidence.passes: a list has too few entries; allowed: at least 1",
    "evidence.passes=[1]": "evidence.passes[0]: 1 is not text; allowed: text",
    "evidence=3": "evidence: 3 is not a mapping; allowed: keys with values",
    "evidence={drws: 3}": f"evidence.drws: unknown key; allowed: {KEYS}; did you mean evidence.draws?",
    "case=": "case: '' is too short; allowed: text, not empty",
    "out=[3]": "out: a list is not text; allowed: a path",
    "job=evidense": f"job: 'evidense' is not one of the choices; allowed: {FILES}; did you mean evidence?",
    "job=null": f"job: null is not one of the choices; allowed: {FILES}",
    "job@out=evidence": "job: a choice stays in its place; leave @out out",
    "experiment=mine": f"experiment: 'mine' is not one of the choices; allowed: {EXPERIMENTS}",
    "experiment@hydra.callbacks=x": "experiment: a choice stays in its place; leave @hydra.callbacks out",
    "hydra.verbose=true": f"hydra.verbose: {NO_HYDRA}",
    "+hydra.callbacks.x._target_=os.system": f"hydra.callbacks.x._target_: {NO_HYDRA}",
    "hydra/launcher=joblib": f"hydra/launcher: {NO_HYDRA}",
    "hydra.searchpath=[file:///x]": f"hydra.searchpath: {NO_HYDRA}",
    "evidence": "'evidence' is not key=value; did you mean job=evidence?",
    "summit": "'summit' is not key=value",
    "theory=nsh": f"theory: 'nsh' is not one of the choices; allowed: {THEORIES}, a file that ends in .yaml; "
    "did you mean nash?",
    "size=huge": "size: 'huge' is not one of the choices; allowed: draft, full, smoke",
    "size.draws=1": "size.draws: 1 is out of range; allowed: a whole number at least 2 and at most 1000000",
    "cap=0": "cap: 0 is out of range; allowed: a whole number at least 1",
    "scenario=turky_summit": (
        f"scenario: 'turky_summit' is not one of the choices; allowed: {SCENARIOS}, a file that ends in .yaml; "
        "did you mean turkey_summit?"
    ),
    "scenario.lever.summit_week=3": (
        "scenario.lever.summit_week: unknown key; did you mean scenario.levers.summit_week=3?"
    ),
    "trust.us.pka=0.5": f"trust.us.pka: unknown key; allowed: {KEYS}; did you mean trust.US.PAK?",
    "patiense=1": f"patiense: unknown key; allowed: {KEYS}; did you mean patience?",
    "fixed.trust.us.pka=0.5": f"fixed.trust.us.pka: unknown key; allowed: {KEYS}; did you mean trust.US.PAK?",
    "trust.us.pak=high": "fixed.trust.US.PAK: 'high' is not a number; allowed: a number",
    "horizon=261": "horizon: 261 is out of range; allowed: a whole number at least 1 and at most 260 or null",
    "trust.us.pak=0.1,0.5": "trust.us.pak: 0.1,0.5 are several values; allowed: -m, to sweep over them",
    "executor=slrum": "executor: 'slrum' is not one of the choices; allowed: dask, local, slurm; did you mean slurm?",
    "executor.address=tcp://here:1": "executor.address: is dask's; allowed: executor=dask",
    "executor.partition=short": "executor.partition: is Slurm's; allowed: executor=slurm",
    "parts=3-4": "parts: job=scenarios does not look at it; allowed: job=work",
    "verify=true": "verify: job=scenarios does not look at it; allowed: job=status, job=resume",
}


@pytest.mark.parametrize("word", BROKEN)
def test_a_broken_override_is_told_in_one_line(capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert mistake(capsys, [word]) == f"command line: {BROKEN[word]}"


OPTIONS = "--help, --version, --cfg, --config-dir, --multirun"
BROKEN_OPTIONS = {
    ("--hlep",): f"--hlep is not an option; allowed: {OPTIONS}; did you mean --help?",
    ("seed=1", "--config", "x"): f"--config is not an option; allowed: {OPTIONS}; did you mean --config-dir?",
    ("--config-dir",): "argument --config-dir/-cd: expected one argument",
    ("--config-dir", "/no/such"): "--config-dir: there is no folder '/no/such'",
    ("-m", "seed=1,2"): f"seed: cannot be swept; allowed: {SWEPT}",
    ("-m", "job=glob(*)"): f"job: cannot be swept; allowed: {SWEPT}",
    ("-m", "epoch=glob(*)"): "epoch: glob(*) picks among names; allowed: scenario=glob(...)",
    ("-m", "trust.us.pak=interval(0,1)"): (
        "trust.us.pak: interval(0,1) has no points to visit; allowed: a,b or range(from,below,step)"
    ),
    ("-m", "noise=shuffle(0.02,0.1)"): (
        "noise: shuffle(0.02,0.1): a result does not depend on the order; allowed: no shuffle"
    ),
    ("-m", "scenario=glob(x*)"): f"scenario: glob(x*) fits no scenario; allowed: {SCENARIOS}",
    ("-m", "scenario=status_quo,turky_summit"): (
        f"scenario: 'turky_summit' is not one of the choices; allowed: {SCENARIOS}, a file that ends in .yaml; "
        "did you mean turkey_summit?"
    ),
    ("trust.us.pak=0.1", "fixed.trust.US.PAK=0.2"): "fixed.trust.US.PAK: is given twice",
    ("seed=1", "seed=2"): "seed: is given twice",
}


@pytest.mark.parametrize("words", BROKEN_OPTIONS, ids=" ".join)
def test_a_broken_option_is_told_in_one_line(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert mistake(capsys, words) == f"command line: {BROKEN_OPTIONS[words]}"


FIRST = "# @package _global_\n"
BROKEN_FILES = {
    FIRST + "sede: 1\n": f"mine.yaml: sede: unknown key; allowed: {FILE_KEYS}; did you mean seed?",
    FIRST + "evidence: {drws: 1}\n": (
        "mine.yaml: evidence.drws: unknown key; allowed: passes, implied, draws; did you mean draws?"
    ),
    FIRST + "seed: one\n": f"mine.yaml: seed: 'one' is not a whole number; allowed: {SEED}",
    FIRST + "evidence: {draws: 1e3}\n": f"mine.yaml: evidence.draws: 1000.0 is not a whole number; allowed: {DRAWS}",
    FIRST + "seed: .nan\n": "mine.yaml:2: seed: .nan is ambiguous: write a finite number",
    FIRST + "seed: 1\nseed: 2\n": "mine.yaml:3: seed: is given twice, first on line 2",
    FIRST + "evidence: {implied: no}\n": (
        "mine.yaml:2: evidence.implied: no is ambiguous: quote it, or write true or false"
    ),
    FIRST + "job: unheard\n": f"mine.yaml: job: 'unheard' is not one of the choices; allowed: {', '.join(JOBS)}",
    FIRST + "seed: ${nothing}\n": "mine.yaml: seed: Interpolation key 'nothing' not found",
    FIRST + "seed: [1\n": "mine.yaml:3: is not YAML: expected ',' or ']', but got '<stream end>'",
    FIRST: "mine.yaml: is empty; allowed: keys with values",
    "seed: 1\n": "mine.yaml:1: the first line is missing; allowed: # @package _global_",
    FIRST + "hydra: {callbacks: {x: {_target_: os.system}}}\n": (
        "mine.yaml: hydra: a configuration cannot configure Hydra itself; leave this key out"
    ),
    "# @package hydra\nverbose: true\n": (
        "mine.yaml: hydra: a configuration cannot configure Hydra itself; leave this key out"
    ),
    FIRST + "defaults:\n  - override /hydra/launcher: basic\n": (
        "mine.yaml: defaults: 'override /hydra/launcher' would configure Hydra itself; leave it out"
    ),
    FIRST + "defaults:\n  - /job@hydra.callbacks: evidence\n": (
        "mine.yaml: defaults: '/job@hydra.callbacks' would configure Hydra itself; leave it out"
    ),
    FIRST + "defaults:\n  - /other/file\n": "configuration: In 'experiment/mine': Could not load 'other/file'.",
}


def own(folder: Path, text: str, name: str = "mine", group: str = "experiment") -> Path:
    """A user's own folder of choices with one file."""
    (folder / group).mkdir(exist_ok=True)
    (folder / group / f"{name}.yaml").write_text(text)
    return folder


@pytest.mark.parametrize("text", BROKEN_FILES)
def test_a_broken_file_is_told_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str) -> None:
    line = mistake(capsys, ["--config-dir", str(own(tmp_path, text)), "experiment=mine"])
    assert line.replace(f"{tmp_path}/experiment/", "") == BROKEN_FILES[text]


def test_a_misspelt_choice_of_ones_own_is_recognised(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = mistake(capsys, ["--config-dir", str(own(tmp_path, FIRST + "seed: 1")), "experiment=mnie"])
    assert line == (
        f"command line: experiment: 'mnie' is not one of the choices; allowed: {EXPERIMENTS}, mine; did you mean mine?"
    )


def test_a_choice_of_ones_own_cannot_hide_one_of_the_package(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    line = mistake(capsys, ["--config-dir", str(own(tmp_path, FIRST, "evidence", "job")), "job=evidence"])
    assert line == f"{tmp_path}/job/evidence.yaml: has the name of a choice of the package; rename it"


def test_a_folder_for_results_that_cannot_be_made_is_told_before_any_work(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    line = mistake(capsys, [f"out={tmp_path}/file/results"])
    assert line.startswith("command line: out: ")
    assert line.endswith(" cannot be made (Not a directory)")


# --- what works ------------------------------------------------------------------------------------------------------


def test_without_a_word_the_defaults_hold() -> None:
    settings = compose([]).settings()
    assert (settings.job, settings.case, settings.seed, settings.out) == (
        "scenarios",
        "afghanistan",
        1,
        Path("results"),
    )
    assert settings.evidence.passes is None  # all of the case


def test_an_override_goes_before_a_file_and_a_file_before_the_defaults(tmp_path: Path) -> None:
    folder = tmp_path / "a folder, it's"
    folder.mkdir()
    own(folder, FIRST + "seed: 5\nout: there\nevidence: {implied: false}\n")
    settings = compose(["experiment=mine", "seed=7"], folder).settings()
    assert (settings.seed, settings.out, settings.evidence.implied) == (7, Path("there"), False)
    assert settings.evidence.draws == 4000


def test_overrides_are_in_the_grammar_of_hydra() -> None:
    settings = compose(["evidence={draws: 200}", "evidence.passes=[pass_c]", "++case='a, b'"]).settings()
    assert (settings.evidence.draws, settings.evidence.passes, settings.case) == (200, ("pass_c",), "a, b")


def test_composing_again_does_not_remember_the_last_time() -> None:
    assert compose(["seed=9"]).settings() != compose([]).settings() == compose([]).settings()


def test_settings_are_frozen() -> None:
    found = compose(["scenario=turkey_summit", "levers.summit_week=4"]).settings()
    with pytest.raises(ValueError, match="frozen"):
        found.seed = 2  # type: ignore[misc]  # the point of the test
    with pytest.raises(TypeError, match="frozen"):
        found.levers["summit_week"] = 5.0


@pytest.mark.parametrize("name", ["12345", "007", "1e3", "true", "x[draft]", "x[/]", "my folder", "it's", "a\\b'c["])
def test_the_name_of_a_folder_is_what_was_written(name: str) -> None:
    assert compose([f"out={name}"]).settings().out == Path(name)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Z"), exclude_characters="$"), min_size=1))
def test_a_quoted_value_is_read_back_as_it_was(text: str) -> None:
    (override,) = parsed_words([f"out={quoted(text)}"])
    assert word_of(override.value()) == text


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert compose(["out=~/x"]).settings().out == tmp_path / "x"
    (tmp_path / "x.yaml").write_text((configuration_folder() / "config.yaml").read_text())
    assert read_yaml("~/x.yaml") == read_yaml(tmp_path / "x.yaml")
    own(tmp_path, FIRST + "seed: 7")
    assert main(["--config-dir", "~", "experiment=mine", "--cfg"]) == 0


def test_the_home_of_nobody_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    told = "begins with the home of nobody"
    assert mistake(capsys, ["out=~nobody_of_this_name/x"]).endswith(told)
    assert mistake(capsys, ["--config-dir", "~nobody_of_this_name"]).endswith(told)


def test_the_printed_configuration_composes_to_itself(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["seed=3", "--cfg", "evidence.passes=[pass_b]"]) == 0
    text = capsys.readouterr().out
    again = compose(["experiment=mine"], own(tmp_path, FIRST + text)).settings()
    assert again == compose(["seed=3", "evidence.passes=[pass_b]"]).settings()


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"jirga {__version__}\n"


def test_the_help_names_every_job_and_every_key_with_default_and_meaning() -> None:
    text = " ".join(help_text().split())
    assert all(f"job={name} {meaning}" in text for name, meaning in JOBS.items())
    assert all(f"{key.name}=" in text and key.meaning and key.meaning in text for key in keys())
    assert all(key.allowed and key.allowed in text for key in keys())


def test_the_help_fits_a_terminal() -> None:
    assert max(map(len, help_text().splitlines())) <= 118


LEVERS = {
    ("summit_week=12",): "summit_week: is a lever of a scenario; did you mean scenario.levers.summit_week=12?",
    (
        "scenario=turkey_summit",
        "summit_wek=12",
    ): "summit_wek: unknown key; did you mean scenario.levers.summit_week=12?",
    ("-m", "scenario=turkey_summit", "summit_week=4,12"): (
        "summit_week: is a lever of a scenario; did you mean scenario.levers.summit_week=4,12?"
    ),
}


@pytest.mark.parametrize("words", LEVERS)
def test_a_lever_by_its_bare_name_is_told_as_it_is_written(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert mistake(capsys, words) == f"command line: {LEVERS[words]}"


UNFIT = {
    ("-m", "job=explain", "scenario=turkey_summit", "scenario.levers.summit_week=4,12"): (
        "levers.summit_week: job=explain takes one value of each key; allowed: job=scenarios"
    ),
    ("-m", "job=patterns"): "-m: job=patterns takes one value of each key; allowed: job=scenarios",
    ("job=evidence", "experiment=turkey_summit_week"): (
        "levers.summit_week: job=evidence takes one value of each key; allowed: job=scenarios"
    ),
    ("job=patterns", "scenario=turkey_summit"): (
        "scenario: job=patterns does not look at it; allowed: job=scenarios, job=levers, job=theories, "
        "job=sensitivity, job=paragraphs, job=discover, job=robust, job=explain, job=play, job=studio"
    ),
    ("job=evidence", "trust.us.pak=0.5"): (
        "fixed.trust.US.PAK: job=evidence does not look at it; allowed: job=scenarios, job=levers, "
        "job=theories, job=sensitivity, job=paragraphs, job=discover, job=robust, job=explain, job=play, job=studio"
    ),
    (
        "job=evidence",
        "off=[]",
    ): "off: job=evidence does not look at it; allowed: job=scenarios, job=levers, job=theories, job=sensitivity, "
    "job=paragraphs, job=discover, job=robust, job=explain, job=play, job=studio",
    ("better=[less]",): "better: job=scenarios does not look at it; allowed: job=robust",
    ("job=discover", "tried=9"): "tried: job=discover does not look at it; allowed: job=robust",
    ("run=3",): "run: job=scenarios does not look at it; allowed: job=explain, job=play",
}


@pytest.mark.parametrize("words", UNFIT)
def test_what_a_job_would_drop_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert mistake(capsys, [*words, f"out={tmp_path / 'out'}"]) == f"command line: {UNFIT[words]}"
    assert not list(tmp_path.iterdir())


def test_the_help_of_a_scenario_tells_its_levers_and_words_that_run_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help", "scenario=turkey_summit"]) == 0
    told = capsys.readouterr().out
    assert "summit_week = 4 weeks, 2 to 52: week in which the summit is convened" in told
    words = shlex.split(told.splitlines()[-1])
    assert words[0] == "jirga"
    settings = compose(words[1:]).settings()
    assert settings.levers == {"summit_week": 4, "weeks_to_go": 21}
    assert mistake(capsys, ["--help", "scenario=turkey_sumit"]).endswith("did you mean turkey_summit?")


def test_every_key_has_a_default_and_every_default_a_key() -> None:
    named = {key.name for key in keys() if not key.name.startswith(("size.", "executor."))} - {
        "job",
        "scenario",
        "theory",
    }
    defaults = {k: v for k, v in read_yaml(configuration_folder() / "config.yaml").items() if k != "defaults"}
    flat = {f"{k}.{inner}" for k, v in defaults.items() if isinstance(v, dict) for inner in v}
    assert named == flat | {k for k, v in defaults.items() if not isinstance(v, dict) or not v}


def test_every_job_has_its_file_its_meaning_and_its_runner() -> None:
    files = {path.stem for path in (configuration_folder() / "job").glob("*.yaml")}
    assert set(JOBS) == set(RUNNERS) == files


def test_an_interruption_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.command.main._job", interrupted)
    monkeypatch.chdir(tmp_path)
    assert main([]) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_a_mistake_that_a_job_finds_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def mistaken(name: str) -> None:
        raise InputError("case.yaml", "tables", "is missing")

    monkeypatch.setattr("sim.command.main._job", mistaken)
    monkeypatch.chdir(tmp_path)
    assert mistake(capsys, []) == "case.yaml: tables: is missing"


# --- scenarios, levers, uncertainties, sweeps ------------------------------------------------------------------------


def test_a_scenario_is_a_choice_and_its_file_is_composed() -> None:
    settings = compose(["scenario=turkey_summit"]).settings()
    assert settings.scenario is not None
    assert settings.scenario["levers"]["summit_week"]["value"] == 4


def test_a_scenario_is_a_file_as_well(tmp_path: Path) -> None:
    text = scenario_files("afghanistan")["status_quo"].read_text().replace("scenario: status_quo", "scenario: mine")
    (tmp_path / "mine.yaml").write_text(text)
    by_file = compose([f"scenario={tmp_path}/mine.yaml"]).settings()
    (tmp_path / "scenario").mkdir()
    (tmp_path / "mine.yaml").rename(tmp_path / "scenario" / "mine.yaml")
    by_name = compose(["scenario=mine"], tmp_path).settings()
    told = [dict(settings.scenario or {}) for settings in (by_file, by_name)]
    assert [Path(one.pop("file")) for one in told] == [tmp_path / "mine.yaml", tmp_path / "scenario" / "mine.yaml"]
    assert told[0] == told[1]
    assert by_file.model_copy(update={"scenario": None}) == by_name.model_copy(update={"scenario": None})
    assert by_file.scenario is not None


def test_levers_and_uncertainties_go_where_they_belong_in_any_case_of_letters() -> None:
    words = [
        "scenario=turkey_summit",
        "scenario.levers.summit_week=12",
        "Trust.us.pak=0.5",
        "patience=1",
        "scenario.horizon=52",
    ]
    settings = compose([*words, "off=[red_lines]", "epoch=2021-04"]).settings()
    assert settings.levers == {"summit_week": 12}
    assert settings.fixed == {"trust.US.PAK": 0.5, "patience": 1}
    assert (settings.horizon, settings.off, settings.epoch) == (52, ("red_lines",), "2021-04")


def test_a_sweep_keeps_its_values_in_the_order_given() -> None:
    words = ["scenario=turkey_summit", "scenario.levers.summit_week=20,4,12", "trust.us.pak=0.1,0.5,0.9"]
    settings = compose([*words, "noise=range(0.02,0.1,0.02)", "off=[],[red_lines]"], sweeping=True).settings()
    assert settings.sweep == {
        "levers.summit_week": (20, 4, 12),
        "fixed.trust.US.PAK": (0.1, 0.5, 0.9),
        "fixed.noise": (0.02, 0.04, 0.06, 0.08),
        "off": ((), ("red_lines",)),
    }


def test_a_glob_picks_scenarios_by_their_names() -> None:
    (found,) = compose(["scenario=glob(turkey*)"], sweeping=True).settings().sweep.values()
    assert [Path(name).stem for name in found] == ["turkey_summit", "turkey_summit_with_inducements"]


def test_a_file_sweeps_in_the_same_grammar_as_the_command_line(tmp_path: Path) -> None:
    chosen = "defaults: [override /scenario: turkey_summit]\n"
    text = FIRST + chosen + 'sweep: {levers.summit_week: "4,12", trust.us.pak: [0.1, 0.5]}\n'
    words = ["scenario=turkey_summit", "scenario.levers.summit_week=4,12", "trust.us.pak=0.1,0.5"]
    assert compose(["experiment=mine"], own(tmp_path, text)).settings() == compose(words, sweeping=True).settings()


def test_a_printed_sweep_composes_to_itself(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["scenario=turkey_summit", "scenario.levers.summit_week=4,12", "trust.us.pak=0.1", "size=smoke"]
    assert main(["-m", "--cfg", *words]) == 0
    text = capsys.readouterr().out
    again = compose(["experiment=mine"], own(tmp_path, FIRST + text)).settings()
    assert again == compose(words, sweeping=True).settings()


@pytest.mark.parametrize("name", EXPERIMENTS.split(", "))
def test_every_published_figure_has_a_configuration_that_composes(name: str) -> None:
    assert compose([f"experiment={name}"]).settings().job == "scenarios"


# --- as a program ----------------------------------------------------------------------------------------------------


def program(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=folder, check=False)


def test_the_program_exits_with_2_and_no_traceback() -> None:
    done = program("-m", "sim", "sede=1")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("command line: sede: unknown key")


@pytest.mark.parametrize("words", [["--help"], ["--cfg"], ["seed=abc"]])
def test_the_command_line_starts_without_the_heavy_libraries(words: list[str]) -> None:
    heavy = ("mesa", "pandas", "matplotlib", "scipy", "pyarrow", "duckdb", "numba")
    code = (
        "import sys; from sim.__main__ import main; main(sys.argv[1:]);"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    assert program("-c", code, *words).stdout.splitlines()[-1] == "[]"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    words = f"{sys.executable} -m sim --help | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {words}"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def streams(encoding: str) -> tuple[io.TextIOWrapper, io.TextIOWrapper]:
    """What is told, and what is told aside, in an encoding that refuses what it lacks."""
    first, second = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict") for _ in range(2))
    return first, second


def test_what_a_terminal_cannot_show_does_not_end_the_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out, aside = streams("ascii")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", aside)
    monkeypatch.setattr("sim.command.main._job", lambda name: lambda settings: print("12 ± 3"))
    assert main([f"out={tmp_path}"]) == 0
    assert out.buffer.getvalue() == b"12 ? 3\n"  # type: ignore[attr-defined]
    assert (sys.stdout, sys.stderr, out.errors) == (out, aside, "strict")
    monkeypatch.undo()


@pytest.mark.parametrize("code", [0, 2])
@pytest.mark.parametrize("gone", ["stdout", "stderr"])
def test_a_reader_that_leaves_does_not_change_what_the_job_does_and_returns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gone: str, code: int
) -> None:
    def job(settings: Settings) -> None:
        for stream in (sys.stdout, sys.stderr):
            print("x" * 100_000, file=stream, flush=True)
        (tmp_path / "done").write_text("")
        if code:
            raise InputError("case.yaml", "tables", "is missing")

    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        monkeypatch.setattr(sys, gone, closed)
        monkeypatch.setattr("sim.command.main._job", lambda name: job)
        assert main([f"out={tmp_path}"]) == code
        monkeypatch.undo()
    assert (tmp_path / "done").exists()


def test_a_program_that_has_hydra_keeps_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("mine: 1")
    store = ConfigStore.instance()
    store.store(name="theirs", group="scenario", node={"their": 2})
    with initialize_config_dir(str(tmp_path), version_base="1.3"):
        assert main(["--cfg", "scenario=turkey_summit", "experiment=turkey_summit_week"]) == 0
        assert main(["--cfg", "sede=1"]) == 2
        assert hydra_compose("config", ["+scenario=theirs"]) == {"mine": 1, "scenario": {"their": 2}}
    assert "turkey_summit" in capsys.readouterr().out
    store.repo.pop("scenario")


def test_composing_leaves_nothing_behind(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    code = f"import sys; sys.path.insert(0, {str(root)!r}); from sim.__main__ import main; main(['--cfg'])"
    assert program("-c", code, folder=tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []
