"""A case, its evidence and a scenario as the four records that the model reads, and what of it is fixed or switched
off.

Nothing is simulated here: that is for `agents` and `engine`.
"""
