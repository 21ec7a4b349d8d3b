"""Runs `screening-line` in a pseudo-terminal, as a person at a keyboard does."""

import os
import re
import select
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from support.forked import Forked, screening_line

_SECONDS = 30.0
"""How long a test waits for words; only a failing one waits that long."""
CTRL_C, CTRL_D = "\x03", "\x04"


class TerminalCommand:
    """One run of the command; leaves with the context."""

    def __init__(self, *words: str, folder: Path, env: Mapping[str, str]) -> None:
        self._ours, theirs = os.openpty()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._process = Forked(
            screening_line, *words, folder=folder, env={**inherited, "TERM": "dumb", **env},
            output=theirs,
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""
        """Everything on the screen so far."""
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._process.kill()
        os.close(self._ours)

    def sees(self, words: str) -> Self:
        """Wait until these words appear after what was seen before."""
        if not self._appear(words, _SECONDS):
            message = f"{words!r} does not appear in:\n{self.shown[self._read :]}"
            raise AssertionError(message)
        return self

    def stops(self, key: str, words: str) -> Self:
        """Press Ctrl-C or Ctrl-D until these words appear.

        A Ctrl-C just before Python waits for a line takes effect only with the next key.
        """
        for _ in range(int(_SECONDS)):
            self.types(key)
            if self._appear(words, 1.0):
                return self
        return self.sees(words)

    def types(self, keys: str) -> Self:
        """Type these keys."""
        os.write(self._ours, keys.encode())
        return self

    def answers(self, question: str, answer: str = "") -> Self:
        """Wait for a question and type the answer with Enter."""
        return self.sees(question).types(f"{answer}\n")

    def answers_unseen(self, question: str, answer: str = "") -> Self:
        """The same for a question whose answer is not shown: echo is off after its last blank."""
        return self.sees(question).sees(": ").types(f"{answer}\n")

    def ends(self) -> int:
        """Wait for the end; the exit code."""
        end = time.monotonic() + _SECONDS
        while self._more(end):
            pass
        return self._process.wait(_SECONDS)

    def _appear(self, words: str, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (found := self.shown.find(words, self._read)) < 0:
            if not self._more(end):
                return False
        self._read = found + len(words)
        return True

    def _more(self, end: float) -> bool:
        """Read what is there; False at the end of the command, or of the time."""
        ready, _, _ = select.select([self._ours], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return False
        try:
            read = os.read(self._ours, 65536)
        except OSError:  # Linux, when the other end is closed
            return False
        text = read.decode("utf-8", "replace").replace("\r\n", "\n")
        self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
        return bool(read)
