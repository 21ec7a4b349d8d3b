"""Unsigned connections are limited in time, size and number; a signed request gets through."""

import asyncio
import resource
import socket
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from prometheus_client import REGISTRY
from starlette.types import Receive, Scope, Send

from voice.http_limits import MAX_HEAD_BYTES, Headers, LimitedProtocol, connection_limit

REQUEST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body unless the path says not to; answer with its length, 200 or 404."""
    size, more = 0, scope["path"] != "/unread"
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    status = 404 if scope["path"] == "/nowhere" else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"%d" % size})


@dataclass
class Served:
    """A server in this process."""

    port: int
    heads: asyncio.Semaphore
    """Released for each request head that the server has read."""
    opened: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self, sent: bytes = b"") -> Connection:
        """A connection on which these bytes wait before the server's deadline starts."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.sendall(sent)
        connection.setblocking(False)  # noqa: FBT003 # positional only
        reader, writer = await asyncio.open_connection(sock=connection)
        self.opened.append(writer)
        return reader, writer


@asynccontextmanager
async def served(**limits: float) -> AsyncGenerator[Served]:
    """A server with these limits; it refuses at once, and a request with a header `unwanted`."""
    heads = asyncio.Semaphore(0)

    class Protocol(LimitedProtocol):
        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            heads.release()

        @staticmethod
        def unwanted(_method: bytes, _target: bytes, headers: Headers) -> str:
            return "unwanted" if (b"unwanted", b"yes") in headers else ""

    kind = type("Protocol", (Protocol,), {"refusal_seconds": 0, **limits})
    config = uvicorn.Config(
        application,
        http=kind,
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=60,
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    listening = await asyncio.get_running_loop().create_server(
        lambda: kind(config, server.server_state, {}), "127.0.0.1", 0
    )
    line = Served(listening.sockets[0].getsockname()[1], heads)
    try:
        yield line
    finally:
        for writer in line.opened:
            writer.close()
        listening.close()
        for each in list(server.server_state.connections):
            each.transport.abort()
        await asyncio.sleep(0)


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """Everything received until the server closes the connection."""
    async with asyncio.timeout(60):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def answered(connection: Connection, sent: bytes) -> bytes:
    """The first line of the response."""
    reader, writer = connection
    writer.write(sent)
    async with asyncio.timeout(60):
        return await reader.readline()


def counted(reason: str) -> float:
    return REGISTRY.get_sample_value("screening_line_refused_total", {"reason": reason}) or 0.0


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"POST / HTTP/1.1\r\nhost", b"HTTP/1.1 408 Request Timeout\r\n"),
        (REQUEST % 10 + b"12", b""),
        (b"\r\n\r\n", b"HTTP/1.1 408 Request Timeout\r\n"),
    ],
)
async def test_a_connection_that_does_not_go_on_is_closed(sent: bytes, answer: bytes) -> None:
    """An empty connection, a partial head, a partial body and empty lines each time out."""
    async with served(head_seconds=0.2, body_seconds=0.2) as line:
        reader, _ = await line.connect(sent)
        assert (await until_closed(reader)).startswith(answer)


async def test_a_request_in_time_is_answered_and_the_connection_kept() -> None:
    """Each request on a connection has its own deadline."""
    async with served(head_seconds=0.2, body_seconds=0.2) as line:
        connection = await line.connect(REQUEST % 2 + b"ab")
        for sent in (b"", REQUEST % 2 + b"ab", REQUEST % 2 + b"ab"):
            assert await answered(connection, sent) == b"HTTP/1.1 200 OK\r\n"
            await connection[0].readuntil(b"0\r\n\r\n")
            await asyncio.sleep(0.3)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nx: " + b"a" * 2 * MAX_HEAD_BYTES,
        b"GET / HTTP/1.1\r\n" + b"x: yyyyyyyyyyyy\r\n" * 4000,
        b"GET /" + b"a" * 2 * MAX_HEAD_BYTES,
        b"GET / HTTP/1.1\r\nx: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n",
    ],
)
async def test_a_head_has_a_largest_size(head: bytes) -> None:
    """A long header, many headers or a long URL gets 431 and a closed connection."""
    async with served() as line:
        reader, writer = await line.connect()
        writer.write(head)
        assert (await until_closed(reader)).startswith(b"HTTP/1.1 431 ")


