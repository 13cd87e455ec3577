"""The mock's table of paths: what leads where, and what was most likely meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import promoter_schemas
from mock_promoter.routes import ROUTES, Route, find, nearest, not_emulated, operation_json, page_of

OPERATIONS = [(method, route.path) for route in ROUTES for method in route.operations]


@given(st.sampled_from(ROUTES), st.lists(st.from_regex(r"[^/.]+", fullmatch=True), min_size=2, max_size=2))
def test_every_path_leads_to_its_route(route: Route, ids: list[str]) -> None:
    """Whatever stands in the place of an id, but for words that are paths of their own."""
    number = route.path.count("{")
    filled = route.path.replace("{id}", ids[0]).replace("{contact_id}", ids[1])
    found = find(filled)
    if filled in {"/api/contacts/remove/", "/api/contacts/survey/", "/api/lists/remove/"}:
        assert found is not None
    else:
        assert found == (route, tuple(ids[:number]))


@given(st.text(max_size=30).map(lambda text: f"/api/{text}"))
def test_what_leads_nowhere_is_told_the_nearest(path: str) -> None:
    """Whatever the path, some operation is named; for one that there is, it is that."""
    assert nearest("GET", path) in OPERATIONS
    assert " ".join(nearest("PUT", path)) in not_emulated("PUT", path)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_there_is_its_own_nearest(method: str, path: str) -> None:
    """An operation is nearer to itself than any other."""
    assert nearest(method, path) == (method, path)
    assert nearest(method, path.rstrip("/")) == (method, path)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.path))
def test_every_operation_is_described(route: Route) -> None:
    """Its body and its answer have a schema, and its path a name."""
    answers = promoter_schemas.load("promoter/answers")["$defs"]
    for operation in route.operations.values():
        assert page_of(operation.result)[0] in answers
        if operation.body is not None:
            assert promoter_schemas.load(f"promoter/{operation.body}")["type"] == "object"
    assert operation_json(route)["name"].isprintable()


def test_pages_of_rows() -> None:
    """A page names its row."""
    assert [page_of("page:contact"), page_of("contact")] == [("contact", True), ("contact", False)]
