"""Levers from end to end, as a page and as a table: where on its way each begins to matter.

What is measured stands in `experiment.levers`.
"""
