"""Who calls: the API key of a request, or the 401 that Django REST framework gives ([ORACLE])."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Container, Mapping

from mock_promoter.answers import Answer, detail

#: Known where no key is given.
TEST_KEY = "promoter-test-key"

_CHALLENGE = {"www_authenticate": "Token"}


def token_key(headers: Mapping[str, str], keys: Container[str]) -> str | Answer:
    """Return the key of ``Authorization: Token <key>``, or the answer for a request without a good one."""
    scheme, *parts = headers.get("authorization", "").split(" ")
    if scheme.lower() != "token":
        return detail(401, "Authentication credentials were not provided.", **_CHALLENGE)
    if not parts or parts == [""]:
        return detail(401, "Invalid token header. No credentials provided.", **_CHALLENGE)
    if len(parts) > 1:
        return detail(401, "Invalid token header. Token string should not contain spaces.", **_CHALLENGE)
    return parts[0] if parts[0] in keys else detail(401, "Invalid token.", **_CHALLENGE)


def basic_key(headers: Mapping[str, str], keys: Container[str]) -> str | Answer:
    """Return the key of ``Authorization: Basic base64(<key>:)``, as Segment's direct destinations send it ([DOC])."""
    key = _basic(headers.get("authorization", ""))
    return key if key in keys else Answer(401, {"message": "The API key is not valid."}, {"www-authenticate": "Basic"})


def _basic(authorization: str) -> str:
    scheme, _, credentials = authorization.partition(" ")
    try:
        return b64decode(credentials, validate=True).decode().removesuffix(":") if scheme.lower() == "basic" else ""
    except ValueError:
        return ""


def claimed_key(authorization: str) -> str:
    """Return the key that a request carries, by whichever scheme; "" where it carries none."""
    scheme, _, key = authorization.partition(" ")
    return key if scheme.lower() == "token" else _basic(authorization)
