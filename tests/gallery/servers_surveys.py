"""Servers that survey whom they should not, or take events as they should not."""

from __future__ import annotations

from base64 import b64encode
from uuid import uuid4

from gallery.servers import Ask, Next, Reply, Wrong
from gallery.servers_wrong import (
    FEEDBACK,
    FEEDBACK_V1,
    POST_CONTACT,
    POST_SURVEY,
    SEGMENT,
    SURVEY,
    SURVEY_V1,
    asking,
    before,
    broken,
    done,
    instead,
    known,
    reply,
    telling,
)
from mock_promoter.account import Account


@broken("VND-070")
def _echoes_an_id() -> Wrong:
    return telling(lambda ask, given: given.with_json({**given.json, "id": 1}) if done(ask, given, SURVEY) else given)


@broken("VND-070")
def _echoes_the_id_of_the_contact() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        contact = {**given.json["contact"], "id": 1} if done(ask, given, SURVEY) else {}
        return given.with_json({**given.json, "contact": contact}) if contact else given

    return telling(change)


@broken("VND-070")
def _does_not_echo_the_attributes() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        plain = done(ask, given, SURVEY) and "order" in given.json.get("attributes", {})
        return given.with_json({**given.json, "attributes": {}}) if plain else given

    return telling(change)


@broken("VND-072")
def _makes_text_of_everything() -> Wrong:
    def change(ask: Ask) -> Ask:
        given = ask.json.get("attributes") if ask.call == POST_SURVEY and isinstance(ask.json, dict) else None
        return ask.with_json(attributes={name: str(one) for name, one in given.items()}) if given else ask

    return asking(change)


@broken("VND-074")
def _forgets_names_of_a_survey() -> Wrong:
    async def wrong(ask: Ask, go: Next) -> Reply:
        given = await go(ask)
        account = ask.server.caller(ask.headers.get("authorization", ""))
        contact = known(ask, account) if account and done(ask, given, SURVEY) else None
        if contact is not None:
            contact.first_name = ""
        return given

    return wrong


@broken("VND-076")
def _answers_v1_with_ok() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        return given.with_json({**given.json, "first_name": None}) if done(ask, given, SURVEY_V1) else given

    return telling(change)


@broken("VND-078")
def _falls_over_an_unknown_campaign() -> Wrong:
    def answer(ask: Ask) -> Reply | None:
        unknown = ask.call == POST_SURVEY and b"999999999" in ask.body
        return reply(500, {"detail": "A server error occurred."}) if unknown else None

    return instead(answer)


@broken("VND-080")
def _does_not_count_v1() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        contact = known(ask, account) if ask.path == SURVEY_V1 else None
        if contact is not None:
            contact.surveyed.clear()

    return before(do)


@broken("VND-080")
def _surveys_again_who_is_updated() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        contact = known(ask, account) if ask.call == POST_CONTACT else None
        if contact is not None:
            contact.surveyed.clear()

    return before(do)


@broken("VND-082")
def _has_words_of_its_own() -> Wrong:
    def change(_: Ask, given: Reply) -> Reply:
        return given.with_json({"non_field_errors": ["Surveyed already."]}) if b"eligible" in given.body else given

    return telling(lambda ask, given: change(ask, given) if given.status == 400 else given)


@broken("VND-086", "VND-150")
def _subscribes_who_is_updated() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        contact = known(ask, account) if ask.call == POST_CONTACT else None
        if contact is not None:
            contact.unsubscribed = False

    return before(do)


# Feedback.


@broken("VND-160")
def _loses_attributes_of_surveys() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        found = given.json["results"] if ask.path == FEEDBACK else []
        shown = [{**row, "survey": {**row["survey"], "attributes": {}}} for row in found]
        return given.with_json({**given.json, "results": shown}) if found else given

    return telling(change)


@broken("VND-162")
def _has_other_ids_in_v1() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        found = given.json["results"] if ask.path == FEEDBACK_V1 else []
        shown = [{**row, "id": row["id"] + 1000} for row in found]
        return given.with_json({**given.json, "results": shown}) if found else given

    return telling(change)


@broken("VND-164")
def _filters_by_no_band() -> Wrong:
    return asking(lambda ask: ask._replace(query=ask.query.replace("score_type", "unknown")))


@broken("VND-166")
def _closes_nothing() -> Wrong:
    row = {"id": 1, "status": "CLOSED"}
    return instead(lambda ask: reply(200, row) if ask.method == "PUT" and b"CLOSED" in ask.body else None)


@broken("VND-166")
def _falls_over_an_unknown_status() -> Wrong:
    bad = reply(500, {"detail": "A server error occurred."})
    return instead(lambda ask: bad if ask.method == "PUT" and b"GONE" in ask.body else None)


@broken("VND-168")
def _leaves_passives_out() -> Wrong:
    return telling(lambda _, given: given._replace(body=given.body.replace(b'"25.0"', b'"33.3"')))


# Segment.


@broken("VND-110")
def _answers_events_with_201() -> Wrong:
    return telling(lambda ask, given: given._replace(status=201) if done(ask, given, SEGMENT) else given)


@broken("VND-112")
def _takes_tokens_for_events() -> Wrong:
    def change(ask: Ask) -> Ask:
        scheme, _, key = ask.headers.get("authorization", "").partition(" ")
        basic = f"Basic {b64encode(f'{key}:'.encode()).decode()}"
        return ask.with_header("authorization", basic) if ask.path == SEGMENT and scheme == "Token" else ask

    return asking(change)


@broken("VND-114")
def _keeps_names_as_attributes() -> Wrong:
    def change(ask: Ask) -> Ask:
        return ask._replace(body=ask.body.replace(b'"firstName"', b'"givenName"')) if ask.path == SEGMENT else ask

    return asking(change)


@broken("VND-116")
def _makes_contacts_of_visitors() -> Wrong:
    def change(ask: Ask) -> Ask:
        visitor = ask.path == SEGMENT and isinstance(ask.json, dict) and ask.json.get("anonymousId")
        return ask.with_json(userId=visitor) if visitor else ask

    return asking(change)


@broken("VND-118")
def _cuts_orders() -> Wrong:
    def change(ask: Ask) -> Ask:
        order = ask.path == SEGMENT and b"products" in ask.body
        return ask.with_json(properties={**ask.json["properties"], "products": []}) if order else ask

    return asking(change)


@broken("VND-118", "VND-150")
def _stores_events_twice() -> Wrong:
    async def wrong(ask: Ask, go: Next) -> Reply:
        if ask.path == SEGMENT and b"Order Completed" in ask.body:
            await go(ask._replace(headers={**ask.headers, "idempotency-key": uuid4().hex}))
        return await go(ask)

    return wrong


@broken("VND-119")
def _surveys_for_names_in_any_case() -> Wrong:
    def change(ask: Ask) -> Ask:
        return ask._replace(body=ask.body.replace(b"friend invited", b"Friend Invited")) if ask.path == SEGMENT else ask

    return asking(change)
