"""What a caller hears, one segment at a time, and what a caller does: the player's interface.

The player knows TwiML but no clock. A handset knows a clock (real, or none at all) but no TwiML.
Tests, the terminal and the browser page are handsets of the same player.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, auto

KEYS = "0123456789*#"


class Kind(Enum):
    """What a segment is."""

    SPEECH = auto()
    SOUND = auto()  # <Play>; the words are its address
    PAUSE = auto()  # silence that belongs to the speech
    WAIT = auto()  # silence in which the line waits for a key
    RINGING = auto()  # another phone is ringing; the words are its number
    TALK = auto()  # the caller is talking with a person


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a call: at most one sentence, or one silence.

    ``seconds`` is its full length. ``since`` is how much of it has already played, in seconds: more
    than 0 after a key that was not expected interrupted it. ``interruptible``: a key ends it.
    ``recording`` is the URL of the audio file that speaks the words; "" for a synthetic voice.
    """

    kind: Kind
    seconds: float
    words: str = ""
    language: str = ""
    voice: str = ""
    recording: str = ""
    interruptible: bool = False
    since: float = 0.0

    @property
    def left(self) -> float:
        """Seconds still to play."""
        return self.seconds - self.since


@dataclass(frozen=True, slots=True)
class Press:
    """A key, pressed ``after`` seconds into the segment."""

    key: str
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller hangs up, ``after`` seconds into the segment."""

    after: float = 0.0


class Staff(Enum):
    """What happens when the clinic's own phone rings."""

    ANSWERS = "answers"
    VOICEMAIL = "voicemail"  # answers, but nobody presses the key that accepts the call
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"


class Handset(ABC):
    """The caller's side of the phone."""

    @abstractmethod
    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Play a segment; None when it played to its end."""

    def typed_ahead(self) -> str:
        """Keys pressed while nothing was playing, because a document was being fetched."""
        return ""

    def staff(self, number: str) -> Staff:  # noqa: ARG002  # for handsets with several numbers
        """What happens when ``number`` rings."""
        return Staff.NO_ANSWER

    def not_heard(self, key: str) -> None:  # noqa: B027  # most handsets ignore it
        """A key was pressed while the line was not listening."""


class AnsweringPhone(Handset):
    """The phone that a <Dial> rings: staff press 1 to accept the call; voicemail does not."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    async def listen(self, segment: Segment) -> Press | None:
        """Press 1 after the prompt."""
        person = self._staff is Staff.ANSWERS
        return Press("1", 1.0) if person and segment.kind is Kind.WAIT else None
