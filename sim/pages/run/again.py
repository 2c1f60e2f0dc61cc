"""How to have a run again: the words of a command, and lines for a notebook, with all that the run depends on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from sim.case.case import Case
from sim.case.folder import CASES, CHECKOUT
from sim.case.scenario import Scenario
from sim.evidence.reading import passes_of
from sim.inputs.words import exact, word
from sim.world.world import World

DEFAULT = "afghanistan"  # the case that nobody has to name


def explain_command(world: World, number: int, runs: int, seed: int) -> str:
    """The command that plays a run again and tells it.

    Args:
        world: what the run was played in.
        number: of the run in its sweep.
        runs: runs a draw of that sweep.
        seed: of all chance.
    """
    return _command(world, [f"run={number}", f"size.runs={runs}"], seed)


def parting_command(world: World, against: str, draws: int, runs: int, seed: int) -> str:
    """The command that tells where the runs of a sweep part from those of another scenario.

    Args:
        world: what the runs were played in.
        against: the other scenario, or its file.
        draws, runs, seed: of the sweep.
    """
    return _command(world, [word("against", against), f"size.draws={draws}", f"size.runs={runs}"], seed)


def file_command(world: World, file: str, draws: int, runs: int, seed: int) -> str:
    """The command that plays a scenario again that was saved as a file, with the rest that the world depends on.

    Args:
        world: what it was played in.
        file: the scenario's.
        draws, runs, seed: of the sweep.
    """
    sizes = [f"size.draws={draws}", f"size.runs={runs}", f"seed={seed}"]
    return shlex.join(["jirga", word("scenario", file), *sizes, *_around(world)])


def _command(world: World, asked: Sequence[str], seed: int) -> str:
    """A command of the job `explain` with all that the world depends on."""
    scenario = world.scenario
    words = ["python", "-m", "sim", "job=explain", word("scenario", named(scenario)), *asked]
    words += [f"seed={seed}", f"epoch={scenario.epoch}", f"horizon={scenario.horizon}"]
    words += [f"levers.{name}={exact(lever.value)}" for name, lever in scenario.levers.items()]
    words += [f"fixed.{name}={exact(value)}" for name, value in scenario.fixed.items()]
    words += [f"off=[{','.join(scenario.off)}]"] if scenario.off else []
    return shlex.join([*words, *_around(world)])


def _around(world: World) -> list[str]:
    """What a world depends on beside what its scenario's file can say."""
    theory, evidence = world.scenario.theory, world.evidence
    words = [word("theory", theory.named)] if theory.changes else []
    words += [f"evidence.passes=[{','.join(evidence.passes)}]"] if _are_some(world) else []
    words += [] if evidence.implied else ["evidence.implied=false"]
    return [*words, *case_words(world.case)]


def notebook(world: World, draw: int, run: int, seed: int) -> str:
    """Lines that play a run again in a notebook, by the number of its draw and of the run within it."""
    scenario = world.scenario
    changes = [f'epoch="{scenario.epoch}"', f"horizon={scenario.horizon}"]
    changes += [f"{name}={exact(lever.value)}" for name, lever in scenario.levers.items()]
    changes += [f"fixed={dict(scenario.fixed)!r}"] if scenario.fixed else []
    changes += [f"off={list(scenario.off)!r}"] if scenario.off else []
    changes += [f"theory={scenario.theory.named!r}"] if scenario.theory.changes else []
    evidence = [f"passes={list(world.evidence.passes)!r}"] if _are_some(world) else []
    evidence += [] if world.evidence.implied else ["implied=False"]
    given = "".join(f", {one}" for one in evidence)
    return (
        "import sim\n"
        f"scenario = sim.load_case({_case(world.case)!r}).scenario({named(scenario)!r}, {', '.join(changes)})\n"
        f"model = sim.NegotiationModel(scenario, draw={draw}, run={run}, seed={seed}{given})\n"
        "model.run_model()\n"
        f'print(model.why("{next(iter(world.case.actors))}", week=1))\n'
        "model.decisions, model.weeks"
    )


def job_command(case: Case, *words: str) -> str:
    """The command that begins a job on a case."""
    return shlex.join(["jirga", *words, *case_words(case)])


def case_words(case: Case) -> list[str]:
    """The word that names a case; none for the one that nobody has to name."""
    named = _case(case)
    return [] if named == DEFAULT else [word("case", named)]


def _are_some(world: World) -> bool:
    """Whether not all coding passes count."""
    return world.evidence.passes != passes_of(world.evidence.folder)


def _case(case: Case) -> str:
    """A case by its name where it comes with the package, else by its folder."""
    return case.folder.name if case.folder.parent in (CASES, CHECKOUT) else str(case.folder)


def named(scenario: Scenario) -> str:
    """A scenario by its name where it is the case's own, else by its file, which may have the name of another one."""
    file, own = Path(scenario.file), scenario.case.folder / "scenario" / f"{scenario.scenario}.yaml"
    return str(file) if file.suffix == ".yaml" and file.resolve() != own.resolve() else scenario.scenario
