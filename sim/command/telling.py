"""Telling never ends a job: a character that the terminal lacks is told as `?`, and a reader may leave, as `head` does.

What a job computed is in its files by then; its exit code is that of the job.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast


class Told:
    """A stream of text that goes on when nobody reads it any more; all else is the stream's own.

    Args:
        stream: of the terminal, a file or a pipe.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_read = True

    def write(self, text: str) -> int:
        if self._is_read:
            try:
                return self._stream.write(text)
            except OSError:
                self._leave()
        return len(text)

    def flush(self) -> None:
        if self._is_read:
            try:
                self._stream.flush()
            except OSError:
                self._leave()

    def _leave(self) -> None:
        """Let what is still on its way go nowhere: Python would try again at its end, and exit with 120."""
        self._is_read = False
        with suppress(OSError):  # a stream in memory has no file
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def telling() -> Iterator[None]:
    """Both streams of the process as `Told`, until the end of the block; as they were afterwards."""
    streams = (sys.stdout, sys.stderr)
    strict = [one for one in streams if getattr(one, "errors", None) == "strict" and hasattr(one, "reconfigure")]
    for one in strict:
        one.reconfigure(errors="replace")
    sys.stdout, sys.stderr = (one and cast(TextIO, Told(one)) for one in streams)  # None where a stream is closed
    try:
        yield
    finally:
        for told in (sys.stdout, sys.stderr):
            if told is not None:
                told.flush()
        sys.stdout, sys.stderr = streams
        for one in strict:
            one.reconfigure(errors="strict")
