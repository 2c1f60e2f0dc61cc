"""What stands around the program is whole: lock, citation, changelog, the gate."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field

import sim
from sim.inputs import Strict, checked, read_yaml

ROOT = Path(__file__).parent.parent


class Author(Strict):
    name: str | None = None
    given_names: str | None = Field(default=None, alias="given-names")
    family_names: str | None = Field(default=None, alias="family-names")


class Citation(Strict):
    """The keys of the Citation File Format 1.2.0 that this project uses."""

    cff: Literal["1.2.0"] = Field(alias="cff-version")
    message: str = Field(min_length=1)
    title: str = Field(min_length=1)
    type: Literal["software", "dataset"]
    abstract: str = Field(min_length=1)
    authors: tuple[Author, ...] = Field(min_length=1)
    keywords: tuple[str, ...] = Field(min_length=1)
    license: Literal["Apache-2.0"]
    version: str
    released: datetime.date = Field(alias="date-released")


def test_the_citation_is_valid_and_of_this_version() -> None:
    citation = checked(Citation, read_yaml(ROOT / "CITATION.cff"), file="CITATION.cff")
    assert citation.version == sim.__version__
    assert all(author.name or author.family_names for author in citation.authors)


def test_the_changelog_speaks_of_this_version() -> None:
    assert f"## {sim.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_is_locked_with_hashes_and_without_a_host() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [name for group in project["optional-dependencies"].values() for name in group]
    wanted = {re.split(r"[<>=;\[ ]", name)[0] for name in [*project["dependencies"], *extras]}
    pinned = re.findall(r"^([\w.-]+)==.*\n(.*)", text, re.MULTILINE)
    assert wanted <= {name for name, _ in pinned}
    assert all(re.match(r"    --hash=sha256:[0-9a-f]{64}", below) for _, below in pinned)
    assert "://" not in text


def test_the_lock_serves_every_python_that_is_promised() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.search(r"^mesa==3\.3\.\d+ ; python_full_version < '3\.12'", text, re.MULTILINE)
    assert re.search(r"^mesa==3\.5\.\d+ ; python_full_version >= '3\.12'", text, re.MULTILINE)


def test_continuous_integration_runs_the_gate_of_everybody() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "exec make test SLURM=needed STUDIO=$studio" in text
    assert "if command -v chromium > /dev/null; then studio=needed; fi" in text
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in ("slurm_check.py $(SLURM)", "tests.studio.browser_check $(STUDIO)"):
        assert line in makefile
