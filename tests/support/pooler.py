"""A stand-in for a transaction-mode pooler, which drops `options` and notifications."""

import socket
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_STARTUP = 196608
"""Protocol version 3.0; a client may ask for encryption first."""


@contextmanager
def pooled(dsn: str, *, options: bool, notices: bool) -> Generator[str]:
    """A dsn that leads to the same database through a pooler.

    `options`: the startup parameter gets through; `notices`: notifications do.
    """
    threads: list[threading.Thread] = []

    def run(work: Callable[..., None], *args: object) -> None:
        threads.append(threading.Thread(target=work, args=args, daemon=True))
        threads[-1].start()

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = _upstream(dsn)
                server.sendall(_startup(client, options=options))
                run(_pump, client, server)
                run(_messages, server, client, notices)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        run(serve)
        yield make_conninfo(dsn, host="127.0.0.1", port=listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)


def _upstream(dsn: str) -> socket.socket:
    parts = conninfo_to_dict(dsn)
    host, port = str(parts["host"]), int(parts.get("port") or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server


def _startup(client: socket.socket, *, options: bool) -> bytes:
    while True:
        length, version = struct.unpack("!ii", _exactly(client, 8))
        body = _exactly(client, length - 8)
        if version == _STARTUP:
            break
        client.sendall(b"N")
    words = body.rstrip(b"\0").split(b"\0")
    pairs = zip(words[::2], words[1::2], strict=True)
    kept = [word for pair in pairs if options or pair[0] != b"options" for word in pair]
    body = struct.pack("!i", version) + b"\0".join(kept) + b"\0\0"
    return struct.pack("!i", len(body) + 4) + body


def _pump(client: socket.socket, server: socket.socket) -> None:
    with _closing(client, server):
        while data := client.recv(65536):
            server.sendall(data)


def _messages(server: socket.socket, client: socket.socket, notices: object) -> None:
    with _closing(client, server):
        while True:
            head = _exactly(server, 5)
            body = _exactly(server, struct.unpack("!i", head[1:])[0] - 4)
            if notices or head[:1] != b"A":
                client.sendall(head + body)


@contextmanager
def _closing(*sockets: socket.socket) -> Generator[None]:
    """When either side closes, close both."""
    try:
        with suppress(OSError):
            yield
    finally:
        for each in sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _exactly(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        got = source.recv(size - len(data))
        if not got:
            raise OSError
        data += got
    return data
