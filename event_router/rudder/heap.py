"""Memory that is free again, given back to the machine: after a large body glibc would keep most of what it took."""

from __future__ import annotations

#: Bytes of a body after which it is worth it: to give back takes some 10 ms for each 100 MB.
LARGE = 2 * 1024**2


def give_back() -> None:
    """Give back what is free, where the C library has a way."""
    # Imported with the first large body: most processes never see one.
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
