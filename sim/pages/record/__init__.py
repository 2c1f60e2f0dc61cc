"""The record as pages and as a table: what the model is worth on what happened, with figures, and in plain words.

What is scored stands in `experiment.record`.
"""
