"""The guide to clusters, followed literally, with a Slurm that runs its tasks at once."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

import sim
from sim.command.main import main

pytestmark = pytest.mark.long

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "cluster.md"
SBATCH = """#!/bin/sh
for task in 0 1 2; do SLURM_ARRAY_TASK_ID=$task bash "$2" >> log 2>&1; done
echo 1
"""


def test_the_guide_works_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"sbatch": SBATCH, "squeue": "#!/bin/sh\n", "scontrol": "#!/bin/sh\n"}.items():
        (tmp_path / "bin" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(text, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(GUIDE.parents[2]))
    monkeypatch.chdir(tmp_path)
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = [line for block in blocks for line in block.strip().splitlines()]
    assert len(lines) >= 8
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "jirga"
        assert main(words) == 0, line
    assert [cell.swept["levers.summit_week"] for cell in sim.open("sweep")] == [4, 12]
    assert len(sim.open("other")) > 1
    assert (tmp_path / "sweep" / "report.html").is_file()
    assert (tmp_path / "sweep" / "jobs" / "slurm-1.sh").is_file()
    whole = {path.name for path in Path("other/runs").glob("*.parquet")}
    next(Path("other/runs").glob("runs-*")).unlink()
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    for block in blocks:
        exec(block.replace("/shared/", ""), {})
    assert {path.name for path in Path("other/runs").glob("*.parquet")} == whole
    assert [cell.swept["levers.summit_week"] for cell in sim.open("grid")] == [4, 12]
    assert "--partition=short" in Path("grid/jobs/slurm-1.sh").read_text(encoding="utf-8")
    within = [" ".join(line.split()) for line in re.findall(r"`jirga ([^`]+\sout=[^`]+)`", text)]
    assert sorted(line.split()[0] for line in within) == ["cancel", "collect", "resume", "status"]
    for line in within:
        assert main(shlex.split(line)) == 0, line
