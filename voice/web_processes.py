"""More processes that answer calls on one port: `serve --workers N`.

They share the listening socket and nothing else; all state is in the database. The process that
was started answers too, runs the jobs, and starts a process again that ends by itself. The others
end with it: each holds one end of a pipe that closes when the first process is gone.
"""

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import structlog

from voice.errors import ReportedError
from voice.shared_metrics import forget_gauges, share_metrics

log = structlog.get_logger(__name__)

_AGAIN = 1.0
"""Seconds between the end of a process and the start of the next one."""
_FINISH = 8.0
"""Seconds that a process may take to finish the answers in hand."""


@contextmanager
def web_processes(port: socket.socket, number: int) -> Generator[Callable[[], None]]:
    """Run so many further processes on the port; yields the function that tells them to stop."""
    others = _Others(port.fileno())
    threads = [threading.Thread(target=others.keep_running, args=[n]) for n in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield others.stop
    finally:
        others.stop()
        others.wait()
        for thread in threads:
            thread.join()


class _Others:
    """The further processes, each in its place; a stopped one is told so once."""

    def __init__(self, port: int) -> None:
        """`port` is the file descriptor of the listening socket."""
        self._port = port
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()
        self._turn = threading.Lock()

    def keep_running(self, place: int) -> None:
        """Start the process of a place, and again whenever it ends, until `stop`. Blocks."""
        while process := self._start(place):
            code = process.wait()
            forget_gauges(process.pid)
            if not self._stopping.wait(_AGAIN):
                log.error("a web process ended; another one is started", exit_code=code)

    def _start(self, place: int) -> subprocess.Popen[bytes] | None:
        with self._turn:
            if self._stopping.is_set():
                return None
            process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(self._port)],
                stdin=subprocess.PIPE,
                pass_fds=[self._port],
                start_new_session=True,  # Ctrl-C reaches the first process, which tells the others
            )
            self._running[place] = process
            return process

    def stop(self) -> None:
        """Tell all to finish the answers in hand; a second SIGTERM would cut them off."""
        with self._turn:
            if not self._stopping.is_set():
                self._stopping.set()
                for process in self._running.values():
                    process.terminate()

    def wait(self) -> None:
        """Until all have ended, or else end them."""
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(_FINISH)
            process.kill()


def main() -> None:
    """Answer calls on the inherited socket whose file descriptor is the only argument."""
    share_metrics(remove_ended=False)
    from voice.logs import write_logs  # noqa: PLC0415  # the first process loads these later
    from voice.server import serve_beside  # noqa: PLC0415  # loaded later
    from voice.settings import Settings  # noqa: PLC0415  # loaded later

    write_logs("json")
    try:
        with socket.socket(fileno=int(sys.argv[1])) as port:
            serve_beside(Settings.load("live"), port, sys.stdin.buffer)
    except ReportedError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
