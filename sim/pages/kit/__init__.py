"""What pages are made of: elements that escape their text, figures as SVG, sketches, citations, and files that replace
only their own.

Nothing here knows what a page is about.
"""
