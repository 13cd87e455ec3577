"""Canonicalisers that mistake orders."""

from __future__ import annotations

from typing import Any

from gallery.canonicalising import Event, after, order, part


@after("EVT-510")
def wants_v2_names(raw: Any, event: Event) -> None:
    """Take v1's name for another event."""
    if isinstance(raw.get("event"), str) and raw["event"].lower().startswith("completed"):
        event["event"] = raw["event"]


@after("EVT-510")
def cuts_what_begins_so(raw: Any, event: Event) -> None:
    """Cut every name that begins so, of what is no order."""
    if str(event.get("event")).startswith("Order Completed "):
        event["event"] = "Order"


@after("EVT-520")
def keeps_v1_names(raw: Any, event: Event) -> None:
    """Keep v1's name of an order's id."""
    given, found = part(raw, "properties"), order(event)
    if "orderId" in given and "order_id" in found and "order_id" not in given:
        found["orderId"] = found.pop("order_id")


@after("EVT-530")
def keeps_dollars(raw: Any, event: Event) -> None:
    """Keep a tax with a currency."""
    tax, found = part(raw, "properties").get("tax"), order(event)
    if "tax" in found and isinstance(tax, str) and tax.startswith("$"):
        found["tax"] = tax


@after("EVT-540")
def makes_up_amounts(raw: Any, event: Event) -> None:
    """Take text that is no amount for nothing."""
    if isinstance(order(event).get("tax"), str):
        order(event)["tax"] = 0


@after("EVT-540")
def reads_one_comma(raw: Any, event: Event) -> None:
    """Read what stands before the second comma."""
    tax = part(raw, "properties").get("tax")
    if isinstance(tax, str) and tax.count(",") > 1:
        order(event)["tax"] = int("".join(sign for sign in ",".join(tax.split(",")[:2]) if sign.isdigit()))


@after("EVT-550")
def takes_the_total(raw: Any, event: Event) -> None:
    """Take the total for the revenue where that is nothing."""
    found = order(event)
    if found.get("revenue") == 0 and "total" in found:
        found["revenue"] = found["total"]


@after("EVT-560")
def sells_in_euros(raw: Any, event: Event) -> None:
    """Take euros for the currency that nobody names."""
    if order(event) and "currency" not in part(raw, "properties"):
        order(event)["currency"] = "EUR"


@after("EVT-570")
def sells_nothing(raw: Any, event: Event) -> None:
    """Take one for a quantity that is nothing."""
    products = order(event).get("products")
    if isinstance(products, list):
        order(event)["products"] = [
            item | {"quantity": 1} if isinstance(item, dict) and item.get("quantity") == 0 else item
            for item in products
        ]


@after("EVT-580")
def keeps_numbers(raw: Any, event: Event) -> None:
    """Keep an order's id as number."""
    number = part(raw, "properties").get("order_id")
    if order(event) and type(number) is int:
        order(event)["order_id"] = number


@after("EVT-590")
def keeps_null(raw: Any, event: Event) -> None:
    """Keep what is null in an order."""
    if order(event):
        order(event).update({name: None for name, value in part(raw, "properties").items() if value is None})


@after("EVT-595")
def repairs_products(raw: Any, event: Event) -> None:
    """Take products that are no list for none."""
    if "products" in order(event) and not isinstance(order(event)["products"], list):
        order(event)["products"] = []
