"""Segment's webhooks: one event or a list, signed with a secret that both sides know.

Segment signs the first event of a list only. What comes after it is as trustworthy as the connection.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from hashlib import sha1
from typing import Any

from starlette.types import Receive, Scope

from event_router.doors.answers import OK, Answer, DoorError, Headers
from event_router.doors.bodies import parse, read
from event_router.doors.envelope import Envelope, check_count, open_batch
from event_router.doors.items import Arrival, single, sort
from event_router.doors.keys import Keyring, basic_user
from event_router.doors.settings import DoorSettings, Source
from event_router.doors.store import Store

# A text that has no end goes up to the body's: tried anew at each of its quotes, it would cost the square of its length.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)
_DEEPER = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


class Webhooks:
    """The door of ``/webhook/{source}``."""

    def __init__(self, store: Store, settings: DoorSettings, now: Callable[[], str], sources: Sequence[Source]) -> None:
        self._store, self._settings, self._now = store, settings, now
        self._sources = {source.name: (source, Keyring((source,))) for source in sources}

    async def __call__(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:
        """Take one event or a list."""
        found = self._sources.get(scope["path_params"]["source"])
        if found is None:
            raise DoorError(404, "door.no_source", "There is no such [sources.NAME] in the configuration.")
        source, keyring = found
        secret = source.webhook_secret
        if secret is None:
            keyring.admit(basic_user(headers.get(b"authorization", b"")), scope, headers)
        raw = await read(headers, receive, self._settings.max_batch_bytes)
        if secret is not None:
            check_signature(secret.reveal(), raw, headers.get(b"x-signature", b""))
        await self._take(parse(raw), source.name)
        return OK

    async def _take(self, body: Any, source: str) -> None:
        arrival = Arrival(source, self._now(), self._settings.max_event_bytes)
        batch = self._batch(body)
        if batch is None:
            return await self._store.accept((single(body, arrival),))
        accepted, refused = sort(batch.items, arrival._replace(shared=batch.shared, sent_at=batch.sent_at))
        if accepted or refused:
            await self._store.accept(accepted, refused)
        return None

    def _batch(self, body: Any) -> Envelope | None:
        if isinstance(body, list):
            check_count(body, self._settings)
            return Envelope(body, {})
        return open_batch(body, self._settings) if isinstance(body, dict) and "batch" in body else None


def check_signature(secret: str, body: bytes, signature: bytes) -> None:
    """Refuse a body that is signed neither as a whole nor, as Segment does, by its first event. Raises ``DoorError``."""
    given = signature.strip().lower()
    good = [hmac.compare_digest(sign(secret, part), given) for part in (body, first_item(body))]
    if not any(good):
        raise DoorError(
            401,
            "door.bad_signature",
            "X-Signature is missing or wrong. Give Segment's webhook the webhook_secret of this source as shared secret.",
        )


def sign(secret: str, data: bytes) -> bytes:
    """Return what Segment would write into ``X-Signature``: the HMAC-SHA1 in hexadecimal."""
    return hmac.new(secret.encode(), data, sha1).hexdigest().encode()


def first_item(body: bytes) -> bytes:
    """Return the bytes of a JSON list's first item as they stand there; the whole body where it is no list.

    What is signed are the sender's bytes, and nobody could write them the same way again.
    """
    text = body.strip()
    if text[:1] != b"[":
        return body
    depth = 0
    for token in _TOKEN.finditer(text, 1):
        mark = token[0]
        if depth == 0 and mark in {b",", b"]"}:
            return text[1 : token.start()].strip()
        depth += _DEEPER.get(mark, 0)
    return body
