"""Write ``component-tests/``: our own cases in the form in which RudderStack's transformer keeps its own.

    python examples/rudderstack/generate.py

The cases are those of ``cases.yaml`` and of the schemas; what is answered comes from the transformer itself, run here
without a network. Each case says how it is to end, so that nothing wrong is written down as right.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import yaml

import promoter_schemas
from event_router.api import Request, Response
from event_router.delivery import Answer, Sender
from event_router.plugins import load_plugins
from event_router.rudder.client import Client
from event_router.rudder.contacts import MemoryContacts
from event_router.rudder.figures import Figures
from event_router.rudder.handlers import Call, Handlers
from event_router.rudder.routes import route
from event_router.rudder.service import Served

NAME = "promoter"
_HERE = Path(__file__).parent
_NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
_HEAD = "// Written by examples/rudderstack/generate.py, which a test holds to this file: change that one.\n"
_CASES: Mapping[str, Any] = yaml.safe_load((_HERE / "cases.yaml").read_text("utf-8"))
_PATHS = {
    "processor": "/v0/destinations/{name}",
    "router": "/routerTransform",
    "dataDelivery": "/{version}/destinations/{name}/proxy",
    "userDeletion": "/deleteUsers",
}

Json = dict[str, Any]


def cases() -> Iterator[Json]:
    """Yield the cases of processor and router mode."""
    for name in ("identify", "track", "order_completed"):
        schema = promoter_schemas.load(f"events/{name}")
        for number, good in enumerate(schema["examples"], 1):
            message = {"context": {"traits": _CASES["pieces"]["person"]}, **good}
            yield {"slug": f"{name}-{number}", "told": f"A good {name}", "messages": [message], "codes": [200]}
        for bad in schema["x-invalid"]:
            # What is no order is a track, and may be a good one.
            if bad["rule"] != "const":
                yield _wrong(name, bad["why"], bad["value"])
    for bad in promoter_schemas.load("settings")["x-invalid"]:
        # Unknown names are RudderStack's own, and no error.
        if bad["rule"] != "additionalProperties":
            config = {"apiKey": "", **bad["value"]}
            yield _wrong("Config", bad["why"], _CASES["pieces"]["identify"]) | {"config": config}
    yield from _CASES["events"]


def _wrong(what: str, why: str, message: Any) -> Json:
    slug = re.sub("[^a-z]+", "-", f"{what} {why}".lower())
    return {"slug": slug, "told": f"{what}: {why}", "messages": [message], "codes": [400]}


class _Network:
    """What stands for the network: gives one answer, and keeps what was asked."""

    def __init__(self, answer: Sequence[Any] | None = None) -> None:
        self.calls: list[Json] = []
        self._answer = answer

    async def __call__(self, request: Request) -> Answer:
        assert self._answer is not None, request.url
        status, data = self._answer
        credentials = {"authorization": request.authorization.reveal()} if request.authorization else {}
        headers = {**request.headers, "content-type": "application/json", **credentials}
        asked = {"method": request.method, "url": request.url, "data": request.body, "headers": headers}
        self.calls.append({"httpReq": asked, "httpRes": {"status": status, "data": data}})
        return Response(status, {}, data.encode() if isinstance(data, str) else orjson.dumps(data))


class _Client(Client):
    """Hands out that network."""

    def __init__(self, network: _Network) -> None:
        super().__init__()
        self._network = network

    async def sender(self, seconds: float) -> Sender:  # noqa: ARG002
        return self._network


def _ask(path: str, body: Any, network: _Network) -> tuple[int, Any]:
    """Return status and body of the answer of a transformer that knows nobody yet."""
    contacts = MemoryContacts()
    served = {NAME: Served(load_plugins({NAME}).plugins[NAME], contacts, lambda: _NOW)}
    handlers = Handlers(served, contacts, _Client(network), None, Figures(served))
    answer = asyncio.run(handlers.answer(Call(route(path), "POST", path, {}, orjson.dumps(body))))
    return answer.status, orjson.loads(answer.body)


def _case(given: Json, feature: str, body: Any, codes: Sequence[int], network: _Network | None = None) -> Json:
    """Return a case with what the transformer answers, which has to be what the case is to end with."""
    version = given.get("version", "v1" if feature == "dataDelivery" else "v0")
    path = _PATHS[feature].format(name=NAME, version=version)
    status, said = _ask(path, body, network or _Network())
    found = _codes(status, said)
    assert found == list(codes), (given["slug"], feature, found, said)
    return {
        "id": f"{NAME}-{feature}-{given['slug']}",
        "name": NAME,
        "description": given["told"],
        "scenario": "Business",
        "successCriteria": f"Status code {', '.join(map(str, codes))}",
        "feature": feature,
        "module": "destination",
        "version": version,
        "input": {"request": {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": body}},
        "output": {"response": {"status": status, "body": said}},
    }


def _codes(status: int, said: Any) -> list[int]:
    """Return the status code of each thing in an answer; the proxy's older form has HTTP's alone."""
    output = said["output"] if isinstance(said, dict) else said
    each = output.get("response", [{"statusCode": status}]) if isinstance(output, dict) else output
    return [one["statusCode"] for one in each]


def _processor(given: Json) -> Json:
    return _case(given, "processor", list(_elements(given, "processor", {})), given["codes"])


def _router(given: Json) -> Json:
    job = {"userId": "<<>>12345<<>>12345", "attemptNum": 0, "transformAt": "router", "dontBatch": False}
    body = {"input": list(_elements(given, "router", job)), "destType": NAME}
    return _case(given, "router", body, given.get("router") or given["codes"])


def _elements(given: Json, feature: str, job: Json) -> Iterator[Json]:
    """Yield the events, for a destination of the case's own: none knows the contacts of another."""
    name, workspace = f"{feature}-{given['slug']}", "ws-1"
    destination = {
        "ID": name,
        "Name": "Promoter.io",
        "DestinationDefinition": {"ID": "dd-1", "Name": "PROMOTER", "DisplayName": "Promoter.io", "Config": {}},
        "Config": {**_CASES["config"], **given.get("config", {})},
        "Enabled": True,
        "WorkspaceID": workspace,
        "RevisionID": "1",
    }
    where = {"sourceId": "src-1", "destinationId": name, "workspaceId": workspace}
    for number, message in enumerate(given["messages"], 1):
        yield {"message": message, "metadata": {"jobId": number, **where, **job}, "destination": destination}


