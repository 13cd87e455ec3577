"""``mock-promoter``, and ``python -m mock_promoter``: the command, or what to install for it.

The command is there wherever the distribution is, what it needs only with the extra ``mock``.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

#: The modules of what the extra ``mock`` asks for. Without uvloop it runs, too.
_NEEDED = ("click", "httptools", "httpx", "yaml", "starlette", "uvicorn")


def main() -> None:
    """Run the command. Where something is not installed that it needs, say so in one line, and end with status 1."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        needed = f"mock-promoter needs what is not installed ({', '.join(missing)})"
        sys.exit(f"{needed}: pip install 'promoter-destination[mock]'.")
    from mock_promoter.cli import main as command

    command(prog_name="mock-promoter")


if __name__ == "__main__":
    main()
