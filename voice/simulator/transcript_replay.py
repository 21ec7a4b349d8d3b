"""Replays the call of a transcript: the same keys at the same places."""

import re
from collections import deque
from dataclasses import dataclass, field

from voice.simulator.handset import Handset, HungUp, Kind, Press, Segment, Staff
from voice.simulator.key_script import gap
from voice.simulator.transcript import CUT, HANGS_UP, PRESSES

_STAFF = re.compile(r"STAFF: (.+)")
_MARKS = {
    Kind.SPEECH: re.compile("LINE"),
    Kind.SOUND: re.compile(r"\(plays "),
    Kind.TALK: re.compile(r"\(the caller and"),
    Kind.WAIT: re.compile(r"\(\d+ s of silence\)"),
}
"""How the transcript line of each kind of segment begins; other kinds leave none."""


@dataclass
class Replaying(Handset):
    """A caller who repeats a transcript at the same places of the call."""

    lines: deque[str]
    _typing: deque[str] = field(default_factory=deque)

    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Press after the same number of sentences, or of words in a sentence."""
        if self._typing:
            return Press(self._typing.popleft(), gap(segment))
        if segment.kind is Kind.WAIT:
            self._skip_speech()
        after, mark = 0.0, _MARKS.get(segment.kind)
        if self.lines and mark is not None and mark.match(self.lines[0]):
            after = self._share(self.lines.popleft(), segment) * segment.seconds
            if after >= segment.seconds:
                return None
        return self._act(segment, after)

    def typed_ahead(self) -> str:
        """Keys that were pressed too early, once those before them are pressed."""
        if self._typing:
            return ""
        pressed = PRESSES.fullmatch(self.lines[0]) if self.lines else None
        if pressed is None or pressed[2] != " too early":
            return ""
        self.lines.popleft()
        return pressed[1]

    def staff(self, number: str) -> Staff:  # noqa: ARG002  # outcomes are in call order
        """The next outcome in the transcript."""
        told = [known for line in self.lines if (known := _STAFF.fullmatch(line))]
        if not told:
            return Staff.NO_ANSWER
        self.lines.remove(told[0][0])
        return Staff(told[0][1])

    def _skip_speech(self) -> None:
        """The line now says less than it did: go to the caller's next action."""
        while self.lines and self.lines[0].startswith(("LINE", "(plays")):
            self.lines.popleft()

    def _share(self, line: str, segment: Segment) -> float:
        """The share of this segment that plays before the caller acts, from 0 to 1."""
        if not line.endswith(CUT):
            return 1.0
        words = line.partition(": ")[2].split()
        return (len(words) - 1) / len(segment.words.split())

    def _act(self, segment: Segment, after: float) -> Press | HungUp | None:
        if not self.lines:
            return None
        if self.lines[0] == HANGS_UP:
            self.lines.popleft()
            return HungUp(after)
        pressed = PRESSES.fullmatch(self.lines[0])
        lost = pressed is not None and pressed[2] == " (not heard)"
        if pressed is None or lost is segment.interruptible:
            return None
        self.lines.popleft()
        self._typing.extend(pressed[1])
        return Press(self._typing.popleft(), after)
