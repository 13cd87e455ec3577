"""``python -m mock_promoter``."""

from __future__ import annotations

from mock_promoter.cli import main

if __name__ == "__main__":
    main(prog_name="mock-promoter")
