"""The command line: options, help, and a configuration composed with Hydra; the only folder that imports it.

What a job does stands in `jobs`: this folder ends where the checked settings begin.
"""
