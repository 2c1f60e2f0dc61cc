"""Documents of the repository that are written from the code and the case: the ODD document and the list of scenarios.

They are for who develops or reviews the model; nothing here is shown by a job.
"""
