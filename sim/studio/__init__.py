"""The studio: scenarios moved by hand in a browser or a notebook, and what comes of them; the only folder with Panel.

What is shown is made of the objects of `experiment` and drawn here as SVG; the widgets hold no state but a `Choice`.
"""
