"""The kit's client of the control plane: what it asks for, and how it says what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from contract_tests.contract import ContractError
from contract_tests.control import Control, ControlError, excerpt
from contract_tests.unready import TOKEN
from contract_tests.wire import client
from mock_promoter.serving import serve


@pytest.fixture
def account(mock: str) -> Iterator[Control]:
    """Return an account of its own."""
    with Control(mock) as server, server.new_account() as account:
        yield account
        account.remove_account()


@pytest.fixture
def api(account: Control) -> Iterator[httpx.Client]:
    """Return a client with the account's key."""
    with client(account.url, {"authorization": f"Token {account.api_key}"}) as http:
        yield http


def test_accounts(mock: str) -> None:
    """An account has a name and a key of its own; once it is removed there is no such account."""
    with Control(f"{mock}/") as server:
        assert server.url == mock
        account, other = server.new_account(), server.new_account()
        assert len({account.account, other.account, account.api_key, other.api_key}) == 4
        account.remove_account()
        with pytest.raises(ControlError, match=r"\[control.unknown_account\] GET /__mock__/clock: ") as refused:
            account.now()
        assert refused.value.code == "control.unknown_account"
        other.remove_account()
        for one in (account, other):
            one.close()


def test_connections(mock: str) -> None:
    """A client that is given is shared with accounts, and stays open; one of its own is closed."""
    with client(mock) as http:
        with Control(mock, http=http) as server, server.new_account() as account:
            account.remove_account()
        assert http.get("/__mock__/health").is_success
    with Control(mock) as server:
        server.reset()
    with pytest.raises(RuntimeError, match="closed"):
        server.reset()


def test_time_and_limits(account: Control, api: httpx.Client) -> None:
    """The clock stands where it is frozen, and goes on as it is told; the limit is set and lifted."""
    account.freeze("2026-03-01T09:00:00Z")
    account.advance(hours=1, seconds=5)
    assert account.now() == "2026-03-01T10:00:05Z"
    account.limit(1, 60)
    assert [api.get("/api/contacts/").status_code for _ in range(2)] == [200, 429]
    account.limit(None)
    assert api.get("/api/contacts/").status_code == 200
    account.reset("clock")
    account.freeze()
    assert account.now() == account.now() > "2026-03-02"


def test_settings_and_state(account: Control, mock: str) -> None:
    """Switches are set and read; the state is put in place whole, of an account or of the default one."""
    assert account.settings(page_size=7)["page_size"] == 7
    assert account.settings()["page_size"] == 7
    account.restore({"contacts": [{"email": "kate@example.com"}]})
    assert [row["email"] for row in account.snapshot()["contacts"]] == ["kate@example.com"]
    with Control(mock) as server:
        assert server.snapshot()["contacts"] == []
    account.reset("state")
    assert account.snapshot()["contacts"] == []


def test_people(account: Control, api: httpx.Client) -> None:
    """Contacts, surveys and custom events are listed, the newest first, and searched; a contact unsubscribes."""
    for name in ("kate", "chris"):
        api.post("/api/v2/survey/", json={"campaign_id": 1, "contact": {"email": f"{name}@example.com"}})
    api.post("/api/segment/", json={"type": "track", "event": "x"}, auth=(account.api_key, ""))
    assert [row["email"] for row in account.contacts()] == ["chris@example.com", "kate@example.com"]
    assert [row["contact"]["email"] for row in account.surveys("kate@")] == ["kate@example.com"]
    assert [row["event"] for row in account.custom_events()] == [{"type": "track", "event": "x"}]
    account.answer(account.surveys("kate@")[0]["id"], 9, "Lovely")
    assert account.surveys("kate@")[0]["feedback"]["score"] == 9
    account.unsubscribe(account.contacts("kate@")[0]["id"])
    assert [row["unsubscribed"] for row in account.contacts()] == [False, True]


