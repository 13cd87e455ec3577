"""The tests of Promoter-compatible servers: our mock meets them all, and what a server lacks or does wrong is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import uuid4

import httpx
import pytest
from gallery.servers import Ask, Gallery, Next, Reply
from gallery.servers_broken import BROKEN
from gallery.servers_honest import limits
from gallery.servers_wrong import CAMPAIGNS, TEMPLATES, asking, instead, reply
from kit_runs import WITHOUT, came, failed, judged, ran
from support import KEY

from contract_tests.report import read
from contract_tests.requirements import requirements
from contract_tests.vendor import CAPABILITIES, Api, VendorContract, somebody
from contract_tests.vendor.api import member, rows, value_of
from contract_tests.vendor.pages import path_of
from contract_tests.wire import basic
from mock_promoter.serving import serve

NEEDS_CONTROL = {
    f"VND-{number}"
    for number in [
        "018",
        "084",
        "086",
        "088",
        "092",
        "094",
        "118",
        "119",
        "120",
        "122",
        "124",
        "126",
        "150",
        "160",
        "162",
        "164",
        "165",
        "166",
        "168",
        "178",
    ]
}

NEEDS_CAMPAIGNS = {f"VND-{number}" for number in (170, 172, 174, 176, 178, 179)}


class TestMock(VendorContract):
    """Our mock, by inheritance."""

    @pytest.fixture
    def promoter_url(self, mock: str) -> str:
        """Return where it answers."""
        return mock

    @pytest.fixture
    def promoter_key(self) -> str:
        """Return the key it knows."""
        return KEY


class TestMockWithoutControl(TestMock):
    """Our mock, as a server whose owner declares that it has no control plane: all tests use one key, and its people."""

    supports = ("campaigns", "idempotency", "lists", "segment")


def door(pytester: pytest.Pytester, shown: Gallery, *more: str) -> Mapping[str, str]:
    """Return what becomes of each requirement by the door without code."""
    return judged(pytester, f"--promoter-url={shown.url}", f"--promoter-key={KEY}", *more)


def unsupported(found: Mapping[str, str]) -> Collection[str]:
    """Return the ids that were not tested, for a reason."""
    return {name for name, result in found.items() if result == "unsupported"}


def test_the_mock_meets_everything(pytester: pytest.Pytester, shown: Gallery) -> None:
    """Each requirement is met, and none is left out."""
    found = door(pytester, shown)
    assert found == {name: "met" for name, one in requirements().items() if one.family == "VND"}


def test_without_control_plane(pytester: pytest.Pytester, shown: Gallery) -> None:
    """A server without control plane is tested all the same, but for what takes time, limits or its inside."""
    shown.hides_control = True
    found = door(pytester, shown)
    assert (failed(found), unsupported(found)) == (set(), NEEDS_CONTROL)


def test_what_a_server_declares(pytester: pytest.Pytester, shown: Gallery) -> None:
    """What is not declared is not tested; names of other families do not count."""
    found = door(pytester, shown, "--supports=lists,segment,restart")
    assert (failed(found), unsupported(found)) == (
        set(),
        NEEDS_CONTROL | NEEDS_CAMPAIGNS | {"VND-130", "VND-132", "VND-134"},
    )
    assert unsupported(door(pytester, shown, "--supports=restart")) == set()


def test_a_server_that_declares_nothing(pytester: pytest.Pytester, shown: Gallery) -> None:
    """No name at all is not the same as no option: nothing of what a server may lack is tested, or looked for."""
    plain = "VND-018 or VND-100 or VND-110 or VND-130 or VND-150 or VND-170"
    found = door(pytester, shown, "--supports=", "-k", plain)
    assert unsupported(found) == set(plain.split(" or "))


def test_whether_keys_are_heeded_is_found_out(pytester: pytest.Pytester, shown: Gallery) -> None:
    """Who says that it heeds Idempotency-Key, and does not, is held to it; who says nothing is found out."""
    keyed = "VND-130 or VND-132 or VND-134"
    shown.wrong = asking(lambda ask: ask._replace(headers={**ask.headers, "idempotency-key": uuid4().hex}))
    assert unsupported(door(pytester, shown, "-k", keyed)) == set(keyed.split(" or "))
    declared = door(pytester, shown, "--supports=idempotency", "-k", keyed)
    assert set(keyed.split(" or ")) & {*failed(declared)} == {"VND-130"}


def test_a_server_that_limits_requests(pytester: pytest.Pytester, shown: Gallery) -> None:
    """It may do so whenever it likes: tests come back when it says."""
    shown.hides_control = True
    shown.wrong = limits(8, 1)
    waits = door(pytester, shown, "-k", "VND-026 or VND-050")
    assert (waits["VND-026"], waits["VND-050"]) == ("met", "met")


def test_how_long_a_call_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it is told, as often as it is told, but no longer than its patience; where it is not told, not at all."""
    waits: list[float] = []
    monkeypatch.setattr("contract_tests.vendor.api.time.sleep", waits.append)
    for header, patience, slept in (("2", 5, [2, 2]), ("2", 0, []), ("6", 5, []), ("soon", 5, []), ("0", 5, [])):
        answer = httpx.MockTransport(lambda _, told=header: httpx.Response(429, headers={"retry-after": told}))
        with httpx.Client(base_url="http://server", transport=answer) as http:
            api = Api("http://server", KEY, http, patience=patience)
            assert api.get("/").status_code == 429
        assert (waits, len(api.sent)) == (slept, len(slept) + 1)
        waits.clear()


