"""What people read when a plugin or an event goes wrong: the text of each reason, with its facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from support import answer, identify, promoter, small, track

from event_router.api import (
    Context,
    Delivered,
    Dropped,
    Outcome,
    Reason,
    Rejected,
    Request,
    Response,
    Retry,
    Transformed,
)
from event_router.dispatch import decide, encode, interpret

CONTEXT = Context("promoter", datetime(2026, 11, 24, tzinfo=UTC))
LONG = "x" * 250


def raises(error: Exception) -> Callable[..., Any]:
    """Return a hook that raises."""

    def hook() -> None:
        raise error

    return hook


@pytest.mark.parametrize(
    ("hook", "reason"),
    [
        (
            raises(RuntimeError("boom")),
            Reason(
                "plugin.raised",
                "Plugin small raised RuntimeError: boom. The event is not sent; report it to the plugin's authors.",
            ),
        ),
        (
            raises(ValueError(LONG)),
            Reason(
                "plugin.raised",
                f"Plugin small raised ValueError: {LONG[:200]}. The event is not sent; report it to the plugin's authors.",
            ),
        ),
        (
            lambda: "sent",
            Reason("plugin.bad_result", "Plugin small returned str, which is no result of a transform hook."),
        ),
    ],
)
def test_a_plugin_that_fails_is_named(hook: Callable[..., Any], reason: Reason) -> None:
    """Who failed, how, what became of the event, and whom to tell."""
    assert decide(small(transform_track=hook), track(), None, CONTEXT) == (None, Rejected(reason))


@pytest.mark.parametrize(
    ("hook", "what"),
    [
        (raises(RuntimeError("boom")), "raised RuntimeError: boom"),
        (raises(ValueError(LONG)), f"raised ValueError: {LONG[:200]}"),
        (lambda: "ok", "returned str, which is no outcome"),
    ],
)
def test_a_plugin_that_cannot_read_an_answer_is_named(hook: Callable[..., Any], what: str) -> None:
    """Who failed, how, and whom to tell; the event is tried again."""
    message = f"Plugin small {what}, for the destination's answer. Report it to the plugin's authors."
    outcome = interpret(small(interpret_response=hook), Request("x", "POST", "http://x"), answer())
    assert outcome == Retry(Reason("plugin.unreadable", message))


def test_a_plugin_gets_the_whole_answer() -> None:
    """Status, headers and body come to the plugin as the server sent them, where no secret is in them."""
    seen: list[Response] = []

    def interpret_response(response: Response) -> Outcome:
        seen.append(response)
        return Delivered()

    given = Response(202, {"x-a": "b"}, b"\x00\xff body")
    interpret(small(interpret_response=interpret_response), Request("x", "POST", "http://x"), given)
    assert seen == [given]


def test_a_missed_contract_is_named_with_all_problems() -> None:
    """The contract's name comes with the refusal, the first problem is the reason, the others follow."""
    contract, refusal = decide(promoter(), {"type": "identify", "messageId": "m", "traits": {}}, None, CONTEXT)
    assert contract == "identify"
    assert isinstance(refusal, Rejected)
    assert [problem.path for problem in refusal.problems] == ["$.userId", "$.traits.email"]
    assert refusal.reason == Reason(refusal.problems[0].code, refusal.problems[0].message)


def test_bad_options_are_told_with_all_problems() -> None:
    """What is wrong with the event's options, and that they are the event's."""
    event = track(integrations={"Promoter": {"campaign": 0, "list": "x"}})
    contract, refusal = decide(promoter(), event, None, CONTEXT)
    assert contract is None
    assert isinstance(refusal, Rejected)
    assert [problem.path for problem in refusal.problems] == ["$.contact_lists", "$.campaign_id"]
    assert refusal.reason == Reason(
        "event.bad_options",
        "The event's options for this destination are wrong: "
        "$.contact_lists is \"x\", but must be a list. Correct it. $.campaign_id is 0, but must be at least 1. Correct it.",
    )  # fmt: skip


def test_bad_options_without_problems_are_told_too() -> None:
    """Options that are no JSON have no broken rule to show."""
    refusal = decide(promoter(), track(integrations={"Promoter": {"campaign": {1}}}), None, CONTEXT)[1]
    assert isinstance(refusal, Rejected)
    assert refusal.problems == ()
    assert refusal.reason.message == (
        "The event's options for this destination are wrong: Type is not JSON serializable: set"
    )


def test_options_that_change_nothing_are_reported() -> None:
    """After what the plugin itself drops."""
    sent = Transformed((), (Dropped("$.a", "null"),))
    destination = small(transform_track=lambda: sent)
    decided = decide(destination, track(integrations={"Small": {"colour": "red"}}), None, CONTEXT)[1]
    unused = Dropped("$.integrations.*.colour", "an option that events cannot set")
    assert decided == sent._replace(dropped=(*sent.dropped, unused))


def test_what_json_cannot_carry_is_told() -> None:
    """The reason says what it is: half of a surrogate pair, in an event or in a request."""
    refusal = decide(promoter(), identify(traits={"email": "\ud800"}), None, CONTEXT)[1]
    encoded = encode(Request("x", "POST", "http://x", {"a": "\ud800"}))
    for rejected in (refusal, encoded):
        assert isinstance(rejected, Rejected)
        assert rejected.reason.code == "event.not_json"
        assert "(None)" not in rejected.reason.message
    assert isinstance(encoded, Rejected)
    assert "(str is not valid UTF-8: surrogates not allowed)" in encoded.reason.message