async def test_a_body_that_nobody_reads_closes_the_connection() -> None:
    """A refused request cannot keep sending."""
    async with served(body_seconds=60.0) as line:
        reader, writer = await line.connect()
        writer.write(b"POST /unread HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\nabc")
        assert (await until_closed(reader)).startswith(b"HTTP/1.1 200 OK")


async def test_what_is_not_http_is_counted_and_not_logged_each(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Non-HTTP traffic is counted, not logged line by line, as scanners would fill the log."""
    before = counted("not HTTP")
    async with served() as line:
        for _ in range(3):
            reader, writer = await line.connect()
            writer.write(b"\x16\x03\x01 hello\r\n\r\n")
            assert (await until_closed(reader)).startswith(b"HTTP/1.1 400 ")
    assert counted("not HTTP") == before + 3
    assert len(caplog.records) <= 1


async def test_a_flood_of_idle_connections_does_not_keep_a_request_out() -> None:
    """The oldest idle connection makes room; one with a request in progress stays."""
    async with served(max_connections=4) as line:
        kept, busy = await line.connect(), await line.connect(REQUEST % 2 + b"a")
        await line.heads.acquire()
        idle = [await line.connect() for _ in range(6)]
        assert await until_closed(kept[0]) == b""
        assert await answered(await line.connect(), REQUEST % 0) == b"HTTP/1.1 200 OK\r\n"
        assert await answered(busy, b"b") == b"HTTP/1.1 200 OK\r\n"
        assert await until_closed(idle[0][0]) == b""


async def test_requests_in_progress_are_never_dropped_for_a_new_one() -> None:
    """When every connection is busy, a new one is refused."""
    async with served(max_connections=2) as line:
        busy = [await line.connect(REQUEST % 2 + b"a") for _ in range(2)]
        for _ in busy:
            await line.heads.acquire()
        assert await until_closed((await line.connect())[0]) == b""
        for connection in busy:
            assert await answered(connection, b"b") == b"HTTP/1.1 200 OK\r\n"


UNWANTED = b"POST / HTTP/1.1\r\nhost: x\r\nUnwanted: yes\r\ncontent-length: 99\r\n\r\nabc"
NOWHERE = b"POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"


async def test_an_unwanted_head_is_refused_before_its_body_is_there() -> None:
    """The rest of the body is not waited for, and the connection is closed."""
    before = counted("unwanted")
    async with served(body_seconds=60.0) as line:
        reader, _ = await line.connect(UNWANTED)
        assert (await until_closed(reader)).startswith(b"HTTP/1.1 403 ")
    assert counted("unwanted") == before + 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [(UNWANTED, b"403"), (NOWHERE, b"404"), (b"nonsense\r\n\r\n", b"400")],
)
async def test_whoever_is_refused_waits_for_it_and_is_disconnected(
    sent: bytes, status: bytes
) -> None:
    """A client that goes on as soon as it is refused sends one request per delay."""
    async with served(refusal_seconds=0.3) as line:
        began = time.monotonic()
        reader, writer = await line.connect(sent)
        writer.write(sent)
        assert (await until_closed(reader)).count(b"HTTP/1.1 " + status) == 1
        assert time.monotonic() - began > 0.25


@pytest.mark.parametrize("sent", [UNWANTED, NOWHERE])
async def test_connections_that_wait_for_a_refusal_make_room(sent: bytes) -> None:
    """However many are being refused, another request is answered."""
    async with served(max_connections=2, refusal_seconds=60.0) as line:
        before = counted("idle connection replaced")
        refused = [await line.connect(sent) for _ in range(2)]
        assert await answered(await line.connect(), REQUEST % 0) == b"HTTP/1.1 200 OK\r\n"
        assert await until_closed(refused[0][0]) == b""
        assert counted("idle connection replaced") == before + 1


@pytest.mark.parametrize(
    ("soft", "hard", "raised", "limit"),
    [
        (1024, 524288, 65536, 2000),
        (1024, 1024, None, 768),
        (300, 300, None, 44),
        (-1, -1, None, 2000),
    ],
)
def test_connections_stay_below_the_open_file_limit(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised: int | None, limit: int
) -> None:
    """The limit is raised as far as allowed, and files for database and services are reserved."""
    given: list[int] = []

    def limits(_: int) -> tuple[int, int]:
        return soft, hard

    def set_limits(_: int, limits: tuple[int, int]) -> None:
        given.append(limits[0])

    monkeypatch.setattr(resource, "getrlimit", limits)
    monkeypatch.setattr(resource, "setrlimit", set_limits)
    assert connection_limit() == limit
    assert given == ([raised] if raised else [])
