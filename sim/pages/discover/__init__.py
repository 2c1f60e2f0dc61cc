"""Under which circumstances something happens, as a page and as a table.

What is measured stands in `experiment.discover`.
"""
