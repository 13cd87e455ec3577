"""Whether importing a plugin does what only a host should do: seen from a Python of its own, which then imports it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any, Final

from contract_tests.destination.hooks import Hook

#: Audit events of what an import must not do; reading files is part of importing.
_PROGRAM: Final = """
import importlib.util, json, os, re, sys
names, sys.path[:] = json.loads(sys.argv[1])
found = []
watched = re.compile(
    r"socket\\.(connect|bind|sendto|sendmsg|getaddrinfo|gethostby)|subprocess\\.|os\\.(system|exec|fork|posix_spawn|spawn|startfile"
    r"|mkdir|rmdir|remove|rename|link|symlink|truncate|chmod|chown|kill)|shutil\\.|tempfile\\.|_thread\\.start"
    r"|urllib\\.|http\\.|sqlite3\\.|ftplib\\.|smtplib\\.|webbrowser\\."
)
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

def audit(event, values):
    if event == "open":
        mode, flags = values[1] or "", values[2]
        if not set(mode) & set("wax+") and not (isinstance(flags, int) and flags & writing):
            return
        event = f"open {values[0]!r} to write"
    elif not watched.match(event):
        return
    found.append(event)

def imported(name):
    try:
        if importlib.util.find_spec(name) is None:
            return None
    except (ImportError, ValueError):
        return None
    return importlib.import_module(name)

def profile(frame, event, what):
    if event == "c_call" and what.__name__ in ("start_new_thread", "start_joinable_thread"):
        found.append("a thread being started")

sys.addaudithook(audit)
sys.setprofile(profile)
modules = [imported(name) for name in names]
for module in modules:
    about = getattr(module, "destination_info", None)
    if hasattr(about, "event_router_impl"):
        about()
sys.setprofile(None)
print("\\n" + json.dumps({"found": found, "missing": [n for n, m in zip(names, modules) if m is None]}))
"""
_PATIENCE: Final = 60.0


def modules_of(plugin: Any, hooks: Mapping[str, Hook]) -> tuple[str, ...]:
    """Return the modules that a plugin is written in, as far as it tells."""
    own = plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__module__
    names = (own, *(getattr(hook.function, "__module__", None) for hook in hooks.values()))
    return tuple(dict.fromkeys(name for name in names if name and name not in {"__main__", "types", "builtins"}))


@lru_cache(maxsize=64)
def seen_importing(modules: tuple[str, ...]) -> Mapping[str, Any]:
    """Import modules in a process of their own; return what they did (``found``), and which there are not (``missing``)."""
    given = json.dumps([modules, sys.path])
    ran = subprocess.run(  # noqa: S603  # Our own program, in the Python that runs this.
        [sys.executable, "-B", "-c", _PROGRAM, given], capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
    if ran.returncode:
        return {"found": [f"an exception: {ran.stderr.strip().splitlines()[-1]}"], "missing": []}
    return dict(json.loads(ran.stdout.splitlines()[-1]))
