"""What is asked of runs: a sweep's outcomes, two sweeps compared, questions answered, a plan of many cells, and whether
patterns hold.

The arithmetic of intervals is in `analysis`; nothing here is written to disk or shown.
"""
