"""Weights over draws as a Parquet file: the number of each draw, its seed and its weight, and whose draws they are.

A draw is a function of its seed and number, of the coded evidence and of the passes that count, at whatever epoch a
scenario starts: one file serves every scenario. It serves every sweep of as many of its first draws as one likes.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.weights import Values, kish
from sim.case.case import Case
from sim.evidence.loading import evidence_of
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.storage.files import differences
from sim.storage.provenance import RESULTS_EPOCH, case_digests, provenance
from sim.version import results_digest

FILE = "weights.parquet"
KIND = "weights"
ALLOWED = "a file that job=calibrate wrote for this case, seed and evidence"
COLUMNS = {"draw": pa.int64(), "seed": pa.uint64(), "weight": pa.float64()}
TOLD = ("jirga.configuration", "jirga.learnt", "jirga.words")  # beside the weights


@dataclass(frozen=True)
class Draws:
    """Whose draws weights belong to.

    Attributes:
        case: the case.
        seed: of the draws.
        passes: the coding passes that count; empty for all of the case.
        implied: whether rows that are only implied count.
    """

    case: Case
    seed: int
    passes: tuple[str, ...] = ()
    implied: bool = True

    def decides(self) -> dict[str, Any]:
        """Everything that decides a draw and what the model makes of it, as plain data."""
        passes = list(evidence_of(self.case, self.passes or None, self.implied).passes)
        return {
            "case": self.case.case, "digests": case_digests(self.case), "results_epoch": RESULTS_EPOCH,
            "engine": results_digest(), "passes": passes, "implied": self.implied, "seed": self.seed,
        }  # fmt: skip


@dataclass(frozen=True)
class Weighing:
    """Weights as read from a file.

    Attributes:
        file: where they stand.
        decides: whose draws they are.
        learnt: what they were learnt from, by name.
        words: what the calibration came to, in sentences.
        weights: of draw 0, 1, ..., (draws,).
    """

    file: Path
    decides: Mapping[str, Any]
    learnt: tuple[str, ...]
    words: tuple[str, ...]
    weights: Values

    def of(self, wanted: Draws, draws: int) -> Values:
        """The weights of the first draws of a sweep.

        Raises:
            InputError: they are those of other draws, or of fewer, or these draws weigh nothing.
        """
        other = differences(dict(self.decides), wanted.decides())
        if other:
            raise InputError(self.file, "weights", "are of other draws: " + "; ".join(other), allowed=ALLOWED)
        if draws > len(self.weights):
            problem = f"are of {counted(len(self.weights), 'draw')}, and {draws:,} are asked for"
            raise InputError(self.file, "weights", problem, allowed=f"size.draws={len(self.weights)} or fewer")
        found = self.weights[:draws]
        if not found.sum() > 0.0:
            problem = f"are all 0 for the first {counted(draws, 'draw')}"
            raise InputError(self.file, "weights", problem, allowed="more draws")
        return found

    def told(self, draws: int) -> str:
        """What a page says of it."""
        worth = kish(self.weights[:draws])
        return (
            f"the draws are weighted by {self.file.name}, which has learnt from {', '.join(self.learnt)}: "
            f"{counted(draws, 'draw')}, worth {worth:,.0f} equal ones (Kish 1965)"
        )


def write_weights(path: Path, whose: Draws, weights: Values, learnt: Sequence[str], words: Sequence[str] = ()) -> None:
    """Write weights of draws 0, 1, ... as a file that is there whole or not at all.

    Raises:
        InputError: something else has that name, or the folder cannot be written to.
    """
    refuse_other(path)
    numbers = np.arange(len(weights), dtype=np.int64)
    fields = [
        pa.field("draw", pa.int64(), nullable=False, metadata={"unit": "number", "meaning": "number of the draw"}),
        pa.field("seed", pa.uint64(), nullable=False, metadata={"unit": "number", "meaning": "seed of the draw"}),
        pa.field("weight", pa.float64(), nullable=False, metadata={"unit": "1", "meaning": "mean 1 over the draws"}),
    ]
    decides = whose.decides()
    source = {**provenance(decides), "jirga.kind": KIND, "jirga.learnt": json.dumps(list(learnt))}
    source["jirga.words"] = json.dumps(list(words))
    source["jirga.digest"] = _digest(source, weights)
    columns = [pa.array(numbers), pa.array(np.full(len(weights), whose.seed, np.uint64)), pa.array(weights)]
    table = pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=source))
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        pq.write_table(table, part, compression="zstd", write_page_checksum=True)
        os.replace(part, path)
    except OSError as error:
        raise InputError(path, "out", f"cannot be written ({error.strerror})") from None
    finally:
        part.unlink(missing_ok=True)


def refuse_other(path: Path) -> None:
    """`InputError` where a file has that name that holds no weights of jirga's."""
    if path.exists():
        try:
            _read(path)
        except InputError:
            allowed = "another folder, or move the file away"
            raise InputError(path, "out", "is there, and jirga has not written it: it stays", allowed=allowed) from None


def read_weights(path: Path) -> Weighing:
    """Weights from a file.

    Raises:
        InputError: there is no such file, or it holds none, or not one of each draw.
    """
    if not path.is_file():
        raise InputError(path, "weights", "there is no such file", allowed=ALLOWED)
    table, told = _read(path)
    draws, weights = (table.column(name).to_numpy() for name in ("draw", "weight"))
    whole = np.array_equal(draws, np.arange(len(draws)))
    if not whole or not len(weights) or not bool(np.isfinite(weights).all()) or bool((weights < 0.0).any()):
        problem = "does not have one weight, at least 0, of each draw from 0 on"
        raise InputError(path, "weights", problem, allowed=ALLOWED)
    if told["jirga.digest"] != _digest(told, weights):
        raise InputError(path, "weights", "are not those that were written: the digest is another", allowed=ALLOWED)
    decides, learnt, words = (json.loads(told[key]) for key in TOLD)
    return Weighing(path, decides, tuple(learnt), tuple(words), weights)


def _digest(told: Mapping[str, str], weights: Values) -> str:
    """Of all that a file tells: as it was written, to the bit."""
    return hashlib.sha256("\0".join(told[key] for key in TOLD).encode() + weights.tobytes()).hexdigest()[:20]


def _read(path: Path) -> tuple[pa.Table, dict[str, str]]:
    """The table of a file of weights, and what it says of itself."""
    try:
        table = pq.read_table(path, columns=None)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            path, "weights", f"is no Parquet file ({str(error).splitlines()[0]})", allowed=ALLOWED
        ) from None
    pairs = (table.schema.metadata or {}).items()
    told = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in pairs}
    columns = dict(zip(table.column_names, table.schema.types, strict=True))
    if told.get("jirga.kind") != KIND or columns != COLUMNS or not all(key in told for key in (*TOLD, "jirga.digest")):
        raise InputError(path, "weights", "holds no weights over draws", allowed=ALLOWED)
    return table, told
