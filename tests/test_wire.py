"""Requests on the wire and on show: the same but for the credentials."""

from __future__ import annotations

import shlex
from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from event_router.messages import Authorization, Request, Secret
from event_router.wire import curl, headers_sent, headers_shown, printable, redacted, redactor, shown

REQUEST = Request(
    "x", "POST", "http://x/?a='b'", {"a": "it's"}, {"idempotency-key": "p:m"}, Authorization("Token", Secret("s3cret"))
)


def test_sent_and_shown() -> None:
    """Only the Authorization differs."""
    sent, seen = headers_sent(REQUEST), headers_shown(REQUEST)
    assert (sent.pop("authorization"), seen.pop("authorization")) == ("Token s3cret", "Token ***")
    assert sent == seen
    assert shown(REQUEST)["body"] == {"a": "it's"}
    plain = Request("x", "GET", "http://x")
    assert headers_sent(plain) == headers_shown(plain)
    assert "content-type" not in headers_sent(plain)


def test_curl_is_what_a_shell_reads() -> None:
    """Quotes in addresses and bodies survive the shell; the key is not there."""
    words = shlex.split(curl(REQUEST))
    assert words[:4] == ["curl", "-X", "POST", "http://x/?a='b'"]
    assert words[-1] == '{"a":"it\'s"}'
    assert "s3cret" not in curl(REQUEST)
    assert "--data-binary" not in curl(Request("x", "GET", "http://x"))


def test_reports_stay_reports() -> None:
    """A key that is a number spoils no number, and one that is a word no code; texts do not show it."""
    report = {"line": 1234, "code": "word.1234", "reason": "key 1234", "requests": [{"body": {"1234": "1234", "n": 1}}]}
    assert redacted(report, redactor(("1234",))) == {
        "line": 1234,
        "code": "word.1234",
        "reason": "key ***",
        "requests": [{"body": {"1234": "***", "n": 1}}],
    }


def test_printable() -> None:
    """Line breaks and escapes become marks."""
    assert printable("a\x1b[2J\nb") == "a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}b"


@given(st.text(min_size=4, max_size=20).filter(lambda text: "***" not in text and text.isascii()), st.text(max_size=20))
def test_redactor_hides_every_form(secret: str, around: str) -> None:
    """Plain or as Basic credentials, the secret does not get through; short ones would hide half of all texts."""
    redact = redactor((secret, "ab"))
    basic = b64encode(f"{secret}:".encode()).decode()
    assert secret not in redact(f"|{secret}|").replace("***", "")
    assert basic not in redact(f"{around}{basic}{around}")
    assert redactor(())(around) == around
