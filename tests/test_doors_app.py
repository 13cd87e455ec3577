"""The application as a whole: paths that there are not, connections that are no requests."""

from __future__ import annotations

import pytest
from door import Doors, hanging_up, refusal, speak


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", (404, "door.not_found")),
        ("POST", "/v2/track", (404, "door.not_found")),
        ("POST", "/direct/a/b", (404, "door.not_found")),
        ("GET", "/direct/a", (405, "door.method")),
        ("POST", "/livez", (405, "door.method")),
    ],
)
def test_what_there_is_not(method: str, path: str, expected: tuple[int, str]) -> None:
    """JSON with code and message, as every error."""
    response = Doors().ask(path, method=method)
    assert refusal(response) == expected
    assert ("allow" in response.headers) == (expected[0] == 405)


def test_lifespan() -> None:
    """A server may start and stop it."""
    said = speak(Doors().app, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert [message["type"] for message in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_sender_that_hangs_up() -> None:
    """No failure is made of it."""
    assert hanging_up(Doors(), "/webhook/shop")[0]["status"] == 408
