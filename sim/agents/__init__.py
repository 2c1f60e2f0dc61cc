"""One run, agent by agent, that records every decision and can explain it; the only folder that imports Mesa.

What the agents do are the phases of `model`; many runs are the business of `engine`.
"""
