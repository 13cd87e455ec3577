"""Routes: what RudderStack's paths ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.rudder import routes
from event_router.rudder.routes import Route, route, type_key
from event_router.rudder.statuses import BATCH, PROCESSOR, ROUTER


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v0/destinations/promoter", Route(PROCESSOR, "promoter")),
        ("/v0/destinations/ProMoter ", Route(PROCESSOR, "promoter")),
        ("/routerTransform", Route(ROUTER)),
        ("/batch", Route(BATCH)),
        ("/deleteUsers", Route(routes.DELETION)),
        ("/v0/destinations/promoter/proxy", Route(routes.PROXY_V0, "promoter")),
        ("/v1/destinations/PROMOTER/proxy", Route(routes.PROXY_V1, "promoter")),
        ("/v1/destinations/promoter", Route(routes.ELSEWHERE)),
        ("/v0/destinations/promoter/else", Route(routes.ELSEWHERE)),
        ("/v0/destinations/", Route(routes.ELSEWHERE)),
        ("/customTransform", Route(routes.ELSEWHERE)),
        ("/v0/validate", Route(routes.ELSEWHERE)),
        ("/v2/sources/shopify", Route(routes.ELSEWHERE)),
        ("/v3/destinations/x", Route(routes.UNKNOWN)),
        ("/v0/abcdefghijkl/promoter", Route(routes.ELSEWHERE)),
        ("/transformation/test", Route(routes.ELSEWHERE)),
        ("/features/x", Route(routes.ELSEWHERE)),
        ("/extractLibs", Route(routes.ELSEWHERE)),
        ("//routerTransform", Route(ROUTER)),
        ("/v0//destinations///promoter", Route(PROCESSOR, "promoter")),
        ("///v1/destinations/promoter//proxy", Route(routes.PROXY_V1, "promoter")),
        ("/", Route(routes.UNKNOWN)),
        ("/favicon.ico", Route(routes.UNKNOWN)),
    ],
)
def test_routes(path: str, expected: Route) -> None:
    """Every path of the protocol, in any casing of the type, and with slashes too many."""
    assert route(path) == expected


@given(st.text())
def test_any_path(path: str) -> None:
    """The kinds are few, whatever is asked for."""
    kinds = {PROCESSOR, ROUTER, BATCH, routes.PROXY_V0, routes.PROXY_V1, routes.DELETION}
    assert route(f"/{path}").kind in kinds | {routes.ELSEWHERE, routes.UNKNOWN}


@given(st.text())
def test_a_type_in_any_casing(text: str) -> None:
    """Casing and blanks around it make no other type of it, and a key is its own key."""
    key = type_key(text)
    assert key == type_key(key) == type_key(f" {text}\t")
    assert type_key("Promoter") == type_key("PROMOTER ") == "promoter"
