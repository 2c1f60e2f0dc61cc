"""What this code is: its version, and digests of the sources that decide something.

Digests, by folder, so that nothing else is in them: a page can be written anew from finished runs after any change
above the engine, and compiled code stays good after any change outside what is compiled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

__version__ = "0.1.0"

PACKAGE = Path(__file__).resolve().parent
# Where machine code comes from: the folders that are compiled, and what else the compiled functions take in.
COMPILED = ("numerics", "model", "engine/kernel.py", "evidence/densities.py", "evidence/sampling.py")
# Where a run's numbers come from: every layer up to the engine that the engine rests on.
RESULTS = ("inputs", "numerics", "model", "case", "evidence", "world", "engine")

# Where the numbers come from that are made of runs.
STATISTICS = ("analysis", "experiment")


def sources(places: Sequence[str], package: Path = PACKAGE) -> Iterator[Path]:
    """The Python files and the data in these folders of the package, and these files, sorted by where they are."""
    for place in sorted(places):
        found = package / place
        yield from [found] if found.suffix else sorted([*found.rglob("*.py"), *found.rglob("*.yaml")])


def digest(places: Sequence[str], package: Path = PACKAGE) -> str:
    """A digest of sources and of where they stand: 16 hexadecimal digits."""
    found = hashlib.sha256()
    for path in sources(places, package):
        text = path.read_bytes()
        found.update(f"{path.relative_to(package).as_posix()}\0{len(text)}\0".encode())
        found.update(text)
    return found.hexdigest()[:16]


@cache
def compiled_digest() -> str:
    """The digest of what is compiled, as this process found it, whatever is edited meanwhile."""
    return digest(COMPILED)


@cache
def results_digest() -> str:
    """The digest of what decides a run's numbers, as this process found it, whatever is edited meanwhile."""
    return digest(RESULTS)


@cache
def statistics_digest() -> str:
    """The digest of what makes statistics of runs, likewise."""
    return digest(STATISTICS)
