"""An e-mail template, which every campaign needs one of."""

from __future__ import annotations

from collections.abc import Mapping

#: A PNG of one pixel, in base64.
_LOGO = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg=="


def template(name: str) -> Mapping[str, str]:
    """Return the eight fields that a template is made of."""
    return {
        "name": name,
        "subject": "How are we doing?",
        "logo": _LOGO,
        "reply_to_email": "feedback@example.com",
        "from_name": "Kate",
        "intro_message": "Your answer helps us.",
        "language": "en",
        "company_brand_product_name": "Box of apples",
    }
