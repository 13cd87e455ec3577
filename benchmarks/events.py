"""The events that benchmarks use: what Segment's browser SDK sends from Chrome, about 1 KB before an order's products."""

from __future__ import annotations

from typing import Any

_CONTEXT: dict[str, Any] = {
    "page": {
        "path": "/pricing",
        "referrer": "https://www.example.com/",
        "search": "?utm_source=newsletter",
        "title": "Pricing – Mosbius Designs",
        "url": "https://www.mosbiusdesigns.com/pricing?utm_source=newsletter",
    },
    "campaign": {"source": "newsletter", "medium": "email", "name": "spring"},
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "userAgentData": {
        "brands": [
            {"brand": "Google Chrome", "version": "131"},
            {"brand": "Chromium", "version": "131"},
            {"brand": "Not_A Brand", "version": "24"},
        ],
        "mobile": False,
        "platform": "Linux",
    },
    "locale": "en-US",
    "timezone": "America/New_York",
    "library": {"name": "analytics.js", "version": "next-1.81.0"},
}
_ENVELOPE: dict[str, Any] = {
    "userId": "12345",
    "anonymousId": "5f0e1a3c-7f5b-4b0f-9d0e-2b1c3d4e5f60",
    "timestamp": "2026-11-23T15:01:41.904Z",
    "sentAt": "2026-11-23T15:01:41.911Z",
    "integrations": {},
    "context": _CONTEXT,
}

IDENTIFY: dict[str, Any] = {
    **_ENVELOPE,
    "type": "identify",
    "messageId": "ajs-next-1764000101904-5f0e1a3c-7f5b-4b0f-9d0e-2b1c3d4e5f61",
    "traits": {
        "email": "ted@mosbiusdesigns.com",
        "firstName": "Ted",
        "lastName": "Mosby",
        "plan": "Enterprise",
        "industry": "Architecture",
        "logins": 42,
        "createdAt": "2024-05-01T10:00:00.000Z",
        "address": {"city": "New York", "country": "USA"},
    },
}
TRACK: dict[str, Any] = {
    **_ENVELOPE,
    "type": "track",
    "event": "Friend Invited",
    "messageId": "ajs-next-1764000101905-5f0e1a3c-7f5b-4b0f-9d0e-2b1c3d4e5f62",
    "properties": {
        "category": "viral",
        "label": "invitation",
        "totalInvites": 50,
        "channel": "email",
        "paid": False,
    },
}
ORDER: dict[str, Any] = {
    **_ENVELOPE,
    "type": "track",
    "event": "Order Completed",
    "messageId": "ajs-next-1764000101906-5f0e1a3c-7f5b-4b0f-9d0e-2b1c3d4e5f63",
    "properties": {
        "checkout_id": "fksdjfsdjfisjf9sdfjsd9f",
        "order_id": "50314b8e9bcf000000000000",
        "affiliation": "Google Store",
        "total": 127.5,
        "subtotal": 122.5,
        "revenue": 125.0,
        "shipping": 3,
        "tax": 2,
        "discount": 2.5,
        "coupon": "hasbros",
        "currency": "USD",
        "products": [
            {
                "product_id": f"507f1f77bcf86cd79943901{number}",
                "sku": f"45790-3{number}",
                "name": "Monopoly: 3rd Edition",
                "price": 19,
                "quantity": 1,
                "category": "Games",
                "url": "https://www.example.com/product/path",
                "image_url": "https://www.example.com/product/path.jpg",
            }
            for number in range(5)
        ],
    },
}
