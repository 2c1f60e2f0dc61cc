"""How far a computation is: what is told where there is no terminal."""

from __future__ import annotations

import re
import sys

import pytest

from sim.engine import computing
from sim.engine.computing import progress_bar


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, by hand."""
    now = [100.0]
    monkeypatch.setattr(computing, "perf_counter", lambda: now[0])
    return now


def test_without_a_terminal_a_line_a_minute_with_what_is_left(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar(1_200, None, "status_quo") as told:
        for _ in range(12):
            clock[0] += 15.0
            told(100)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "status_quo: 400 of 1,200 runs, about 2 minutes left",
        "status_quo: 800 of 1,200 runs, about 60 seconds left",
        "status_quo: 1,200 of 1,200 runs",
    ]
    assert not re.search(r"[\x00-\x1f\x7f]", "".join(lines))


def test_what_is_counted_is_named_and_hours_are_told_as_hours(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar(101, None, "discover", "resamples") as told:
        clock[0] += 100.0
        told(1)
    assert capsys.readouterr().err == "discover: 1 of 101 resamples, about 3 hours left\n"


def test_a_short_job_and_one_that_is_to_be_silent_tell_nothing(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    for shown, seconds in ((None, 59.0), (False, 600.0)):
        with progress_bar(100, shown, "status_quo") as told:
            clock[0] += seconds
            told(50)
    assert capsys.readouterr().err == ""


def test_who_no_longer_listens_does_not_end_the_work(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        """An error stream whose reader has gone."""

        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stderr", Closed())
    with progress_bar(100, None, "status_quo") as told:
        clock[0] += 600.0
        told(50)
