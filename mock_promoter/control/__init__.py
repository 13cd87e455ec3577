"""The control plane below ``/__mock__/``: what a test or a person does to the mock, and asks of it.

``commands`` is the table of its calls; ``app`` serves them, ``openapi`` describes them.
"""
