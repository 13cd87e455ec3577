"""Make the pictures of the mock's page anew: ``PYTHONPATH=tests python docs/screenshots/make.py``."""

# ruff: noqa: INP001
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from browser import chromium
from playwright.sync_api import Browser, Page, expect

from mock_promoter.serving import serve

FOLDER = Path(__file__).parent
KEY = "promoter-test-key"

#: First name, last name, plan, score, comment.
PEOPLE = (
    ("Kate", "Austen", "Enterprise", 10, "Setting it up took ten minutes. Nobody here believed me."),
    ("Hugo", "Reyes", "Team", 9, "Support answered on a Sunday."),
    ("Sun-Hwa", "Kwon", "Team", 7, None),
    ("Sayid", "Jarrah", "Enterprise", 3, "The export drops my <script> tags & umlauts."),
    ("Claire", "Littleton", "Free", 9, None),
    ("Desmond", "Hume", "Team", None, None),
    ("Juliet", "Burke", "Enterprise", None, None),
)
SEED = {
    "lists": [{"id": 1, "name": "Default"}, {"id": 2, "name": "Shoppers"}],
    "campaigns": [
        {"id": 1, "name": "Segment", "list": 1},
        {"id": 2, "name": "After an order", "list": 2, "event": "Order Completed"},
    ],
}


def fill(url: str) -> None:
    """Make a mock look as it does after a morning's work."""
    with httpx.Client(base_url=url, headers={"authorization": f"Token {KEY}"}) as client:
        control = _caller(client)
        control("PUT", "/seed", SEED)
        for number, (first, last, plan, _, _) in enumerate(PEOPLE, 1):
            _survey(client, 1 + number % 2, f"{first.lower()}@example.com", first, last, plan)
        for survey in control("GET", "/surveys")["surveys"]:
            _answer(control, survey)
        _mistakes(client, control)


def _caller(client: httpx.Client) -> Callable[..., Any]:
    def control(method: str, path: str, body: Any = None) -> Any:
        return client.request(method, f"/__mock__{path}", json=body).json()

    return control


def _survey(client: httpx.Client, campaign: int, email: str, first: str, last: str, plan: str) -> None:
    contact = {"email": email, "first_name": first, "last_name": last}
    body = {"campaign_id": campaign, "contact": contact, "attributes": {"plan": plan, "seats": len(last) * 3}}
    client.post("/api/v2/survey/", json=body)


def _answer(control: Callable[..., Any], survey: Any) -> None:
    person = next(one for one in PEOPLE if one[0] == survey["contact"]["first_name"])
    if person[3] is not None:
        control("POST", f"/surveys/{survey['id']}/answer", {"score": person[3], "comment": person[4]})


def _mistakes(client: httpx.Client, control: Callable[..., Any]) -> None:
    """Add what a developer looks at the journal for."""
    client.get("/api/contacts/", params={"email": "kate@example.com"})
    client.post("/api/contact/", json={"email": "ben@example.com"})
    wanted = {"method": "POST", "path": "/api/contacts/", "body": {"email": "ben@example.com", "first_name": "Ben"}}
    control("POST", "/verify", {"match": wanted})
    control(
        "POST", "/faults", {"match": {"path": "/api/lists/*"}, "effect": {"kind": "status", "status": 503}, "times": 1}
    )
    client.get("/api/lists/")
    control("PUT", "/rate-limit", {"limit": 3, "window_seconds": 60})
    for _ in range(4):
        client.get("/api/campaigns/")
    control("DELETE", "/rate-limit")
    client.post(
        "/api/contacts/", json={"email": "ben.example.com", "first_name": "Ben", "attributes": {"plan": ["Free"]}}
    )


@contextmanager
def page_of(browser: Browser, url: str, scheme: Any, width: int, height: int) -> Iterator[Page]:
    """Open the page in a window of a size, light or dark."""
    window = {"width": width, "height": height}
    context = browser.new_context(color_scheme=scheme, viewport=window, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{url}/__mock__/ui")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    yield page
    context.close()


def _surveys(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Surveys").click()
    page.get_by_role("link", name="Sayid").click()
    expect(page.get_by_role("heading", name="Survey of Sayid Jarrah")).to_be_visible()
    _picture(page, name)


def _request(page: Page, name: str) -> None:
    page.get_by_role("link", name="schema errors").click()
    expect(page.get_by_role("heading", name="Schema errors")).to_be_visible()
    _picture(page, name)


def _picture(page: Page, name: str) -> None:
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=FOLDER / name, animations="disabled")


def main() -> None:
    """Make all pictures."""
    with serve() as url, chromium() as browser:
        fill(url)
        with page_of(browser, url, "light", 1400, 860) as page:
            _surveys(page, "mock-surveys-light.png")
        with page_of(browser, url, "dark", 1400, 860) as page:
            _request(page, "mock-requests-dark.png")
        with page_of(browser, url, "light", 360, 780) as page:
            _surveys(page, "mock-narrow-light.png")
        with page_of(browser, url, "dark", 360, 780) as page:
            _picture(page, "mock-narrow-dark.png")


if __name__ == "__main__":
    main()
