"""What was coded from the articles, and the priors and joint draws made of it, every number with its paragraphs.

How the draws enter the model stands in `world`; how they are shown, in `pages.evidence`.
"""
