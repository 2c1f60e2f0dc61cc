"""Statistics of arrays (draws, runs): means with intervals, medians of timings, chance and ignorance apart, paired
differences, and which uncertainties matter.

Nothing here knows the model or a sweep: what is asked of the runs of a sweep stands in `experiment`.
"""
