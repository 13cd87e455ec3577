"""What every call of the API has to get past first.

The order is Django's and the REST framework's: path, slash, Accept, credentials, throttle, method, body ([ORACLE]).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson

from mock_promoter.account import Account
from mock_promoter.answers import NO_PAGE, Answer, Call, detail
from mock_promoter.auth import basic_key, token_key
from mock_promoter.paging import whole_number
from mock_promoter.routes import Handler, Operation, Route, find, not_emulated, operation_json, slashed

#: Bytes of a body at most; Django's own limit (DATA_UPLOAD_MAX_MEMORY_SIZE).
LONGEST_BODY = 2_621_440
# Levels of a body at most: orjson writes 254, and what is shown of a request or an event lies a few levels deeper.
_DEEPEST = 200
_READS = frozenset({"GET", "HEAD"})
_JSON = frozenset({"*/*", "application/*", "application/json"})
_KEYS = {"token": token_key, "basic": basic_key}


def answer(
    accounts: Mapping[str, Account], caller: Account, call: Call, body: bytes, now: datetime, query: str = ""
) -> Answer:
    """Return the answer to a call; changes the caller's account only.

    Args:
        accounts: By API key.
        caller: Whose switches hold: the account whose key the call carries, else the default account.
        call: The request, but for its body.
        body: The body as it came.
        now: The caller's time.
        query: The query as it came, for redirects.
    """
    path = slashed(call.path)
    found = find(path)
    if found is None:
        return NO_PAGE._replace(notes=(not_emulated(call.method, call.path),))
    route, ids = found
    # [RAN] the gem deletes without slash, and its HTTP library would follow a redirect with GET: serve both forms.
    if path != call.path and call.method != "DELETE" and caller.choices.redirect_slash:
        return Answer(301, b"", {"location": quote(path) + (f"?{query}" if query else "")})
    given = _past_the_gate(accounts, route, call._replace(path=path, ids=tuple(map(_id, ids))), body, now)
    # [ORACLE] the framework names the methods in every answer, not in a 405 only.
    return given._replace(headers={"allow": route.allowed, "vary": "Accept", **given.headers})


def _id(text: str) -> int:
    return whole_number(text) or 0


def _past_the_gate(accounts: Mapping[str, Account], route: Route, call: Call, body: bytes, now: datetime) -> Answer:
    if not _takes_json(call.headers.get("accept", "*/*")):
        return detail(406, "Could not satisfy the request Accept header.")
    key = _KEYS[route.auth](call.headers, accounts)
    if isinstance(key, Answer):
        return key
    account = accounts[key]
    throttled = account.limit.take(now)
    if throttled is not None:
        return throttled
    if call.method == "OPTIONS":
        return Answer(200, operation_json(route))
    operation = route.operations.get("GET" if call.method == "HEAD" else call.method)
    if operation is None:
        return detail(405, f'Method "{call.method}" not allowed.')
    value = _parse(operation, call, body)
    return value if isinstance(value, Answer) else _once(account, operation.handler, call._replace(body=value), now)


def _takes_json(accept: str) -> bool:
    return any(kind.partition(";")[0].strip().lower() in _JSON for kind in accept.split(","))


def _parse(operation: Operation, call: Call, body: bytes) -> Any:
    """Return the JSON value of a body, or the answer to what is none."""
    if len(body) > LONGEST_BODY:
        return detail(413, "Request body too large.")
    if operation.body is None:
        return None
    if not body:
        return {}
    kind = call.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        return detail(415, f'Unsupported media type "{kind}" in request.')
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return detail(400, f"JSON parse error - {error.msg}")
    if body.count(b"{") + body.count(b"[") > _DEEPEST and _depth(value) > _DEEPEST:
        return detail(400, "JSON parse error - nested too deeply")
    return value


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [item for one in level for item in (one.values() if isinstance(one, dict) else one)]
    return depth


def _once(account: Account, handler: Handler, call: Call, now: datetime) -> Answer:
    """Answer a write that was answered before, by its Idempotency-Key, as it was answered then.

    Our own: Promoter is not known to heed the header. Refusals are not kept, so that what failed can be tried again.
    """
    key = call.headers.get("idempotency-key")
    if key is None or call.method in _READS or not account.choices.idempotency:
        return handler(account, call, now)
    before: Answer | None = account.replays.get((call.path, key))
    if before is not None:
        return before._replace(headers={**before.headers, "idempotent-replay": "true"})
    given = handler(account, call, now)
    if given.status < 300:
        account.keep(call.path, key, given)
    return given
