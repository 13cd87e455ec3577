"""The mock's page in a real browser, used as people use it: requests, the inbox, contacts; by role, label and text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser import VIEWS, Ask, focused, gone, see, survey, view

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_it_is_live(page: Page, ask: Ask) -> None:
    """A request appears by itself, in a list that said how to make the first one."""
    see(page.get_by_text("No requests yet."))
    survey(ask)
    see(page.get_by_role("link", name="POST /api/v2/survey/"))
    see(page.get_by_text("1 request", exact=True))


def test_an_update_disturbs_nobody(page: Page, ask: Ask) -> None:
    """While requests come in, what is typed, opened, focused and scrolled to stays."""
    from playwright.sync_api import expect

    for number in range(60):
        ask("GET", "/api/contacts/", params={"page": number + 1})
    middle = page.get_by_role("link", name="page=30")
    middle.scroll_into_view_if_needed()
    middle.click()
    page.get_by_text("Headers").first.click()
    page.get_by_label("Filter").press_sequentially("page")
    middle.scroll_into_view_if_needed()
    before = middle.bounding_box()
    ask("GET", "/api/contacts/", params={"page": 61})
    see(page.get_by_text("61 requests"))
    assert middle.bounding_box() == pytest.approx(before, abs=1)
    focused(page.get_by_label("Filter"))
    expect(page.get_by_label("Filter")).to_have_value("page")
    see(page.get_by_role("definition").filter(has_text="python-httpx"))


def test_answer_a_survey(page: Page, ask: Ask) -> None:
    """An answer is given, changed and removed, and the scores of campaign and organisation move."""
    survey(ask)
    view(page, "Surveys")
    scores = page.get_by_label("Net promoter scores")
    page.get_by_role("link", name="kate@mac.com").first.click()
    page.get_by_role("radio", name="9 promoter").check()
    page.get_by_label("Comment", exact=True).fill("Grand.")
    page.get_by_role("button", name="Answer", exact=True).click()
    see(page.get_by_text("kate@mac.com answered 9: promoter."))
    see(page.get_by_role("blockquote").filter(has_text="Grand."))
    see(scores.get_by_text("100.0").nth(1))
    page.get_by_role("radio", name="2 detractor").check()
    page.get_by_role("button", name="Change the answer").click()
    see(scores.get_by_text("-100.0").nth(1))
    assert ask("GET", "/__mock__/surveys").json()["surveys"][0]["feedback"]["comment"] == "Grand."
    page.get_by_role("button", name="Remove the feedback").click()
    see(page.get_by_role("link", name="unanswered"))


def test_unsubscribe_by_a_survey(page: Page, ask: Ask) -> None:
    """A survey unsubscribes as its link does, and leads to its contact."""
    survey(ask)
    view(page, "Surveys")
    page.get_by_role("link", name="kate@mac.com").first.click()
    page.get_by_role("button", name="Unsubscribe").click()
    see(page.get_by_text("kate@mac.com is unsubscribed, for good."))
    see(page.get_by_text("unsubscribed", exact=True))
    gone(page.get_by_role("button", name="Unsubscribe"))
    page.get_by_role("definition").get_by_role("link", name="kate@mac.com").click()
    see(page.get_by_text("Nobody who unsubscribed can be subscribed again."))


def test_contacts(page: Page, ask: Ask) -> None:
    """A contact is made inactive, active again, and unsubscribed for good."""
    from playwright.sync_api import expect

    survey(ask)
    view(page, "Contacts")
    page.get_by_role("link", name="kate@mac.com").click()
    page.get_by_role("button", name="Make it inactive").click()
    see(page.get_by_text("kate@mac.com is inactive."))
    page.get_by_role("button", name="Make it active").click()
    page.get_by_role("button", name="Unsubscribe for good").click()
    expect(page.get_by_role("button", name="Unsubscribe for good")).to_be_disabled()
    contact = ask("GET", "/__mock__/contacts").json()["contacts"][0]
    assert (contact["unsubscribed"], contact["inactive"]) == (True, False)


def test_text_is_text(page: Page, ask: Ask) -> None:
    """What looks like HTML is shown as it is, in every view, and does nothing."""
    script, image = "<script>alert(1)</script>", "<img src=x onerror=alert(2)>"
    survey(ask, note=script, **{image: "x"})
    ask("POST", "/api/contacts/", {"email": "kate@mac.com", "first_name": image, "attributes": {"note": script}})
    event = {"type": "track", "event": image, "userId": script, "properties": {"note": script}}
    ask("POST", "/api/segment/", event, auth=("promoter-test-key", "")).raise_for_status()
    for name in VIEWS[:4]:
        page.goto(f"{page.url.partition('?')[0]}?view={name}&id=1")
        see(page.get_by_text(script).last)
        see(page.get_by_text(image).last)


def test_numbers_are_exact(page: Page, ask: Ask) -> None:
    """A whole number too long for JavaScript is shown as it was sent."""
    survey(ask, big=9007199254740993)
    page.get_by_role("link", name="/api/v2/survey/").click()
    see(page.get_by_label("Request body").get_by_text("9007199254740993"))


def test_the_address_says_it_all(page: Page, ask: Ask, mock: str) -> None:
    """View, filter and selection are in the URL: the back button goes through them, and a link can be shared."""
    from playwright.sync_api import expect

    survey(ask)
    ask("GET", "/api/lists/")
    page.get_by_label("Filter").press_sequentially("method:get status:200 lists")
    gone(page.get_by_role("link", name="/api/v2/survey/"))
    page.get_by_role("link", name="/api/lists/").click()
    see(page.get_by_role("heading", name="Request 2"))
    shared = page.url
    assert "q=method%3Aget+status%3A200+lists" in shared
    page.go_back()
    gone(page.get_by_role("heading", name="Request 2"))
    page.go_back()
    expect(page.get_by_label("Filter")).to_have_value("")
    see(page.get_by_role("link", name="/api/v2/survey/"))
    page.goto(shared)
    see(page.get_by_role("heading", name="Request 2"))
    expect(page.get_by_label("Filter")).to_have_value("method:get status:200 lists")


def test_by_keyboard_alone(page: Page, ask: Ask) -> None:
    """A request is opened and a survey answered without a mouse, and the focus is always where one would look."""
    survey(ask)
    ask("GET", "/api/lists/")
    see(page.get_by_text("2 requests"))
    page.keyboard.press("j")
    focused(page.get_by_role("link", name="/api/lists/"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    focused(page.get_by_role("heading", name="Request 1"))
    page.keyboard.press("k")
    focused(page.get_by_role("heading", name="Request 2"))
    page.keyboard.press("Escape")
    focused(page.get_by_role("link", name="/api/lists/"))
    page.keyboard.press("/")
    page.keyboard.type("2j")
    focused(page.get_by_label("Filter"))
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    focused(page.get_by_role("heading", name="Surveys"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    focused(page.get_by_role("heading", name="Survey of kate@mac.com"))
    for key in ("Tab", "Tab", "Tab", "Tab", "ArrowLeft"):
        page.keyboard.press(key)
    focused(page.get_by_role("radio", name="10 promoter"))
    page.keyboard.press("Tab")
    page.keyboard.type("j/?1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    see(page.get_by_text("kate@mac.com answered 10: promoter."))
    see(page.get_by_role("blockquote").filter(has_text="j/?1"))


def test_keys_are_told_and_can_be_switched_off(page: Page) -> None:
    """``?`` shows the keys, and where single keys get in the way they are switched off for good."""
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.reload()
    page.keyboard.press("2")
    see(page.get_by_role("heading", name="Requests"))
    page.keyboard.press("Tab")
    focused(page.get_by_role("link", name="Skip to the content"))


def test_send_again(page: Page, ask: Ask) -> None:
    """A request is sent again, and what became of it is opened."""
    ask("GET", "/api/lists/")
    page.get_by_role("link", name="/api/lists/").click()
    page.get_by_role("button", name="Send again").click()
    see(page.get_by_text("Sent again as request 2: 200."))
    see(page.get_by_role("heading", name="Request 2"))


def test_copy_as_curl(page: Page, ask: Ask) -> None:
    """The clipboard holds the command, without the key."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    survey(ask)
    page.get_by_role("link", name="/api/v2/survey/").click()
    page.get_by_role("button", name="Copy as curl").click()
    see(page.get_by_text("Copied."))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == ask("GET", "/__mock__/requests/1").json()["curl"]
    assert "promoter-test-key" not in copied


def test_what_is_wrong_with_a_request(page: Page, ask: Ask) -> None:
    """Schema errors, notes, and what keeps a request from meeting an expectation."""
    match = {"path": "/api/contacts/", "body": {"email": "ted@mac.com"}}
    assert ask("POST", "/__mock__/verify", {"match": match}).status_code == 409
    ask("POST", "/api/contacts/", {"email": 3})
    ask("POST", "/api/contact/", {"email": "kate@mac.com"})
    see(page.get_by_text("not met", exact=True))
    page.get_by_role("link", name="schema errors: 1").click()
    see(page.get_by_role("listitem").filter(has_text="$.email"))
    see(page.get_by_text('body.email is 3, expected "ted@mac.com"'))
    page.get_by_label("Show").select_option("those that nothing serves")
    gone(page.get_by_role("link", name="schema errors: 1"))
    page.get_by_role("link", name="/api/contact/").click()
    see(page.get_by_text("Nearest: POST /api/contacts/"))
