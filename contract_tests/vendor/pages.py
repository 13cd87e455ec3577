"""Lists in pages."""

from __future__ import annotations

from typing import Any

import httpx

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import CAMPAIGNS, CONTACTS, Api, member, rows
from contract_tests.vendor.base import VendorTests

#: Rows of a page; a client divides ``count`` by it to know how many pages there are.
PAGE = 100
_PEOPLE = 2 * PAGE + 1


class Pages(VendorTests):
    """How clients get at all rows."""

    @requirement("VND-090")
    def test_beyond_the_end(self, api: Api) -> None:
        """A page that there is not is 404; that is how some clients know that they have all."""
        for page in ("999999", "0", "-1", "x"):
            answer = api.get(CAMPAIGNS, page=page)
            expect(answer.status_code == 404, f"HTTP 404 for page {page}", api.shown(answer))

    @requirement("VND-092", needs="control")
    def test_links_lead_through_all(self, api: Api) -> None:
        """Following next from the first page passes each row once, and previous leads back; filters stay."""
        listed = _crowd(api)
        answers = following(api, api.get(CONTACTS, contact_list__id=listed))
        seen = [row.get("id") for answer in answers for row in rows(answer)]
        counts = {len(seen), len(set(seen)), *(member(answer, "count") for answer in answers)}
        way = [answer.request.url.query.decode() for answer in answers[:5]]
        expected = "as many rows, all of them different, as the count of each page says"
        came = f"{len(seen)} rows, {len(set(seen))} different; all counts {counts}; by the queries {way}"
        expect(len(counts) == 1, expected, came)
        if len(answers) > 1:
            back = rows(api.get(path_of(member(answers[-1], "previous"))))
            met = back == rows(answers[-2])
            expect(met, "the page before the last by its link previous", api.shown(answers[-1]))

    @requirement("VND-094", needs="control")
    def test_pages_of_a_hundred(self, api: Api) -> None:
        """A page has a hundred rows."""
        _crowd(api)
        found: Any = api.get(CONTACTS)
        expect(len(rows(found)) == PAGE, f"{PAGE} rows on the first page", f"{len(rows(found))} rows")


def following(api: Api, first: httpx.Response) -> list[httpx.Response]:
    """Return a page and all that its links lead to; no more than there are people in the test of it."""
    found = [first]
    while member(found[-1], "next") and len(found) < _PEOPLE:
        found.append(api.get(path_of(member(found[-1], "next"))))
    return found


def path_of(link: Any) -> str:
    """Return the path and query of a link: whatever host it names, the key goes to the server that is tested only."""
    return httpx.URL(str(link)).raw_path.decode()


def _crowd(api: Api) -> int:
    """Put more contacts into a list than two pages hold, and one outside; return the list's id."""
    people = [{"email": f"p{number}@example.com", "lists": [2]} for number in range(_PEOPLE)]
    lists = [{"id": 1, "name": "Default"}, {"id": 2, "name": "Crowd"}]
    settings = api.plane.settings()
    api.plane.restore({"settings": settings, "lists": lists, "contacts": [*people, {"email": "other@example.com"}]})
    return 2
