"""Whoever is refused waits for it: a client that goes on at once slows down only itself."""

import time

import pytest
from support.limited_server import REQUEST, answered, counted, served, until_closed

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
