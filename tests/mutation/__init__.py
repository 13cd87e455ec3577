"""Mutation testing: mutmut changes the sources, a line at a time, and the tests have to notice."""
