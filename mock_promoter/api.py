"""The API itself: which call goes to which function, and what every call has to get past first.

The order is Django's and the REST framework's: path, slash, Accept, credentials, method, body ([ORACLE]).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from mock_promoter import contacts, segment, surveys
from mock_promoter.answers import NO_PAGE, Answer, Call, detail
from mock_promoter.auth import basic_key, token_key
from mock_promoter.state import Account

Handler = Callable[[Account, Call, datetime], Answer]

#: Bytes of a body at most; Django's own limit (DATA_UPLOAD_MAX_MEMORY_SIZE).
LONGEST_BODY = 2_621_440


class Route(NamedTuple):
    """A path of the API, its functions by method, and how its callers prove who they are."""

    path: re.Pattern[str]
    handlers: Mapping[str, Handler]
    key: Callable[[Mapping[str, str], Collection[str]], str | Answer] = token_key


def _route(path: str, **handlers: Handler) -> Route:
    return Route(re.compile(path.replace("{id}", r"(\d{1,9})")), handlers)


ROUTES = (
    _route("/api/contacts/", GET=contacts.list_contacts, POST=contacts.upsert_contact),
    _route("/api/contacts/remove/", POST=contacts.remove_contact),
    _route("/api/contacts/survey/", POST=surveys.survey_v1),
    _route("/api/contacts/{id}/", GET=contacts.get_contact),
    _route("/api/lists/", GET=contacts.list_lists, POST=contacts.make_list),
    _route("/api/lists/remove/", POST=contacts.remove_everywhere),
    _route("/api/lists/{id}/remove/", POST=contacts.remove_member),
    _route("/api/lists/{id}/contacts/", GET=contacts.list_members),
    _route("/api/lists/{id}/contacts/{id}/", DELETE=contacts.drop_member),
    _route("/api/campaigns/", GET=surveys.list_campaigns),
    _route("/api/campaigns/{id}/send-surveys/", POST=surveys.send_surveys),
    _route("/api/v2/survey/", POST=surveys.survey_v2),
    _route("/api/segment/", POST=segment.take_event)._replace(key=basic_key),
)


def answer(accounts: Mapping[str, Account], call: Call, body: bytes, now: datetime) -> Answer:
    """Return the answer to a call; changes the caller's account only."""
    path = call.path if call.path.endswith("/") else f"{call.path}/"
    found = _find(path)
    if found is None:
        return NO_PAGE
    route, ids = found
    # [RAN] the gem deletes without slash, and its HTTP library would follow a redirect with GET: serve both forms.
    if path != call.path and call.method != "DELETE":
        return Answer(301, b"", {"location": path})
    if not _takes_json(call.headers.get("accept", "*/*")):
        return detail(406, "Could not satisfy the request Accept header.")
    key = route.key(call.headers, accounts)
    if isinstance(key, Answer):
        return key
    handler = route.handlers.get(call.method)
    if handler is None:
        return detail(405, f'Method "{call.method}" not allowed.', allow=", ".join(route.handlers))
    value = _parse(call, body)
    if isinstance(value, Answer):
        return value
    return _once(accounts[key], handler, replace(call, body=value, ids=ids), now)


def _find(path: str) -> tuple[Route, tuple[int, ...]] | None:
    for route in ROUTES:
        if match := route.path.fullmatch(path):
            return route, tuple(map(int, match.groups()))
    return None


def _takes_json(accept: str) -> bool:
    return any(kind in accept for kind in ("*/*", "application/*", "application/json"))


def _parse(call: Call, body: bytes) -> Any:
    """Return the JSON value of a body, or the answer to what is none."""
    if len(body) > LONGEST_BODY:
        return detail(413, "Request body too large.")
    if not body or call.method == "GET":
        return {} if call.method == "POST" else None
    kind = call.headers.get("content-type", "")
    if not kind.startswith("application/json"):
        return detail(415, f'Unsupported media type "{kind}" in request.')
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return detail(400, f"JSON parse error - {error.msg}")


def _once(account: Account, handler: Handler, call: Call, now: datetime) -> Answer:
    """Answer a write that was answered before, by its Idempotency-Key, as it was answered then.

    Our own: Promoter is not known to heed the header. Refusals are not kept, so that what failed can be tried again.
    """
    key = call.headers.get("idempotency-key")
    if key is None or call.method == "GET":
        return handler(account, call, now)
    before: Answer | None = account.replays.get((call.path, key))
    if before is not None:
        return replace(before, headers={**before.headers, "idempotent-replay": "true"})
    given = handler(account, call, now)
    if given.status < 300:
        account.keep(call.path, key, given)
    return given
