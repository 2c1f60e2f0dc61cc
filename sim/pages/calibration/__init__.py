"""A calibration as a page, in words and as a table: what a record has taught of the prior, and every check of it.

What is learnt stands in `experiment.calibration`.
"""
