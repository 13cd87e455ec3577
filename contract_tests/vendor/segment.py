"""The endpoint for Segment's events."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import Api, somebody
from contract_tests.vendor.base import VendorTests
from contract_tests.wire import basic


class Segment(VendorTests):
    """What becomes of events that are posted as Segment's direct integration posted them."""

    @requirement("VND-110", needs="segment")
    def test_events_are_taken(self, api: Api) -> None:
        """Tracks, identifies and orders are taken with the key as Basic user: 200."""
        for event in (_order(), _event("track", event="Friend Invited"), _identify("u", {"email": somebody()})):
            answer = api.event(event)
            expect(answer.status_code == 200, f"HTTP 200 for a {event['type']}", api.shown(answer))

    @requirement("VND-112", needs="segment")
    def test_strangers(self, api: Api) -> None:
        """No key, a wrong one, and the key as Token are 401."""
        for form in ("", basic("no-such-key"), api.token):
            answer = api.event(_order(), authorization=form)
            shown = api.masked(form)
            expect(answer.status_code == 401, f'HTTP 401 for the header Authorization: "{shown}"', api.shown(answer))

    @requirement("VND-114", needs="segment")
    def test_identify(self, api: Api) -> None:
        """An identify with userId and e-mail makes or updates the contact; other traits become attributes."""
        user, email = uuid4().hex, somebody()
        api.event(_identify(user, {"email": email, "firstName": "Ted", "plan": "gold"}))
        api.event(_identify(user, {"email": email, "lastName": "Mosby", "city": "Oslo"}))
        found = [
            {name: row.get(name) for name in ("first_name", "last_name", "attributes")} for row in api.found(email)
        ]
        wanted = {"first_name": "Ted", "last_name": "Mosby", "attributes": {"plan": "gold", "city": "Oslo"}}
        expect(found == [wanted], f"the contact {wanted}", api.masked(found))

    @requirement("VND-116", needs="segment")
    def test_identify_without_user(self, api: Api) -> None:
        """An identify without userId makes nobody."""
        email = somebody()
        answer = api.event({"type": "identify", "anonymousId": uuid4().hex, "traits": {"email": email}})
        expect(not api.found(email), "nobody of the e-mail", api.shown(answer))

    @requirement("VND-118", needs="control")
    @requirement("VND-118", needs="segment")
    def test_events_are_stored(self, api: Api) -> None:
        """An event is kept as it came, once."""
        order = _order()
        api.event(order)
        kept = [row["event"] for row in api.plane.custom_events()]
        expect(kept == [order], f"the event {order}", api.masked(kept))

    @requirement("VND-119", needs="control")
    @requirement("VND-119", needs="segment")
    def test_track_surveys(self, api: Api) -> None:
        """A track surveys by the campaign whose event it names, and only whom an identify has named before."""
        campaign = {"name": "Invited", "event": "Friend Invited"}
        api.plane.restore({"settings": api.plane.settings(), "campaigns": [campaign]})
        stranger, user, email = uuid4().hex, uuid4().hex, somebody()
        api.event(_identify(user, {"email": email}))
        for track in (
            _event("track", event="Friend Invited", userId=stranger),
            _event("track", event="friend invited", userId=user),
            _order(userId=user),
        ):
            api.event(track)
            expect(not api.plane.surveys(), "no survey by this event", api.masked(track))
        api.event(_event("track", event="Friend Invited", userId=user))
        surveyed = [row["contact"]["email"] for row in api.plane.surveys()]
        expect(surveyed == [email], f"one survey, of {email}", api.masked(surveyed))


def _event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "messageId": uuid4().hex, "timestamp": "2026-11-23T15:01:41.904Z", "userId": "u", **fields}


def _identify(user: str, traits: dict[str, Any]) -> dict[str, Any]:
    return _event("identify", userId=user, traits=traits)


def _order(**fields: Any) -> dict[str, Any]:
    products = [{"product_id": "p-1", "name": "Monopoly", "price": 19.5, "quantity": 1}]
    properties = {"order_id": uuid4().hex, "total": 19.5, "currency": "USD", "products": products}
    return _event("track", event="Order Completed", properties=properties, **fields)
