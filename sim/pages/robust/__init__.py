"""What could have been done with a scenario's levers, as a page and as tables: what is best by what, and what is open.

What is measured stands in `experiment.robust`.
"""
