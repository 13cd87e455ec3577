"""What the transformer can do, asked for at the start and every 10 s (§1, /features)."""

from __future__ import annotations

import time
from typing import Any

import httpx

from rudder_server.go_json import Undecodable, parse
from rudder_server.panics import Panic
from rudder_server.transformer import Transformer

#: What holds where /features is not found: router mode for these only (§1).
DEFAULTS: dict[str, Any] = {"routerTransform": {"MARKETO": True, "HS": True}, "supportSourceTransformV1": True}


class Features:
    """The features as last heard.

    Attributes:
        compaction: Compacted payloads are understood: read once, after the first answer (§1).
    """

    def __init__(self, transformer: Transformer) -> None:
        self.compaction = False
        self._transformer = transformer
        self._known: Any = DEFAULTS

    def wait(self, patience: float) -> None:
        """Ask until there is any answer; the gateway is closed until then (§1)."""
        deadline = time.monotonic() + patience
        while not self._ask():
            if time.monotonic() > deadline:
                raise TimeoutError(f"The transformer answered nothing for {patience} s: the gateway stays closed (§1).")
            time.sleep(0.01)
        self.compaction = self._says("supportDestTransformCompactedPayloadV1")

    def poll(self) -> None:
        """Ask again; panic where sources' events could not be told apart any more (§0.3)."""
        self._ask()
        if not (self._says("upgradedToSourceTransformV2") or self._says("supportSourceTransformV1")):
            raise Panic("/features lacks upgradedToSourceTransformV2 (§0.3)")

    def router(self, name: str) -> bool:
        """Return whether events of this type may be transformed at the router (§1)."""
        table = self._known.get("routerTransform")
        return isinstance(table, dict) and table.get(name) is True

    @property
    def proxy(self) -> str:
        """The version of the proxy (§1)."""
        return "v1" if self._says("supportTransformerProxyV1") else "v0"

    def _says(self, name: str) -> bool:
        return self._known.get(name) is True

    def _ask(self) -> bool:
        """Return whether there was an answer; anything but 200 and 404 leaves what was known (§1)."""
        try:
            answer = self._transformer.features()
        except httpx.TransportError:
            return False
        if answer.status_code == 404:
            self._known = DEFAULTS
        elif answer.status_code == 200:
            self._known = _read(answer.content)
        return True


def _read(body: bytes) -> Any:
    """Return an answer's features: none where it is no JSON object, since each is looked up by path (§1)."""
    try:
        parsed = parse(body)
    except Undecodable:
        return {}
    return parsed if isinstance(parsed, dict) else {}
