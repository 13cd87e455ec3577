"""The limit on requests."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import CONTACTS, Api, member, retry_after, somebody
from contract_tests.vendor.base import VendorTests

_WINDOW = 90
_WORDS = re.compile(r"Request was throttled\. Expected available in (\d+(?:\.\d+)?) seconds?\.")


class Limits(VendorTests):
    """What comes beyond the limit; a test that gets no 429 leaves that to VND-120."""

    @requirement("VND-120", needs="control")
    def test_beyond_the_limit(self, api: Api) -> None:
        """Requests beyond the limit are 429, and after Retry-After they are answered again."""
        hasty, refused = _limited(api)
        expect(refused.status_code == 429, "HTTP 429 for the second request where one is allowed", api.shown(refused))
        hasty.plane.advance(seconds=retry_after(refused) or _WINDOW)
        answer = hasty.get(CONTACTS)
        expect(answer.status_code == 200, "HTTP 200 once the time of Retry-After is over", api.shown(answer))

    @requirement("VND-122", needs="control")
    def test_words_of_a_429(self, api: Api) -> None:
        """The detail of a 429 says in seconds when to come back, in exactly these words."""
        _, refused = _limited(api)
        found = _WORDS.fullmatch(str(member(refused, "detail")))
        right = found is not None and retry_after(refused) in {None, int(float(found.group(1)))}
        if refused.status_code == 429:
            words = "detail: Request was throttled. Expected available in N seconds., N as in Retry-After"
            expect(right, words, api.shown(refused))

    @requirement("VND-124", needs="control")
    def test_retry_after(self, api: Api) -> None:
        """A 429 has Retry-After in whole seconds, no more than the window is long."""
        _, refused = _limited(api)
        if refused.status_code == 429:
            seconds = retry_after(refused)
            met = seconds is not None and 0 < seconds <= _WINDOW
            expect(met, f"Retry-After: 1 to {_WINDOW}, in digits", api.shown(refused))

    @requirement("VND-126", needs="control")
    def test_nothing_is_done(self, api: Api) -> None:
        """A write that is 429 is not done."""
        hasty, _ = _limited(api)
        email = somebody()
        refused = hasty.contact(email)
        hasty.plane.limit(None)
        if refused.status_code == 429:
            expect(not api.found(email), "nobody, since the write was refused", api.shown(refused))


def _limited(api: Api) -> tuple[Api, httpx.Response]:
    """Allow one request in a while, and make two; return a client that does not wait, and the second answer."""
    hasty = replace(api, patience=0)
    hasty.plane.freeze()
    hasty.plane.limit(1, _WINDOW)
    hasty.get(CONTACTS)
    return hasty, hasty.get(CONTACTS)
