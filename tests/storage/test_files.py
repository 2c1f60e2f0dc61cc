"""A file is there whole or not at all, and a folder holds one configuration; what is not so is told in one line."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.inputs import InputError
from sim.storage import files, leases
from sim.storage.files import (
    Names,
    clear_away,
    differences,
    file_digest,
    named_files,
    prepare,
    put_text,
    read_configuration,
    whole_files,
    write_table,
)

ABC = "ba7816bf8f01cfea4141"  # the digest of b"abc"
WANTED = {"format": 3, "seed": 1}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(folder: Path, problem: str, call: Callable[[], object]) -> None:
    """The call is refused in these words."""
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value) == f"{folder}: {problem}"


def refusing(code: int) -> Callable[..., None]:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


def stored(folder: Path, kind: str, number: int, data: bytes, digest: str = "") -> Path:
    """A file of a shard; by default under the digest that it has."""
    (folder / "new").write_bytes(data)
    path = folder / f"{kind}-{number:06}-{digest or file_digest(folder / 'new')}.parquet"
    return (folder / "new").rename(path)


# --- two configurations ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "now", "told"),
    [
        ({}, {}, []),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2]}}, []),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, ["a.b.c: 1 there, 2 now"]),
        (
            {"b": 1, "a": 2},
            {"c": 3, "a": 4, "b": 5},
            ["b: 1 there, 5 now", "a: 2 there, 4 now", "c: null there, 3 now"],
        ),
        ({"a": "x", "b": True}, {"b": False}, ['a: "x" there, null now', "b: true there, false now"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a: [1] there, [1, 2] now"]),
        ({"a": None}, {}, []),
        ({3: 1}, {3: 2}, ["3: 1 there, 2 now"]),
        ({"a": {"b": 1}}, {"a": 2}, ['a: {"b": 1} there, 2 now']),
        ({}, {"a": {"b": 1}}, ['a: null there, {"b": 1} now']),
    ],
)
def test_two_configurations_differ_by_their_keys(there: Any, now: Any, told: list[str]) -> None:
    assert differences(there, now) == told


def test_what_is_no_mapping_differs_as_a_whole() -> None:
    assert differences(1, 2, "a.b") == ["a.b: 1 there, 2 now"]
    assert differences({"c": 1}, {"c": 2}, "a.b") == ["a.b.c: 1 there, 2 now"]


# --- what the system refuses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (errno.ENOSPC, "the disk is full; whole shards stay: free some space and start the same sweep again"),
        (errno.EDQUOT, "the disk is full; whole shards stay: free some space and start the same sweep again"),
        (errno.EACCES, "cannot be written to (Permission denied)"),
        (errno.EPERM, "cannot be written to (Operation not permitted)"),
        (errno.EROFS, "cannot be written to (Read-only file system)"),
        (errno.EIO, "cannot be used (Input/output error)"),
        (None, "cannot be used (odd)"),
    ],
)
def test_what_the_system_says_is_told_in_a_line(error: int | None, problem: str, tmp_path: Path) -> None:
    said = OSError("odd") if error is None else OSError(error, os.strerror(error))
    assert str(files._refuse(tmp_path, said)) == f"{tmp_path}: out: {problem}"


@pytest.mark.parametrize(("code", "is_told"), [(None, False), (errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_is_flushed_and_let_go_of(
    code: int | None, is_told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[os.stat_result] = []
    closed: list[int] = []
    usual = os.close

    def flush(handle: int) -> None:
        flushed.append(os.fstat(handle))
        closed.append(-handle)
        if code is not None:
            raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", flush)
        patch.setattr(os, "close", lambda handle: (closed.append(handle), usual(handle)))
        if is_told:
            with pytest.raises(OSError, match="Input/output error"):
                files._sync_folder(tmp_path)
        else:
            files._sync_folder(tmp_path)
    assert [one.st_ino for one in flushed] == [tmp_path.stat().st_ino]
    assert closed[0] == -closed[1]


# --- one file --------------------------------------------------------------------------------------------------------


def test_a_digest_is_the_first_twenty_digits(tmp_path: Path) -> None:
    for data, digest in ((b"abc", ABC), (b"", "e3b0c44298fc1c149afb")):
        (tmp_path / "file").write_bytes(data)
        assert file_digest(tmp_path / "file") == digest


@pytest.mark.parametrize("links", [None, errno.ENOTSUP])
@pytest.mark.parametrize("by_digest", [True, False])
@pytest.mark.parametrize("there", [None, b"other", b"abc"])
def test_a_name_that_is_taken_goes_to_whole_bytes_where_it_tells_of_them_and_else_stays(
    links: int | None, by_digest: bool, there: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, final = tmp_path / "new", tmp_path / "final"
    new.write_bytes(b"abc")
    if there is not None:
        final.write_bytes(there)
    if links is not None:
        monkeypatch.setattr(os, "link", refusing(links))
    files._place(new, final, digest_in_name=by_digest)
    assert final.read_bytes() == (b"abc" if by_digest or there is None else there)


def test_a_whole_file_that_is_there_is_not_put_there_again(tmp_path: Path) -> None:
    for name in ("new", "final"):
        (tmp_path / name).write_bytes(b"abc")
    before = (tmp_path / "final").stat().st_ino
    files._place(temporary=tmp_path / "new", final=tmp_path / "final", digest_in_name=True)
    assert (tmp_path / "final").stat().st_ino == before
    assert (tmp_path / "new").exists()


def test_what_a_file_system_does_not_lack_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new").write_bytes(b"abc")
    monkeypatch.setattr(os, "link", refusing(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        files._place(tmp_path / "new", tmp_path / "final", digest_in_name=True)
    assert names(tmp_path) == ["new"]


def test_a_file_is_flushed_then_named_then_its_folder_is_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    link, flush = os.link, os.fsync

    def linked(one: Path, other: Path) -> None:
        assert one.read_bytes() == b"abc"
        done.append(f"named {other.name}")
        link(one, other)

    def flushed(handle: int) -> None:
        done.append("folder" if os.fstat(handle).st_ino == tmp_path.stat().st_ino else "file")
        flush(handle)

    monkeypatch.setattr(os, "link", linked)
    monkeypatch.setattr(os, "fsync", flushed)
    path = files._write(tmp_path, lambda file: file.write(b"abc"), lambda digest: f"x-{digest}")
    assert path == tmp_path / f"x-{ABC}"
    assert done == ["file", f"named x-{ABC}", "folder"]
    assert names(tmp_path) == [f"x-{ABC}"]


def test_a_file_whose_writer_fails_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        files._write(tmp_path, lambda file: 1 / 0, lambda digest: digest)
    monkeypatch.setattr(os, "link", refusing(errno.ENOSPC))
    full = "out: the disk is full; whole shards stay: free some space and start the same sweep again"
    refused(tmp_path, full, lambda: files._write(tmp_path, lambda file: file.write(b"abc"), lambda digest: digest))
    assert names(tmp_path) == []


def test_a_broken_file_makes_room_for_the_whole_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / ABC).write_bytes(b"ab")
    files._write(folder=tmp_path, write=lambda file: file.write(b"abc"), name=lambda digest: digest)
    assert (tmp_path / ABC).read_bytes() == b"abc"


def test_a_table_is_kept_with_its_kind_its_number_and_where_it_comes_from(tmp_path: Path) -> None:
    table = pa.table({"n": [1, 2, 2], "x": [0.5, 0.5, 0.5], "word": ["a", "a", "b"]})
    write_table(tmp_path, "draws", 3, table.replace_schema_metadata({"mine": "1"}), {"jirga.versions": "v"})
    (path,) = tmp_path.iterdir()
    assert path.name == f"draws-000003-{file_digest(path)}.parquet"
    found = pq.read_table(path)
    assert found.equals(table)
    assert found.schema.metadata == {b"jirga.versions": b"v", b"jirga.kind": b"draws", b"jirga.shard": b"3"}
    group = pq.read_metadata(path).row_group(0)
    kept = [group.column(n) for n in range(3)]
    assert {column.compression for column in kept} == {"ZSTD"}
    assert [column.has_dictionary_page for column in kept] == [True, False, True]


def test_a_table_is_cut_into_groups_of_rows_that_fit_a_cache(tmp_path: Path) -> None:
    write_table(tmp_path, "runs", 0, pa.table({"n": range(65_537)}), {})
    (path,) = tmp_path.iterdir()
    stored = pq.read_metadata(path)
    assert [stored.row_group(n).num_rows for n in range(stored.num_row_groups)] == [65_536, 1]


def test_every_page_of_a_table_has_a_checksum(tmp_path: Path) -> None:
    write_table(tmp_path, "runs", 0, pa.table({"x": [float(n * n % 97) for n in range(1000)]}), {})
    (path,) = tmp_path.iterdir()
    column = pq.read_metadata(path).row_group(0).column(0)
    data = bytearray(path.read_bytes())
    data[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(path, page_checksum_verification=True)


# --- the configuration -----------------------------------------------------------------------------------------------


def test_a_folder_without_a_configuration_has_none(tmp_path: Path) -> None:
    assert read_configuration(tmp_path) is None
    assert read_configuration(tmp_path / "nowhere", "plan.json") is None


def test_a_configuration_is_read_with_its_notes(tmp_path: Path) -> None:
    text = {"format": 3, "name": "é", "notes": {"a": 1}}
    (tmp_path / "sweep.json").write_text(json.dumps(text, ensure_ascii=False), encoding="utf-8")
    assert read_configuration(tmp_path) == text
    assert read_configuration(tmp_path, "plan.json") is None


@pytest.mark.parametrize("data", [b"", b"{", b'{"format": 3, "a": "\xff"}'])
def test_a_configuration_that_is_no_json_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_configuration(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'sweep.json'}: cannot be read (")


def test_a_configuration_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sweep.json").mkdir()
    with pytest.raises(InputError, match=r"cannot be read \(\[Errno \d+\] Is a directory"):
        read_configuration(tmp_path)


@pytest.mark.parametrize("found", [[], 3, {}, {"format": 2}, {"format": 4}, {"format": None}])
def test_a_configuration_of_another_version_is_refused(found: Any, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(found))
    wanted = "format: is not of this version; allowed: 3"
    refused(tmp_path / "plan.json", wanted, lambda: read_configuration(tmp_path, "plan.json"))


# --- a folder's beginning --------------------------------------------------------------------------------------------


def test_a_folder_is_begun_with_what_it_carries_and_the_configuration_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, written = files._write_named, []
    monkeypatch.setattr(files, "_write_named", lambda path, data: (written.append(path.name), usual(path, data)))
    folder = tmp_path / "one" / "two"
    prepare(
        folder=folder,
        wanted=WANTED,
        name="sweep.json",
        what="a sweep",
        beside={"case/in/a.yaml": b"a", "b.txt": b"b"},
        notes={"jirga": "9"},
    )
    assert written == ["a.yaml", "b.txt", "sweep.json"]
    assert names(folder) == ["b.txt", "case", "sweep.json"]
    assert ((folder / "case/in/a.yaml").read_bytes(), (folder / "b.txt").read_bytes()) == (b"a", b"b")
    assert json.loads((folder / "sweep.json").read_text()) == {**WANTED, "notes": {"jirga": "9"}}
    assert (folder / "sweep.json").read_text().startswith('{\n  "format": 3,')


def test_a_folder_of_the_same_configuration_stays_as_it_is(tmp_path: Path) -> None:
    prepare(tmp_path, WANTED, "plan.json", "a plan", beside={"case/a.yaml": b"a"})
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert json.loads((tmp_path / "plan.json").read_text())["notes"] == {}
    (tmp_path / "runs-mine").touch()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    prepare(tmp_path, WANTED, "plan.json", "a plan", beside={"case/a.yaml": b"b"}, notes={"jirga": "10"})
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(("what", "told"), [((), "a sweep"), (("sweep.json", "a plan"), "a plan")])
def test_another_configuration_is_refused_with_all_differences(what: Any, told: str, tmp_path: Path) -> None:
    prepare(tmp_path, WANTED, *what)
    problem = (
        f"out: holds {told} of another configuration: seed: 1 there, 2 now; runs: null there, 5 now; "
        "allowed: the same configuration, or another folder"
    )
    refused(tmp_path, problem, lambda: prepare(tmp_path, {**WANTED, "seed": 2, "runs": 5}, *what))


def test_a_folder_with_other_files_is_refused_with_the_first_of_them(tmp_path: Path) -> None:
    for name in ("thesis.txt", "notes.txt"):
        (tmp_path / name).touch()
    problem = "out: holds other files, such as notes.txt; allowed: an empty folder, or one of a plan"
    refused(tmp_path, problem, lambda: prepare(tmp_path, WANTED, "plan.json", "a plan"))
    assert names(tmp_path) == ["notes.txt", "thesis.txt"]


def test_files_in_the_making_are_no_other_files(tmp_path: Path) -> None:
    (tmp_path / leases.name("a" * 32)).touch()
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "a.yaml").write_bytes(b"a")
    prepare(tmp_path, WANTED, beside={"case/a.yaml": b"a", "case/b.yaml": b"b"})
    assert names(tmp_path / "case") == ["a.yaml", "b.yaml"]
    assert read_configuration(tmp_path) is not None


def test_what_would_be_carried_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "a.yaml").write_bytes(b"mine")
    problem = "out: holds other files, such as case/a.yaml; allowed: an empty folder, or one of a sweep"
    refused(tmp_path, problem, lambda: prepare(tmp_path, WANTED, beside={"case/b.yaml": b"b", "case/a.yaml": b"a"}))
    assert (tmp_path / "case" / "a.yaml").read_bytes() == b"mine"
    assert names(tmp_path) == ["case"]


def test_a_folder_that_carries_more_than_it_would_is_refused_and_nothing_is_begun(tmp_path: Path) -> None:
    (tmp_path / "case" / "evidence").mkdir(parents=True)
    (tmp_path / "case" / "evidence" / "x.csv").write_bytes(b"mine")
    problem = "out: holds other files, such as case/evidence/x.csv; allowed: an empty folder, or one of a sweep"
    refused(tmp_path, problem, lambda: prepare(tmp_path, WANTED, beside={"case/a.yaml": b"a"}))
    assert names(tmp_path / "case") == ["evidence"]
    assert names(tmp_path) == ["case"]


def test_who_is_second_takes_what_the_first_has_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, looks = files.read_configuration, []

    def read(folder: Path, name: str) -> Any:
        looks.append(name)
        if len(looks) > 1:
            return usual(folder, name)
        (folder / "plan.json").write_text(json.dumps({"format": 3, "seed": 5, "notes": {}}))
        (folder / "runs-of-the-first").touch()
        return None

    monkeypatch.setattr(files, "read_configuration", read)
    with pytest.raises(InputError, match="holds a plan of another configuration: seed: 5 there, 1 now"):
        prepare(tmp_path, WANTED, "plan.json", "a plan", beside={"case/a.yaml": b"a"})
    assert names(tmp_path) == ["plan.json", "runs-of-the-first"]


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", refusing(errno.EACCES))
    folder = tmp_path / "new"
    refused(folder, "out: cannot be written to (Permission denied)", lambda: prepare(folder, WANTED))


# --- a text ----------------------------------------------------------------------------------------------------------


def test_a_text_is_put_in_the_place_of_what_was_there_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, usual = tmp_path / "folder" / "note.txt", os.replace
    put_text(path, "first\n")

    def replace(one: Path, other: Path) -> None:
        assert (one.read_bytes(), other.read_bytes()) == ("é\n".encode(), b"first\n")
        assert one.parent == other.parent
        usual(one, other)

    monkeypatch.setattr(os, "replace", replace)
    put_text(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    assert names(path.parent) == ["note.txt"]


def test_a_text_that_cannot_be_put_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_text(tmp_path / "note.txt", "first")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refusing(errno.EROFS))
        problem = "out: cannot be written to (Read-only file system)"
        refused(tmp_path, problem, lambda: put_text(tmp_path / "note.txt", "second"))
    assert ((tmp_path / "note.txt").read_text(), names(tmp_path)) == ("first", ["note.txt"])
    inside = tmp_path / "note.txt" / "more.txt"
    refused(inside.parent, "out: cannot be used (File exists)", lambda: put_text(inside, "x"))
    deep = tmp_path / "no" / "such" / "x.txt"
    refused(deep.parent, "out: cannot be used (No such file or directory)", lambda: put_text(deep, "x"))


# --- the files of a folder -------------------------------------------------------------------------------------------


def test_files_are_known_by_their_names_and_foreign_ones_are_left_out(tmp_path: Path) -> None:
    digest = "0123456789abcdef0123"
    known = {
        (kind, number): tmp_path / f"{kind}-{number:06}-{digest}.parquet"
        for kind, number in (("runs", 0), ("draws", 12), ("paths", 999_999), ("bands", 1_000_000))
    }
    foreign = (
        f"runs-00001-{digest}.parquet", f"run-000001-{digest}.parquet", f"runs-000001-{digest[:-1]}.parquet",
        f"runs-000001-{digest}0.parquet", f"runs-000001-{digest.upper()}.parquet", f"runs-000001-{digest}.parquet.gz",
        f"x-runs-000001-{digest}.parquet", f"runs-000001-{digest}_parquet",
    )  # fmt: skip
    for path in known.values():
        path.touch()
    for name in foreign:
        (tmp_path / name).touch()
    assert named_files(tmp_path) == known
    assert whole_files(tmp_path) == {}


def test_of_two_files_of_a_shard_the_first_is_named_and_the_first_whole_one_is_whole(tmp_path: Path) -> None:
    broken = stored(tmp_path, "runs", 4, b"broken", "0" * 20)
    whole = [stored(tmp_path, "runs", 4, data) for data in (b"abc", b"")]
    stored(tmp_path, "draws", 4, b"broken", "1" * 20)
    assert named_files(tmp_path)["runs", 4] == broken
    assert whole_files(tmp_path) == {("runs", 4): min(whole)}


def test_a_folder_is_looked_at_anew_after_twenty_times_as_long_as_a_look_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, looks = [10.0], []

    def look(folder: Path) -> dict[tuple[str, int], Path]:
        looks.append(now[0])
        now[0] += 2.0
        return {("runs", len(looks)): folder}

    monkeypatch.setattr(files, "named_files", look)
    found = Names(tmp_path, lambda: now[0])
    assert looks == []
    assert ("runs", 1) in found
    now[0] = 51.9
    assert ("runs", 1) in found
    assert ("runs", 2) not in found
    assert looks == [10.0]
    now[0] = 52.0
    assert ("runs", 2) in found
    assert ("runs", 1) not in found
    assert looks == [10.0, 52.0]


def test_what_broken_writes_left_goes_and_what_is_foreign_stays(tmp_path: Path) -> None:
    whole = stored(tmp_path, "runs", 0, b"abc")
    broken = [stored(tmp_path, kind, 1, b"abc", "0" * 20).name for kind in ("paths", "bands")]
    left = tmp_path / leases.name("b" * 32)
    for path in (left, tmp_path / "thesis.parquet", tmp_path / ".mine.part"):
        path.touch()
    assert clear_away(tmp_path) == sorted(broken)
    assert names(tmp_path) == [".mine.part", whole.name, "thesis.parquet"]
    assert clear_away(tmp_path) == []


def test_what_another_process_has_cleared_since_it_was_listed_is_gone_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [stored(tmp_path, kind, 1, b"abc", "0" * 20) for kind in ("paths", "bands")]
    whole = stored(tmp_path, "runs", 0, b"abc")
    usual = files.file_digest

    def digest(path: Path) -> str:
        gone[0].unlink(missing_ok=True)
        return usual(path)

    monkeypatch.setattr(files, "file_digest", digest)
    gone[1].unlink()
    listed = sorted([*gone, whole])
    monkeypatch.setattr(Path, "iterdir", lambda folder: iter(listed))
    assert files.whole_files(tmp_path) == {("runs", 0): whole}
    assert clear_away(tmp_path) == []


def test_a_folder_that_is_not_there_cannot_be_cleared(tmp_path: Path) -> None:
    refused(tmp_path / "no", "out: cannot be used (No such file or directory)", lambda: clear_away(tmp_path / "no"))
