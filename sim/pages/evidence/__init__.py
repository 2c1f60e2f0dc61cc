"""The evidence page: every number that goes into the model, its rows and paragraphs, and how to object to it.

What the numbers are is decided in `evidence`.
"""
