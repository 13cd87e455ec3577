"""Subjects that are broken on purpose, one way each, to show that the contract tests notice; not shipped."""
