"""A table of positions under every model, as a page and as a table. What is solved stands in `experiment.imported`."""