def test_faults(account: Control, api: httpx.Client) -> None:
    """Faults strike what matches, so often; they are lifted one by one or all."""
    account.fail({"kind": "status", "status": 503}, 1, path="/api/lists/")
    fault = account.fail({"kind": "status", "status": 500}, path="/api/contacts/")
    account.fail({"kind": "status", "status": 502}, path="/api/email/")
    paths = ("/api/lists/", "/api/lists/", "/api/contacts/", "/api/email/")
    assert [api.get(path).status_code for path in paths] == [503, 200, 500, 502]
    account.lift(fault)
    assert [api.get(path).status_code for path in paths] == [200, 200, 200, 502]
    account.lift()
    assert api.get("/api/email/").status_code == 200


def test_journal(account: Control, api: httpx.Client) -> None:
    """What came is waited for and found by a match; a line of the journal has request and answer, and no key."""
    account.fail({"kind": "status", "status": 503, "body": account.api_key}, 1, path="/api/lists/")
    api.post("/api/contacts/", json={"email": "kate@example.com", "first_name": "Zoë"})
    api.get("/api/lists/?page=1")
    (one,) = account.wait(1, 5, method="POST", body={"email": "kate@example.com"})
    assert account.requests(path="/api/contacts/") == [one]
    made, failed = account.journal()
    assert made.startswith(
        f'{one["id"]}. POST /api/contacts/ {{"email": "kate@example.com", "first_name": "Zoë"}} → 201'
    )
    assert failed.endswith("GET /api/lists/?page=1 → 503 (fault status) ***")
    assert account.api_key not in made + failed
    with pytest.raises(ControlError, match="expected at least 1 request") as unmet:
        account.wait(1, 0.01, path="/api/email/")
    assert unmet.value.code == "control.unmet"


def test_excerpts() -> None:
    """A line says what there was no answer to, cuts what is long, and masks what is secret."""
    entry = {"id": 3, "method": "GET", "path": "/x/", "query": "", "body": None, "status": None, "response": None}
    assert excerpt(entry) == "3. GET /x/ → no answer"
    assert excerpt({**entry, "status": 200, "response": "k3y-of-mine" * 50}, ["k3y-of-mine"]).count("*") == 27 * 3
    assert len(excerpt({**entry, "status": 200, "response": "long" * 5_000})) < 400


def test_who_has_no_control_plane(mock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said why there is none: nothing there, nobody there, or a token that is missing."""
    with Control(f"{mock}/api") as elsewhere:
        assert elsewhere.lacking() == f"{mock}/api has no control plane at /__mock__/"
        with pytest.raises(ControlError, match=r"\[http.404\] GET /__mock__/clock: HTTP 404"):
            elsewhere.now()
    for url in ("http://127.0.0.1:9", "http://[x"):
        with httpx.Client() as http, pytest.raises(ContractError) as found:
            Control(url, http=http).lacking()
        assert str(found.value).startswith(f"[contract_tests.no_server] {url} does not answer (")
        assert str(found.value).endswith("or correct --promoter-url.")
    with Control("server:9") as nobody, pytest.raises(ContractError, match=r"begins with http:// or https://\.$"):
        nobody.lacking()
    with serve(control_token="s3cret") as url:
        for token in (None, "wrong"):
            with (
                Control(url, token=token) as stranger,
                pytest.raises(ContractError, match=rf"no_token\] .*{url}.*{TOKEN}"),
            ):
                stranger.lacking()
        monkeypatch.setenv(TOKEN, "s3cret")
        with Control(url) as known, known.new_account() as account:
            assert known.lacking() is None
            account.remove_account()
        with Control(url, token="wrong") as stranger, pytest.raises(ControlError, match=r"\[control.token\]"):
            stranger.new_account()


def test_answers_that_are_no_objects() -> None:
    """An error whose body is no object, or no JSON, has the status as its code."""
    for content in (b"[1]", b"<html>"):
        http = httpx.Client(transport=httpx.MockTransport(lambda _, body=content: httpx.Response(502, content=body)))
        with http, Control("http://server", http=http) as server:
            assert server.lacking() == "http://server has no control plane at /__mock__/"
            with pytest.raises(ControlError, match=r"\[http.502\]"):
                server.reset("state", "journal")
