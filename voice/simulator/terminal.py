"""A handset in the terminal, in real time: words appear as they are spoken; any key barges in."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TextIO

from voice.simulator.handset import Handset, HungUp, Kind, Press, Segment, Staff
from voice.simulator.keyboard import HANG_UP

_LANGUAGES = {"en": "English", "es": "español"}
_CLEAR = "\r\x1b[2K"
_LONGEST_LINE = 20
_TICK, _INSTANT = 0.25, 0.001
_SCENES = {
    Kind.RINGING: "(the clinic's phone is ringing)",
    Kind.TALK: "(you are talking with the clinic)",
    Kind.SOUND: "(a sound plays)",
}


class Keys(Protocol):
    """A source of keys: the keyboard."""

    async def key(self, seconds: float) -> str | None:
        """The next key, or None after this many seconds."""
        ...

    def waiting(self) -> str:
        """Take the keys that are waiting, but not a hang-up."""
        ...


@dataclass
class Terminal(Handset):
    """The handset of a person at a terminal. ``fast`` shortens speech to nothing, but not waits."""

    keyboard: Keys
    out: TextIO
    outcome: Staff = Staff.NO_ANSWER
    fast: bool = False
    width: int = 80
    clock: Callable[[], float] = time.monotonic
    _typed: str = ""
    _language: str = "en"
    _scene: Kind | None = None
    _column: int = 0

    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Play the segment in real time."""
        match segment.kind:
            case Kind.SPEECH:
                return await self._speak(segment)
            case Kind.WAIT:
                return await self._wait(segment)
            case Kind.PAUSE:
                return await self._pass(segment)
            case Kind.RINGING | Kind.TALK | Kind.SOUND:
                if self._scene is not segment.kind:
                    self._write_line(_SCENES[segment.kind])
                self._scene = segment.kind
                return await self._pass(segment)

    def typed_ahead(self) -> str:
        """Keys typed while the line was busy."""
        keys = self.keyboard.waiting()
        self._show(keys)
        return keys

    def staff(self, number: str) -> Staff:  # noqa: ARG002  # one clinic, one phone
        """The outcome chosen for this call."""
        return self.outcome

    def not_heard(self, key: str) -> None:
        """Say that the line was not listening."""
        self._write_line(f"({key} was not heard: the line is not listening now)")

    def finish(self) -> None:
        """Finish the current output line."""
        self._end_keys()
        self.out.flush()

    async def _speak(self, segment: Segment) -> Press | HungUp | None:
        self._end_keys()
        self._scene = None
        words = segment.words.split()
        each = segment.seconds / max(len(words), 1)
        said = int(segment.since / segment.seconds * len(words) + 1e-6) if segment.since else 0
        if not said:
            self._mark(segment.language)
        for number, word in enumerate(words[said:], start=1):
            if self._column + len(word) >= self.width:
                self._write("\n")
            self._write(word + (" " if said + number < len(words) else ""))
            key = await self.keyboard.key(0 if self.fast else each)
            if key is not None:
                self._write("\n" if said + number == len(words) else "—\n")
                return self._came(key, min(number * each, segment.left))
        self._write("\n")
        return None

    async def _wait(self, segment: Segment) -> Press | HungUp | None:
        began = self.clock()
        while (left := segment.left - (self.clock() - began)) > _INSTANT:
            bar = "━" * math.ceil(left / segment.seconds * _LONGEST_LINE)
            self._write(f"{_CLEAR}{self._keys()}  {bar} {math.ceil(left)} s")
            key = await self.keyboard.key(min(_TICK, left))
            if key is not None:
                self._write(_CLEAR + self._keys())
                return self._came(key, self.clock() - began)
        self._write(_CLEAR + self._keys())
        if not self._typed:
            self._write(f"({segment.seconds:.0f} s of silence)\n")
        self._end_keys()
        return None

    async def _pass(self, segment: Segment) -> Press | HungUp | None:
        began = self.clock()
        key = await self.keyboard.key(0 if self.fast else segment.left)
        return None if key is None else self._came(key, self.clock() - began)

    def _came(self, key: str, after: float) -> Press | HungUp:
        if key == HANG_UP:
            self._end_keys()
            return HungUp(after)
        self._show(key)
        return Press(key, after)

    def _mark(self, language: str) -> None:
        spoken = language.partition("-")[0]
        if spoken != self._language:
            self._write(f"[{_LANGUAGES.get(spoken, language)}] ")
        self._language = spoken

    def _show(self, keys: str) -> None:
        """Append keys to those just typed."""
        if keys:
            self._write(keys if self._typed else f"\n> {keys}")
            self._typed += keys

    def _keys(self) -> str:
        return f"> {self._typed}" if self._typed else ""

    def _end_keys(self) -> None:
        if self._typed:
            self._write("\n\n")
        self._typed = ""

    def _write_line(self, words: str) -> None:
        self._end_keys()
        self._write(words + "\n")

    def _write(self, words: str) -> None:
        _, line_end, last = words.rpartition("\n")
        self._column = len(last) if line_end else self._column + len(words)
        self.out.write(words)
        self.out.flush()
