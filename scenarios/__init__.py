"""The cases: one folder each. Data only; this file makes them travel inside the package."""
