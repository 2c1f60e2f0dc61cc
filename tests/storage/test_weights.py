"""Weights over draws come back from their file as they were, and serve no other draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.case.loading import load_case
from sim.inputs import InputError
from sim.storage.weights import COLUMNS, Draws, read_weights, write_weights

WHOSE = Draws(load_case(), 7)
WEIGHTS = np.array([0.5, 1.5, 0.0, 2.0])


def kept(folder: Path) -> Path:
    path = folder / "weights.parquet"
    write_weights(path, WHOSE, WEIGHTS, ["rounds_by_april_2019", "P1"])
    return path


def test_they_come_back_and_serve_fewer_of_the_same_draws(tmp_path: Path) -> None:
    found = read_weights(kept(tmp_path))
    assert found.learnt == ("rounds_by_april_2019", "P1")
    assert np.array_equal(found.of(WHOSE, 4), WEIGHTS)
    assert np.array_equal(found.of(replace(WHOSE, passes=("pass_a", "pass_b", "pass_c")), 2), WEIGHTS[:2])
    table = pq.read_table(found.file)
    assert tuple(table.column_names) == COLUMNS
    assert not any(field.nullable for field in table.schema)  # a draw without a weight would count by nobody's rule
    assert set(table.column("seed").to_pylist()) == {7}
    assert "worth 2 equal ones" in found.told(4)


@pytest.mark.parametrize(
    ("whose", "draws", "says"),
    [
        (replace(WHOSE, seed=8), 4, "are of other draws: seed: 7 there, 8 now"),
        (replace(WHOSE, passes=("pass_a",)), 4, "are of other draws: passes:"),
        (replace(WHOSE, implied=False), 4, "are of other draws: implied: true there, false now"),
        (WHOSE, 5, "are of 4 draws, and 5 are asked for"),
    ],
)
def test_they_serve_no_other_draws(tmp_path: Path, whose: Draws, draws: int, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_weights(kept(tmp_path)).of(whose, draws)


def test_draws_that_all_weigh_nothing_are_refused(tmp_path: Path) -> None:
    write_weights(tmp_path / "w.parquet", WHOSE, np.array([0.0, 1.0]), ["P1"])
    with pytest.raises(InputError, match="are all 0 for the first 1 draw"):
        read_weights(tmp_path / "w.parquet").of(WHOSE, 1)


def test_what_is_no_such_file_is_refused_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("no", encoding="utf-8")
    pq.write_table(pa.table({"draw": [0]}), tmp_path / "other.parquet")
    metadata = pq.read_table(kept(tmp_path)).schema.metadata
    changed = pa.table({"draw": [0, 1], "seed": [7, 7], "weight": [1.0, 9.0]}).replace_schema_metadata(metadata)
    pq.write_table(changed, tmp_path / "changed.parquet")
    gaps = pa.table({"draw": [1, 2], "seed": [7, 7], "weight": [1.0, 1.0]}).replace_schema_metadata(metadata)
    pq.write_table(gaps, tmp_path / "gaps.parquet")
    wanted = {
        "none": "there is no such file", "text": "is no Parquet file", "other": "holds no weights over draws",
        "changed": "are not those that were written", "gaps": "does not have one weight",
    }  # fmt: skip
    for name, says in wanted.items():
        with pytest.raises(InputError, match=says) as refused:
            read_weights(tmp_path / f"{name}.parquet")
        assert "\n" not in str(refused.value)


def test_a_file_of_somebody_elses_stays(tmp_path: Path) -> None:
    path = tmp_path / "weights.parquet"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="jirga has not written it"):
        write_weights(path, WHOSE, WEIGHTS, ["P1"])
    assert path.read_text(encoding="utf-8") == "mine"
