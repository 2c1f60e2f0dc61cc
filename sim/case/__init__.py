"""What a user writes in YAML: a conflict, its epochs, its events, scenarios and patterns, read and checked.

What was coded from the articles is not here (`evidence`), nor what a scenario becomes for the engine (`world`).
"""
