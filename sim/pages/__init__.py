"""What a reader gets: pages, pictures, printed tables and documents; the only folder that imports matplotlib.

No number is made here that is not a summary of runs or of evidence; what is simulated for a page, its job asks for.
"""
