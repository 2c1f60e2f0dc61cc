"""What one actor, table or war does in one phase of a week, on the records of the engine, by calling equations.

Every function here runs interpreted (for Mesa, the debugger and tests) and compiled (for the ensemble): one object,
one logic. The arguments are always rules (the case), draw (one draw of everything uncertain), plan (a scenario's
events) and state (one run), then indices.
"""
