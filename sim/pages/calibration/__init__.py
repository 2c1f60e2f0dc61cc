"""The page of a calibration: what a record has taught of the prior, its checks, and its table.

What is measured stands in `experiment.calibration`.
"""
