"""The journal: every request from its arrival on, bounded in number and in bytes."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mock_plane import entry

from mock_promoter.journal import LONGEST_KEPT, Journal, decoded, without_key

Ask = Callable[..., httpx.Response]


def bytes_of(journal: Journal) -> int:
    """Return what a journal's entries hold, counted anew."""
    return sum(
        len(one.path)
        + len(one.query)
        + sum(map(len, one.headers.values()))
        + sum(map(len, (one.response_headers or {}).values()))
        + len(one.body)
        + len(one.response)
        for one in journal
    )


def test_an_entry_is_completed_step_by_step() -> None:
    """It is there as soon as its request arrives; then come the body and the answer."""
    journal = Journal()
    assert journal.next_id() == 1
    one = entry(1)
    journal.add(one)
    assert (list(journal), len(journal), journal.next_id()) == ([one], 1, 2)
    assert (one.state, one.status, one.body) == ("open", None, b"")
    journal.keep_body(one, b"{}")
    journal.complete(one, 200, {"content-type": "application/json"}, b"[]")
    assert (one.body, one.status, one.response, one.cut) == (b"{}", 200, b"[]", False)
    assert journal.get(1) is one
    assert journal.get(2) is None


def test_the_newest_are_kept() -> None:
    """Of what is too old only the count stays."""
    journal = Journal(2)
    for number in range(1, 6):
        journal.add(entry(number))
    assert ([one.id for one in journal], journal.dropped) == ([4, 5], 3)
    assert journal.get(3) is None


def test_bytes_are_bounded_too() -> None:
    """Large requests make room for each other; a single one stays however large it is."""
    journal = Journal(100, 1000)
    for number in range(1, 4):
        one = entry(number)
        journal.add(one)
        journal.keep_body(one, b"x" * 600)
        journal.complete(one, 200, {}, b"y" * 600)
    assert ([one.id for one in journal], journal.dropped) == ([3], 2)


def test_paths_and_headers_count() -> None:
    """A caller cannot fill the memory with long addresses either."""
    journal = Journal(100, 1000)
    for number in range(1, 6):
        journal.add(entry(number, path="/" * 200, headers={"x": "y" * 200}))
    assert [one.id for one in journal] == [4, 5]


def test_a_request_that_is_dropped_while_it_is_open() -> None:
    """Its answer comes to nothing: it is not counted, now or later."""
    journal = Journal(1, 1000)
    old, new = entry(1), entry(2)
    journal.add(old)
    journal.add(new)
    for _ in range(9):
        journal.complete(old, 200, {}, b"x" * 900)
    journal.keep_body(new, b"y" * 900)
    assert list(journal) == [new]


def test_the_oldest_may_be_the_one_that_grows() -> None:
    """A request that is completed late drops itself, whole."""
    journal = Journal(100, 1000)
    old, new = entry(1), entry(2)
    journal.add(old)
    journal.add(new)
    journal.keep_body(old, b"x" * 2000)
    assert list(journal) == [new]
    journal.keep_body(new, b"y" * 900)
    assert (list(journal), journal.dropped) == ([new], 1)


def test_long_bodies_are_cut() -> None:
    """What is longer than a journal should hold is kept in part, and marked."""
    journal = Journal()
    short, long = entry(1), entry(2)
    for one, length in ((short, LONGEST_KEPT), (long, LONGEST_KEPT + 1)):
        journal.add(one)
        journal.complete(one, 200, {}, b"x" * length)
    assert (short.cut, long.cut) == (False, True)
    assert len(short.response) == len(long.response) == LONGEST_KEPT


def test_clear() -> None:
    """One account's requests go, ids go on; or everything goes, and ids start again."""
    journal = Journal()
    for number, account in enumerate(("a", "b", None, "a"), 1):
        journal.add(entry(number, account=account))
    journal.clear("a")
    assert ([one.id for one in journal], journal.next_id()) == ([2, 3], 5)
    journal.clear()
    assert (list(journal), journal.next_id(), journal.dropped) == ([], 1, 0)


def test_an_open_request_outlives_a_clear() -> None:
    """What it is answered is not taken for another request's of the same number."""
    journal = Journal(100, 1000)
    old = entry(1)
    journal.add(old)
    journal.clear()
    new = entry(1)
    journal.add(new)
    journal.complete(old, 200, {}, b"x" * 900)
    second = entry(2)
    journal.add(second)
    journal.keep_body(second, b"y" * 900)
    assert list(journal) == [new, second]


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from(["add", "body", "answer", "clear"]), st.integers(0, 9), st.integers(0, 400))),
)
def test_the_count_and_the_bytes_always_agree(most: int, steps: list[tuple[str, int, int]]) -> None:
    """In any order: kept and dropped make up what came, and no more than the bounds is kept."""
    journal, limit, added = Journal(most, 500), 500, 0
    ever = [entry(1)]
    for step, which, length in steps:
        one = ever[which % len(ever)]
        if step == "add":
            ever.append(entry(journal.next_id(), account="a" if which % 2 else "b"))
            journal.add(ever[-1])
            added += 1
        elif step == "body" and not one.body:
            journal.keep_body(one, b"x" * length)
        elif step == "answer" and one.status is None:
            journal.complete(one, 200, {"x": "y"}, b"z" * length)
        elif step == "clear":
            added -= sum(one.account == "a" for one in journal)
            journal.clear("a")
        assert len(journal) + journal.dropped == added
        assert len(journal) <= most
        assert len(journal) == 1 or bytes_of(journal) <= limit
        assert journal._bytes == bytes_of(journal)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", None),
        (b'{"a": 1}', {"a": 1}),
        (b"null", None),
        (b"a=b", "a=b"),
        (b"\xff", "\ufffd"),
        (b"[" * 300 + b"]" * 300, "[" * 300 + "]" * 300),
    ],
)
def test_bodies_as_they_are_shown(body: bytes, value: object) -> None:
    """JSON as its value, anything else as text: what nests too deeply to be shown, too."""
    assert decoded(body) == value


@pytest.mark.parametrize(
    ("authorization", "shown"),
    [("Token key", "Token ***"), ("Basic a:b c", "Basic ***"), ("key-without-scheme", "***"), ("", "***")],
)
def test_keys_are_not_shown(authorization: str, shown: str) -> None:
    """The scheme is all that is told; a header without one may be a key itself."""
    assert without_key(authorization) == shown


@pytest.mark.parametrize("depth", [200, 250, 251, 254, 255, 400])
def test_no_depth_keeps_the_journal_from_being_read(ask: Ask, depth: int) -> None:
    """Whatever nests however deeply, to a path that is served or not, the journal and its searches go on."""
    for path in ("/api/contacts/", "/nope/"):
        body = b"[" * depth + b"]" * depth
        ask("POST", path, content=body, headers={"content-type": "application/json"})
    for call in ("requests", "requests/unmatched", "requests/1"):
        assert ask("GET", f"/__mock__/{call}").status_code == 200
    assert ask("POST", "/__mock__/requests/near-misses", {"match": {"body": []}}).status_code == 200
