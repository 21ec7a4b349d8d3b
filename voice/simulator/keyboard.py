"""Uses the keyboard as a phone's keypad: no Enter needed, and Ctrl-C hangs up."""

import asyncio
import os
import signal
import termios
import tty
from types import TracebackType
from typing import Any, Self

from voice.simulator.handset import KEYS

HANG_UP = "h"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ESCAPE = "\x1b"


class Keyboard:
    """Reads single keys from a terminal while the context lasts, then restores the terminal.

    ``h``, Ctrl-D, Ctrl-C and a closed window become HANG_UP; a second signal cancels the task that
    opened the keyboard. Other characters, including arrow keys, are ignored.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        self._hung_up = False
        self._before: list[Any] = []

    def __enter__(self) -> Self:
        """Switch the terminal to single keys."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._before = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd)
        self._loop.add_reader(self._fd, self._read)
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._stop)
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Restore the terminal, even after an error."""
        try:
            for number in _SIGNALS:
                self._loop.remove_signal_handler(number)
            self._loop.remove_reader(self._fd)
        finally:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)

    async def key(self, seconds: float) -> str | None:
        """The next key, or None after this many seconds. Returns a waiting key at once."""
        if not self._pressed.empty() or seconds <= 0:
            await asyncio.sleep(0)
            return None if self._pressed.empty() else self._pressed.get_nowait()
        try:
            async with asyncio.timeout(seconds):
                return await self._pressed.get()
        except TimeoutError:
            return None

    def waiting(self) -> str:
        """Take the keys that are waiting; a waiting hang-up stays in the queue."""
        keys = ""
        while not self._pressed.empty():
            key = self._pressed.get_nowait()
            if key == HANG_UP:
                self._pressed.put_nowait(HANG_UP)
                break
            keys += key
        return keys

    def _read(self) -> None:
        typed = os.read(self._fd, 64).decode("ascii", "ignore")
        if not typed:
            self._loop.remove_reader(self._fd)
            self._press(HANG_UP)
        if typed.startswith(_ESCAPE):
            return
        for key in typed:
            if key in KEYS:
                self._press(key)
            elif key in {"h", "H", "\x03", "\x04"}:
                self._press(HANG_UP)

    def _press(self, key: str) -> None:
        self._pressed.put_nowait(key)

    def _stop(self) -> None:
        if self._hung_up and self._task is not None:
            self._task.cancel()
        self._hung_up = True
        self._press(HANG_UP)
