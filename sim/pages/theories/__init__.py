"""Competing theories as a page and as a table. What is measured stands in `experiment.theories`."""
