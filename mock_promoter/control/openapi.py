"""The OpenAPI 3.1 documents: of the control plane, and of the vendor's API, made of the tables that are served."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import orjson

import promoter_schemas
from mock_promoter.control.command import Command
from mock_promoter.control.commands import COMMANDS
from mock_promoter.control.shapes import ERROR
from mock_promoter.routes import ROUTES, Operation, Route, page_of

_JSON = "application/json"
_ACCOUNT = {
    "name": "account",
    "in": "query",
    "description": "Name of an account; the default account, or all, where it is absent.",
    "schema": {"type": "string"},
}
_UNWANTED = ("$schema", "$id", "examples", "x-invalid")
_STATE = promoter_schemas.load("mock/state")


@cache
def control_document() -> dict[str, Any]:
    """Return the document of the control plane."""
    paths: dict[str, Any] = {}
    for command in COMMANDS:
        paths.setdefault(f"/__mock__{command.path}", {})[command.method.lower()] = _command(command)
    components = {
        "schemas": {"Error": ERROR, "State": _embedded("mock/state", "State")},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    # Either is enough: the token where the server was given one, nothing where it was not.
    security: list[dict[str, list[str]]] = [{}, {"token": []}]
    return {**_head("mock-promoter: control plane", paths, components), "security": security}


def _head(title: str, paths: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    info = {"title": title, "version": version("promoter-destination")}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": components}


def _command(command: Command) -> dict[str, Any]:
    name = re.sub(r"[^a-z]+", "_", f"{command.method.lower()}{command.path}").strip("_")
    query = [{"name": key, "in": "query", "schema": schema} for key, schema in command.query.items()]
    ids = [_in_path(key, {"type": "string"}) for key in re.findall(r"\{(\w+)\}", command.path)]
    bad = {404, *command.statuses} | ({400, 403, 413, 422} if command.body is not None else {422})
    refused = {str(status): _answer("Refused.", _ref("Error")) for status in sorted(bad | {401, 403})}
    found: dict[str, Any] = {
        "operationId": name,
        "summary": command.summary,
        "parameters": [*ids, *query, _ACCOUNT],
        "responses": {str(command.status): _answer("Done.", _placed(command.answer)), **refused},
    }
    if command.body is not None:
        kinds = (_JSON, "application/yaml") if command.body == _STATE else (_JSON,)
        content = {kind: {"schema": _placed(command.body)} for kind in kinds}
        found["requestBody"] = {"content": content, "required": "required" in command.body}
    return found


def _placed(schema: Mapping[str, Any]) -> Any:
    """Return a schema as it stands in a document: the state's own parts are found among the components."""
    if schema == _STATE:
        return _ref("State")
    return _moved(schema, "State")


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _in_path(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _answer(words: str, schema: Any) -> dict[str, Any]:
    return {"description": words, "content": {_JSON: {"schema": schema}}}


def _embedded(name: str, component: str) -> Any:
    """Return a published schema as component."""
    kept = {key: value for key, value in promoter_schemas.load(name).items() if key not in _UNWANTED}
    return _moved(kept, component)


def _moved(schema: Mapping[str, Any], component: str) -> Any:
    """Return a schema whose references into itself lead to where it now stands."""
    text = orjson.dumps(schema).replace(b'"#/$defs/', f'"#/components/schemas/{component}/$defs/'.encode())
    return orjson.loads(text)


@cache
def vendor_document() -> dict[str, Any]:
    """Return the document of the vendor's API, as this mock serves it."""
    paths = {
        route.path: {method.lower(): _operation(route, method, one) for method, one in route.operations.items()}
        for route in ROUTES
    }
    schemas = {"Answers": _embedded("promoter/answers", "Answers"), "Error": _embedded("promoter/error", "Error")}
    schemas["SegmentError"] = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}
    bodies = {one.body for route in ROUTES for one in route.operations.values() if one.body}
    schemas |= {_title(body): _embedded(f"promoter/{body}", _title(body)) for body in sorted(bodies)}
    token = {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token YOUR-KEY"}
    basic = {"type": "http", "scheme": "basic", "description": "The key as user, no password."}
    return _head(
        "Promoter.io, as mocked", paths, {"schemas": schemas, "securitySchemes": {"token": token, "basic": basic}}
    )


def _operation(route: Route, method: str, operation: Operation) -> dict[str, Any]:
    name = re.sub(r"[^a-z0-9]+", "_", f"{method.lower()}{route.path}").strip("_")
    query = [{"name": key, "in": "query", "schema": {"type": "string"}} for key in operation.query]
    ids = [_in_path(key, {"type": "string", "pattern": "^[^/.]+$"}) for key in re.findall(r"\{(\w+)\}", route.path)]
    result, paged = page_of(operation.result)
    row = {"$ref": f"#/components/schemas/Answers/$defs/{result}"}
    good = {str(status): _answer("Done.", _page(row) if paged else row) for status in _good(method)}
    bad = (401, 404, 406, 429, *((400, 413, 415) if operation.body else ()))
    error = _ref("SegmentError") if route.auth == "basic" else _ref("Error")
    refused = {
        str(status): _answer("Refused.", _ref("Error") if status in {404, 406, 413, 415, 429} else error)
        for status in bad
    }
    # A path that is none, such as an id with a dot in it, is not the API's affair: there is a page.
    refused["404"]["content"]["text/html"] = {"schema": {"type": "string"}}
    found: dict[str, Any] = {
        "operationId": name,
        "summary": operation.summary,
        "security": [{route.auth: []}],
        "parameters": [*ids, *query],
        "responses": {**good, **refused},
    }
    if route.auth == "basic":
        found["responses"] |= {"400": _answer("Refused.", {}), "501": _answer("Not supported.", error)}
    if method == "DELETE":
        found["responses"]["204"] = {"description": "Done, where the switch delete_status says so."}
    if operation.body:
        found["requestBody"] = {"content": {_JSON: {"schema": _ref(_title(operation.body))}}, "required": True}
    return found


def _good(method: str) -> tuple[int, ...]:
    return (200, 201) if method == "POST" else (200,)


def _title(name: str) -> str:
    return name.replace("_", " ").title().replace(" ", "")


def _page(row: Mapping[str, Any]) -> dict[str, Any]:
    link = {"type": ["string", "null"]}
    properties = {
        "count": {"type": "integer"},
        "next": link,
        "previous": link,
        "results": {"type": "array", "items": row},
    }
    return {"type": "object", "required": list(properties), "properties": properties}