def test_what_a_server_lacks(pytester: pytest.Pytester, shown: Gallery) -> None:
    """Without lists and the Segment endpoint it is found out that there are none."""
    missing = reply(404, {"detail": "Not found."})
    shown.wrong = instead(lambda ask: missing if ask.path.startswith(("/api/lists/", "/api/segment/")) else None)
    shown.hides_control = True
    found = door(pytester, shown)
    assert failed(found) == set()
    numbers = (100, 102, 104, 106, 108, 110, 112, 114, 116)
    assert unsupported(found) == NEEDS_CONTROL | NEEDS_CAMPAIGNS | {f"VND-{number}" for number in numbers}


@pytest.mark.parametrize("served", ["templates only", "campaigns only"])
def test_a_server_that_makes_no_campaigns(pytester: pytest.Pytester, shown: Gallery, served: str) -> None:
    """Who does not make both a campaign and its template is asked for neither, and the reason is said."""
    path = {"templates only": CAMPAIGNS, "campaigns only": TEMPLATES}[served]
    shown.wrong = instead(lambda ask: reply(405, {"detail": "No."}) if ask.call == f"POST {path}" else None)
    file = pytester.path / "report.json"
    options = (f"--promoter-url={shown.url}", f"--contract-report={file}", "-k", "VND-026 or VND-17")
    pytester.runpytest_inprocess("--pyargs", "contract_tests", *WITHOUT, *options)
    found = came(read(file.read_text("utf-8")), shown.url)
    assert found == {**dict.fromkeys(NEEDS_CAMPAIGNS, "unsupported"), "VND-026": "met"}
    reasons = {row.reason for row in read(file.read_text("utf-8")).subjects[0].rows if row.id in NEEDS_CAMPAIGNS}
    assert reasons == {f"needs campaigns: POST {path} is 405"}


def test_what_a_failure_says(pytester: pytest.Pytester, shown: Gallery) -> None:
    """What was expected, what came, what was sent before, why, and what to do; and nowhere the key."""
    shown.wrong = BROKEN["leaks_the_key_as_basic_user"][0]()
    for shown.hides_control in (False, True):
        options = (*WITHOUT, "-k", "test_the_key_comes_back")
        more = (f"--promoter-url={shown.url}", f"--promoter-key={KEY}")
        run = pytester.runpytest_inprocess("--pyargs", "contract_tests", *options, *more)
        run.stdout.fnmatch_lines(
            [
                "VND-016 MUST: The API key is in no answer*",
                "expected: an answer without the key in its body and headers",
                'came: HTTP 404 *"Not found. [[]***[]]"*',
                "journal:*",
                '*. POST /api/contacts/ {"email":*',
                "why: *",
                "do: *",
            ]
        )
        said = run.stdout.str()
        assert not [secret for secret in (KEY, basic(KEY).removeprefix("Basic ")) if secret in said]


def test_a_server_that_is_not_there(pytester: pytest.Pytester) -> None:
    """Whoever names the wrong address learns once that nobody answers, and there is no report."""
    file = pytester.path / "report.json"
    for supports in ((), ("--supports=",)):
        options = (*WITHOUT, *supports, f"--contract-report={file}", "-k", "test_v1_echoes or test_one_survey")
        run = pytester.runpytest_inprocess("--pyargs", "contract_tests", "--promoter-url=http://127.0.0.1:9", *options)
        run.stdout.fnmatch_lines(
            ["came: [[]contract_tests.no_server] http://127.0.0.1:9 does not answer*", "*there is no report*"]
        )
        run.assert_outcomes(errors=1, skipped=1)
        assert not file.exists()


