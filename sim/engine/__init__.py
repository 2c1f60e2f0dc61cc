"""Many runs of a scenario, compiled, over all cores; the same bits as the agents, in any pieces.

What is asked of them stands in `experiment`, and how they are kept on disk in `storage`.
"""
