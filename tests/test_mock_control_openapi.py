"""The OpenAPI documents: valid, complete, and nothing more than what is served."""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis

import promoter_schemas
from mock_promoter.control.commands import COMMANDS
from mock_promoter.control.openapi import control_document, vendor_document
from mock_promoter.routes import ROUTES

DOCUMENTS = {"control": control_document(), "vendor": vendor_document()}


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """Return a document's operations by method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@pytest.mark.parametrize("name", DOCUMENTS)
def test_valid(name: str) -> None:
    """Each is an OpenAPI 3.1 document by the standard's own schema, and its references lead somewhere."""
    document = DOCUMENTS[name]
    schemathesis.openapi.from_dict(document).validate()
    assert document["openapi"] == "3.1.0"
    schemas = document["components"]["schemas"]
    jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": schemas})
    for reference in references(document):
        at: Any = document
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]


def references(value: Any) -> set[str]:
    """Return all references in a document."""
    if isinstance(value, list):
        return {one for item in value for one in references(item)}
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own | {one for item in value.values() for one in references(item)}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_names_of_operations(name: str) -> None:
    """Each operation has a name of its own and says what it does."""
    found = list(operations(DOCUMENTS[name]).values())
    assert len({one["operationId"] for one in found}) == len(found)
    assert all(one["summary"].endswith(".") for one in found)


def test_the_control_plane_is_complete() -> None:
    """Every call with its parameters, its body and its answer; no other."""
    found = operations(DOCUMENTS["control"])
    assert set(found) == {(one.method, f"/__mock__{one.path}") for one in COMMANDS}
    for one in COMMANDS:
        operation = found[one.method, f"/__mock__{one.path}"]
        named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
        assert named == {"account", *one.query}
        assert ("requestBody" in operation) == (one.body is not None)
        assert {str(status) for status in (one.status, *one.statuses, 401, 403)} <= set(operation["responses"])


def test_the_vendor_s_api_is_complete() -> None:
    """Every route with its parameters, its body and its answer; no other."""
    found = operations(DOCUMENTS["vendor"])
    assert set(found) == {(method, route.path) for route in ROUTES for method in route.operations}
    for route in ROUTES:
        for method, one in route.operations.items():
            operation = found[method, route.path]
            named = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"]
            assert named == list(one.query)
            assert operation["security"] == [{route.auth: []}]
            assert ("requestBody" in operation) == (one.body is not None)


def test_bodies_are_the_published_schemas() -> None:
    """What is sent and answered is described once, in the schemas of this project."""
    schemas = DOCUMENTS["vendor"]["components"]["schemas"]
    for name in ("contact", "survey", "segment_event"):
        title = name.replace("_", " ").title().replace(" ", "")
        assert schemas[title]["properties"] == promoter_schemas.load(f"promoter/{name}")["properties"]
    assert (
        DOCUMENTS["control"]["components"]["schemas"]["State"]["title"] == promoter_schemas.load("mock/state")["title"]
    )


def test_bodies_that_cannot_be_left_out() -> None:
    """A body is required where it must have members; a seed may be YAML as well."""
    found = operations(DOCUMENTS["control"])
    assert found["POST", "/__mock__/surveys/{id}/answer"]["requestBody"]["required"]
    assert not found["POST", "/__mock__/reset"]["requestBody"]["required"]
    assert set(found["PUT", "/__mock__/seed"]["requestBody"]["content"]) == {"application/json", "application/yaml"}
    assert set(found["POST", "/__mock__/reset"]["requestBody"]["content"]) == {"application/json"}


@pytest.mark.parametrize(("path", "name"), [("openapi.json", "control"), ("openapi/promoter.json", "vendor")])
def test_served(mock: str, path: str, name: str) -> None:
    """Where tools look for them."""
    answer = httpx.get(f"{mock}/__mock__/{path}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == DOCUMENTS[name]
