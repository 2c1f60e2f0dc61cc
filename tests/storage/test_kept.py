"""What a long job has done is found again by all that decides its numbers, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.engine.sweep import Sweep
from sim.storage.kept import keeping
from sim.version import PACKAGE, STATISTICS, sources
from tests.worlds import afghanistan


def test_what_is_kept_is_known_by_every_sweep_that_it_plays_and_by_what_is_asked(tmp_path: Path) -> None:
    keep, made = keeping(tmp_path / "parts"), []
    own, usual = (Sweep(afghanistan().scenario(name), 4, 2) for name in ("turkey_summit", "status_quo"))
    later = afghanistan().scenario("status_quo")
    moved = Sweep(replace(later, events=({"event": "convene", "table": "intra_afghan", "when": {"week": 9}},)), 4, 2)

    def make() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
        made.append(1)
        return {"values": np.array([float(len(made))])}

    def told(sweeps: list[Sweep], asked: object) -> float:
        return float(keep(sweeps, asked, make)["values"][0])

    assert told([own, usual], "x") == told([own, usual], "x") == 1.0
    assert told([own, moved], "x") == 2.0  # the baseline's file says something else
    assert told([own], "x") == 3.0
    assert told([own, usual], "y") == 4.0
    assert told([own, usual], "x") == 1.0


def test_corrected_statistics_use_nothing_that_the_old_ones_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = Sweep(afghanistan().scenario("status_quo"), 4, 2)

    def made(value: float) -> float:
        return float(keeping(tmp_path)([sweep], "x", lambda: {"values": np.array([value])})["values"][0])

    assert made(1.0) == made(2.0) == 1.0
    monkeypatch.setattr("sim.storage.kept.statistics_digest", lambda: "0" * 16)
    assert made(2.0) == 2.0


def test_the_digest_of_the_statistics_is_of_what_makes_them() -> None:
    named = {path.relative_to(PACKAGE).as_posix() for path in sources(STATISTICS)}
    assert {"analysis/shares.py", "analysis/paired.py", "experiment/comparison.py", "experiment/record.py"} <= named
