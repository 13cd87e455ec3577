"""Write ``shop.ndjson``, or as many events as you like: the days of a shop, the same for the same seed.

    python examples/generate.py --events 1000 --seed 1 > shop.ndjson

People sign up (identify), do things (track), buy (Order Completed); some events come before their identify, some people
have no e-mail, some ask to be forgotten: what a real file holds.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

_START = datetime(2026, 11, 1, 8, tzinfo=UTC)
_FIRST = ("Ada", "Béla", "Chloé", "Dmitri", "Emeka", "Fatima", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lærke")
_LAST = (
    "Abara",
    "Berg",
    "Castro",
    "Dvořák",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jansen",
    "O'Neill",
    "Zhang",
)
_PLANS = ("free", "team", "business")
_ACTIONS = ("Friend Invited", "Support Ticket Closed", "Feature Used", "Trial Started")
_GOODS = (("Monopoly", 19), ("Uno Card Game", 3), ("Chess Board", 45.5), ("Go Stones", 32), ("Dice", 2.25))


def generate(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield so many events."""
    chance = random.Random(seed)
    users: list[str] = []
    for number in range(count):
        make = (
            _identify
            if not users or chance.random() < 0.3
            else chance.choices((_track, _order, _page, _delete), (50, 30, 18, 2))[0]
        )
        if make is _identify:
            users.append(f"user-{len(users) + 1}")
        user = users[-1] if make is _identify else chance.choice(users)
        if chance.random() < 0.03:
            user = f"user-{len(users) + 1}"  # Somebody whose identify is still on its way.
        time = _START + timedelta(seconds=40 * number)
        message_id = str(UUID(int=chance.getrandbits(128), version=4))
        yield {"messageId": message_id, "userId": user, "timestamp": time.isoformat(), **make(chance, user)}


def _identify(chance: random.Random, user: str) -> dict[str, Any]:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    traits: dict[str, Any] = {
        "firstName": first,
        "lastName": last,
        "plan": chance.choice(_PLANS),
        "seats": chance.randint(1, 80),
        "address": {"city": "Utrecht", "country": "NL"},
        "tags": chance.sample(("beta", "vip", "press"), chance.randint(0, 2)),
    }
    if chance.random() > 0.02:
        traits["email"] = f"{user}@example.com"
    return {"type": "identify", "traits": traits}


def _track(chance: random.Random, user: str) -> dict[str, Any]:  # noqa: ARG001
    return {
        "type": "track",
        "event": chance.choice(_ACTIONS),
        "properties": {"minutes": chance.randint(1, 90), "mobile": chance.random() < 0.5},
    }


def _order(chance: random.Random, user: str) -> dict[str, Any]:  # noqa: ARG001
    goods = chance.sample(_GOODS, chance.randint(1, 5))
    products: list[dict[str, Any]] = [
        {"product_id": f"p-{name[:3].lower()}", "name": name, "price": price, "quantity": chance.randint(1, 3)}
        for name, price in goods
    ]
    total = round(sum(product["price"] * product["quantity"] for product in products), 2)
    order_id = f"{chance.getrandbits(40):010x}"
    properties = {"order_id": order_id, "total": total, "currency": "EUR", "products": products}
    return {"type": "track", "event": "Order Completed", "properties": properties}


def _page(chance: random.Random, user: str) -> dict[str, Any]:  # noqa: ARG001
    return {"type": "page", "name": "Pricing", "properties": {"path": "/pricing", "visit": chance.randint(1, 9)}}


def _delete(chance: random.Random, user: str) -> dict[str, Any]:  # noqa: ARG001
    return {"type": "delete"}


def main() -> None:
    """Print the events."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for event in generate(asked.events, asked.seed):
        sys.stdout.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
