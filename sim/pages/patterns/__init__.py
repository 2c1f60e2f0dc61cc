"""The patterns of a case as a page and as a table: what is claimed, and how far the model shows it.

What is measured stands in `experiment.patterns`.
"""
