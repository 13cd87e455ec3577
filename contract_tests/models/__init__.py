"""Whole histories, made by Hypothesis: what a server or a router does, step by step, compared with a small model of it."""
