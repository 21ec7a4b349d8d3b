"""Runs the line as a server process: bind the port, start everything, shut down cleanly."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO

import uvicorn
import uvloop
from fastapi import FastAPI

from voice.alerts.watch import watch_over
from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, open_line
from voice.calls.end_checks import check_ended_calls
from voice.clock import utc_now
from voice.errors import ReportedError
from voice.http_limits import LimitedProtocol, connection_limit
from voice.settings import Settings
from voice.twilio_signature import unsigned


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo adds to the line.

    `now` is its clock (aware UTC). `add_page` adds its routes to the application and returns a
    function that ends the open connections of its page, so that the server can stop. `once_up` is
    called when the server listens.
    """

    now: Callable[[], datetime]
    add_page: Callable[[FastAPI, Line], Callable[[], None]]
    once_up: Callable[[], None]


_REQUEST_SECONDS = 1.0
"""How long a connection that was made before the stop may take to send its request."""
_FIRST_PASSED = 3
"""File descriptor of the first socket that systemd passes."""


class PortInUseError(ReportedError):
    """The port is already in use, or the address is not ours."""


@contextmanager
def held_port(host: str, port: int, another: str = "") -> Generator[socket.socket]:
    """The port, ours from now on; it refuses callers until a server listens.

    `another` is a command that uses another port. A socket that systemd passed is taken instead: it
    holds callers while the line restarts. Raises PortInUseError.
    """
    if _is_passed_a_socket():
        with socket.socket(fileno=_FIRST_PASSED) as passed:
            yield passed
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind((host, port))
        except (OSError, OverflowError) as error:
            message = (
                f"The line cannot listen on {host} port {port}: {error}. "
                "Stop what uses that port, or choose another one with --port"
            )
            message += f": {another}." if another else "."
            raise PortInUseError(message) from error
        yield held


def _is_passed_a_socket() -> bool:
    """Whether systemd started this process with one listening socket; see sd_listen_fds(3)."""
    for_us = os.environ.get("LISTEN_PID") == str(os.getpid())
    return for_us and os.environ.get("LISTEN_FDS") == "1"


def serve(
    settings: Settings,
    port: socket.socket,
    *,
    worker: bool,
    demo: Demo | None = None,
    before_stop: Callable[[], None] = lambda: None,
) -> None:
    """Answer calls on the held port until Ctrl-C or SIGTERM, then stop everything.

    `before_stop` is called as soon as the signal comes.
    """

    async def main() -> None:
        now = demo.now if demo else utc_now
        async with open_line(settings, now, worker=worker, check_calls=check_ended_calls) as line:
            app = create_app(line)
            server = _Server(server_config(app))
            server.before_stop = before_stop
            if demo is not None:
                server.once_up, server.before_stop = demo.once_up, demo.add_page(app, line)
            _on_stop(server.stop)
            watching = nullcontext() if demo else run_in_background(watch_over(line).run())
            async with watching:
                await server.serve(sockets=[port])

    _run(main)


def serve_beside(settings: Settings, port: socket.socket, held_open: IO[bytes]) -> None:
    """Answer calls beside the process that holds the port, until SIGTERM or that process ends.

    `held_open` is a pipe from that process. It runs the jobs and the alerts; this one does neither.
    """

    async def main() -> None:
        async with open_line(settings, worker=False, alone=False) as line:
            server = _Server(server_config(create_app(line)))
            _on_stop(server.stop)
            asyncio.get_running_loop().add_reader(held_open, server.stop)
            await server.serve(sockets=[port])

    _run(main)


def work_only(settings: Settings, *, once_up: Callable[[], None]) -> None:
    """Run jobs, without answering calls, until Ctrl-C or SIGTERM."""

    async def main() -> None:
        async with open_line(settings, check_calls=check_ended_calls, alone=False):
            once_up()
            await asyncio.Event().wait()

    _run(main)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handling, which ends the process before everything is stopped."""

    once_up: Callable[[], None] = staticmethod(lambda: None)
    before_stop: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then call `once_up`."""
        await super().startup(sockets)
        if self.started:
            self.once_up()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, answer whoever has connected, then end as uvicorn does.

        Uvicorn closes connections whose request it has not read yet; to Twilio such a request has
        failed, and the caller hears that the line does not work.
        """
        for listening in sockets or []:
            await self._take_over(listening)
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        until = time.monotonic() + _REQUEST_SECONDS
        while self._waits_for_a_request() and time.monotonic() < until:  # noqa: ASYNC110  # no event
            await asyncio.sleep(0.01)
        await super().shutdown(sockets)

    async def _take_over(self, listening: socket.socket) -> None:
        """Take the connections that wait in the socket: closing it would reset them."""
        listening.setblocking(False)  # noqa: FBT003  # the socket module's own
        with suppress(OSError):  # BlockingIOError: none waits any more
            while True:
                connection, _ = listening.accept()
                connection.setblocking(False)  # noqa: FBT003  # the socket module's own
                await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        return kind(self.config, self.server_state, self.lifespan.state)  # type: ignore[call-arg]  # as uvicorn makes it

    def _waits_for_a_request(self) -> bool:
        """Whether a connection has sent none yet."""
        return any(
            getattr(each, "cycle", None) is None and not getattr(each, "is_refused", False)
            for each in self.server_state.connections
        )

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]  # fewer powers
        """Do nothing: we handle signals."""
        return nullcontext()

    def stop(self) -> None:
        """Finish running requests; the second time, stop at once."""
        self.before_stop()
        self.force_exit = self.should_exit
        self.should_exit = True


def _limited() -> type[LimitedProtocol]:
    """The protocol with a connection limit that fits this process; Twilio signs what it posts."""

    class Limited(LimitedProtocol):
        max_connections = connection_limit()
        unwanted = staticmethod(unsigned)

    return Limited


def server_config(app: FastAPI) -> uvicorn.Config:
    """How an application is served; `serve` says where."""
    return uvicorn.Config(
        app,
        http=_limited(),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def _run(main: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run to the end; a signal before the server is up cancels, so that all is cleaned up."""

    async def stoppable() -> None:
        task = asyncio.current_task()
        if task is not None:
            _on_stop(task.cancel)
        await main()

    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        suppress(asyncio.CancelledError),
    ):
        runner.run(stoppable())


def _on_stop(stop: Callable[[], object]) -> None:
    """Call `stop` on SIGINT, SIGTERM, and, unless it is ignored (nohup), SIGHUP."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop)
