"""The mock's journal: every request with its answer, without the keys, bounded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from mock_promoter import create_app
from mock_promoter.answers import Call
from mock_promoter.app import TEST_KEY
from mock_promoter.journal import Journal
from mock_promoter.paging import page

Ask = Callable[..., httpx.Response]


def test_the_journal(ask: Ask) -> None:
    """Every request in order, with its answer, without the key."""
    ask("POST", "/api/contacts/?a=b", {"email": "a@b.co", "first_name": TEST_KEY})
    ask("GET", "/nope", headers={"authorization": ""})
    ask("POST", "/api/contacts/", content=b"\xff", headers={"content-type": "text/plain"})
    answer = ask("GET", "/__mock__/requests")
    entries = answer.json()["requests"]
    assert answer.json()["dropped"] == 0
    assert [(one["id"], one["method"], one["path"], one["query"], one["status"]) for one in entries] == [
        (1, "POST", "/api/contacts/", "a=b", 201),
        (2, "GET", "/nope", "", 404),
        (3, "POST", "/api/contacts/", "", 415),
    ]
    assert entries[0]["body"] == {"email": "a@b.co", "first_name": "***"}
    assert entries[0]["headers"]["authorization"] == "Token ***"
    assert (entries[1]["body"], entries[2]["body"]) == (None, "\ufffd")
    assert TEST_KEY not in answer.text
    assert {"at", "headers", "response"} <= entries[0].keys()


@pytest.mark.anyio
async def test_a_short_key_does_not_spoil_the_journal() -> None:
    """A key such as "key" is masked where it is a credential, and common words stay."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(("key",))), base_url="http://mock") as client:
        await client.get("/api/contacts/", headers={"authorization": "Token key", "idempotency-key": "monkey"})
        (entry,) = (await client.get("/__mock__/requests")).json()["requests"]
    assert (entry["headers"]["authorization"], entry["headers"]["idempotency-key"]) == ("Token ***", "monkey")


def test_the_journal_is_bounded() -> None:
    """Of what is too old only the count stays."""
    journal = Journal(2)
    for _ in range(3):
        journal.add(datetime.now(UTC), "GET", "/", "", {}, b"", page(Call("GET", "/"), []))
    assert b'"dropped":1' in journal.as_json(())
