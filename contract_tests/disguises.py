"""What a secret looks like where it should not be: as it is, and in the encodings that hide it from no one."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from functools import lru_cache
from urllib.parse import quote

#: Of shorter secrets other forms are not looked for: they may stand anywhere by chance.
SHORTEST = 8


@lru_cache(maxsize=64)
def forms(secret: str) -> tuple[str, ...]:
    """Return how a secret can look: as it is, quoted for URLs, in hexadecimal, in base64 at each of its three offsets."""
    raw = secret.encode()
    coded = [
        encode(b"x" * skip + raw).decode()[(0, 2, 3)[skip] :]
        for encode in (b64encode, urlsafe_b64encode)
        for skip in range(3)
    ]
    # The last characters depend on what follows.
    return tuple(dict.fromkeys((secret, quote(secret, safe=""), raw.hex(), *(text.rstrip("=")[:-2] for text in coded))))
