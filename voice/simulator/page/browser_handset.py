"""The handset of a browser page: it plays in real time, and keys come by POST."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from voice.simulator.handset import Handset, HungUp, Kind, Press, Segment, Staff

VOICE_ALLOWANCE = 3.0
"""How many times its estimated length a voice may take before the call goes on without it."""

Publish = Callable[..., None]


@dataclass(frozen=True, slots=True)
class _Key:
    """A key: in which segment, and after how many of its words if the page knows."""

    key: str
    segment: int
    said: int | None


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The browser's voice reached the end of a segment."""

    segment: int


class _HangUp:
    """The caller hangs up."""


@dataclass(frozen=True, slots=True)
class Pace:
    """``speed`` divides the length of speech, ``waits`` the time to answer; 1 is real time.

    ``voiced``: the browser reports when a sentence was spoken; else its estimated length counts.
    """

    speed: float = 1.0
    waits: float = 1.0
    voiced: bool = False


class BrowserHandset(Handset):
    """Plays each segment in real time.

    ``script`` acts for the caller until a key is pressed by hand.
    """

    def __init__(
        self, publish: Publish, outcome: Staff, pace: Pace, script: Handset | None = None
    ) -> None:
        self.outcome = outcome
        self.segments: list[Segment] = []
        self._publish, self._pace, self._script = publish, pace, script
        self._came: asyncio.Queue[_Key | _Spoken | _HangUp] = asyncio.Queue()

    def press(self, key: str, segment: int = 0, said: int | None = None) -> None:
        """A key was pressed on the page."""
        self._script = None
        self._came.put_nowait(_Key(key, segment, said))

    def spoken(self, segment: int) -> None:
        """The browser has spoken this segment to its end."""
        self._came.put_nowait(_Spoken(segment))

    def hang_up(self) -> None:
        """The caller hangs up."""
        self._script = None
        self._came.put_nowait(_HangUp())

    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Play the segment in real time."""
        if not segment.since:
            self.segments.append(segment)
        planned = await self._script.listen(segment) if self._script else None
        voiced = self._pace.voiced and segment.kind is Kind.SPEECH and planned is None
        speed = self._pace.waits if segment.kind is Kind.WAIT else self._pace.speed
        self._publish(
            "segment",
            number=len(self.segments),
            kind=segment.kind.name.lower(),
            words=segment.words,
            language=segment.language,
            recording=urlsplit(segment.recording).path,
            seconds=segment.seconds / speed,
            since=segment.since / speed,
            takes_keys=segment.interruptible,
            voiced=voiced,
        )
        lasts = (segment.left if planned is None else planned.after) / speed
        clock = asyncio.get_running_loop()
        began = clock.time()
        came = await self._next(
            began + (lasts * VOICE_ALLOWANCE + 2 if voiced else lasts), voiced=voiced
        )
        after = min((clock.time() - began) * speed, segment.left)
        match came:
            case _Key():
                self._publish("key", key=came.key)
                return Press(came.key, self._after(came, segment, after))
            case _HangUp():
                return HungUp(after)
            case None:
                if isinstance(planned, Press):
                    self._publish("key", key=planned.key)
                return planned

    def typed_ahead(self) -> str:
        """Keys pressed while a document was being fetched."""
        keys = self._script.typed_ahead() if self._script else ""
        for key in keys:
            self._publish("key", key=key)
        kept = list[_HangUp]()
        while not self._came.empty():
            match self._came.get_nowait():
                case _Key(key):
                    keys += key
                    self._publish("key", key=key)
                case _HangUp() as hang_up:
                    kept.append(hang_up)
                case _Spoken():
                    pass
        for hang_up in kept:
            self._came.put_nowait(hang_up)
        return keys

    def staff(self, number: str) -> Staff:  # noqa: ARG002  # one clinic, one phone
        """The outcome that is chosen on the page now."""
        return self.outcome

    def not_heard(self, key: str) -> None:
        """Publish the caller that nobody listened."""
        self._publish("not_heard", key=key)

    async def _next(self, deadline: float, *, voiced: bool) -> _Key | _HangUp | None:
        """What the caller does before the deadline; None when the segment ended."""
        clock = asyncio.get_running_loop()
        while (left := deadline - clock.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    came = await self._came.get()
            except TimeoutError:
                return None
            if not isinstance(came, _Spoken):
                return came
            if voiced and came.segment == len(self.segments):
                return None
        return None

    def _after(self, key: _Key, segment: Segment, elapsed: float) -> float:
        """Seconds into the segment: by the words that the page had marked, else by the clock."""
        words = len(segment.words.split())
        if segment.kind is not Kind.SPEECH or key.said is None or key.segment != len(self.segments):
            return elapsed
        return min(max(key.said / words * segment.seconds - segment.since, 0.0), segment.left)
