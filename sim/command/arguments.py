"""The options of the command line, and its help: every key, written from the settings and the files of the
configuration.
"""

from __future__ import annotations

import argparse
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from sim.case.folder import case_folder
from sim.command.composed import COMMAND_LINE, word_of
from sim.command.composing import DEFAULT_CASE, scenario_files
from sim.command.overrides import check_scenario, experiments_of, parsed_words
from sim.evidence.reading import passes_of
from sim.inputs.errors import InputError, nearest, shown
from sim.inputs.files import read_yaml
from sim.inputs.places import home_of
from sim.inputs.words import exact, word
from sim.jobs.settings import JOBS, groups, keys
from sim.version import __version__

OPTIONS = ("--help", "--version", "--cfg", "--config-dir", "--multirun")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        word = message.removeprefix("unrecognized arguments: ").split()[0]
        if word in message.split()[:1]:
            raise InputError(COMMAND_LINE, "", message)
        raise InputError(COMMAND_LINE, "", f"{word} is not an option", allowed=OPTIONS, meant=nearest(word, OPTIONS))


def parser() -> argparse.ArgumentParser:
    found = _Parser(prog="jirga", add_help=False, allow_abbrev=False)
    found.add_argument("-h", "--help", action="store_true")
    found.add_argument("--version", action="store_true")
    found.add_argument("-c", "--cfg", action="store_true")
    found.add_argument("--config-dir", "-cd", metavar="DIR", type=home_of)
    found.add_argument("-m", "--multirun", action="store_true")
    found.add_argument("overrides", nargs="*")
    return found


def help_text(case: str = DEFAULT_CASE) -> str:
    """The help of the command line, written from the jobs, the keys of the settings, and a case.

    Args:
        case: the name of a case, or a case's folder: its scenarios, experiments and words stand in the help.

    Raises:
        InputError: there is no such case, or a file of it cannot be read.
    """
    found_case = read_yaml(case_folder(case) / "case.yaml")
    jobs = "\n".join(_entry(f"job={name}", meaning) for name, meaning in JOBS.items())
    settings = "\n".join(
        _entry(f"{key.name}={_plain(key.default)}", f"{key.meaning} [{key.allowed}]") for key in keys()
    )
    found = {**groups(), "experiment": experiments_of(case), "scenario": tuple(scenario_files(case))}
    choices = "\n".join(_entry(group, ", ".join(names) or "(none yet)") for group, names in found.items())
    examples = _examples(found_case, case)
    title = str(found_case.get("title", case))
    title = f"{title[:1].upper()}{title[1:]}"
    return _HELP.format(
        version=__version__, title=title, jobs=jobs, examples=examples, settings=settings, choices=choices
    ).rstrip()


def _examples(case: Mapping[str, Any], name: str) -> str:
    """The examples in the words of a case: a scenario of it with a lever, if one has any, an outcome, two actors.

    What the files say is taken as it is, so that help is there at once, also for a case with mistakes.
    """
    files = {key: path for key, path in scenario_files(name).items() if key != BASELINE}
    names = [EXAMPLE] if EXAMPLE in files else list(files)
    levers = {key: found for key in names if (found := read_yaml(files[key]).get("levers"))}
    chosen = next(iter([*levers, *names]), BASELINE)
    lever, one = next(iter(levers[chosen].items())) if chosen in levers else ("", {})
    first, second = [str(code).lower() for code in [*case.get("actors", {}), "a", "b"]][:2]
    headline = [line["outcome"] for line in case.get("headline", []) if "outcome" in line]
    passes = passes_of(case_folder(name) / "evidence")
    words = {
        "scenario": chosen,
        "lever": f"scenario.levers.{lever}={one.get('value')}" if lever else "",
        "levers": f"scenario.levers.{lever}={one.get('low')},{one.get('value')},{one.get('high')}" if lever else "",
        "trust": f"trust.{first}.{second}",
        "outcome": next(iter([*headline, *case.get("tables", {})]), "OUTCOME"),
        "case": "" if name == DEFAULT_CASE else f" case={name}",
        "glob": chosen.split("_")[-1],
        "passes": ",".join(passes[:2]),
    }
    told = [text for text in _EXAMPLES if len(passes) > 1 or "{passes}" not in text]
    lines = (" ".join(text.format(**words).split(" ")).replace("  ", " ") for text in told)
    return "\n".join(_entry(line.split(" | ")[0].strip(), line.split(" | ")[1]) for line in lines)


