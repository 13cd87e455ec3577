"""The many spellings of Segment's reserved names, brought to one.

Customers send ``firstName``, ``first_name``, ``First Name`` and ``FIRSTNAME``; partners are told to be ready for any
casing ([DOC] segment-docs partners/spec). Letter case, ``_``, ``-`` and spaces do not count.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from event_router.outcomes import Dropped

#: [DOC] segment-docs connections/spec/identify, reserved traits.
TRAITS = (
    "address", "age", "avatar", "birthday", "company", "createdAt", "description", "email", "firstName", "gender", "id",
    "lastName", "name", "phone", "title", "username", "website",
)  # fmt: skip
#: [DOC] segment-docs connections/spec/ecommerce/v2, properties of Order Completed.
ORDER = (
    "affiliation", "checkout_id", "coupon", "currency", "discount", "order_id", "products", "revenue", "shipping",
    "subtotal", "tax", "total",
)  # fmt: skip
#: [DOC] the same page, items of ``products``.
PRODUCT = (
    "brand", "category", "coupon", "image_url", "name", "position", "price", "product_id", "quantity", "sku", "url",
    "variant",
)  # fmt: skip

_SEPARATORS = str.maketrans("", "", " _-")
# Longer keys cannot be reserved names, and a full memory learns no more: it stays small, whatever arrives.
_LONGEST = 16
_MOST = 4096


def squash(text: str) -> str:
    """Return the text without letter case and separators.

    >>> squash("First_Name"), squash("Order Completed")
    ('firstname', 'ordercompleted')
    """
    return text.translate(_SEPARATORS).casefold()


class Speller(dict[str, str]):
    """Every spelling of some reserved names, and every other key as it is: ``speller[key]`` always answers.

    A dict that learns: a spelling seen before costs one look-up in C, and looking up keys is most of an event's cost.
    """

    __slots__ = ("_known",)

    def __init__(self, names: tuple[str, ...], **others: str) -> None:
        super().__init__()
        self._known = {squash(name): name for name in names} | others

    def __missing__(self, key: str) -> str:
        if len(key) > _LONGEST:
            return key
        name = self._known.get(squash(key), key)
        if len(self) < _MOST:
            self[key] = name
        return name


trait = Speller(TRAITS)
# v1 orders wrote `id` for the order and for the product: [DOC] segment-docs connections/spec/ecommerce, [LEGACY] facade.
order = Speller(ORDER, id="order_id")
product = Speller(PRODUCT, id="product_id")


def rename(values: dict[str, Any], speller: Speller, path: str, dropped: list[Dropped]) -> dict[str, Any]:
    """Return a copy under canonical names. Of two spellings of one name the first counts; ``dropped`` gets the other."""
    result: dict[str, Any] = {}
    for key, value in values.items():
        name = speller[key]
        if name not in result or result[name] is None:
            result[name] = value
        elif value is not None:
            dropped.append(Dropped(f"{path}.{key}", f"another spelling of {name}, which is there too"))
    return result


@lru_cache(maxsize=4096)
def _short_event(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


def event_key(name: str) -> str:
    """Return what two spellings of one event name have in common.

    >>> event_key("Signed_Up") == event_key("signed up")
    True
    """
    return _short_event(name) if len(name) <= 100 else _short_event.__wrapped__(name)
