"""What one can ask for: each job is `run(settings)`, in a module of its name.

How the settings are composed is the business of `command`; nothing here parses a command line.
"""
