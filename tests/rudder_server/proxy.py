"""Delivery through the transformer (§4.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from rudder_server.answers import PROXIED
from rudder_server.go_json import Undecodable, decode, parse
from rudder_server.transformer import Transformer

_MISSING = "The proxy's answer says nothing of this job."
_ECHOED = ["jobId", "attemptNum", "sourceId", "destinationId", "workspaceId", "secret", "dontBatch"]


class Verdict(NamedTuple):
    """What came of one job in one delivery."""

    code: int
    body: str = ""
    dont_batch: bool = False
    sent: int = 0


class Proxy:
    """The proxy.

    Attributes:
        breaches: Answers that rudder-server counts as broken.
    """

    def __init__(self, transformer: Transformer) -> None:
        self.breaches: list[str] = []
        self._transformer = transformer

    def send(
        self,
        version: str,
        kind: str,
        request: Mapping[str, Any],
        echoes: Sequence[Mapping[str, Any]],
        config: Mapping[str, Any] | None,
    ) -> dict[int, Verdict]:
        """Have one request delivered, and return what came of each job."""
        payload = _payload(request, echoes, config, version)
        ids = [echo["jobId"] for echo in echoes]
        try:
            answer = self._transformer.proxy(f"/{version}/destinations/{kind}/proxy", payload)
        except httpx.TransportError as error:
            return _all(ids, 500, f"{type(error).__name__}")
        if answer.status_code == 404:
            return _all(ids, 500, answer.text)
        # The status of the answer itself is that of all jobs in v0, and ignored in v1.
        return _all(ids, answer.status_code, answer.text) if version == "v0" else self._each(ids, answer)

    def _each(self, ids: Sequence[int], answer: httpx.Response) -> dict[int, Verdict]:
        """Return the verdicts of a v1 answer: the last one of a job counts, a missing one is 500."""
        output = _output(answer.content)
        if output is None:
            if answer.status_code == 200:
                self.breaches.append("a good answer of the proxy without output (§4.2)")
            return _all(ids, 500, answer.text)
        entries = [(entry["metadata"], entry["statusCode"], entry["error"]) for entry in output["response"]]
        told = [echo["jobId"] for echo, _, _ in entries]
        if sorted(told) != sorted(ids):
            self.breaches.append(f"the proxy answers for the jobs {told}, asked for {list(ids)} (§4.2)")
        found = {echo["jobId"]: Verdict(code, error, echo["dontBatch"], 1) for echo, code, error in entries}
        return {number: found.get(number, Verdict(500, _MISSING, sent=1)) for number in ids}


def _output(body: bytes) -> Mapping[str, Any] | None:
    try:
        parsed = parse(body)
        if not isinstance(parsed, dict) or parsed.get("output") is None:
            return None
        output: Mapping[str, Any] = decode(body, PROXIED)["output"]
    except Undecodable:
        return None
    return output


def _all(ids: Sequence[int], code: int, body: str) -> dict[int, Verdict]:
    return {number: Verdict(code, body, sent=1) for number in ids}


def _payload(
    request: Mapping[str, Any], echoes: Sequence[Mapping[str, Any]], config: Mapping[str, Any] | None, version: str
) -> dict[str, Any]:
    """Return the body: userId is always empty, v0 knows the first job only, an empty endpointPath is left out."""
    metadata = [{**{name: echo[name] for name in _ECHOED}, "userId": ""} for echo in echoes]
    fields = {name: value for name, value in request.items() if name != "endpointPath" or value}
    return {**fields, "metadata": metadata if version == "v1" else metadata[0], "destinationConfig": config}
