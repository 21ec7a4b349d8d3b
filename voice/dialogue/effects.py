"""What a flow may ask of the world outside: plain descriptions, carried out between two replays.

Each effect names what it brings back. The result is kept in the journal as JSON, so a repeated
webhook reads the first result and nothing happens twice.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import TypeAdapter

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Opening:
    """A free time of the clinic that may be offered: two aware instants, the end not included."""

    start: datetime
    end: datetime


@cache
def _shape(result: Any) -> TypeAdapter[Any]:  # noqa: ANN401  # a type, or a union of types
    return TypeAdapter(result)


class Effect(Generic[R]):
    """Something to be done outside; ``brings`` is the type of what comes back."""

    brings: ClassVar[Any]

    def read(self, kept: str) -> R:
        """What the journal kept of it."""
        result: R = _shape(self.brings).validate_json(kept)
        return result

    def write(self, result: R) -> str:
        """The result as the journal keeps it."""
        return _shape(self.brings).dump_json(result).decode()


@dataclass(frozen=True, slots=True)
class TakeBack(Effect[str]):
    """The caller went back: ``step`` is to be asked anew."""

    brings: ClassVar[Any] = str
    step: str

    def write(self, result: str) -> str:
        """The step itself, so that the rows can be counted without reading JSON."""
        return result


@dataclass(frozen=True, slots=True)
class Offers:
    """Openings to offer, earliest first; none when no time is left."""

    openings: tuple[Opening, ...]
    kind: Literal["offers"] = "offers"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nobody can say now when the clinic is free, so nothing may be offered."""

    kind: Literal["unreadable"] = "unreadable"


PartOfDay = Literal["any", "morning", "afternoon"]


@dataclass(frozen=True, slots=True)
class FindOffers(Effect[Offers | Unreadable]):
    """Up to three openings of a part of the day that start after ``beyond`` (ISO 8601; "" now)."""

    brings: ClassVar[Any] = Offers | Unreadable
    part: PartOfDay
    beyond: str


@dataclass(frozen=True, slots=True)
class Held:
    """The time is the caller's while the call goes on."""

    booking: int
    kind: Literal["held"] = "held"


@dataclass(frozen=True, slots=True)
class JustTaken:
    """Somebody else has the time."""

    kind: Literal["taken"] = "taken"


@dataclass(frozen=True, slots=True)
class Hold(Effect[Held | JustTaken]):
    """Keep one time for this caller until they confirm, hang up, or five minutes have passed."""

    brings: ClassVar[Any] = Held | JustTaken
    slot: Opening


@dataclass(frozen=True, slots=True)
class Submitted:
    """The booking was confirmed by the caller and is on its way to the calendar."""

    visit_code: str
    kind: Literal["asked"] = "asked"


@dataclass(frozen=True, slots=True)
class Book(Effect[Submitted | JustTaken]):
    """Book the held time, with what staff should read: ``chart`` is (label, answer) in order."""

    brings: ClassVar[Any] = Submitted | JustTaken
    booking: int
    language: str
    number: str
    chart: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a confirmed booking stands; only "booked" may be spoken as booked."""

    state: Literal["booked", "pending", "taken", "not booked"]
    opening: Opening | None = None
    """When it is booked for: another time than was asked for if staff have just moved it."""


@dataclass(frozen=True, slots=True)
class SeePlaced(Effect[Placed]):
    """Look, for a moment, whether the calendar has the booking."""

    brings: ClassVar[Any] = Placed
    booking: int


@dataclass(frozen=True, slots=True)
class Stored:
    """It is stored."""

    kind: Literal["kept"] = "kept"


@dataclass(frozen=True, slots=True)
class KeepConsent(Effect[Stored]):
    """Store whether texts about this booking may go to ``number`` (E.164), and how it was asked."""

    brings: ClassVar[Any] = Stored
    booking: int
    number: str
    given: bool
    wording: str


@dataclass(frozen=True, slots=True)
class AskCallBack(Effect[Stored]):
    """Ask staff to call back; ``number`` in E.164, or "" when the caller has none that works."""

    brings: ClassVar[Any] = Stored
    reason: str
    number: str
    language: str


@dataclass(frozen=True, slots=True)
class StaffPhone:
    """Whether a person can be rung now."""

    state: Literal["open", "closed", "no phone"]


@dataclass(frozen=True, slots=True)
class SeeStaffPhone(Effect[StaffPhone]):
    """Look whether the clinic is open and has a phone to ring."""

    brings: ClassVar[Any] = StaffPhone


AnyEffect = (
    TakeBack | FindOffers | Hold | Book | SeePlaced | KeepConsent | AskCallBack | SeeStaffPhone
)
