"""What an e-mail address looks like: the same rule as in the published schemas, which a test holds to be equal."""

from __future__ import annotations

import re

LONGEST = 254
PATTERN = (
    "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@"
    "(?:[A-Za-z0-9\u00a1-\uffff](?:[A-Za-z0-9\u00a1-\uffff-]{0,61}[A-Za-z0-9\u00a1-\uffff])?\\.)+"
    "[A-Za-z0-9\u00a1-\uffff-]{2,63}$"
)
_EMAIL = re.compile(PATTERN[1:-1])


def is_email(value: object) -> bool:
    """Return whether a value is an address that Promoter takes ([ORACLE] Django's e-mail rule, 254 characters)."""
    return isinstance(value, str) and len(value) <= LONGEST and _EMAIL.fullmatch(value) is not None
