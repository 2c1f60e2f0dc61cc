"""Who writes a file holds a lease on it; what nobody holds goes, what somebody may hold stays, and no foreign file is
touched."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from sim.storage import leases

HEX = "0123456789abcdef" * 2


def test_a_system_is_named_by_its_start_or_else_by_its_network_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = leases.system.__wrapped__
    monkeypatch.setattr(leases, "BOOT", tmp_path / "boot_id")
    monkeypatch.setattr("uuid.getnode", lambda: 0xABC)
    assert asked() == "000000000abc"
    (tmp_path / "boot_id").write_text("f00d-1\n")
    assert asked() == "f00d-1"


def test_a_name_says_on_which_system_a_file_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "system", lambda: "f00d-1")
    assert leases.name(HEX) == f".f00d-1.{HEX}.part"
    match = leases.TEMPORARY.fullmatch(leases.name(HEX))
    assert match is not None
    assert match[1] == "f00d-1"


@pytest.mark.parametrize(
    "name", [f".f00d-1.{HEX}0.part", f".f00d-1.{HEX[1:]}.part", f".thesis.{HEX}.part", f"f00d.{HEX}.part", f".a.{HEX}"]
)
def test_other_names_are_foreign(name: str) -> None:
    assert leases.TEMPORARY.fullmatch(name) is None


def free(path: Path) -> bool:
    """Whether somebody else could have the lease."""
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def test_a_lease_is_held_as_long_as_the_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    with leases.held(path) as file:
        file.write(b"abc")
        assert not free(path)
    assert free(path)
    assert path.read_bytes() == b"abc"
    with pytest.raises(FileExistsError), leases.held(path):
        pass
    assert path.read_bytes() == b"abc"


@pytest.mark.parametrize(("wait", "how"), [(True, fcntl.LOCK_EX), (False, fcntl.LOCK_EX | fcntl.LOCK_NB)])
def test_who_writes_waits_for_the_lease_and_who_clears_does_not(
    wait: bool, how: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(fcntl, "flock", lambda file, how: asked.append(how))
    with (tmp_path / "x").open("wb") as file:
        assert leases._lock(file=file, wait=wait)
    assert asked == [how]
    with leases.held(tmp_path / "y"):
        assert asked == [how, fcntl.LOCK_EX]


def test_a_lease_that_is_not_given_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with leases.held(tmp_path / "x") as _, (tmp_path / "x").open("r+b") as other:
        assert not leases._lock(other, wait=False)

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with leases.held(tmp_path / "y") as file:  # a file system without leases has files all the same
        file.write(b"abc")
        assert not leases._lock(file, wait=False)
    assert (tmp_path / "y").read_bytes() == b"abc"


def test_what_nobody_holds_goes_and_what_is_foreign_does_not_end_the_search(tmp_path: Path) -> None:
    foreign = [tmp_path / name for name in (".a.part", ".zz.part", "x.part", f".f00d-1.{HEX}.txt")]
    own = [tmp_path / leases.name(letter * 32) for letter in "abc"]
    for path in (*foreign, *own):
        path.touch()
    with own[1].open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        leases.clear(tmp_path)
        assert sorted(tmp_path.iterdir()) == sorted([*foreign, own[1]])
    leases.clear(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(foreign)


@pytest.mark.parametrize(("age", "stays"), [(0.0, True), (21_599.0, True), (21_600.0, True), (21_601.0, False)])
def test_what_another_system_began_stays_for_six_hours(
    age: float, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f".f00d-1.{HEX}.part"
    path.touch()
    monkeypatch.setattr(leases, "_age", lambda path: age)
    leases.clear(tmp_path)
    assert path.exists() is stays


def refuse(*_: Any, **__: Any) -> None:
    """What the system says of another user's file."""
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_an_old_file_of_another_systems_other_user_stays_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f".f00d-1.{HEX}.part"
    path.touch()
    monkeypatch.setattr(leases, "_age", lambda path: 21_601.0)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        leases.clear(tmp_path)
    assert path.exists()


def test_a_file_that_has_gone_meanwhile_or_is_another_users_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases._remove_free(tmp_path / "gone")
    path = tmp_path / leases.name(HEX)
    path.touch()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        leases.clear(tmp_path)
    assert path.exists()


def test_a_file_of_another_system_that_goes_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f".f00d-1.{HEX}.part"
    path.touch()
    monkeypatch.setattr(leases, "_age", lambda path: (path.unlink(), 1e9)[1])
    leases.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_age_is_by_the_clock_of_the_file_system_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch()
    now = path.stat().st_mtime
    os.utime(path, (now, now - 1000.0))
    assert 1000.0 <= leases._age(path) < 1100.0
    assert leases._age(tmp_path / "gone") == 0.0
    assert list(tmp_path.iterdir()) == [path]


def test_an_age_is_told_where_somebody_clears_the_folder_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = leases.held

    @contextmanager
    def taken(path: Path) -> Iterator[BinaryIO]:
        with usual(path) as file:
            yield file
        path.unlink()

    (tmp_path / "x").touch()
    monkeypatch.setattr(leases, "held", taken)
    assert leases._age(tmp_path / "x") < 100.0


def test_an_age_is_that_of_the_files_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").touch()
    asked, usual = [], leases.held
    monkeypatch.setattr(leases, "held", lambda path: (asked.append(path), usual(path))[1])
    leases._age(tmp_path / "x")
    (path,) = asked
    assert path.parent == tmp_path
    assert leases.TEMPORARY.fullmatch(path.name)
