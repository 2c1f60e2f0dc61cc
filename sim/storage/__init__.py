"""Sweeps and plans on disk, whole or not there, taken up where they were left; the only folder that imports pyarrow and
duckdb.

What a reader gets is written in `pages`.
"""
