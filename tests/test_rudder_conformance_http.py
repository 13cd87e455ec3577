"""The conformance checklist (protocol §9) and the endpoints (§1): HTTP statuses. Each test names its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from rudder_asking import BATCH, EVENTS, PATHS, PROCESSOR, PROMOTER, ROUTER, body, element
from rudder_calls import call
from rudder_cases import destination
from rudder_server.fake_transformer import FEATURES, Fake, Reply, serve
from rudder_transformer import Transformer
from support import identify

PROXY = "/v1/destinations/promoter/proxy"
KNOWN = [
    "/v0/destinations/promoter",
    "/v0/destinations/PROMOTER/",
    "/v0/destinations/other",
    "/v0/destinations/",
    "/v1/destinations/promoter/proxy",
    "/v0/destinations/promoter/proxy",
    "/v1/destinations/other/proxy",
    "/routerTransform",
    "/batch",
    "/deleteUsers",
    "/customTransform",
    "/v0/validate",
    "/v2/sources/shopify",
    "/v2/sources/shopify/hydrate",
    "/v1/sources/shopify",
    "/v0/sources/shopify",
]
OTHERS = [
    ("/v0/destinations/other", EVENTS),
    ("/v0/destinations/other/", EVENTS),
    ("/routerTransform", {"input": EVENTS, "destType": "other"}),
    ("/routerTransform", {"input": EVENTS, "destType": ""}),
    ("/routerTransform", {"input": EVENTS, "destType": None}),
    ("/routerTransform", {"input": EVENTS, "destType": 7}),
    ("/routerTransform", {"input": EVENTS}),
    ("/batch", {"input": EVENTS, "destType": "other"}),
    ("/v1/destinations/other/proxy", orjson.loads(call())),
    ("/v0/destinations/other/proxy", orjson.loads(call())),
    ("/customTransform", EVENTS),
    ("/v0/validate", EVENTS),
    ("/v2/sources/shopify", [{}]),
    ("/v2/sources/shopify/hydrate", {}),
]


@pytest.mark.parametrize("path", KNOWN)
@pytest.mark.parametrize("sent", [b"", b"[]", b"{}"])
def test_never_404(path: str, sent: bytes) -> None:
    """§9 "never 404 on known paths at start-up": the first request of all gets another answer, whatever it holds."""
    assert Transformer(PROMOTER).ask(path, sent).status_code not in (404, 410)


@pytest.mark.parametrize("path", KNOWN)
def test_never_404_while_upstream_is_away(path: str) -> None:
    """§9 "never 404 on known paths at start-up": neither where the one that has the other types is away."""
    said = Transformer(PROMOTER, upstream="http://127.0.0.1:1").ask(path, b"[]")
    assert said.status_code not in (404, 410)
    assert said.status_code != 503 or said.headers["X-Rudder-Should-Retry"] == "true"


@pytest.mark.parametrize("path", ["/", "/nothing", "/destinations/promoter", "/v3/destinations/promoter"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_404(path: str, method: str) -> None:
    """§1: a path that no transformer has is not found."""
    assert Transformer(PROMOTER).ask(path, method=method).status_code == 404


@pytest.mark.parametrize(("path", "sent"), OTHERS)
def test_types_that_nobody_serves(path: str, sent: Any) -> None:
    """§1 and §0.12: a 404 would lose events of types that are served elsewhere, so they wait at rudder-server."""
    said = Transformer(PROMOTER).ask(path, sent)
    assert (said.status_code, said.headers["X-Rudder-Should-Retry"]) == (503, "true")
    assert said.headers["X-Rudder-Error-Reason"] == "unserved"
    assert said.json()["error"].startswith("[rudder.unserved]")


@pytest.mark.parametrize("name", ["promoter", "PROMOTER", "Promoter", "pRoMoTeR", "%20Promoter%20"])
def test_any_casing(name: str) -> None:
    """§7.10: any casing of the type works, in the path and in the body."""
    transformer = Transformer(PROMOTER)
    assert transformer.ask(f"/v0/destinations/{name}", EVENTS).status_code == 200
    assert transformer.ask(f"/v1/destinations/{name}/proxy", b"{}").status_code == 200
    for path in (ROUTER, BATCH):
        sent = {"input": EVENTS, "destType": name.replace("%20", " ")}
        assert transformer.ask(path, sent).status_code == 200


@pytest.mark.parametrize("path", [PROCESSOR, PROXY, ROUTER, BATCH, "/deleteUsers"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_methods(path: str, method: str) -> None:
    """§1: transformations are POSTed."""
    assert Transformer(PROMOTER).ask(path, EVENTS, method=method).status_code == 405


@pytest.mark.parametrize("sent", [b"", b"{", b"[", b"nonsense", b'[{"message":', b'"[]"', b"7", b"null", b"\xff"])
@pytest.mark.parametrize("path", PATHS)
def test_no_json(path: str, sent: bytes) -> None:
    """§2 [RUN]: a body that is none is a 400, with words."""
    said = Transformer(PROMOTER).ask(path, sent)
    assert said.status_code == 400
    assert said.json()["error"].startswith("[rudder.")


@pytest.mark.parametrize("path", PATHS)
def test_no_events(path: str) -> None:
    """§2: nothing in, nothing out."""
    said = Transformer(PROMOTER).ask(path, body(path))
    assert (said.status_code, said.json()) == (200, {"output": []} if path == ROUTER else [])


def test_what_rudder_server_sends_along() -> None:
    """§1: its headers change nothing, and a query is no part of the path."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Feature-Gzip-Support": "?1",
        "X-Feature-Filter-Code": "?1",
        "Accept-Encoding": "gzip",
        "User-Agent": "Go-http-client/1.1",
    }
    plain = Transformer(PROMOTER).ask(PROCESSOR, EVENTS)
    assert Transformer(PROMOTER).ask(f"{PROCESSOR}?a=1", EVENTS, headers=headers).content == plain.content


