"""The mock's page in a real browser: faults, limits, the clock, webhooks, and how it looks and recovers."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from browser import VIEWS, Ask, focused, gone, see, survey, view, window

from mock_promoter.serving import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def test_a_fault(page: Page, ask: Ask) -> None:
    """A fault that is added by the form strikes as often as it says, and is deleted."""
    view(page, "Faults")
    page.get_by_label("Method", exact=True).select_option("GET")
    page.get_by_label("Path", exact=True).fill("/api/lists/*")
    page.get_by_label("Status", exact=True).fill("429")
    page.get_by_label("Headers", exact=True).fill("Retry-After: 7")
    page.get_by_label("How often", exact=True).select_option("The first times")
    page.get_by_label("Times", exact=True).fill("2")
    page.get_by_role("button", name="Add the fault").click()
    see(page.get_by_text("2 of 2 times left"))
    answers = [ask("GET", path) for path in ("/api/lists/", "/api/contacts/", "/api/lists/", "/api/lists/")]
    assert [one.status_code for one in answers] == [429, 200, 429, 200]
    assert answers[0].headers["retry-after"] == "7"
    see(page.get_by_text("used up"))
    page.get_by_role("button", name="Delete fault").click()
    see(page.get_by_text("No faults"))
    focused(page.get_by_role("heading", level=1))


@pytest.mark.parametrize(
    ("kind", "fields", "effect"),
    [
        (
            "latency",
            {"Seconds": "0.5", "Jitter in seconds": "0.2"},
            {"kind": "latency", "seconds": 0.5, "jitter_seconds": 0.2},
        ),
        ("html", {"Status": "504"}, {"kind": "html", "status": 504}),
        ("status", {"Body (JSON)": '{"a": [1]}'}, {"kind": "status", "status": 503, "body": {"a": [1]}}),
        *[(kind, {}, {"kind": kind}) for kind in ("reset", "timeout", "garbage", "answer_lost")],
    ],
)
def test_effects(page: Page, ask: Ask, kind: str, fields: dict[str, str], effect: dict[str, Any]) -> None:
    """Each effect has its own fields, and may strike by chance."""
    view(page, "Faults")
    page.get_by_label("Effect", exact=True).select_option(kind)
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("How often", exact=True).select_option("By chance")
    page.get_by_label("Probability", exact=True).fill("0.3")
    page.get_by_label("Seed", exact=True).fill("7")
    page.get_by_role("button", name="Add the fault").click()
    see(page.get_by_text("probability 0.3, seed 7"))
    fault = ask("GET", "/__mock__/faults").json()["faults"][0]
    assert (fault["effect"], fault["match"], fault["probability"], fault["seed"]) == (effect, {}, 0.3, 7)
    page.get_by_role("button", name="Delete all").click()
    see(page.get_by_text("No faults"))


def test_a_form_says_what_is_wrong(page: Page) -> None:
    """What cannot be sent, or is refused, is told; what was typed stays."""
    from playwright.sync_api import expect

    view(page, "Faults")
    page.get_by_label("Body (JSON)").fill("{")
    page.get_by_role("button", name="Add the fault").click()
    see(page.get_by_role("alert").filter(has_text="The body is no JSON"))
    expect(page.get_by_label("Body (JSON)")).to_have_value("{")
    page.get_by_label("Body (JSON)").fill("")
    page.get_by_label("Headers", exact=True).fill("Retry-After 2")
    page.get_by_role("button", name="Add the fault").click()
    see(page.get_by_role("alert").filter(has_text="is no header"))


def test_the_rate_limit(page: Page, ask: Ask) -> None:
    """A limit is set and turned off."""
    view(page, "Faults")
    page.get_by_label("Requests", exact=True).fill("1")
    page.get_by_role("button", name="Set the limit").click()
    see(page.get_by_text("On: 1 request in 60 seconds"))
    assert [ask("GET", "/api/lists/").status_code for _ in range(2)] == [200, 429]
    page.get_by_role("button", name="Turn it off").click()
    see(page.get_by_text("Off: no request is refused."))
    assert ask("GET", "/api/lists/").status_code == 200


def test_the_clock(page: Page, ask: Ask) -> None:
    """Time passes by buttons and by numbers, stands still, and comes back."""
    view(page, "Clock")
    page.get_by_role("button", name="Advance 24 hours").click()
    see(page.get_by_text("it runs 1 day ahead of the real time"))
    page.get_by_label("Amount", exact=True).fill("2.5")
    page.get_by_label("Unit", exact=True).select_option("hours")
    page.get_by_role("button", name="Advance", exact=True).click()
    see(page.get_by_text("it runs 1 day 2 hours 30 minutes ahead"))
    page.get_by_label("Freeze it at").fill("2030-01-31T23:59:58")
    page.get_by_role("button", name="Freeze", exact=True).click()
    see(page.get_by_role("link", name="2030-01-31 23:59:58 UTC, frozen"))
    page.get_by_role("button", name="Advance 1 hour").click()
    see(page.get_by_role("link", name="2030-02-01 00:59:58 UTC, frozen"))
    assert ask("GET", "/__mock__/clock").json()["now"] == "2030-02-01T00:59:58Z"
    page.get_by_role("button", name="Back to real time").click()
    see(page.get_by_text("Real: it is the time of this server"))


def test_webhooks(page: Page, ask: Ask, mock: str) -> None:
    """A receiver is subscribed, tested, told of an answer, and told no more."""
    ask("PATCH", "/__mock__/settings", {"webhook_waits": []})
    view(page, "Webhooks")
    page.get_by_label("URL", exact=True).fill(f"{mock}/hook")
    page.get_by_label("feedback.added_or_changed").check()
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("button", name="Send a test").click()
    see(page.get_by_role("listitem").filter(has_text=": 404"))
    see(page.get_by_label("Payload").get_by_text('"test"'))
    page.get_by_role("button", name="Deliver again").click()
    see(page.get_by_role("listitem").filter(has_text=": 404").nth(1))
    page.get_by_role("link", name="Close").click()
    survey(ask)
    ask("POST", "/__mock__/surveys/1/answer", {"score": 7})
    see(page.get_by_role("link", name="failed feedback.added_or_changed").nth(1))
    page.get_by_role("button", name="Delete the subscription").click()
    see(page.get_by_text("Nobody is told of anything."))


def test_reset(page: Page, ask: Ask) -> None:
    """What is chosen is forgotten after a question, and nothing else."""
    survey(ask)
    page.get_by_role("button", name="Reset…").click()
    page.get_by_role("button", name="Cancel").click()
    see(page.get_by_role("link", name="/api/v2/survey/"))
    page.get_by_role("button", name="Reset…").click()
    page.get_by_label("State").uncheck()
    page.get_by_role("button", name="Reset now").click()
    see(page.get_by_text("No requests yet."))
    assert ask("GET", "/__mock__/contacts").json()["count"] == 1


def test_light_and_dark(page: Page) -> None:
    """The system's theme holds until another is chosen, which is kept."""
    from playwright.sync_api import expect

    def colour() -> Any:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.emulate_media(color_scheme="dark")
    button = page.get_by_role("button", name="Dark")
    expect(button).to_have_attribute("aria-pressed", "true")
    dark = colour()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert colour() != dark
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_narrow(browser: Browser, mock: str, ask: Ask) -> None:
    """On a telephone nothing is wider than the screen, and what is open takes the place of the list."""
    word = "x" * 300
    survey(ask, **{word: word})
    ask("POST", "/api/segment/", {"type": "track", "event": word, "userId": word}, auth=("promoter-test-key", ""))
    ask("GET", f"/api/{word}/")
    ask("POST", "/__mock__/faults", {"match": {"path": f"/{word}"}, "effect": {"kind": "status", "status": 503}})
    ask("POST", "/__mock__/webhooks", {"url": f"http://127.0.0.1:9/{word}"})
    ask("POST", "/__mock__/webhooks/1/test", {})
    with window(browser, mock, viewport={"width": 360, "height": 740}) as page:
        for place in (f"{view}{opened}" for view in VIEWS for opened in ("", "&id=1")):
            page.goto(f"{mock}/__mock__/ui?view={place}")
            see(page.get_by_role("heading").nth(1))
            assert page.evaluate("document.documentElement.scrollWidth") == 360, place
        page.goto(f"{mock}/__mock__/ui")
        page.get_by_role("link", name="/api/v2/survey/").click()
        gone(page.get_by_role("link", name="/api/v2/survey/"))
        page.get_by_role("link", name="Close").click()
        focused(page.get_by_role("link", name="/api/v2/survey/"))


