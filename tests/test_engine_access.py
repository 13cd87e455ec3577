"""Where servers are, as people write it: what nats-py makes of it, and that no secret is ever shown."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from event_router.engine.access import Access, options, redact_url
from event_router.engine.errors import EngineError

SECRET = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=6).map(
    lambda text: f"§{text}§"
)


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        ("nats://a:1", ["nats://a:1"]),
        ("a:1", ["nats://a:1"]),
        ("a", ["nats://a"]),
        (" nats://a:1, tls://b:2 ,c", ["nats://a:1", "tls://b:2", "nats://c"]),
        ("nats://[::1]:4222", ["nats://[::1]:4222"]),
    ],
)
def test_servers(url: str, servers: list[str]) -> None:
    """One server or several, in full or without a scheme."""
    assert options(Access(url)) == {"servers": servers}


def test_user_and_password() -> None:
    """They are decoded, once for all servers, and are left in no address."""
    found = options(Access("nats://h-1:1,nats://me:p%40ss%2C@h-2:2"))
    assert found == {"servers": ["nats://h-1:1", "nats://h-2:2"], "user": "me", "password": "p@ss,"}


def test_token() -> None:
    """A user without a password is a token."""
    assert options(Access("nats://t%2Fk@h:1")) == {"servers": ["nats://h:1"], "token": "t/k"}


@pytest.mark.parametrize(
    "url", ["", "nats://", "http://h:1", "nats://h:port", "nats://h:99999", "nats://u:a/b@h:1", "nats://[h"]
)
def test_no_url(url: str) -> None:
    """What is no address of a server is refused, with what to write instead."""
    with pytest.raises(EngineError, match="Write nats://host:4222") as caught:
        options(Access(url))
    assert caught.value.code == "engine.bad_url"


@given(SECRET, SECRET, st.booleans())
def test_no_secret_is_shown(user: str, password: str, coded: bool) -> None:
    """Neither user nor password is in what people see, also where they should have been coded and were not."""
    if coded:
        user, password = quote(user, safe=""), quote(password, safe="")
    access = Access(f"nats://{user}:{password}@h-1:4222,nats://h-2:4222")
    shown = f"{redact_url(access.url)} {access.shown} {access!r}"
    try:
        options(access)
    except EngineError as error:
        assert not coded
        shown += error.message
    assert "h-2:4222" in shown
    assert user not in shown
    assert password not in shown


@given(st.lists(st.from_regex(r"(nats|tls)://[a-z]{1,9}:[1-9][0-9]{0,3}", fullmatch=True), min_size=1))
def test_what_is_no_secret_is_shown(servers: list[str]) -> None:
    """Addresses without credentials are shown as they are; doing it again changes nothing."""
    url = ",".join(servers)
    assert redact_url(url) == url


def test_insists_on_tls() -> None:
    """A scheme of one server, or files, say that nothing goes in the clear."""
    assert not Access("nats://a").insists_on_tls
    assert Access("nats://a,tls://b").insists_on_tls
    assert Access("nats://a", tls_ca=Path("ca.pem")).insists_on_tls
    assert Access("nats://a", tls_cert=Path("cert.pem")).insists_on_tls


def test_tls_files(tmp_path: Path) -> None:
    """They are loaded: whom we trust, and our own certificate with its key in the same file or another."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca"))
    issued = authority.issue_cert("localhost")
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert"))
    issued.private_key_pem.write_to_path(str(tmp_path / "key"))
    ca, both, cert, key = (tmp_path / name for name in ("ca", "both", "cert", "key"))
    context = options(Access("a", tls_ca=ca, tls_cert=cert, tls_key=key))["tls"]
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) == 1
    assert "tls" in options(Access("a", tls_cert=both))
    assert "tls" in options(Access("a", tls_ca=ca))


@pytest.mark.parametrize("name", ["missing", "junk"])
def test_bad_tls_files(tmp_path: Path, name: str) -> None:
    """A file that is not there, or is none, is named."""
    (tmp_path / "junk").write_text("junk")
    for access in (Access("a", tls_ca=tmp_path / name), Access("a", tls_cert=tmp_path / name)):
        with pytest.raises(EngineError, match=f"{tmp_path}/{name}\\)") as caught:
            options(access)
        assert caught.value.code == "engine.bad_tls"
        assert "None" not in caught.value.message