def test_a_server_that_ends(pytester: pytest.Pytester, mock: str) -> None:
    """Where nobody answers any more, that is what a test fails for."""
    source = f"""
    import httpx, pytest
    from contract_tests.vendor import VendorContract

    class TestMine(VendorContract):
        @pytest.fixture
        def promoter_url(self):
            return {mock!r}

        @pytest.fixture
        def campaign_id(self):
            return 1

        @pytest.fixture(autouse=True)
        def _ends(self, api):
            object.__setattr__(api, "http", httpx.Client(base_url="http://127.0.0.1:9"))
    """
    run, report = ran(pytester, source, "-k", "test_v1_echoes", "--supports=lists")
    run.assert_outcomes(failed=1)
    assert came(report, "TestMine") == {"VND-076": "broken"}


def test_a_token_that_is_missing(pytester: pytest.Pytester) -> None:
    """A control plane that wants one is not the same as none."""
    with serve(control_token="s3cret") as url:
        options = (*WITHOUT, "-k", "test_v1_echoes")
        run = pytester.runpytest_inprocess("--pyargs", "contract_tests", f"--promoter-url={url}", *options)
    run.stdout.fnmatch_lines([f"came: [[]contract_tests.no_token] The control plane of {url} asks for a token*"])
    run.assert_outcomes(errors=1)


def test_who_names_nobody(pytester: pytest.Pytester) -> None:
    """A class without address, where no option gives one, says what to do."""
    run, report = ran(
        pytester,
        """
        from contract_tests.vendor import VendorContract

        class TestMine(VendorContract):
            pass
        """,
        "-k",
        "test_v1_echoes",
    )
    run.stdout.fnmatch_lines(["*[[]contract_tests.no_target[]]*promoter_url*"])
    assert came(report, "TestMine") == {"VND-076": "broken"}


def test_a_server_without_campaigns(pytester: pytest.Pytester, shown: Gallery) -> None:
    """Nobody can be surveyed without a campaign; whoever has none is told."""
    none = reply(200, {"count": 0, "next": None, "previous": None, "results": []})
    shown.wrong = instead(lambda ask: none if ask.call == "GET /api/campaigns/" else None)
    more = (f"--promoter-url={shown.url}", "-k", "test_v1_echoes")
    run = pytester.runpytest_inprocess("--pyargs", "contract_tests", *WITHOUT, *more)
    run.stdout.fnmatch_lines(["*There is no campaign; make one, or override campaign_id.*"])


def test_a_control_plane_of_another_kind(pytester: pytest.Pytester, shown: Gallery) -> None:
    """A server that answers everything with 200 has no control plane for that, whatever its owner declares."""
    shown.hides_control = True

    async def wrong(ask: Ask, go: Next) -> Reply:
        return reply(200, {}) if "no-control" in ask.path else await go(ask)

    shown.wrong = wrong
    more = (f"--promoter-url={shown.url}", "--supports=control", "-k", "test_pages_of_a_hundred or test_histories")
    run = pytester.runpytest_inprocess("--pyargs", "contract_tests", *WITHOUT, *more)
    run.assert_outcomes(failed=2)
    run.stdout.fnmatch_lines(
        [
            "expected: a control plane, which is among what the server supports",
            f"came: {shown.url} has no control plane at /__mock__/",
        ]
    )


def test_every_capability_is_explained() -> None:
    """Each capability that a requirement needs says what it is."""
    functions = [getattr(VendorContract, name) for name in dir(VendorContract) if name.startswith("test")]
    needs = {
        mark.kwargs["needs"] for function in functions for mark in function.pytestmark if mark.name == "requirement"
    }
    assert needs == {*CAPABILITIES, None}


def test_answers() -> None:
    """What is no JSON, no object or no page has no value, no members and no rows."""
    page, text, array = (httpx.Response(200, content=one) for one in (b'{"results": [1]}', b"<html>", b"[1]"))
    assert (value_of(page), value_of(text), value_of(array)) == ({"results": [1]}, None, [1])
    assert (member(page, "results"), member(text, "results"), member(array, "results")) == ([1], None, None)
    assert (rows(page), rows(text), rows(array)) == ([1], [], [])


def test_links_are_followed_at_home() -> None:
    """The key is sent to no other host, whatever a link names."""
    assert path_of("https://elsewhere.example/api/contacts/?page=2") == "/api/contacts/?page=2"


def test_what_is_shown_of_an_answer(mock: str) -> None:
    """Status, headers that matter and body, without the key in any form; the journal has what was sent."""
    with httpx.Client(base_url=mock) as http:
        api = Api(mock, KEY, http)
        answer = api.call("GET", f"/api/contacts/?email={KEY}", authorization=f"Token {KEY} {KEY}")
        assert api.shown(answer).startswith("HTTP 401 ")
        assert "www-authenticate: Token" in api.shown(answer)
        api.contact(somebody(), first_name=KEY)
        first, second = api.journal()
        assert first.startswith("1. GET /api/contacts/?email=*** → 401 ")
        assert KEY not in second + api.masked(api.basic) + api.masked({"key": KEY})
