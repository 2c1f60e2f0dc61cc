"""One week of the negotiations, in equations and phases over four records of numbers; both engines play this.

It takes numbers and gives numbers: where they come from (`case`, `evidence`, `world`) and what plays it (`agents`,
`engine`) stand above.
"""
