"""Evidence is remembered only for as long as no file of it changes."""

from __future__ import annotations

import shutil
from pathlib import Path

from sim.case.loading import load_case
from sim.evidence.loading import evidence_of, load_evidence
from sim.evidence.priors import priors


def test_the_same_files_give_the_same_object_and_a_changed_one_another(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(load_case("afghanistan").folder, folder)
    case = load_case(folder)
    first = evidence_of(case)
    assert evidence_of(load_case(folder)) is first
    assert priors(case, first, "2021-04") is priors(case, evidence_of(case), "2021-04")
    table = folder / "evidence" / "pass_a" / "dyads.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:-1]), encoding="utf-8")
    assert len(evidence_of(case).dyads) == len(first.dyads) - 1


def test_what_is_remembered_is_what_is_read() -> None:
    case = load_case("afghanistan")
    for passes, implied in ((None, True), (["pass_b"], False)):
        remembered = evidence_of(case, passes, implied)
        read = load_evidence(case.folder / "evidence", passes, implied, case=case)
        assert {**vars(remembered)} == {**vars(read)}