def _delivery(given: Json) -> tuple[Json, list[Json]]:
    """Return a case of the proxy, and what goes over the network for it: a request of its own, by its e-mail."""
    traits = {**_CASES["pieces"]["person"], "email": f"{given['slug']}@example.com"}
    event = {**given["event"], "traits": traits, "context": {"traits": traits}, "messageId": given["slug"]}
    routed = _router({**given, "messages": [event], "codes": [200], "config": {}, "version": "v0"})
    request = routed["output"]["response"]["body"]["output"][0]["batchedRequest"]
    job = {"jobId": 1, "attemptNum": 0, "userId": "", "sourceId": "src-1", "destinationId": f"proxy-{given['slug']}"}
    job |= {"workspaceId": "ws-1", "secret": None, "dontBatch": False}
    body = {name: value for name, value in request.items() if name != "version"}
    body["metadata"] = job if given.get("version") == "v0" else [job]
    body["destinationConfig"] = {**_CASES["config"], **given.get("config", {})}
    network = _Network(given.get("answer"))
    return _case(given, "dataDelivery", body, [given["code"]], network), network.calls


def _deletion(given: Json) -> tuple[Json, list[Json]]:
    """Return a case of ``/deleteUsers``, and what goes over the network for it."""
    person = {"userId": given["slug"], "email": f"delete-{given['slug']}@example.com"}
    config = {**_CASES["config"], **given.get("config", {})}
    body = [{"jobId": "5", "destType": NAME, "config": config, "userAttributes": [person]}]
    network = _Network(given.get("answer"))
    return _case(given, "userDeletion", body, [given["code"]], network), network.calls


def files() -> dict[str, str]:
    """Return all files by their names."""
    delivered, deleted = list(map(_delivery, _CASES["deliveries"])), list(map(_deletion, _CASES["deletions"]))
    network = [call for _, calls in delivered + deleted for call in calls]
    asked = {orjson.dumps(call["httpReq"]) for call in network}
    assert len(asked) == len(network), "one request has several answers"
    return {
        "processor/data.ts": _written("data", list(map(_processor, cases()))),
        "router/data.ts": _written("data", list(map(_router, cases()))),
        "dataDelivery/data.ts": _written("data", [case for case, _ in delivered]),
        "deleteUsers/data.ts": _written("data", [case for case, _ in deleted]),
        "network.ts": _written("networkCallsData", network),
    }


def _written(name: str, value: Any) -> str:
    return f"{_HEAD}export const {name} = {json.dumps(value, indent=1, ensure_ascii=False)};\n"


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description="Write component-tests/.")
    parser.add_argument("--to", type=Path, default=_HERE / "component-tests", help="Folder to write to.")
    folder = parser.parse_args().to
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
