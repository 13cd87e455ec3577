"""The many spellings of Segment's reserved names, brought to one.

Customers send ``firstName``, ``first_name``, ``First Name`` and ``FIRSTNAME``; partners are told to be ready for any
casing ([DOC] segment-docs partners/spec). Letter case, ``_``, ``-`` and spaces do not count.
"""

from __future__ import annotations

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
_LONGEST_EVENT = 100
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

    __slots__ = ("_known", "settled")

    def __init__(self, names: tuple[str, ...], **others: str) -> None:
        super().__init__()
        self._known = {squash(name): name for name in names} | others
        #: Keys that are known to stay as they are.
        self.settled = set(names)

    def __missing__(self, key: str) -> str:
        if len(key) > _LONGEST:
            return key
        name = self._known.get(squash(key), key)
        if len(self) < _MOST:
            self[key] = name
            if key == name:
                self.settled.add(key)
        return name


trait = Speller(TRAITS)
# v1 orders wrote `id` for the order and for the product: [DOC] segment-docs connections/spec/ecommerce, [LEGACY] facade.
order = Speller(ORDER, id="order_id")
product = Speller(PRODUCT, id="product_id")


def rename(values: dict[str, Any], speller: Speller, path: str, dropped: list[Dropped]) -> dict[str, Any]:
    """Return a copy under canonical names. Of two spellings of one name the first counts; ``dropped`` gets the other."""
    if speller.settled.issuperset(values):
        return values.copy()
    result = {speller[key]: value for key, value in values.items()}
    return result if len(result) == len(values) else _first_of_each(values, speller, path, dropped)


def _first_of_each(values: dict[str, Any], speller: Speller, path: str, dropped: list[Dropped]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in values.items():
        name = speller[key]
        if name not in result or result[name] is None:
            result[name] = value
        elif value is not None:
            dropped.append(Dropped(f"{path}.{key}", f"another spelling of {name}, which is there too"))
    return result


class _EventKeys(dict[str, str]):
    """Learns like a ``Speller``: the key of an event name seen before costs one look-up in C."""

    __slots__ = ()

    def __missing__(self, name: str) -> str:
        key = " ".join(name.replace("_", " ").split()).casefold()
        if len(name) <= _LONGEST_EVENT and len(self) < _MOST:
            self[name] = key
        return key


event_keys = _EventKeys()


def event_key(name: str) -> str:
    """Return what two spellings of one event name have in common.

    >>> event_key("Signed_Up") == event_key("signed up")
    True
    """
    return event_keys[name]
