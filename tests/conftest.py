"""What all tests share: the way to the builders in `worlds.py`, and Hypothesis without wall-clock limits."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fresh import kept

# A loaded machine must not decide whether a law holds; one commit must not pass today and fail tomorrow.
settings.register_profile("jirga", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("jirga")

# `make fresh`: new examples, many more, and none that an earlier run has left on this machine.
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
settings.register_profile(
    "fresh", settings.get_profile("jirga"), derandomize=False, database=None, max_examples=1_000, phases=PHASES
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: a file stays on one worker, and one that begins last leaves the others idle."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """What a file's tests have kept goes with its last test: a worker would hold gigabytes of runs, and fork slowly."""
    here, then = (getattr(one, "module", None) for one in (item, nextitem))
    if here is not None and then is not here:
        for one in list(vars(here).values()):
            if hasattr(one, "cache_clear") and getattr(one, "__module__", None) == here.__name__:
                one.cache_clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """With fresh examples: what was found, as the decorators that keep it."""
    if config.getoption("--hypothesis-profile") != "fresh":
        return
    failed = terminalreporter.getreports("failed")
    found = [f"{report.nodeid.split('::')[0]}: {line}" for report in failed for line in kept(report.longreprtext)]
    if found:
        terminalreporter.section("found: to be kept above the test, and mended")
        for line in found:
            terminalreporter.line(line)
