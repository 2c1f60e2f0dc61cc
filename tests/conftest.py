"""What all tests share: the way to the builders in `worlds.py`, and Hypothesis without wall-clock limits."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parent))

# A loaded machine must not decide whether a law holds; one commit must not pass today and fail tomorrow.
settings.register_profile("jirga", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("jirga")
