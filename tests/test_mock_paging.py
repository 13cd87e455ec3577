"""The mock's pages: a hundred rows, links that lead to the neighbours, and what is no page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_promoter.answers import Call
from mock_promoter.paging import page, whole_number


def of(rows: list[int], size: int = 100, **query: str) -> Any:
    """Return the body of a page."""
    return page(Call("GET", "/api/x/", "http://h", query), rows, lambda row: {"id": row}, size).body


@pytest.mark.fidelity("F-18")
@pytest.mark.fidelity("F-19")
def test_pages() -> None:
    """A hundred a page, links keep the filters, page 1 is linked without a number, beyond the end is 404."""
    rows = list(range(250))
    assert (of(rows)["count"], of(rows)["next"], of(rows)["previous"]) == (250, "http://h/api/x/?page=2", None)
    assert of(rows, page="2", a="b")["previous"] == "http://h/api/x/?a=b"
    assert of(rows, page="2")["previous"] == "http://h/api/x/"
    assert of(rows, page="last")["results"] == [{"id": row} for row in rows[200:]]
    for wrong in ("0", "4", "x", "-1", "1.0", "9" * 20, "\u0661", ""):
        assert of(rows, page=wrong) == {"detail": "Invalid page."}
    assert of([]) == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.fidelity("F-18")
def test_the_size_of_a_page(ask: Callable[..., httpx.Response]) -> None:
    """The switch makes pages small enough to test a client's paging."""
    ask("PATCH", "/__mock__/settings", {"page_size": 1})
    ask("POST", "/api/lists/", {"name": "Beta"})
    first = ask("GET", "/api/lists/").json()
    assert (first["count"], len(first["results"])) == (2, 1)
    assert ask("GET", first["next"]).json()["results"] == [{"id": 2, "name": "Beta"}]


@given(
    st.lists(st.integers(), max_size=60),
    st.integers(1, 20),
    st.dictionaries(st.sampled_from("abc"), st.text(max_size=4)),
)
def test_pages_partition_the_rows(rows: list[int], size: int, query: dict[str, str]) -> None:
    """Whoever follows next from page 1 gets each row once, in order; previous leads back the same way."""
    seen: list[int] = []
    here: dict[str, str] | None = query
    before: Any = None
    while here is not None:
        body = of(rows, size, **here)
        seen += [row["id"] for row in body["results"]]
        if before is not None:
            back = dict(parse_qsl(urlsplit(body["previous"]).query, keep_blank_values=True))
            assert of(rows, size, **back) == before
        before = body
        here = dict(parse_qsl(urlsplit(body["next"]).query, keep_blank_values=True)) if body["next"] else None
    assert seen == rows


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("x", None), ("\u00b2", None), ("1" * 10, None), ("", None)])
def test_numbers(text: str, number: int | None) -> None:
    """Only decimal digits are a number, and only as many as an id has."""
    assert whole_number(text) == number
