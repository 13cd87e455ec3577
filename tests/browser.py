"""A Chromium to look at the mock's page with, and what its tests do again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request

Ask = Callable[..., httpx.Response]

VIEWS = ("requests", "surveys", "contacts", "events", "faults", "clock", "webhooks")

#: Where Debian puts it. Playwright's own would have to be downloaded.
CHROMIUM = Path("/usr/bin/chromium")

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def missing() -> str | None:
    """Return what keeps the page from being looked at here; ``None`` where nothing does."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed: pip install playwright"
    return None if CHROMIUM.exists() else f"there is no {CHROMIUM}: apt-get install chromium"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a Chromium without a window; it ends with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """Open a window whose page may neither complain, nor ask, nor call anything but the mock's control plane."""
    context = browser.new_context(**options)
    page = context.new_page()
    trouble: list[str] = []
    _watch(page, url, trouble)
    yield page
    context.close()
    assert trouble == []


def _watch(page: Page, url: str, trouble: list[str]) -> None:
    def complained(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            trouble.append(message.text)

    def asked(dialog: Dialog) -> None:
        trouble.append(dialog.message)
        dialog.dismiss()

    def called(request: Request) -> None:
        if not request.url.startswith(f"{url}/__mock__/"):
            trouble.append(request.url)

    page.on("console", complained)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", asked)
    page.on("request", called)


def see(there: Locator) -> None:
    """Wait until something is to be seen."""
    from playwright.sync_api import expect

    expect(there).to_be_visible()


def gone(there: Locator) -> None:
    """Wait until something is not there."""
    from playwright.sync_api import expect

    expect(there).to_have_count(0)


def focused(there: Locator) -> None:
    """Wait until something has the focus."""
    from playwright.sync_api import expect

    expect(there).to_be_focused()


def view(page: Page, name: str) -> None:
    """Go to a view, as a person would."""
    page.get_by_role("navigation").get_by_role("link", name=name).click()
    focused(page.get_by_role("heading", level=1, name=name))


def survey(ask: Ask, email: str = "kate@mac.com", **attributes: Any) -> None:
    """Survey somebody by the API."""
    body = {"campaign_id": 1, "contact": {"email": email}, "attributes": attributes or {"plan": "Pro"}}
    ask("POST", "/api/v2/survey/", body).raise_for_status()
