"""Weights over draws come back from their file as they were, and serve no other draws."""

from __future__ import annotations

import errno
import os
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.case.loading import load_case
from sim.inputs import InputError
from sim.storage.weights import COLUMNS, Draws, read_weights, refuse_other, write_weights

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
    assert dict(zip(table.column_names, table.schema.types, strict=True)) == COLUMNS
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
    schema = pq.read_table(kept(tmp_path)).schema
    changed = pa.table({"draw": [0, 1], "seed": [7, 7], "weight": [1.0, 9.0]}, schema)
    pq.write_table(changed, tmp_path / "changed.parquet")
    gaps = pa.table({"draw": [1, 2], "seed": [7, 7], "weight": [1.0, 1.0]}, schema)
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


def rewritten(path: Path, metadata: dict[bytes, bytes], strange: tuple[str, ...] = (), **columns: list[Any]) -> Path:
    """The file with other columns or another account of itself; a strange column is of another type."""
    table = pq.read_table(path)
    told = {name: columns.get(name, table.column(name).to_pylist()) for name in table.column_names}
    named = {name: pa.array(values, None if name in strange else COLUMNS[name]) for name, values in told.items()}
    pq.write_table(pa.table(named).replace_schema_metadata({**table.schema.metadata, **metadata}), path)
    return path


def test_a_file_says_what_it_is_and_of_what(tmp_path: Path) -> None:
    write_weights(tmp_path / "w.parquet", WHOSE, WEIGHTS, ("P1",), ["A sentence.", "Another."])
    assert [path.name for path in tmp_path.iterdir()] == ["w.parquet"]
    found = read_weights(tmp_path / "w.parquet")
    assert found.file == tmp_path / "w.parquet"
    assert found.words == ("A sentence.", "Another.")
    assert found.decides == WHOSE.decides()
    assert found.weights.dtype == np.float64
    schema = pq.read_schema(found.file)
    assert [field.type for field in schema] == [pa.int64(), pa.uint64(), pa.float64()]
    assert [field.metadata[b"unit"] for field in schema] == [b"number", b"number", b"1"]
    assert schema.metadata[b"jirga.kind"] == b"weights"
    assert b"jirga.versions" in schema.metadata
    column = pq.read_metadata(found.file).row_group(0).column(2)
    assert column.compression == "ZSTD"
    assert pq.read_table(found.file).column("draw").to_pylist() == [0, 1, 2, 3]


def test_every_page_of_weights_has_a_checksum(tmp_path: Path) -> None:
    path = tmp_path / "w.parquet"
    write_weights(path, WHOSE, np.random.default_rng(1).random(500), ["P1"])
    column = pq.read_metadata(path).row_group(0).column(2)
    data = bytearray(path.read_bytes())
    data[(column.dictionary_page_offset or column.data_page_offset) + column.total_compressed_size // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(path, page_checksum_verification=True)


def test_a_seed_may_be_the_largest_that_there_is(tmp_path: Path) -> None:
    whose = replace(WHOSE, seed=2**64 - 1)
    write_weights(tmp_path / "w.parquet", whose, WEIGHTS, ["P1"])
    found = read_weights(tmp_path / "w.parquet")
    assert np.array_equal(found.of(whose, 4), WEIGHTS)
    assert pq.read_table(found.file).column("seed").to_pylist() == [2**64 - 1] * 4


def test_whose_draws_they_are_is_told_by_all_that_decides_a_draw() -> None:
    assert list(WHOSE.decides()) == [
        "case", "digests", "results_epoch", "engine", "passes", "implied", "seed",
    ]  # fmt: skip
    assert WHOSE.decides()["passes"] == ["pass_a", "pass_b", "pass_c"]
    assert WHOSE.decides()["implied"] is True
    assert Draws(load_case(), 7, ("pass_b",), implied=False).decides() == {
        **WHOSE.decides(), "passes": ["pass_b"], "implied": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("weights", "draws", "problem"),
    [
        (WEIGHTS, 1_000, "are of 4 draws, and 1,000 are asked for; allowed: size.draws=4 or fewer"),
        (np.array([1.0]), 2, "are of 1 draw, and 2 are asked for; allowed: size.draws=1 or fewer"),
        (np.array([0.0, 0.0, 1.0]), 2, "are all 0 for the first 2 draws; allowed: more draws"),
    ],
)
def test_what_they_cannot_serve_is_told_in_these_words(
    weights: np.ndarray[tuple[int], np.dtype[np.float64]], draws: int, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "w.parquet"
    write_weights(path, WHOSE, weights, ["P1"])
    found = read_weights(path)
    with pytest.raises(InputError) as caught:
        found.of(WHOSE, draws)
    assert str(caught.value) == f"{path}: weights: {problem}"
    np.testing.assert_array_equal(found.of(WHOSE, len(weights)), weights)


def test_a_page_is_told_how_many_equal_draws_they_are_worth(tmp_path: Path) -> None:
    found = read_weights(kept(tmp_path))
    said = "the draws are weighted by weights.parquet, which has learnt from rounds_by_april_2019, P1: "
    assert found.told(4) == said + "4 draws, worth 2 equal ones (Kish 1965)"
    assert found.told(1) == said + "1 draw, worth 1 equal ones (Kish 1965)"
    write_weights(tmp_path / "w.parquet", WHOSE, np.full(1_200, 3.0), ["P1"])
    assert read_weights(tmp_path / "w.parquet").told(1_200).endswith("1,200 draws, worth 1,200 equal ones (Kish 1965)")


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"draw": [0, 1, 2, 2]}, "does not have one weight, at least 0, of each draw from 0 on"),
        ({"weight": [1.0, 1.0, 1.0, -0.001]}, "does not have one weight, at least 0, of each draw from 0 on"),
        ({"weight": [1.0, 1.0, 1.0, np.nan]}, "does not have one weight, at least 0, of each draw from 0 on"),
        ({"weight": [1.0, 1.0, 1.0, np.inf]}, "does not have one weight, at least 0, of each draw from 0 on"),
        ({"weight": [0.5, 1.5, 0.0, 2.5]}, "are not those that were written: the digest is another"),
    ],
)
def test_weights_that_are_not_those_of_all_draws_are_refused(
    columns: dict[str, list[float]], problem: str, tmp_path: Path
) -> None:
    path = rewritten(kept(tmp_path), {}, **columns)
    with pytest.raises(InputError) as caught:
        read_weights(path)
    allowed = "a file that job=calibrate wrote for this case, seed and evidence"
    assert str(caught.value) == f"{path}: weights: {problem}; allowed: {allowed}"


