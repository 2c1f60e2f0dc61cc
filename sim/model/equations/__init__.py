"""The model's equations: scalars in, scalars out, no state. Interpreted and compiled from the same objects."""
