"""What a long job has done is found again by all that decides its numbers, and by nothing else."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shards import textbook

from sim.engine.sweep import Sweep
from sim.inputs import InputError
from sim.storage.kept import keeping, kept
from sim.storage.sweeps import configuration
from sim.version import PACKAGE, STATISTICS, sources, statistics_digest
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


def own() -> Sweep:
    return Sweep(textbook().scenario("status_quo"), 4, 2)


def arrays() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    return {"values": np.array([[1.0, np.nan], [3.0, -0.0]]), "none": np.zeros(0)}


def again() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    return {"values": np.array([2.0])}


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    kept(tmp_path / "parts", own(), "x", arrays)
    found = kept(tmp_path / "parts", own(), "x", lambda: pytest.fail("made again"))
    assert list(found) == ["values", "none"]
    for name, values in arrays().items():
        assert found[name].dtype == values.dtype
        assert found[name].tobytes() == values.tobytes()
        assert found[name].shape == values.shape
    (path,) = (tmp_path / "parts").iterdir()
    assert re.fullmatch(r"[0-9a-f]{20}\.npz", path.name)


def test_a_name_is_a_digest_of_all_that_decides_the_arrays(tmp_path: Path) -> None:
    decides = {"sweep": configuration(own()), "asked": {"b": 1, "a": 2}, "statistics": statistics_digest()}
    kept(tmp_path, own(), {"b": 1, "a": 2}, arrays)
    kept(tmp_path, own(), {"a": 2, "b": 1}, lambda: pytest.fail("the order of the keys says nothing"))
    (path,) = tmp_path.iterdir()
    assert path.stem == hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:20]


@pytest.mark.parametrize("harm", ["cut", "flipped", "text", "empty", "one array", "folder"])
def test_what_was_broken_on_its_way_is_made_anew(harm: str, tmp_path: Path) -> None:
    kept(tmp_path, own(), "x", arrays)
    (path,) = tmp_path.iterdir()
    data = bytearray(path.read_bytes())
    flipped = bytearray(data)
    flipped[data.index(arrays()["values"].tobytes())] ^= 1
    path.unlink()
    if harm == "folder":
        path.mkdir()
        with pytest.raises(InputError, match=r"out: cannot be written to \("):
            kept(tmp_path, own(), "x", again)
        return
    np.save(one := io.BytesIO(), np.arange(3))
    harmed = {"cut": data[:-1], "flipped": flipped, "text": b"text", "empty": b"", "one array": one.getvalue()}
    path.write_bytes(harmed[harm])
    assert kept(tmp_path, own(), "x", again)["values"].tolist() == [2.0]
    assert kept(tmp_path, own(), "x", arrays)["values"].tolist() == [2.0]


def test_a_bit_turned_anywhere_is_made_anew_or_changes_nothing(tmp_path: Path) -> None:
    kept(tmp_path, own(), "x", arrays)
    (path,) = tmp_path.iterdir()
    data, whole = path.read_bytes(), [made()["values"].tobytes() for made in (arrays, again)]
    for place in range(len(data)):
        for bit in (0x01, 0x20, 0x80):
            path.write_bytes(data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])
            assert kept(tmp_path, own(), "x", again)["values"].tobytes() in whole


def test_objects_are_never_read(tmp_path: Path) -> None:
    kept(tmp_path, own(), "x", arrays)
    (path,) = tmp_path.iterdir()
    with path.open("wb") as file:
        np.savez(file, values=np.array([{}], object))
    assert kept(tmp_path, own(), "x", again)["values"].tolist() == [2.0]
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        kept(tmp_path, own(), "y", lambda: {"values": np.array([{}], object)})
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_refuses_is_told_of_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(InputError) as caught:
        kept(tmp_path / "parts", own(), "x", arrays)
    assert str(caught.value) == f"{tmp_path / 'parts'}: out: cannot be written to (No space left on device)"
    assert list((tmp_path / "parts").iterdir()) == []
    with pytest.raises(InputError) as caught:
        kept(tmp_path / "no" / "parts", own(), "x", arrays)
    assert str(caught.value) == f"{tmp_path / 'no' / 'parts'}: out: cannot be written to (No such file or directory)"


def test_the_first_sweep_is_not_one_of_the_others(tmp_path: Path) -> None:
    keep, other = keeping(tmp_path), Sweep(textbook().scenario("locked"), 4, 2)
    keep([own(), other], "x", arrays)
    with pytest.raises(ZeroDivisionError):
        keep([other, own()], "x", lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    with pytest.raises(ZeroDivisionError):
        keep([own(), other, own()], "x", lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    (path,) = tmp_path.iterdir()
    told = {"asked": "x", "others": [configuration(other)]}
    decides = {"sweep": configuration(own()), "asked": told, "statistics": statistics_digest()}
    assert path.stem == hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:20]
