"""The report of a plan, and the printed tables: what the scenarios are asked and what the answers are, what comes of
them, what each changes, which uncertainties matter.

A single run has a page of its own in `pages.run`.
"""
