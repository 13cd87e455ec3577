"""Hypothesis strategies for events, orders, answers and faults: every SDK's dialect, and what nobody should ever send.

| strategy | what it makes |
|---|---|
| ``segment_events(kind, library)`` | raw events of every type, as each library sends them |
| ``canonical_events(kind)`` | good events in canonical form |
| ``dialects(event, only)`` | the same event in other words |
| ``orders()``, ``ecommerce_orders(version)`` | an order's properties: canonical; v1 and v2, amounts as numbers or text |
| ``hostile_events()``, ``hostile_json`` | what breaks programs |
| ``promoter_answers(meaning)`` | responses of Promoter, of gateways, of nobody |
| ``fault_plans()`` | faults for the mock's control plane, each of which ends |
| ``emails``, ``json_values``, ``json_scalars`` | parts |

>>> from contract_tests.strategies import segment_events, hostile_events
"""

from __future__ import annotations

from contract_tests.strategies.answers import promoter_answers
from contract_tests.strategies.canonical import canonical_events
from contract_tests.strategies.dialects import dialects
from contract_tests.strategies.faulting import fault_plans
from contract_tests.strategies.hostile import hostile_events, hostile_json
from contract_tests.strategies.ordering import ecommerce_orders, orders
from contract_tests.strategies.segment import segment_events
from contract_tests.strategies.values import emails, json_scalars, json_values

__all__ = [
    "canonical_events",
    "dialects",
    "ecommerce_orders",
    "emails",
    "fault_plans",
    "hostile_events",
    "hostile_json",
    "json_scalars",
    "json_values",
    "orders",
    "promoter_answers",
    "segment_events",
]
