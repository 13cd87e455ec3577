"""What pages of other origins may do."""

from __future__ import annotations

from door import Doors, refusal

from event_router.doors.settings import DoorSettings

ORIGIN = "https://shop.example"
CLOSED = DoorSettings(cors_origins=(ORIGIN,))


def test_preflight() -> None:
    """A browser learns that it may POST with the headers it asks for, and need not ask again today."""
    headers = {"origin": ORIGIN, "access-control-request-headers": "authorization,content-type,x-new"}
    response = Doors().ask("/v1/t", method="OPTIONS", key=None, headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-methods"] == "POST"
    assert response.headers["access-control-allow-headers"] == "authorization,content-type,x-new"
    assert response.headers["access-control-max-age"] == "86400"
    strange = {"origin": ORIGIN, "access-control-request-headers": "a;b"}
    named = Doors().ask("/v1/t", method="OPTIONS", key=None, headers=strange).headers["access-control-allow-headers"]
    assert named.startswith("authorization, ")


def test_answers_and_errors() -> None:
    """A page may read both, and when to come back."""
    doors = Doors()
    for path, key, status in (("/v1/t", "WRITE_KEY", 200), ("/v1/t", "wrong", 401), ("/v1/x", "WRITE_KEY", 404)):
        response = doors.ask(path, {}, key=key, headers={"origin": ORIGIN})
        assert response.status_code == status
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["access-control-expose-headers"] == "Retry-After"


def test_permitted_origins() -> None:
    """Others get no permission, and caches keep them apart; who is no page needs none."""
    doors = Doors(settings=CLOSED)
    good = doors.ask("/v1/t", {}, headers={"origin": ORIGIN})
    assert (good.headers["access-control-allow-origin"], good.headers["vary"]) == (ORIGIN, "Origin")
    bad = doors.ask("/v1/t", {}, headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in bad.headers
    assert bad.headers["vary"] == "Origin"
    assert "vary" not in doors.ask("/v1/t", {}).headers


def test_the_other_doors_are_not_for_pages() -> None:
    """They grant nothing."""
    response = Doors().ask("/direct/x", {}, headers={"origin": ORIGIN}, method="OPTIONS")
    assert refusal(response) == (405, "door.method")
    assert "access-control-allow-origin" not in response.headers
