"""Agent-based simulation of the negotiations over Afghanistan, 2018-2022."""

__version__ = "0.1.0"
