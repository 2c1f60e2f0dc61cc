"""What decides the numbers of a sweep, as plain data, and the versions that every file names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.case.case import Case
from sim.case.scenario import Scenario
from sim.version import __version__

if TYPE_CHECKING:
    pass


RESULTS_EPOCH = 1  # raised by every change that moves numbers of the same configuration
LIBRARIES = ("numba", "numpy", "pyarrow", "pydantic")


def scenario_data(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain data, as its file would hold it."""
    return {
        "scenario": scenario.scenario,
        "title": scenario.title,
        "question": scenario.question,
        "paragraphs": {article: list(numbers) for article, numbers in scenario.paragraphs.items()},
        "answered_by": [answer.model_dump(mode="json") for answer in scenario.answered_by],
        "epoch": scenario.epoch,
        "horizon": scenario.horizon,
        "levers": {name: lever.model_dump() for name, lever in scenario.levers.items()},
        "events": json.loads(json.dumps(scenario.events)),  # lists again, as they are read back
        "fixed": dict(scenario.fixed),
        "off": list(scenario.off),
    }


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
    versions = {"jirga": __version__}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # pragma: no cover - a library that is imported is installed
            versions[name] = "unknown"
    return {
        "jirga.configuration": json.dumps(decides, sort_keys=True),
        "jirga.versions": json.dumps(versions, sort_keys=True),
    }
