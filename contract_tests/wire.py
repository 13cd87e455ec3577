"""HTTP as all families speak it: a client that takes answers as they come, keys as they are sent, JSON as it is found."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import httpx

#: Seconds in which a server has to answer what does not wait for anything.
PATIENCE = 10.0


def client(url: str, headers: Mapping[str, str] | None = None, **options: Any) -> httpx.Client:
    """Return an httpx client that follows no redirects and heeds no proxy: what the server says is what comes.

    Certificates are loaded, which takes longer than most tests, only where there is one to check.
    """
    verify = url.startswith("https:")
    return httpx.Client(base_url=url, headers=headers, verify=verify, trust_env=False, timeout=PATIENCE, **options)


def basic(key: str) -> str:
    """Return a key as HTTP Basic user without a password, as SDKs and Segment send it."""
    return f"Basic {b64encode(f'{key}:'.encode()).decode()}"


def object_of(answer: httpx.Response | None) -> Mapping[str, Any]:
    """Return the JSON object of an answer; an empty one where there is none."""
    try:
        value = None if answer is None else answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
