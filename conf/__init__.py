"""The configuration that Hydra composes. Data only; this file makes it travel inside the package."""
