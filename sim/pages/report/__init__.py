"""The report of a plan, and the printed table: what comes of the scenarios, what each changes, which uncertainties
matter.

A single run has a page of its own in `pages.run`.
"""
