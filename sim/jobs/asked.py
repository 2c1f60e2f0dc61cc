"""What the settings ask for: a scenario, or a plan of a grid's cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import BASELINE, Scenario, load_scenario, scenario_of
from sim.case.theory import AS_DESIGNED, Theory, load_theory, theory_files, theory_of
from sim.evidence.loading import load_evidence
from sim.evidence.rows import Evidence
from sim.experiment.grid import FIXED, FRAME, LEVERS, Axis, Grid, grid_of
from sim.experiment.plan import Plan
from sim.inputs.errors import InputError
from sim.model.parameters import EACH, SWITCHES

if TYPE_CHECKING:
    from sim.analysis.weights import Weights
    from sim.jobs.settings import Settings


SOURCE = "configuration"  # what a mistake in the settings is told of


def scenario_of_settings(settings: Settings, case: Case) -> Scenario:
    """The one scenario that the settings name, else `status_quo`, with all that they set of it."""
    evidence = evidence_of(settings, case)
    plain = settings.model_copy(update={"sweep": {}})
    axes = set_axes(plain)
    base = base_of(settings, case) or load_scenario(case, BASELINE)
    return Grid(case, evidence, axes, base, SOURCE, theory=theory_of_settings(settings)).scenario(0)


def theory_of_settings(settings: Settings) -> Theory:
    """The theory that was composed; `InputError` for a mistake in its file."""
    name = str(settings.theory.get("theory"))
    if "file" in settings.theory:
        return load_theory(settings.theory["file"])
    return theory_of(settings.theory, file=str(theory_files().get(name, f"theory/{name}.yaml")))


def check_within_cap(settings: Settings, total: int, told: str, other: str = "a smaller size") -> None:
    """Refuse more runs than the cap without a yes.

    Args:
        settings: with the cap and the yes.
        total: how many runs would be started.
        told: what would be done, in words, with their number.
        other: what would make them fewer.

    Raises:
        InputError: they are more.
    """
    if total > settings.cap and not settings.yes:
        allowed = f"yes=true to start all the same, {other}, or a higher cap"
        raise InputError("command line", "cap", f"{told}, above cap={settings.cap}", allowed=allowed)


class Weighed(NamedTuple):
    """Weights of draws, what a page says of them, and what their calibration came to, in sentences."""

    weights: Weights
    told: str
    words: tuple[str, ...]


def weights_of(settings: Settings, case: Case, draws: int) -> Weighed:
    """The weights of the draws of a case that the settings name; of None nothing is said.

    Raises:
        InputError: they are those of other draws.
    """
    if settings.weights is None:
        return Weighed(None, "", ())
    from sim.storage.weights import Draws, read_weights

    found, coded = read_weights(settings.weights), settings.evidence
    whose = Draws(case, settings.seed, coded.named, coded.implied)
    off = settings.off if settings.off is not None else (settings.scenario or {}).get("off")
    other = settings.theory.get("theory") != AS_DESIGNED or bool(off)
    return Weighed(found.of(whose, draws), found.told(draws) + (OTHER_RULES if other else ""), found.words)


OTHER_RULES = "; they were learnt by the model as designed with every mechanism, and these runs go by other rules"


def evidence_of(settings: Settings, case: Case) -> Evidence:
    """The rows of a case that count by the settings; `InputError` for a mistake in them."""
    return load_evidence(case.folder / "evidence", settings.evidence.passes, settings.evidence.implied, case=case)


def base_of(settings: Settings, case: Case) -> Scenario | None:
    """The scenario that was composed, or None where the settings name none."""
    if settings.scenario is None:
        return None
    data = dict(settings.scenario)
    own = case.folder / "scenario" / f"{data.get('scenario')}.yaml"
    file = data.pop("file", own if own.is_file() else SOURCE)
    return scenario_of(case, data, file=str(file))


def set_axes(settings: Settings) -> tuple[Axis, ...]:
    """What the settings set, as axes of one value, then what they sweep."""
    found: list[tuple[str, Sequence[Any]]] = []
    found += [(LEVERS + name, [value]) for name, value in settings.levers.items()]
    found += [(key, [value]) for key in FRAME if key != "theory" and (value := getattr(settings, key)) is not None]
    found += [(FIXED + name, [value]) for name, value in settings.fixed.items()]
    swept = [(key, _own(values) if key == "scenario" else values) for key, values in settings.sweep.items()]
    kept = [(key, values) for key, values in found if key not in settings.sweep]
    return tuple(
        Axis(key, tuple(tuple(v) if isinstance(v, list) else v for v in (_each(values) if key == "off" else values)))
        for key, values in kept + swept
    )


def _each(values: Sequence[Any]) -> list[Any]:
    """Lists of switches, the word `each` standing for every switch alone."""
    return [one for value in values for one in ([[name] for name in SWITCHES] if value == EACH else [value])]


def _own(files: Sequence[str]) -> list[str]:
    """Scenarios by name instead of by file, where they come with a case."""
    return [Path(f).stem if (Path(f).parent.parent / "case.yaml").is_file() else f for f in files]


def plan_of(settings: Settings) -> Plan:
    """The plan that the settings ask for; `InputError` for what is impossible."""
    case = load_case(settings.case)
    counted = settings.evidence
    grid = grid_of(
        case,
        evidence_of(settings, case),
        set_axes(settings),
        base_of(settings, case),
        SOURCE,
        theory_of_settings(settings),
    )
    size = settings.size
    return Plan(
        grid, size.draws, size.runs, settings.seed, size.paths, size.band_runs, counted.named, counted.implied,
        settings.part_runs,
    )  # fmt: skip
