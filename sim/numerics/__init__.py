"""The same bits interpreted and compiled, on every machine: the words model code is written in, arithmetic, chance, and
compiled code on disk; the only folder that imports numba.

Nothing here knows what is computed: no actor, table or war, and no file of a user's.
"""

from sim.numerics import interleaved, vectors

__all__ = ["interleaved", "vectors"]  # so that whatever is compiled finds what the dialect's words compile to