BASELINE = "status_quo"  # what is no example of a scenario
EXAMPLE = "turkey_summit"  # the scenario that the examples are told with, where the case has it
_EXAMPLES = (
    "jirga{case} | all scenarios at draft size: table, files, report, in results/",
    "jirga scenario={scenario} out=mine{case} | one scenario against status_quo, in the folder mine/",
    "jirga scenario={scenario} {lever} {trust}=0.5 off=[red_lines] out=mine{case} | with a lever set, an uncertainty "
    "fixed, a mechanism switched off",
    "jirga -m scenario={scenario} {levers} {trust}=0.1,0.5,0.9 out=sweep{case} | a sweep: every combination, one "
    "folder, one table, one report",
    'jirga -m "scenario=glob(*{glob}*)" "noise=range(0.02,0.1,0.02)" size=smoke out=sweep{case} | of several '
    "scenarios, over a range",
    "jirga studio scenario={scenario}{case} | its levers moved by hand in a browser, with what comes of them at once",
    "jirga play scenario={scenario}{case} | an actor played by hand in the terminal; the model plays the rest",
    "jirga job=levers scenario={scenario}{case} | its levers from end to end: where each begins to matter",
    "jirga job=patterns{case} | what one expects of the model, measured: a quarter of an hour",
    "jirga job=record{case} | what the model is worth on what happened; record=FILE.yaml: on your own",
    "jirga job=theories{case} | how other theories would have it, on the same draws and luck",
    "jirga scenario={scenario} theory=nash{case} | one scenario by the rules of one of them",
    "jirga job=calibrate out=learnt{case} | what half of the record teaches: weights over the draws, for other jobs",
    "jirga weights=learnt/weights.parquet{case} | all scenarios with these weights; likewise job=record, job=patterns",
    "jirga job=sensitivity outcome=[{outcome}]{case} | what makes it: of what is not known, which parts, with "
    "interactions",
    "jirga job=paragraphs scenario={scenario}{case} | which row, paragraph and pass its outcomes and effects rest on",
    "jirga job=discover outcome=[{outcome}]{case} | under which circumstances it happens: a sentence, with a picture",
    "jirga job=robust scenario={scenario} outcome=[{outcome}] better=[less]{case} | what could have been done with its "
    "levers: mean, regret, how often it is enough; better=[more] where more is wanted",
    "jirga job=evidence out=pages seed=7{case} | the evidence page in another folder, with other draws",
    "jirga job=explain scenario={scenario} run=17{case} | one run told week by week",
    "jirga job=explain scenario={scenario} against=status_quo{case} | where the runs part that end otherwise under the "
    "same luck; with run=17 that pair alone, side by side",
    "jirga evidence.passes=[{passes}]{case} | only two of the coding passes count",
    "jirga evidence.implied=false{case} | only what the sources state, nothing implied",
    "jirga import mine.csv out=mine | one's own actors with positions, salience, power: simple models, jirga",
    "jirga new FOLDER | a small case of your own, to be changed; then jirga check FOLDER",
    "jirga case=FOLDER | another conflict: its own folder; --help case=FOLDER: this text in its words",
    "jirga --config-dir DIR experiment=mine | the keys in DIR/experiment/mine.yaml",
)


def case_in(words: Sequence[str]) -> str:
    """The case that words name, for the help; the package's own where they name none."""
    named = {override.key_or_group: word_of(override.value()) for override in parsed_words(words)}
    return named.get("case", DEFAULT_CASE)


def scenario_in(words: Sequence[str]) -> tuple[str, str] | None:
    """The scenario and the case that words name, for the help of one scenario; None where they name no scenario."""
    named = {override.key_or_group: word_of(override.value()) for override in parsed_words(words)}
    return (named["scenario"], named.get("case", DEFAULT_CASE)) if "scenario" in named else None


def scenario_help(name: str, case: str, folder: Path | None) -> str:
    """What a scenario asks and which levers it has, in lines to print, with the words that set them.

    Args:
        name: of a scenario, or a file that ends in .yaml.
        case: the name of a case, or a case's folder.
        folder: the user's own folder of choices, if there is one.

    Raises:
        InputError: there is no such scenario, or it is wrong.
    """
    from sim.case.loading import load_case
    from sim.case.scenario import load_scenario

    scenarios = scenario_files(case, folder)
    check_scenario(name, scenarios)
    scenario = load_scenario(load_case(case), scenarios.get(name, Path(name)))
    levers = (f"scenario.levers.{lever}={exact(one.value)}" for lever, one in scenario.levers.items())
    words = ["jirga", word("scenario", name), *levers, *([] if case == DEFAULT_CASE else [word("case", case)])]
    return f"{scenario.describe()}\n\nto run it:\n  {shlex.join(words)}"


_HELP = """\
jirga {version}: an agent-based simulation of negotiations. {title}

It takes what a case's sources say of trust, leverage, positions and events, and gives the distribution of what could
have come of the talks, over what we do not know and over chance.

usage: jirga [options] [key=value ...]          (from a checkout: python -m sim ...)

Everything a run is told is a key with a value. Without any, the defaults below hold; name a key to change it.

jobs
{jobs}

examples
{examples}

keys, with their defaults
{settings}

choices that come as files (one can add one's own, with --config-dir)
{choices}

options
  -h, --help              this text; with case=FOLDER, for that case; with scenario=NAME, what that scenario asks
  --version               the version
  -c, --cfg               print the composed configuration and stop
  -cd, --config-dir DIR   a folder with one's own choices: DIR/experiment/NAME.yaml is then experiment=NAME.
                          Its first line is "# @package _global_", then keys as above
  -m, --multirun          sweep: several values for scenario, epoch, horizon, off, levers and uncertainties, as a,b or
                          range(from,below,step) or glob(*). One plan in one folder, taken up where it was left

A value with blanks, commas or brackets of its own is quoted twice, for the shell and for the grammar of the values,
which is Hydra's: 'case="my folder"'.
"""


def _entry(name: str, meaning: str) -> str:
    lines = textwrap.wrap(meaning, 70)
    return "\n".join(
        f"  {name if i == 0 else '':<38}  {line}" if len(name) <= 38 or i else f"  {name}\n{'':42}{line}"
        for i, line in enumerate(lines)
    )


def _plain(value: object) -> str:
    """A value as one writes it on the command line."""
    if isinstance(value, list):
        return "[" + ",".join(map(_plain, value)) + "]"
    return shown(value) if isinstance(value, bool) or value is None else str(value)
