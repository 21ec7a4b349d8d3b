"""Unsigned connections are limited in time, size and number; a signed request gets through."""

import asyncio
import resource

import pytest
from support.limited_server import REQUEST, answered, counted, served, until_closed

from voice.http_limits import MAX_HEAD_BYTES, connection_limit


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
