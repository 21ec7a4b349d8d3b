"""Limits of the HTTP server itself, so that strangers' connections cannot keep a call out.

Each request has to send its head and then its body in time, and a head has a maximum size. When
all connections are in use, a new one replaces the oldest that has no request in progress.

Whoever is refused waits a second for the answer, which costs the server nothing but a timer, and
the connection is closed. So a client that sends rubbish as fast as it is refused slows down itself
and not the callers.
"""

import asyncio
import resource
from collections.abc import Callable, Sequence
from typing import Any

import httptools
from starlette.types import Message, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from voice.refusals import refused

MAX_HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 10.0
REFUSAL_SECONDS = 1.0
MAX_CONNECTIONS = 2000
_RESERVED_FILES = 256
"""For database connections, log files, and requests to Google and Twilio."""
_MAX_FILES = 65536
_BAD, _FORBIDDEN, _TIMEOUT, _TOO_LARGE = 400, 403, 408, 431
_REFUSALS = {401, _FORBIDDEN, 404, 405, 413}
"""What the application answers to those who have no business here."""

Headers = Sequence[tuple[bytes, bytes]]


def connection_limit() -> int:
    """Raise the open-file limit as far as allowed; how many connections fit below it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    allowed = _MAX_FILES if soft == resource.RLIM_INFINITY else soft
    return max(16, min(MAX_CONNECTIONS, allowed - _RESERVED_FILES))


class _RefusedError(Exception):
    """Raised in a parser callback to stop parsing: the status of the answer, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class LimitedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol with deadlines and limits."""

    max_connections = MAX_CONNECTIONS
    head_seconds, body_seconds, refusal_seconds = HEAD_SECONDS, BODY_SECONDS, REFUSAL_SECONDS
    unwanted: Callable[[bytes, bytes, Headers], str] = staticmethod(lambda *_: "")
    """Why a request is refused by its method, target and headers (names in lower case), before
    anything else is done with it; "" for one that the application answers."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_bytes = 0
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None
        self._application, self.app = self.app, self._refusing_late
        self.is_refused = False
        """Whether this connection only waits for the answer that refuses its request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Make room for the connection, and wait for its first request."""
        if len(self.connections) >= self.max_connections:
            self._drop_oldest_idle()
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            refused("no connection free")
            transport.abort()
            return
        _idle(self.server_state)[self] = None
        self._expect(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        _idle(self.server_state).pop(self, None)
        self._expect(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, within the limits; parser errors are counted, not logged each."""
        if (parser := self.parser) is None or self.is_refused:
            return
        self._unset_keepalive_if_required()
        if self._in_head:
            self._head_bytes += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass
        except httptools.HttpParserError as error:
            why = error.__context__
            if not isinstance(why, _RefusedError):
                why = _RefusedError(_BAD, "not HTTP")
            self._refuse_late(why.status, why.why)
            return
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse_late(_TOO_LARGE, "head too large")
        elif self._deadline is None:  # a request that came whole needs no timer
            if not self._in_head:
                self._expect(self.body_seconds)
            elif self._head_bytes:
                self._expect(self.head_seconds)

    def on_message_begin(self) -> None:
        """A request begins, perhaps in the middle of the data of the one before."""
        super().on_message_begin()
        self._size = 0

    def on_url(self, url: bytes) -> None:
        """Count the URL."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The request can be answered, if it is wanted; its body has a deadline of its own."""
        method = b"" if self.parser is None else self.parser.get_method()
        if why := self.unwanted(method, self.url, self.headers):
            raise _RefusedError(_FORBIDDEN, why)
        self._in_head = False
        _idle(self.server_state).pop(self, None)
        self._expect(None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is all there; the next one starts with a head."""
        self._in_head, self._head_bytes = True, 0
        self._expect(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The response is sent: close if its request is still sending, else wait for the next."""
        super().on_response_complete()
        if not self.cycle.response_complete:
            return  # a pipelined request is next
        if self._in_head:
            _idle(self.server_state)[self] = None
        else:
            self.transport.close()

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > MAX_HEAD_BYTES:
            raise _RefusedError(_TOO_LARGE, "head too large")

    def _expect(self, seconds: float | None) -> None:
        """Close the connection unless the next step is done in time; None: nothing is due."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _refuse_late(self, status: int, why: str) -> None:
        """Refuse without reading on; until the answer, this connection is the first to go."""
        refused(why)
        self.is_refused = True
        self._expect(None)
        self.transport.pause_reading()
        self._deadline = self.loop.call_later(self.refusal_seconds, self._end, status)

    async def _refusing_late(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, whose refusals are answered as late as our own."""

        async def sending(message: Message) -> None:
            if message.get("status") in _REFUSALS:
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
                self.is_refused = True
                if self in self.connections:
                    _idle(self.server_state)[self] = None
                await asyncio.sleep(self.refusal_seconds)
            await send(message)

        await self._application(scope, receive, sending)

    def _late(self) -> None:
        self._deadline = None
        if self._in_head and self._head_bytes:
            refused("head too slow")
            self._end(_TIMEOUT)
        elif not self._in_head:
            refused("body too slow")
            self.transport.abort()
        else:
            self.transport.close()

    def _end(self, status: int) -> None:
        self._expect(None)
        if not self.transport.is_closing():
            ends = b"content-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + ends)
            self.transport.close()

    def _drop_oldest_idle(self) -> None:
        idle = _idle(self.server_state)
        if oldest := next(iter(idle), None):
            idle.pop(oldest)
            self.connections.discard(oldest)
            refused("idle connection replaced")
            oldest.transport.abort()


def _idle(state: ServerState) -> dict[LimitedProtocol, None]:
    """The connections without a request in progress, the longest idle first."""
    idle: dict[LimitedProtocol, None] = vars(state).setdefault("idle_connections", {})
    return idle
