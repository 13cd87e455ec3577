"""The options of the door without code, as data: for pytest, and for who shows them.

Only what Python always has imported may be imported here: every run of pytest reads this.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: What pytest's help calls them.
GROUP = "contract tests of event routers, destination plugins and Promoter-compatible servers"
#: The family of requirements → the option that names whom to hold to it, and the test module.
TARGETS = {
    "DST": ("--destination", "test_destination.py"),
    "EVT": ("--canonicaliser", "test_events.py"),
    "VND": ("--promoter-url", "test_vendor.py"),
    "RTR": ("--router-url", "test_router.py"),
}
#: Each option → what argparse has to know of it.
OPTIONS: dict[str, dict[str, Any]] = {
    "--destination": {
        "metavar": "NAME",
        "help": "destination plugin: an entry point's name, module:object, or module:",
    },
    "--destination-settings": {
        "metavar": "JSON",
        "help": "its settings, as JSON or @file; unless given, they are made of its settings schema",
    },
    "--canonicaliser": {
        "metavar": "MODULE:FUNCTION",
        "help": "function from a raw event to the canonical one, or to None (or event_router.api.Rejected) to refuse it",
    },
    "--promoter-url": {
        "metavar": "URL",
        "help": "Promoter-compatible server; with --router-url, what the router sends to",
    },
    "--promoter-key": {
        "metavar": "KEY",
        "help": "an API key that it knows (promoter-test-key)",
        "default": "promoter-test-key",
    },
    "--router-url": {"metavar": "URL", "help": "event router, configured to send to --promoter-url"},
    "--router-command": {
        "metavar": "COMMAND",
        "help": "starts that router, without a shell, so that it can be killed and started again; see docs/contract-tests.md",
    },
    "--router-write-key": {
        "metavar": "KEY",
        "help": "what its sources identify themselves with (contract-tests)",
        "default": "contract-tests",
    },
    "--supports": {
        "metavar": "A,B,…",
        "help": "capabilities that the subject declares; unless given, they are found out",
    },
    "--opt-out": {
        "metavar": "ID=REASON",
        "action": "append",
        "default": [],
        "help": "a requirement that does not hold, and why; repeatable. Its tests have to fail, and the report shows it",
    },
    "--strict-should": {"action": "store_true", "help": "fail where a SHOULD is not met"},
    "--contract-examples": {"type": int, "metavar": "N", "help": "examples of each property test (100)"},
    "--contract-patience": {
        "type": float,
        "metavar": "SECONDS",
        "default": 30.0,
        "help": "how long to wait for what a router has to do, and for a server that answers 429 (30)",
    },
    "--contract-report": {"metavar": "FILE", "help": "write what became of each requirement, as JSON"},
}


def misaddressed(option: str, code: str, url: str | None) -> str | None:
    """Return why the value of an option is no address of HTTP, which is to be known before anybody is asked."""
    if not url:
        return None
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    # What it logs in with is nobody's business.
    shown = url.rpartition("@")[2]
    return (
        None
        if good
        else f"[contract_tests.{code}] {option} {shown} is no address: give one like http://127.0.0.1:8080."
    )


def homeless(file: str | None) -> str | None:
    """Return why a file that is wanted cannot be written, which is to be known before anything is tested."""
    if file and not Path(file).absolute().parent.is_dir():
        return f"[contract_tests.no_folder] There is no folder to write {file} into: make it first."
    return None
