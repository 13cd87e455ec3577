"""One request over HTTP: sent once, answered within a time, and never more than the start of an answer read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, TypeAlias

import httpx

from event_router.dispatch import encode
from event_router.messages import Request, Response
from event_router.outcomes import Misconfigured, Reason, Rejected, Retry
from event_router.wire import headers_sent

#: Bytes of an answer that are read; what Promoter says fits into far less.
MOST_READ = 64 * 1024


#: What the destination said, or why there is no answer.
Answer: TypeAlias = Response | Retry | Rejected | Misconfigured


class Sender(Protocol):
    """Sends one request once."""

    async def __call__(self, request: Request) -> Answer:
        """Return the answer, or why there is none. Never raises ``Exception``."""
        ...


def http_sender(client: httpx.AsyncClient, timeout: float) -> Sender:
    """Return a sender over an httpx client; a request may take ``timeout`` seconds in all."""

    async def send(request: Request) -> Answer:
        body = encode(request)
        if isinstance(body, Rejected):
            return body
        try:
            async with asyncio.timeout(timeout):
                return await _exchange(client, request, body)
        except TimeoutError:
            return _retry("timeout", f"{request.url} did not answer within {timeout:g} seconds.")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return Misconfigured(
                Reason("delivery.bad_url", f"{request.url} is no address that can be called: {error}.")
            )
        except Exception as error:  # noqa: BLE001  # Transports raise their own errors; no event may be lost to one.
            # Transports translate: httpx-aiohttp calls a server that hung up a ConnectTimeout. The cause is the truth.
            cause = error.__cause__ or error
            what = f"{type(cause).__name__}: {str(cause)[:200]}" if str(cause) else type(cause).__name__
            return _retry("unreachable", f"{request.url} could not be reached ({what}).")

    return send


async def _exchange(client: httpx.AsyncClient, request: Request, body: bytes) -> Response:
    async with client.stream(request.method, request.url, content=body, headers=headers_sent(request)) as answer:
        read = bytearray()
        async for chunk in answer.aiter_bytes():
            read += chunk
            if len(read) >= MOST_READ:
                break
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, bytes(read[:MOST_READ]))


@asynccontextmanager
async def http_client(
    concurrency: int, *, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client for so many requests in flight, on aiohttp's connections unless a transport is given."""
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx.AsyncClient(transport=transport or _aiohttp(limits), timeout=None, limits=limits) as client:  # noqa: S113  # http_sender bounds the whole exchange.
        yield client


def _aiohttp(limits: httpx.Limits) -> httpx.AsyncBaseTransport:
    # Imported late: aiohttp costs more to import than everything else together.
    from httpx_aiohttp import AiohttpTransport

    return AiohttpTransport(limits=limits)


def _retry(code: str, message: str) -> Retry:
    return Retry(Reason(f"delivery.{code}", message))
