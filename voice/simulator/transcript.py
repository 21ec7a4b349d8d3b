"""Writes a call down as text that reads well and can be replayed exactly.

    caller: +14255550123
    starts: 2026-12-01 09:00 America/Los_Angeles

    LINE: To book a free video screening, press 1.
    LINE: For a person, —
    CALLER presses 1
    (8 s of silence)
    LINE (es): Adiós.
    The line hung up.

A dash marks a sentence that a key interrupted. No other timing is kept: a transcript does not
depend on how long the caller waited, and changes only with the words or their order.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from voice.errors import ReportedError
from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Handset, HungUp, Kind, Press, Segment, Staff
from voice.simulator.player import Ended

_STARTS = "%Y-%m-%d %H:%M"
CUT = " —"
_ENGLISH = "en"
HANGS_UP = "CALLER hangs up"
PRESSES = re.compile(r"CALLER presses ([0-9*#]+)(| too early| \(not heard\))")
_NEXT = r"(?: |\nLINE(?: \(\w+\))?: )"
_CODE = re.compile(rf"\b\d \d \d\.({_NEXT})\d \d \d\.(?!{_NEXT}\d)")
"""Two groups of three digits. With a third group it would be a phone number."""


class InvalidTranscriptError(ReportedError):
    """The message names the line that is wrong."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Who called and when: the clinic's local time, to the minute."""

    caller: str
    starts: datetime
    signed: str | None = None

    def lines(self) -> list[str]:
        """The first lines of a transcript."""
        zone = self.starts.tzinfo
        named = zone.key if isinstance(zone, ZoneInfo) else "UTC"
        signed = [] if self.signed is None else [f"signed: {self.signed}"]
        return [f"caller: {self.caller}", *signed, f"starts: {self.starts:{_STARTS}} {named}", ""]

    def caller_id(self) -> CallerId:
        """The same caller in a new call."""
        return CallerId(self.caller, self.signed)


@dataclass
class Recording(Handset):
    """A handset that records what passes through another handset."""

    handset: Handset
    lines: list[str] = field(default_factory=list)

    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Play the segment, and record as much as was played."""
        came = await self.handset.listen(segment)
        if came is None:
            self._passed(segment)
        elif isinstance(came, HungUp) or segment.interruptible:
            self._cut(segment, came.after)
        match came:
            case Press(key) if segment.interruptible and self._last.startswith("CALLER presses"):
                self._joined(key)
            case Press(key):
                self.lines.append(f"CALLER presses {key}")
            case HungUp():
                self.lines.append(HANGS_UP)
            case None:
                pass
        return came

    def typed_ahead(self) -> str:
        """Keys pressed before the prompt began."""
        keys = self.handset.typed_ahead()
        if keys:
            self.lines.append(f"CALLER presses {keys} too early")
        return keys

    def staff(self, number: str) -> Staff:
        """Record what happened when another phone rang."""
        outcome = self.handset.staff(number)
        self.lines.append(f"STAFF: {outcome.value}")
        return outcome

    def not_heard(self, key: str) -> None:
        """Record a key that the line did not accept."""
        if self._last == f"CALLER presses {key}":
            self.lines.pop()
        self.lines.append(f"CALLER presses {key} (not heard)")
        self.handset.not_heard(key)

    def text(self, heading: Heading, ended: Ended) -> str:
        """The transcript of a finished call."""
        return "\n".join([*heading.lines(), *self.lines, f"{ended.value}.", ""])

    @property
    def _last(self) -> str:
        return self.lines[-1] if self.lines else ""

    def _joined(self, key: str) -> None:
        known = PRESSES.fullmatch(self._last)
        if known and not known[2]:
            self.lines[-1] += key
        else:
            self.lines.append(f"CALLER presses {key}")

    def _passed(self, segment: Segment) -> None:
        match segment.kind:
            case Kind.SPEECH:
                self.lines.append(_spoken(segment, segment.words))
            case Kind.SOUND:
                self.lines.append(f"(plays {segment.words})")
            case Kind.WAIT:
                self.lines.append(f"({segment.seconds:.0f} s of silence)")
            case Kind.TALK:
                self.lines.append("(the caller and a person talk)")
            case Kind.RINGING | Kind.PAUSE:
                pass

    def _cut(self, segment: Segment, after: float) -> None:
        words = segment.words.split()
        if segment.kind is not Kind.SPEECH or not words:
            return
        said = int((segment.since + after) / segment.seconds * len(words) + 1e-6)
        if said:
            cut = "" if said >= len(words) else CUT
            self.lines.append(_spoken(segment, " ".join(words[:said]) + cut))


def _spoken(segment: Segment, words: str) -> str:
    language = segment.language.partition("-")[0]
    mark = "" if language == _ENGLISH else f" ({language})"
    return f"LINE{mark}: {words}"


def read(text: str) -> tuple[Heading, deque[str]]:
    """The heading and lines of a transcript. Raises InvalidTranscriptError."""
    head, _, body = text.partition("\n\n")
    named = {name: value for name, _, value in (line.partition(": ") for line in head.splitlines())}
    try:
        day, clock, zone = named["starts"].split()
        starts = datetime.strptime(f"{day} {clock}", _STARTS).replace(tzinfo=ZoneInfo(zone))
        heading = Heading(named["caller"], starts, named.get("signed"))
    except (KeyError, ValueError) as error:
        message = 'A transcript starts with "caller: ..." and "starts: 2026-12-01 09:00 <zone>".'
        raise InvalidTranscriptError(message) from error
    lines = deque(body.splitlines())
    for line in lines:
        if line.startswith("CALLER") and line != HANGS_UP and not PRESSES.fullmatch(line):
            message = f"{line!r} is not a transcript line; use CALLER presses 1, or {HANGS_UP}."
            raise InvalidTranscriptError(message)
    return heading, lines


def without_codes(text: str) -> str:
    """A transcript with every spoken visit code blanked: each call gets a new one.

    A code that a key interrupted is not recognized.
    """
    return _CODE.sub(r"_ _ _.\1_ _ _.", text)
