"""Real processes that begin with the line already imported, which costs a second of CPU each time.

A fork server imports it once for each pytest worker, and every process here is a fork of that one.
It has an environment, a folder, a terminal or a log, and an exit code of its own. A test about what
a fresh interpreter loads, or about shared metrics, starts one with `subprocess` instead.
"""

import fcntl
import multiprocessing
import os
import signal
import sys
import termios
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from voice.cli import main

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "voice.server", "voice.worker", "voice.commands.check", "voice.commands.setup.steps",
        "voice.commands.setup.terminal", "voice.database.session_needs", "rich.console",
        "googleapiclient.discovery", "twilio.rest", "voice.simulator.page.router",
        "voice.simulator.call_command",
    ]
)  # fmt: skip


class Forked:
    """A process that does one thing and ends; kill it when the test is over."""

    def __init__(
        self, does: Callable[..., object], *given: object,
        folder: Path, env: Mapping[str, str], output: int,
    ) -> None:  # fmt: skip
        """Start it. `env` is its whole environment.

        `output` is an open file, or the device of a terminal, which is its input too; the caller
        may close it at once.
        """
        with Connection(os.dup(output), readable=False) as passed:  # it can go to another process
            where = (folder, dict(env), passed)
            self._process = _FORKS.Process(target=_settle, args=(where, does, given))
            self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        """The exit code, or None while it runs; minus the signal that ended it."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """The exit code, once it has ended. Raises TimeoutError."""
        self._process.join(seconds)
        if (code := self._process.exitcode) is None:
            message = f"The process has not ended in {seconds} seconds."
            raise TimeoutError(message)
        return code

    def terminate(self) -> None:
        """Send it SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.join()


def screening_line(*words: str) -> None:
    """What `screening-line` does with these words."""
    sys.argv = ["screening-line", *words]
    main()


def _settle(
    where: tuple[Path, dict[str, str], Connection],
    does: Callable[..., object],
    given: tuple[object, ...],
) -> None:
    """Make this fork look like a program that was just started there."""
    folder, environment, passed = where
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    output = passed.fileno()
    if os.isatty(output):
        fcntl.ioctl(output, termios.TIOCSCTTY, 0)
        os.dup2(output, 0)
        sys.stdin = os.fdopen(0, closefd=False)
    os.dup2(output, 1)
    os.dup2(output, 2)
    passed.close()
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    does(*given)