def test_accounts(browser: Browser) -> None:
    """Where there are several accounts, one is picked, and the rest of the page speaks of that one."""
    with serve(("promoter-test-key", "another-test-key")) as url, window(browser, url) as page:
        httpx.get(f"{url}/api/lists/", headers={"authorization": "Token another-test-key"})
        page.goto(f"{url}/__mock__/ui")
        see(page.get_by_role("link", name="account-2"))
        page.get_by_label("Account").select_option("default")
        see(page.get_by_text("No requests yet."))
        page.get_by_label("Account").select_option("account-2")
        page.get_by_role("link", name="/api/lists/").click()
        page.get_by_role("navigation").get_by_role("link", name="Clock").click()
        page.get_by_role("button", name="Freeze it now").click()
        see(page.get_by_text("This is the clock of account-2."))
        assert httpx.get(f"{url}/__mock__/clock").json()["mode"] == "real"
        assert httpx.get(f"{url}/__mock__/clock?account=account-2").json()["mode"] == "frozen"


def test_the_token(browser: Browser) -> None:
    """Where the mock has a control token the page asks for it, says when it is wrong, and keeps it for the tab."""
    with serve(control_token="open sesame") as url:
        page = browser.new_page()
        page.goto(f"{url}/__mock__/ui")
        for token in ("please", "open sesame"):
            page.get_by_label("Token", exact=True).fill(token)
            page.get_by_role("button", name="Use this token").click()
            if token == "please":
                see(page.get_by_text("That is not the token of this mock."))
        see(page.get_by_text("No requests yet."))
        page.reload()
        see(page.get_by_text("No requests yet."))
        page.close()


@contextmanager
def _program(port: str = "0") -> Iterator[str]:
    """Run a mock that can be stopped and started again on the same port."""
    args = [sys.executable, "-P", "-m", "mock_promoter", "serve", "--port", port]
    with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)


def test_the_mock_is_gone_for_a_while(browser: Browser) -> None:
    """The page says that it is offline, keeps what it shows, and goes on by itself once the mock is back."""
    page = browser.new_page()
    with _program() as url:
        page.goto(f"{url}/__mock__/ui")
        httpx.get(f"{url}/api/lists/", headers={"authorization": "Token promoter-test-key"})
        see(page.get_by_role("link", name="/api/lists/"))
    see(page.get_by_role("alert").filter(has_text="Offline"))
    see(page.get_by_role("link", name="/api/lists/"))
    with _program(url.rpartition(":")[2]):
        see(page.get_by_text("No requests yet."))
        see(page.get_by_text("live", exact=True))
        gone(page.get_by_text("Offline"))
    page.close()
