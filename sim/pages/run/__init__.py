"""The page of one run: its timeline, its story, and every decision with its reasons.

The words and reasons themselves are made in `agents`.
"""
