"""Analysis of sweeps: shares with intervals, what is chance and what is not known, differences between scenarios."""
