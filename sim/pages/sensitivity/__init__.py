"""Which uncertainties make an outcome, as a page and as a table.

What is measured stands in `experiment.sensitivity`.
"""
