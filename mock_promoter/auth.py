"""Who calls: the API key of a request, or the 401 that Django REST framework gives ([ORACLE])."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Mapping

from mock_promoter.answers import Answer, detail

_CHALLENGE = {"www_authenticate": "Token"}


def token_key(headers: Mapping[str, str], keys: Collection[str]) -> str | Answer:
    """Return the key of ``Authorization: Token <key>``, or the answer for a request without a good one."""
    scheme, *parts = headers.get("authorization", "").split(" ")
    if scheme.lower() != "token":
        return detail(401, "Authentication credentials were not provided.", **_CHALLENGE)
    if not parts or parts == [""]:
        return detail(401, "Invalid token header. No credentials provided.", **_CHALLENGE)
    if len(parts) > 1:
        return detail(401, "Invalid token header. Token string should not contain spaces.", **_CHALLENGE)
    return parts[0] if parts[0] in keys else detail(401, "Invalid token.", **_CHALLENGE)


def basic_key(headers: Mapping[str, str], keys: Collection[str]) -> str | Answer:
    """Return the key of ``Authorization: Basic base64(<key>:)``, as Segment's direct destinations send it ([DOC])."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    try:
        key = b64decode(credentials, validate=True).decode().removesuffix(":") if scheme.lower() == "basic" else ""
    except ValueError:
        key = ""
    return key if key in keys else Answer(401, {"message": "The API key is not valid."}, {"www-authenticate": "Basic"})
