"""Servers that let in, refuse or redirect whom they should not."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import parse_qsl

import orjson

from gallery.servers import Ask, Next, Reply, Wrong
from gallery.servers_wrong import (
    CONTACTS,
    LISTS,
    POST_CONTACT,
    POST_SURVEY,
    SEGMENT,
    SURVEY,
    asking,
    broken,
    instead,
    reply,
    telling,
)
from mock_promoter.feedback import FILTERS


@broken("VND-010")
def _forbids_in_place_of_401() -> Wrong:
    return telling(lambda ask, given: given._replace(status=403) if _refused(ask, given) else given)


@broken("VND-010")
def _challenges_nobody() -> Wrong:
    return telling(lambda ask, given: given.with_headers(www_authenticate=None) if _refused(ask, given) else given)


@broken("VND-010")
def _takes_the_first_word_of_a_key() -> Wrong:
    def change(ask: Ask) -> Ask:
        scheme, *words = ask.headers.get("authorization", "").split(" ")
        return ask.with_header("authorization", f"{scheme} {words[0]}") if words and scheme == "Token" else ask

    return asking(change)


def _refused(ask: Ask, given: Reply) -> bool:
    return given.status == 401 and ask.path != SEGMENT


@broken("VND-012")
def _wants_the_scheme_to_the_letter() -> Wrong:
    def answer(ask: Ask) -> Reply | None:
        scheme = ask.headers.get("authorization", "").partition(" ")[0]
        wrong = scheme.lower() == "token" and scheme != "Token"
        return reply(401, {"detail": "No."}, www_authenticate="Token") if wrong else None

    return instead(answer)


@broken("VND-014")
def _writes_for_strangers() -> Wrong:
    good: list[str] = []

    async def wrong(ask: Ask, go: Next) -> Reply:
        given = await go(ask)
        if given.status == 200 and ask.method == "GET":
            good.append(ask.headers["authorization"])
        if ask.call == POST_CONTACT and given.status == 401:
            key = next(iter(reversed(list(ask.server.accounts))))
            await go(ask.with_header("authorization", f"Token {key}"))
        return given

    return wrong


@broken("VND-016")
def _leaks_the_key_in_a_header() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        asked = ask.headers.get("authorization", "")
        return given.with_headers(x_debug=asked) if given.status == 405 else given

    return telling(change)


@broken("VND-016")
def _leaks_the_key_as_basic_user() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        key = ask.headers.get("authorization", "").partition(" ")[2]
        user = b64encode(f"{key}:".encode()).decode()
        return given.with_json({"detail": f"Not found. [{user}]"}) if given.status == 404 and given.json else given

    return telling(change)


# Refusals.


@broken("VND-020")
def _falls_over_what_is_no_json() -> Wrong:
    def answer(ask: Ask) -> Reply | None:
        try:
            orjson.loads(ask.body or b"{}")
        except orjson.JSONDecodeError:
            return Reply(500, {"content-type": "text/plain"}, b"Internal Server Error")
        return None

    return instead(answer)


@broken("VND-021")
def _falls_over_what_is_no_object() -> Wrong:
    return instead(lambda ask: reply(500, {"detail": "oops"}) if ask.body and not isinstance(ask.json, dict) else None)


@broken("VND-022")
def _answers_html() -> Wrong:
    page = Reply(404, {"content-type": "text/html"}, b"<html><h1>Not Found</h1></html>")
    return telling(lambda _, given: page if given.status == 404 and given.json else given)


@broken("VND-022")
def _says_what_is_wrong_without_a_list() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        bad = given.status == 400 and isinstance(ask.json, dict) and ask.json.get("email") == "no"
        return given.with_json({"email": "Enter a valid email address."}) if bad else given

    return telling(change)


@broken("VND-024")
def _accepts_a_bad_email() -> Wrong:
    def change(ask: Ask) -> Ask:
        bad = ask.call == POST_CONTACT and isinstance(ask.json, dict) and ask.json.get("email") == "kate@example..com"
        return ask.with_json(email="kate@example.com") if bad else ask

    return asking(change)


@broken("VND-024")
def _makes_what_it_refuses() -> Wrong:
    def answer(ask: Ask) -> Reply | None:
        row = {"id": 1, "email": "no", "first_name": "", "last_name": "", "attributes": {}}
        asked = ask.method == "GET" and dict(parse_qsl(ask.query)).get("email") == "no"
        return reply(200, {"count": 1, "next": None, "previous": None, "results": [row]}) if asked else None

    return instead(answer)


@broken("VND-025")
def _refuses_a_plus() -> Wrong:
    bad = reply(400, {"email": ["Enter a valid email address."]})
    return instead(lambda ask: bad if ask.call == POST_CONTACT and b"+" in ask.body else None)


@broken("VND-026")
def _says_it_at_the_wrong_place() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        nested = given.status == 400 and ask.path == SURVEY and "contact" in given.json
        return given.with_json({"non_field_errors": ["Bad contact."]}) if nested else given

    return telling(change)


@broken("VND-026")
def _takes_any_campaign_for_none() -> Wrong:
    def change(ask: Ask) -> Ask:
        lacks = ask.call == POST_SURVEY and isinstance(ask.json, dict) and "campaign_id" not in ask.json
        return ask.with_json(campaign_id=1) if lacks else ask

    return asking(change)


@broken("VND-028")
def _refuses_unknown_fields() -> Wrong:
    fields = {"email", "first_name", "last_name", "attributes", "contact_list"}

    def answer(ask: Ask) -> Reply | None:
        unknown = set(ask.json) - fields if ask.call == POST_CONTACT and isinstance(ask.json, dict) else set()
        return reply(400, {name: ["Unknown field."] for name in unknown}) if unknown else None

    return instead(answer)


_PARAMETERS = {"email", "page", "contact_list__id", *FILTERS}


@broken("VND-029")
def _refuses_unknown_parameters() -> Wrong:
    def answer(ask: Ask) -> Reply | None:
        unknown = {name for name, _ in parse_qsl(ask.query)} - _PARAMETERS
        return reply(400, {name: ["Unknown parameter."] for name in unknown}) if unknown else None

    return instead(answer)


# Paths.


@broken("VND-032")
def _finds_nothing_bad_in_a_bad_id() -> Wrong:
    return instead(lambda ask: reply(400, {"detail": "Bad id."}) if ask.path == f"{CONTACTS}no-number/" else None)


@broken("VND-034")
def _knows_no_405() -> Wrong:
    return telling(lambda _, given: given.with_json({"detail": "Not found."}, 404) if given.status == 405 else given)


@broken("VND-034")
def _does_not_say_what_is_allowed() -> Wrong:
    return telling(lambda _, given: given.with_headers(allow=None) if given.status == 405 else given)


@broken("VND-034")
def _allows_what_it_refuses() -> Wrong:
    every = "GET, POST, PUT, PATCH, DELETE"
    return telling(lambda _, given: given.with_headers(allow=every) if given.status == 405 else given)


@broken("VND-036")
def _does_not_redirect() -> Wrong:
    missing = Reply(404, {"content-type": "text/html"}, b"<h1>Not Found</h1>")
    return telling(lambda _, given: missing if given.status == 301 else given)


@broken("VND-036")
def _redirects_without_the_query() -> Wrong:
    def change(_: Ask, given: Reply) -> Reply:
        place = given.headers.get("location", "").partition("?")[0]
        return given.with_headers(location=place) if given.status == 301 else given

    return telling(change)


@broken("VND-040")
def _calls_its_refusals_html() -> Wrong:
    return telling(lambda _, given: given.with_headers(content_type="text/html") if given.status >= 400 else given)


@broken("VND-042")
def _writes_dates_its_own_way() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        body = re.sub(rb"(\d{4}-\d{2}-\d{2})T([\d:]{8})[.\d]*Z", rb"\1 \2", given.body)
        return given._replace(body=body) if ask.path.startswith(CONTACTS) else given

    return telling(change)


@broken("VND-042")
def _writes_scores_as_numbers() -> Wrong:
    return telling(lambda ask, given: given._replace(body=given.body.replace(b'"0.0"', b"0.0")))


@broken("VND-044")
def _lists_without_an_envelope() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        return given.with_json(given.json["results"]) if ask.call == f"GET {LISTS}" else given

    return telling(change)
