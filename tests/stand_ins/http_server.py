"""What both stand-ins are: a real HTTP server on loopback, for as long as a `with` lasts."""

import json
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class StandIn(ABC):
    """Listens while its context lasts; each request is answered in a thread of its own."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.turn = threading.Lock()
        """Whoever has it may change what the stand-in keeps."""
        self.reached = threading.Event()
        """Set when a request hangs: a test may kill whoever waits for its answer."""

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), Asked)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @abstractmethod
    def answer(self, request: "Asked", verb: str) -> None:
        """One request, its effect and its answer."""

    def hang(self, request: "Asked") -> None:
        """Say nothing until the client gives up."""
        self.reached.set()
        self.stopping.wait(30)
        request.close_connection = True


class Asked(BaseHTTPRequestHandler):
    """One connection of a client."""

    server: "_Server"  # pyright: ignore[reportIncompatibleVariableOverride]  # it is always ours
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """One GET."""
        self.server.stand_in.answer(self, "GET")

    def do_POST(self) -> None:
        """One POST."""
        self.server.stand_in.answer(self, "POST")

    def do_PATCH(self) -> None:
        """One PATCH."""
        self.server.stand_in.answer(self, "PATCH")

    def do_DELETE(self) -> None:
        """One DELETE."""
        self.server.stand_in.answer(self, "DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  # as in the base
        """Say nothing; what was asked is in the stand-in's own list."""

    def body(self) -> bytes:
        """What came with the request."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send an answer; 204 goes without body, which would break the connection (seen)."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def send_json(self, status: int, said: object) -> None:
        """Send what was done as JSON."""
        self.send(status, json.dumps(said).encode())

    def send_hotel_page(self) -> None:
        """A network between us and them answers in their place."""
        self.send(200, b"<html><title>Sign in to the hotel network</title></html>")

    def reset(self) -> None:
        """Break the connection without a word."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()


class _Server(ThreadingHTTPServer):
    stand_in: StandIn
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  # as in the base
        """A client that hung up is no news."""
