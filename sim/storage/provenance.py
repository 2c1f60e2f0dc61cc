"""What decides the numbers of a sweep, as plain data, and the versions that every file names."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import Scenario, scenario_of
from sim.case.theory import theory_of
from sim.inputs.errors import InputError
from sim.storage.files import NOTES, differences
from sim.version import __version__, results_digest

RESULTS_EPOCH = 1  # raised by every change that moves numbers of the same configuration
LIBRARIES = ("numba", "numpy", "pyarrow", "pydantic")
CASE = "case"  # the folder in which a sweep or plan carries its case
CASE_FILES = (".csv", ".yaml")


def scenario_data(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain data, as its file would hold it, with the longest horizon that it has had."""
    return {
        "scenario": scenario.scenario,
        "title": scenario.title,
        "question": scenario.question,
        "paragraphs": {article: list(numbers) for article, numbers in scenario.paragraphs.items()},
        "answered_by": [answer.model_dump(mode="json") for answer in scenario.answered_by],
        "epoch": scenario.epoch,
        "horizon": scenario.horizon,
        "reach": scenario.reach,
        "levers": {name: lever.model_dump() for name, lever in scenario.levers.items()},
        "events": json.loads(json.dumps(scenario.events)),  # lists again, as they are read back
        "fixed": dict(scenario.fixed),
        "off": list(scenario.off),
        "theory": scenario.theory.data(),
    }


def scenario_from(case: Case, data: Mapping[str, Any], file: Path) -> Scenario:
    """A scenario from what `scenario_data` gave, at the horizon that it had: events may come after a shortened one."""
    beside = ("reach", "theory")  # what no file of a scenario holds
    longest = {key: value for key, value in data.items() if key not in beside} | {"horizon": data["reach"]}
    found = scenario_of(case, longest, file=str(file))
    return found.change(horizon=data["horizon"], theory=theory_of(data["theory"], file=str(file)))


def case_files(case: Case) -> dict[str, bytes]:
    """The files of a case by their places in the folder of a sweep or plan, which carries them."""
    found = (path for path in sorted(case.folder.rglob("*")) if path.suffix in CASE_FILES and path.is_file())
    return {f"{CASE}/{path.relative_to(case.folder).as_posix()}": path.read_bytes() for path in found}


def carried_case(folder: Path, stored: Mapping[str, Any], file: Path) -> Case:
    """The case that a sweep or plan was made with, from the folder that carries it.

    Raises:
        InputError: it was made by another engine, or the case is not what it was.
    """
    engine = {"results_epoch": RESULTS_EPOCH, "engine": results_digest()}
    other = differences({key: stored.get(key) for key in engine}, engine)
    if other:
        version = stored.get(NOTES, {}).get("jirga", "?")
        problem = f"was made by another engine, that of jirga {version}: " + "; ".join(other)
        raise InputError(file, "", problem, allowed="that version, or the same made again in another folder")
    case = load_case(folder / CASE)
    changed = differences(stored["digests"], case_digests(case))
    if changed:
        raise InputError(
            folder / CASE, "", "is not what it was: " + "; ".join(changed), allowed="the files as they were"
        )
    return case


def notes(**more: Any) -> dict[str, Any]:
    """What a configuration says besides what decides numbers."""
    return {"jirga": __version__, "versions": {"python": platform.python_version(), **_libraries()}, **more}


def other_versions(stored: Mapping[str, Any]) -> str:
    """A line where a folder was begun with other versions than those here; empty where it was with the same.

    Args:
        stored: what `read_configuration` gave.
    """
    changed = differences(stored.get(NOTES, {}).get("versions", {}), notes()["versions"])
    same = "the numbers are the same, the bytes of its files need not be"
    return f"this folder was begun with other versions: {'; '.join(changed)}; {same}" if changed else ""


def _libraries() -> dict[str, str]:
    """The versions of the libraries that make numbers and files."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # pragma: no cover - a library that is imported is installed
            found[name] = "unknown"
    return found


def digest_of(files: Iterable[Path], root: Path) -> str:
    """A digest of files and their places below a folder."""
    digest = hashlib.sha256()
    for path in sorted(files):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()[:16]


def case_digests(case: Case) -> dict[str, str]:
    """Digests of the case and of its evidence."""
    folder = case.folder
    evidence = (path for path in (folder / "evidence").rglob("*") if path.suffix in (".csv", ".yaml"))
    return {
        "case": digest_of([folder / "case.yaml", *(folder / "epoch").glob("*.yaml")], folder),
        "evidence": digest_of(evidence, folder),
    }


def provenance(decides: Mapping[str, Any]) -> dict[str, str]:
    """What every file says about where it comes from: the configuration that decides its numbers, and versions."""
    return {
        "jirga.configuration": json.dumps(decides, sort_keys=True),
        "jirga.versions": json.dumps({"jirga": __version__, **_libraries()}, sort_keys=True),
    }
