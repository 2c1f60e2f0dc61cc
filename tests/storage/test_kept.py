"""What a long job has done is found again by all that decides its numbers, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.engine.sweep import Sweep
from sim.storage.kept import keeping
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