@pytest.fixture
def behind() -> Iterator[Fake]:
    """Return another transformer."""
    with serve() as fake:
        yield fake


def test_passthrough(behind: Fake) -> None:
    """§9 "passthrough mode for other destinations": their requests reach the other transformer, ours do not."""
    transformer = Transformer(PROMOTER, upstream=behind.url)
    behind.scripts["/customTransform"] = lambda _: Reply(200, [{"theirs": True}], {"apiVersion": "2"})
    for path, sent in (("/v0/destinations/braze", EVENTS), (ROUTER, {"input": EVENTS, "destType": "braze"})):
        said = transformer.ask(path, sent)
        assert (said.status_code, said.headers["apiVersion"]) == (200, "2")
        assert behind.heard[-1].json() == sent
        assert f"{behind.url}/sink" in said.text
    assert transformer.ask("/customTransform", EVENTS).json() == [{"theirs": True}]
    heard = len(behind.heard)
    assert transformer.ask(PROCESSOR, EVENTS).status_code == 200
    assert transformer.ask(ROUTER, body(ROUTER, *EVENTS)).status_code == 200
    assert len(behind.heard) == heard


def test_passthrough_of_features(behind: Fake) -> None:
    """§9 "passthrough mode": /features is that of both (§0.5)."""
    theirs = {**FEATURES, "routerTransform": {"BRAZE": True}, "regulations": ["BRAZE"]}
    behind.scripts["/features"] = lambda _: Reply(200, theirs)
    said = Transformer(PROMOTER, upstream=behind.url).ask("/features", method="GET").json()
    assert said == {
        **FEATURES,
        "routerTransform": {"BRAZE": True, "PROMOTER": True},
        "regulations": said["regulations"],
    }
    assert sorted(said["regulations"]) == ["BRAZE", "PROMOTER"]


@pytest.mark.parametrize(
    "strange",
    [Reply(200, []), Reply(404, b"<html>"), Reply(302, b""), Reply(204, b"")],
    ids=["200", "404", "302", "204"],
)
def test_passthrough_of_what_is_no_transformer(behind: Fake, strange: Reply) -> None:
    """§9 "apiVersion on every 200", "never 404": what stands in front of the other transformer ends nobody."""
    behind.scripts["/v0/destinations/braze"] = lambda _: strange
    said = Transformer(PROMOTER, upstream=behind.url).ask("/v0/destinations/braze", EVENTS)
    assert (said.status_code, said.headers["X-Rudder-Should-Retry"]) == (503, "true")


def test_one_of_two_types() -> None:
    """§2: a destination of another type is not this type's affair, whatever its definition says."""
    other = destination(DestinationDefinition={"Name": "OTHER", "Config": None})
    (said,) = Transformer(PROMOTER).ask(PROCESSOR, [element(identify(), other)]).json()
    assert said["statusCode"] == 200
