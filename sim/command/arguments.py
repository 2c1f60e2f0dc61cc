"""The options of the command line, and its help: every key, written from the settings and the files of the
configuration.
"""

from __future__ import annotations

import argparse
import shlex
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sim.command.composed import COMMAND_LINE, word_of
from sim.command.composing import DEFAULT_CASE, scenario_files
from sim.command.overrides import check_scenario, parsed_words
from sim.inputs.errors import InputError, nearest, shown
from sim.inputs.places import home_of
from sim.jobs.settings import JOBS, groups, keys
from sim.version import __version__

if TYPE_CHECKING:
    pass


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


def help_text() -> str:
    """The help of the command line, written from the jobs and the keys of the settings."""
    jobs = "\n".join(_entry(f"job={name}", meaning) for name, meaning in JOBS.items())
    settings = "\n".join(
        _entry(f"{key.name}={_plain(key.default)}", f"{key.meaning} [{key.allowed}]") for key in keys()
    )
    found = {**groups(), "scenario": tuple(scenario_files(DEFAULT_CASE))}
    choices = "\n".join(_entry(group, ", ".join(names) or "(none yet)") for group, names in found.items())
    return _HELP.format(version=__version__, jobs=jobs, settings=settings, choices=choices).rstrip()


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
    levers = (f"scenario.levers.{lever}={one.value:g}" for lever, one in scenario.levers.items())
    words = ["jirga", f"scenario={name}", *levers, *([] if case == DEFAULT_CASE else [f"case={case}"])]
    return f"{scenario.describe()}\n\nto run it:\n  {shlex.join(words)}"


_HELP = """\
jirga {version}: an agent-based simulation of the negotiations over Afghanistan, 2018-2022.

It takes what five articles say of trust, leverage, positions and events, and gives the distribution of what could
have come of the talks, over what we do not know and over chance.

usage: jirga [options] [key=value ...]          (from a checkout: python -m sim ...)

Everything a run is told is a key with a value. Without any, the defaults below hold; name a key to change it.

jobs
{jobs}

examples
  jirga                                       all scenarios at draft size: table, files, report, in results/
  jirga scenario=turkey_summit out=summit     one scenario against status_quo, in the folder summit/
  jirga scenario=turkey_summit scenario.levers.summit_week=12 trust.us.pak=0.5 off=[red_lines] out=mine
                                              with a lever set, an uncertainty fixed, a mechanism switched off
  jirga -m scenario=turkey_summit scenario.levers.summit_week=4,12,20 trust.us.pak=0.1,0.5,0.9 out=sweep
                                              a sweep: every combination, one folder, one table, one report
  jirga -m "scenario=glob(*summit*)" "noise=range(0.02,0.1,0.02)" size=smoke out=sweep
  jirga studio scenario=turkey_summit         its levers moved by hand in a browser, with what comes of them at once
  jirga play scenario=turkey_summit seat=PAK  an actor played by hand in the terminal; the model plays the rest
  jirga job=levers scenario=turkey_summit     its levers from end to end: where each begins to matter
  jirga job=patterns                          what the articles lead one to expect, measured: a quarter of an hour
  jirga job=record                            what the model is worth on what happened; record=FILE.yaml: on your own
  jirga job=theories                          how other theories would have it, on the same draws and luck
  jirga scenario=turkey_summit theory=nash    one scenario by the rules of one of them
  jirga import mine.csv out=mine              one's own actors with positions, salience, power: simple models, jirga
  jirga job=calibrate out=learnt              what half of the record teaches: weights over the draws, for all jobs
  jirga weights=learnt/weights.parquet        all scenarios with these weights; likewise job=record, job=patterns
  jirga job=sensitivity outcome=[collapse]    what makes it: of what is not known, which parts, with interactions
  jirga job=evidence out=pages seed=7         the evidence page in another folder, with other draws
  jirga job=explain scenario=turkey_summit run=17
                                              one run told week by week
  jirga job=explain scenario=turkey_summit against=status_quo
                                              where the runs part that end otherwise under the same luck; with run=17
                                              that pair alone, side by side
  jirga evidence.passes=[pass_a,pass_b]       only two of the coding passes count
  jirga evidence.implied=false                only what the articles state, nothing implied
  jirga case=path/to/folder                   another conflict: its own folder
  jirga --config-dir DIR experiment=mine      the keys in DIR/experiment/mine.yaml

keys, with their defaults
{settings}

choices that come as files (one can add one's own, with --config-dir)
{choices}

options
  -h, --help              this text; with scenario=NAME, what that scenario asks, and its levers
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