@pytest.mark.parametrize("key", ["learnt", "words", "configuration"])
def test_a_turned_bit_in_what_a_file_says_of_itself_is_seen(key: str, tmp_path: Path) -> None:
    path = kept(tmp_path)
    said = pq.read_table(path).schema.metadata[f"jirga.{key}".encode()]
    for place in range(len(said)):
        turned = bytearray(said)
        turned[place] ^= 0x81  # no ASCII any more, and so no UTF-8 either
        other = rewritten(kept(tmp_path), {f"jirga.{key}".encode(): bytes(turned)})
        with pytest.raises(InputError, match="are not those that were written"):
            read_weights(other)


def test_a_column_of_words_holds_no_weights(tmp_path: Path) -> None:
    path = rewritten(kept(tmp_path), {}, ("weight",), weight=["1", "1", "1", "1"])
    with pytest.raises(InputError, match="holds no weights over draws"):
        read_weights(path)


def test_a_file_of_no_weight_at_all_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.parquet"
    write_weights(path, WHOSE, np.zeros(0), ["P1"])
    with pytest.raises(InputError, match="does not have one weight, at least 0, of each draw"):
        read_weights(path)


def test_weights_of_which_all_are_0_are_a_file_all_the_same(tmp_path: Path) -> None:
    write_weights(tmp_path / "w.parquet", WHOSE, np.zeros(2), ["P1"])
    assert read_weights(tmp_path / "w.parquet").weights.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "metadata",
    [
        {b"jirga.kind": b"runs"},
        {b"jirga.configuration": b'{"seed": 8}'},
    ],
)
def test_a_file_that_says_something_else_of_itself_is_refused(metadata: dict[bytes, bytes], tmp_path: Path) -> None:
    path = rewritten(kept(tmp_path), metadata)
    with pytest.raises(InputError, match=r"holds no weights over draws|the digest is another"):
        read_weights(path)


@pytest.mark.parametrize("key", ["kind", "configuration", "learnt", "words", "digest"])
def test_a_file_that_does_not_say_what_it_is_of_holds_no_weights(key: str, tmp_path: Path) -> None:
    path = kept(tmp_path)
    table = pq.read_table(path)
    said = {name: value for name, value in table.schema.metadata.items() if name != f"jirga.{key}".encode()}
    pq.write_table(table.replace_schema_metadata(said), path)
    with pytest.raises(InputError, match="weights: holds no weights over draws; allowed: a file that job=calibrate"):
        read_weights(path)


@pytest.mark.parametrize("names", [("draw", "seed"), ("seed", "draw", "weight"), ("draw", "seed", "wait")])
def test_a_file_of_other_columns_holds_no_weights(names: tuple[str, ...], tmp_path: Path) -> None:
    path = kept(tmp_path)
    said = pq.read_schema(path).metadata
    pq.write_table(pa.table({name: [0] for name in names}).replace_schema_metadata(said), path)
    with pytest.raises(InputError, match="holds no weights over draws"):
        read_weights(path)


def test_weights_and_whose_they_are_cannot_be_changed(tmp_path: Path) -> None:
    for one, name in ((WHOSE, "seed"), (read_weights(kept(tmp_path)), "weights")):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 3)
    assert Draws(load_case(), 7) == WHOSE
    assert (WHOSE.passes, WHOSE.implied) == ((), True)


def test_a_folder_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="weights: there is no such file; allowed: a file that job=calibrate"):
        read_weights(tmp_path)


def test_weights_take_the_place_of_weights_and_of_nothing_else(tmp_path: Path) -> None:
    path = kept(tmp_path)
    write_weights(path, WHOSE, WEIGHTS[:2], ["P2"])
    assert read_weights(path).learnt == ("P2",)
    refuse_other(path)
    refuse_other(tmp_path / "nothing")
    path.write_bytes(b"")
    with pytest.raises(InputError) as caught:
        refuse_other(path)
    problem = "out: is there, and jirga has not written it: it stays; allowed: another folder, or move the file away"
    assert str(caught.value) == f"{path}: {problem}"


def test_weights_that_cannot_be_written_leave_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(InputError) as caught:
        write_weights(path, WHOSE, WEIGHTS[:2], ["P2"])
    assert str(caught.value) == f"{path}: out: cannot be written (Permission denied)"
    assert read_weights(path).learnt == ("rounds_by_april_2019", "P1")
    assert [one.name for one in tmp_path.iterdir()] == ["weights.parquet"]
    with pytest.raises(InputError, match=r"out: cannot be written \("):
        write_weights(tmp_path / "nowhere" / "w.parquet", WHOSE, WEIGHTS, ["P1"])
