"""What a caller hears, moment by moment, and what a caller does: the seam of player and face.

The player knows TwiML and no clock; a face knows a clock (real, or none at all) and no TwiML.
A test, a terminal and a browser page are faces of the same player.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, auto

KEYS = "0123456789*#"


class Kind(Enum):
    """What a moment is filled with."""

    SPEECH = auto()
    SOUND = auto()  # <Play>; the words are its address
    PAUSE = auto()  # silence that belongs to the speech
    WAIT = auto()  # silence in which the line waits for a key
    RINGING = auto()  # another phone rings; the words are its number
    TALK = auto()  # the caller speaks with a person


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a call: at most one sentence, or one silence.

    ``seconds`` is its whole length, ``since`` how much of it has gone by (more than 0 when a key
    that nobody waited for was pressed in the middle of it). ``interruptible``: a key ends it.
    """

    kind: Kind
    seconds: float
    words: str = ""
    language: str = ""
    voice: str = ""
    interruptible: bool = False
    since: float = 0.0

    @property
    def left(self) -> float:
        """Seconds still to come."""
        return self.seconds - self.since


@dataclass(frozen=True, slots=True)
class Press:
    """A key, ``after`` seconds from where the moment was handed over."""

    key: str
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller hangs up, ``after`` seconds from where the moment was handed over."""

    after: float = 0.0


class Staff(Enum):
    """What happens where the clinic's own phone rings."""

    ANSWERS = "answers"
    VOICEMAIL = "voicemail"  # answers, but no person presses the key that takes the call
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"


class Handset(ABC):
    """The caller's side of the phone."""

    @abstractmethod
    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Live through a moment; None when it went by to its end."""

    def typed_ahead(self) -> str:
        """Keys pressed while nothing was heard, because a document was on its way."""
        return ""

    def staff(self, number: str) -> Staff:  # noqa: ARG002  # for faces with more than one number
        """What happens when ``number`` rings."""
        return Staff.NO_ANSWER

    def not_heard(self, key: str) -> None:  # noqa: B027  # most faces have nothing to say here
        """A key was pressed where the line does not listen."""


class AnsweringPhone(Handset):
    """The phone that a <Dial> rings: staff press 1 to take the call, a voicemail box presses nothing."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    async def listen(self, segment: Segment) -> Press | None:
        """Press 1 after the whole prompt."""
        person = self._staff is Staff.ANSWERS
        return Press("1", 1.0) if person and segment.kind is Kind.WAIT else None
