"""What people read of Promoter's answers: the text of each reason, with its facts, and Promoter's own words in it."""

from __future__ import annotations

from typing import Any

import pytest
from promoter_destination.responses import interpret
from support import answer

from event_router.api import Request

URL = "http://x/api/"
DETAIL = {"detail": "Not now."}


def message(status: int, body: Any = None, kind: str = "survey", **headers: str) -> str:
    """Return what people are told of an answer."""
    return interpret(Request(kind, "POST", URL, {"campaign_id": 9}), answer(status, body, **headers)).reason.message


def said(body: Any) -> str:
    """Return Promoter's own words, as they stand in the reason of a refusal."""
    return message(400, body, "contact").removeprefix("Promoter refused the contact (400): ")


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (429, DETAIL, "survey", "Promoter asked us to slow down: Not now."),
        (
            401,
            DETAIL,
            "survey",
            "Promoter did not accept the API key at http://x/api/: Not now. Check the API key, and what it may do.",
        ),
        (
            403,
            DETAIL,
            "survey",
            "Promoter does not allow this at http://x/api/: Not now. Check the API key, and what it may do.",
        ),
        (503, DETAIL, "survey", "Promoter answered 503 at http://x/api/: Not now."),
        (500, b"<html>", "survey", "Promoter answered 500 at http://x/api/: (no words)"),
        (501, DETAIL, "event", "Promoter has no use for this type of event: Not now."),
        (404, DETAIL, "remove", "Promoter does not know this contact; it is gone already."),
        (404, DETAIL, "survey", "Promoter has no campaign 9: Not now. Check the settings."),
        (410, b"", "event", "There is no Promoter API at http://x/api/ (410). Check base_url and segment_url."),
        (
            400,
            {"detail": "not eligible"},
            "survey",
            "Promoter does not survey this contact now (surveyed lately, unsubscribed or inactive): not eligible",
        ),
        (413, DETAIL, "event", "Promoter refused the event (413): Not now."),
        (
            200,
            b"<" + b"h" * 70,
            "contact",
            f"http://x/api/ answered 200 with something that is not Promoter's: '<{'h' * 59}'",
        ),
        (
            302,
            b"",
            "contact",
            "http://x/api/ sends us to somewhere else. Correct base_url or segment_url.",
        ),
    ],
)
def test_messages(status: int, body: Any, kind: str, text: str) -> None:
    """Each reason says where, what, Promoter's own words, and what to check."""
    assert message(status, body, kind) == text


def test_a_redirection_says_where_to() -> None:
    """The address that a server sends us to is told, its first 200 characters."""
    where = "http://y/" + "z" * 191
    told = f"http://x/api/ sends us to {where}. Correct base_url or segment_url."
    assert message(302, b"", location=where) == message(302, b"", location=f"{where}zz") == told


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "(no words)"),
        ("Plain.", "Plain."),
        ({"detail": "a", "message": "b", "non_field_errors": ["c", "d"]}, "a b c d"),
        ({"email": ["One.", "Two."], "first_name": ["Three."]}, "email: One. Two. first_name: Three."),
        ([[[["deep"]]]], "deep"),
        ([[[[["too deep"]]]]], "(no words)"),
        ({"a": {"b": {"c": {"d": "deep"}}}}, "a: b: c: d: deep"),
        ({"a": {"b": {"c": {"d": {"e": "too deep"}}}}}, "a: b: c: d: "),
        ([str(number) for number in range(12)], "0 1 2 3 4 5 6 7 8 9"),
        (dict.fromkeys("abcdefghijkl", "x"), "a: x b: x c: x d: x e: x f: x g: x h: x i: x j: x"),
        ({"f" * 70: "x"}, f"{'f' * 60}: x"),
        ("x" * 300, "x" * 300),
        ("x" * 400, "x" * 300),
        (["x" * 200, "y" * 200], f"{'x' * 200} {'y' * 99}…"),
    ],
)
def test_promoters_own_words(body: Any, words: str) -> None:
    """One line: fields before what is said of them, four levels, ten of each, 300 characters."""
    assert said(body) == words
