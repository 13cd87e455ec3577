"""Messages: secrets show themselves only when asked."""

from __future__ import annotations

import pickle

import pytest

from event_router.messages import Authorization, Request, Secret


def test_secrets_hide() -> None:
    """No text form of a secret holds it, and it is not pickled."""
    secret = Secret("s3cret")
    request = Request("x", "GET", "http://x", authorization=Authorization("Token", secret))
    assert "s3cret" not in f"{secret} {secret!r} {request!r} {request.authorization.masked()}"  # type: ignore[union-attr]
    assert request.authorization.reveal() == "Token s3cret"  # type: ignore[union-attr]
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)


def test_secrets_compare_by_value() -> None:
    """Equal secrets are equal and hash alike; other things are not."""
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != "a"
