"""A plan's missing parts on many machines: the work of one task, Slurm's array of tasks, dask's workers, and the state.

The folder says what is there; only what waits in a queue is asked of the scheduler. Parts are computed and kept by
`storage`.
"""
