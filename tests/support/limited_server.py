"""A server with the line's limits on connections, in this process, and clients who misbehave."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from prometheus_client import REGISTRY
from starlette.types import Receive, Scope, Send

from voice.http_limits import Headers, LimitedProtocol

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
    """How many requests were refused for it."""
    return REGISTRY.get_sample_value("screening_line_refused_total", {"reason": reason}) or 0.0
