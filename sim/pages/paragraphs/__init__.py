"""Which paragraph carries the answer, as a page and as a table, and what other pages show of the table.

What is measured stands in `experiment.paragraphs`.
"""
