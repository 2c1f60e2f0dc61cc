"""DuckDB on a plan's files of runs: seconds and memory for 4,000 files with 10^8 rows, the line of docs/cost.md.

One part of 25,000 runs is done and stands under 4,000 names. They are links: its bytes are on the disk once, so that
what is measured is opening, decoding and counting, not the disk. The query takes the means of two columns by class of
settlement.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

FILES, RUNS = 4_000, 25_000
QUERY = """
select settlement, count(*), avg("table.doha.agreed"), avg("war.afghan_war.violence")
from read_parquet('{}/*.parquet') group by settlement
"""


def begun(folder: Path) -> Path:
    """The file of one part's runs."""
    words = ["scenario=status_quo", "size=full", f"size.draws={RUNS // 10}", "size.runs=10", f"out={folder}"]
    words.append(f"part_runs={RUNS}")
    subprocess.run([sys.executable, "-m", "sim", *words], check=True, capture_output=True)
    (path,) = (folder / "runs").glob("runs-*.parquet")
    return path


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as root:
        path = begun(Path(root) / "one")
        many = Path(root) / "many"
        many.mkdir()
        for number in range(FILES):
            os.link(path, many / f"{number}.parquet")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        rows = sum(row[1] for row in duckdb.sql(QUERY.format(many)).fetchall())
        seconds = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{FILES:,} files, {rows:,} rows: {seconds:.1f} s, {memory / 1024:.0f} MB more than before")


if __name__ == "__main__":
    main()
