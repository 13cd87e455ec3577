"""Who is let in, and that the key stays where it belongs."""

from __future__ import annotations

from typing import Any

import httpx

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import CAMPAIGNS, CONTACTS, SURVEY, Api, somebody
from contract_tests.vendor.base import VendorTests

#: Instead of ``Token <key>``; ``{key}`` stands for the key.
_STRANGERS = ("", "Token no-such-key", "Bearer {key}", "Token", "Token {key} {key}", "{key}", "Token {key}x")


class Credentials(VendorTests):
    """Requests with and without a good key."""

    @requirement("VND-010")
    def test_strangers_are_refused(self, api: Api) -> None:
        """Whoever has no good key is 401, and told by which scheme to come."""
        for form in _STRANGERS:
            answer = api.call("GET", CAMPAIGNS, authorization=form.replace("{key}", api.key))
            scheme = answer.headers.get("www-authenticate", "").partition(" ")[0]
            expected = f'HTTP 401 with WWW-Authenticate: Token for the header Authorization: "{form}"'
            expect(answer.status_code == 401 and scheme == "Token", expected, api.shown(answer))

    @requirement("VND-012")
    def test_the_scheme_in_any_case(self, api: Api) -> None:
        """The name of the scheme may be written in any letter case."""
        for scheme in ("token", "TOKEN"):
            answer = api.call("GET", CAMPAIGNS, authorization=f"{scheme} {api.key}")
            expect(answer.status_code == 200, f"{scheme} with a good key is let in", api.shown(answer))

    @requirement("VND-014")
    def test_strangers_change_nothing(self, api: Api) -> None:
        """A contact that somebody without a good key posts is not made."""
        email = somebody()
        answer = api.call("POST", CONTACTS, {"email": email}, authorization="Token no-such-key")
        expect(not api.found(email), "nobody is found by the e-mail that a stranger posted", api.shown(answer))

    @requirement("VND-016")
    def test_the_key_comes_back_in_no_answer(self, api: Api, campaign_id: int) -> None:
        """Whatever is asked, no answer has the key in it, in clear or as Basic user."""
        for answer in _all_kinds_of_answers(api, campaign_id):
            text = answer.text + "".join(f"\n{name}: {value}" for name, value in answer.headers.items())
            leaks = any(secret in text for secret in api.secrets)
            expect(not leaks, "an answer without the key in its body and headers", api.shown(answer))


def _all_kinds_of_answers(api: Api, campaign: int) -> list[httpx.Response]:
    email = somebody()
    made = api.contact(email, first_name="Kate")
    bad: Any = {"email": "no address", "first_name": "Kate"}
    return [
        made,
        api.get(CONTACTS, email=email),
        api.survey(campaign, email),
        api.survey(campaign, email),
        api.post(CONTACTS, bad),
        api.call("POST", CONTACTS, content=b"{", headers={"content-type": "application/json"}),
        api.call("PATCH", SURVEY),
        api.get(f"{CONTACTS}999999999/"),
        api.get("/api/no-such-path/"),
        api.get(CONTACTS.rstrip("/")),
        api.call("GET", CONTACTS, authorization=f"Token {api.key} {api.key}"),
        api.event({"type": "nonsense"}),
    ]
