"""Two ways to the wire: aiohttp's by default (reading costs half as much), httpx's own as the fallback.

Neither takes a proxy or a password from the environment of the process. SSL_CERT_FILE and SSL_CERT_DIR are
heeded, so that a site can trust an authority of its own.
"""

import ssl
from collections.abc import Iterator
from typing import Literal

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from .errors import BadAnswer, ConnectionDropped, LLMError, Unreachable

TransportName = Literal["aiohttp", "httpx"]

KEEP_ALIVE_S = 30.0  # shorter than what servers keep: a connection that they close first costs a repeat
READ_BYTES = 64 * 1024

# What a transport raises when the outside fails; anything else is a bug of ours and passes through.
WIRE_ERRORS = (httpx.HTTPError, aiohttp.ClientError, OSError, TimeoutError)

NEVER_CONNECTED = (
    httpx.ConnectError,
    httpx.PoolTimeout,
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
)
DROPPED = (httpx.ReadError, httpx.WriteError, aiohttp.ClientConnectionError, ConnectionError)


def open_transport(name: TransportName, *, secure: bool, max_connections: int) -> httpx.AsyncBaseTransport:
    """Return a transport that pools up to `max_connections`, opened as they are needed."""
    context = httpx.create_ssl_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if name == "httpx":
        limits = httpx.Limits(max_connections=max_connections, keepalive_expiry=KEEP_ALIVE_S)
        return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits)

    def open_session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(ssl=context, limit=max_connections, keepalive_timeout=KEEP_ALIVE_S)
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, read_bufsize=READ_BYTES
        )

    return AiohttpTransport(verify=context, trust_env=False, client=open_session)


def error_before_answer(error: Exception) -> LLMError:
    """Return what a failure of the wire before any byte of the answer means."""
    causes = list(_causes(error))
    name = type(causes[-1]).__name__
    if any(isinstance(cause, ssl.SSLError | aiohttp.ClientSSLError) for cause in causes):
        return Unreachable(f"TLS, {name}", retryable=False)
    if any(isinstance(cause, NEVER_CONNECTED) for cause in causes):
        return Unreachable(name)
    # What aiohttp calls a lost connection arrives as a ConnectTimeout; its cause tells them apart.
    if any(isinstance(cause, DROPPED) for cause in causes) or "Server disconnected" in str(error):
        return ConnectionDropped(name)
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(name)
    return BadAnswer(name)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, down to what the transport's own library said."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        # httpcore's pool drops the cause of what it raises again; the context still has it.
        cause = cause.__cause__ or cause.__context__
