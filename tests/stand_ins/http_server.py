"""Base of both stand-ins: a real HTTP server on loopback, as a context manager."""

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
    """Listens while its context lasts; each request has a thread of its own."""

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
        """The base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @abstractmethod
    def answer(self, request: "Asked", verb: str) -> None:
        """Handle one request and send the response."""

    def hang(self, request: "Asked") -> None:
        """Send nothing until the client gives up."""
        self.reached.set()
        self.stopping.wait(30)
        request.close_connection = True


class Asked(BaseHTTPRequestHandler):
    """One client connection."""

    server: "_Server"  # pyright: ignore[reportIncompatibleVariableOverride]  # it is always ours
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Handle a GET request."""
        self.server.stand_in.answer(self, "GET")

    def do_POST(self) -> None:
        """Handle a POST request."""
        self.server.stand_in.answer(self, "POST")

    def do_PATCH(self) -> None:
        """Handle a PATCH request."""
        self.server.stand_in.answer(self, "PATCH")

    def do_DELETE(self) -> None:
        """Handle a DELETE request."""
        self.server.stand_in.answer(self, "DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  # as in the base
        """Log nothing; requests are in the stand-in's own list."""

    def body(self) -> bytes:
        """The body of the request. Raises ConnectionAbortedError if its sender died within it."""
        length = int(self.headers.get("Content-Length") or 0)
        whole = self.rfile.read(length)
        if len(whole) < length:
            raise ConnectionAbortedError
        return whole

    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send a response; a 204 must have no body, which would break the connection (seen)."""
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
        """Send a response as JSON."""
        self.send(status, json.dumps(said).encode())

    def send_hotel_page(self) -> None:
        """Answer as an intercepting network, such as a hotel's, does."""
        self.send(200, b"<html><title>Sign in to the hotel network</title></html>")

    def reset(self) -> None:
        """Reset the connection."""
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
        """Ignore a client that hung up."""
