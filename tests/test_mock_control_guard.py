"""Who may call the control plane: no page of elsewhere; with a token, whoever has it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from mock_plane import Plane

from mock_promoter.serving import serve

TOKEN = "s3cret-tökén"


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock that holds nothing yet."""
    with Plane(mock) as plane:
        yield plane


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """Return the address of a mock whose control plane wants a token."""
    with serve(control_token=TOKEN) as url:
        yield url


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://[::1"},
        {"origin": "http://localhost:1"},
        {"origin": "https://127.0.0.1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        # A name that was pointed at this machine: the page's origin and the host it calls are the same.
        {"origin": "http://rebound.example:8080", "host": "rebound.example:8080", "sec-fetch-site": "same-origin"},
    ],
)
def test_pages_of_elsewhere(plane: Plane, headers: dict[str, str]) -> None:
    """They may neither change anything nor search by POST; what is read by GET the browser keeps from them."""
    for method, path in (("POST", "/reset"), ("PUT", "/clock"), ("DELETE", "/faults"), ("POST", "/requests/find")):
        with plane.unchanged():
            answer = plane.send(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "control.cross_origin")
    assert plane.send("GET", "/clock", headers=headers).status_code == 200
    assert plane.send("HEAD", "/clock", headers=headers).status_code == 200


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "192.168.7.7"])
def test_the_own_page(plane: Plane, name: str) -> None:
    """The page that this server served may, by a loopback name or by an address."""
    host = f"{name}:{urlsplit(plane.url).port}"
    headers = {"host": host, "origin": f"http://{host.lower()}", "sec-fetch-site": "same-origin"}
    assert plane.send("POST", "/reset", headers=headers).status_code == 200


def test_no_page_at_all(plane: Plane) -> None:
    """Programs send no Origin; a person who types an address sends Sec-Fetch-Site: none."""
    assert plane.send("POST", "/reset", headers={"sec-fetch-site": "none"}).status_code == 200


def test_the_token(guarded: str) -> None:
    """The right one, in any letter case of Bearer, opens every call."""
    for scheme in ("Bearer", "bearer"):
        headers = {b"authorization": f"{scheme} {TOKEN}".encode()}
        assert httpx.get(f"{guarded}/__mock__/clock", headers=headers).status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/clock"),
        ("POST", "/reset"),
        ("GET", "/events"),
        ("HEAD", "/events"),
        ("GET", "/openapi.json"),
        ("GET", "/openapi/promoter.json"),
        ("GET", "/requests/1"),
    ],
)
def test_without_the_token(guarded: str, authorization: str, method: str, path: str) -> None:
    """Missing or wrong: 401, and the scheme that is wanted."""
    with httpx.Client(verify=False, headers={b"authorization": authorization.encode()}) as client:
        answer = client.request(method, f"{guarded}/__mock__{path}")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert method == "HEAD" or answer.json()["code"] == "control.token"


def test_what_is_open_to_all(guarded: str) -> None:
    """A health check has no token; the page asks for it; Promoter's API knows nothing of it."""
    with httpx.Client(base_url=guarded, verify=False) as client:
        answers = {path: client.get(path) for path in ("/__mock__/health", "/__mock__/ready", "/__mock__/ui")}
        assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    with Plane(guarded) as plane:
        assert plane.survey().status_code == 200


def test_a_token_is_no_pass_for_other_pages(guarded: str) -> None:
    """Both rules hold at once."""
    headers = {b"authorization": f"Bearer {TOKEN}".encode(), b"origin": b"http://evil.example"}
    assert httpx.post(f"{guarded}/__mock__/reset", headers=headers).status_code == 403


def test_a_page_by_any_name_with_the_token(guarded: str) -> None:
    """Under a host name, as in a compose file, the page may write where a token is asked for, and only there."""
    host = b"mock-promoter:8080"
    headers = {b"authorization": f"Bearer {TOKEN}".encode(), b"origin": b"http://" + host, b"host": host}
    assert httpx.post(f"{guarded}/__mock__/reset", headers=headers).status_code == 200
    with serve() as url:
        assert httpx.post(f"{url}/__mock__/reset", headers=headers).status_code == 403
