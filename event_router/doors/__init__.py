"""The doors: the ways in over HTTP."""
