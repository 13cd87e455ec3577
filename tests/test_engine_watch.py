"""What is heard of a connection: each change, and each problem once."""

from __future__ import annotations

import logging

import pytest

from event_router.engine.watch import Watch, words

pytestmark = pytest.mark.anyio


class Heard:
    """A watch with what it told.

    Attributes:
        states: What ``on_state`` was called with.
        closed: Whether the connection was ended by us.
    """

    def __init__(self) -> None:
        self.states: list[bool] = []
        self.closed = False
        self.watch = Watch("nats://h", self.refusal, lambda: self.closed, self.states.append)

    def refusal(self, error: Exception) -> Exception | None:
        """Judge what ends the first connection."""
        return RuntimeError("refused") if str(error) == "no" else None


async def test_states() -> None:
    """Who wants to know hears each change once; a loss before there was a connection is none."""
    heard = Heard()
    await heard.watch.disconnected()
    await heard.watch.connected()
    await heard.watch.disconnected()
    await heard.watch.disconnected()
    await heard.watch.connected()
    assert heard.states == [True, False, True]


async def test_nobody_wants_to_know(caplog: pytest.LogCaptureFixture) -> None:
    """The log has it all the same."""
    caplog.set_level(logging.INFO)
    watch = Watch("nats://h", lambda error: None, lambda: False, None)
    await watch.connected()
    await watch.disconnected()
    assert caplog.messages == ["Connected to nats://h.", "The connection to nats://h is lost. Connecting again."]


async def test_our_own_end(caplog: pytest.LogCaptureFixture) -> None:
    """That we ended the connection is a change, but no warning."""
    heard = Heard()
    await heard.watch.connected()
    heard.closed = True
    await heard.watch.disconnected()
    assert heard.states == [True, False]
    assert caplog.messages == []


async def test_errors_of_the_first_connection(caplog: pytest.LogCaptureFixture) -> None:
    """One that is final is raised, another kept; the log has none, since the caller gets an error."""
    heard = Heard()
    await heard.watch.error(OSError("not yet"))
    assert str(heard.watch.last) == "not yet"
    with pytest.raises(RuntimeError, match="refused"):
        await heard.watch.error(OSError("no"))
    assert caplog.messages == []


async def test_later_errors(caplog: pytest.LogCaptureFixture) -> None:
    """The same problem is logged once until there is a connection again, without a traceback; none is final."""
    heard = Heard()
    await heard.watch.connected()
    for _ in range(2):
        await heard.watch.error(OSError("no"))
        await heard.watch.error(OSError("another"))
    await heard.watch.connected()
    await heard.watch.error(OSError("no"))
    start = "The connection to nats://h has a problem: "
    assert caplog.messages == [f"{start}no.", f"{start}another.", f"{start}no."]
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Exception("nats: 'Authorization Violation'"), "Authorization Violation"),
        (OSError(111, "Connection refused"), "[Errno 111] Connection refused"),
        (TimeoutError(), "TimeoutError"),
        (Exception("a\n  b"), "a b"),
    ],
)
async def test_words(error: Exception, text: str) -> None:
    """An error is one line, whatever it says."""
    assert words(error) == text
