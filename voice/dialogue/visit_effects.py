"""What a flow can request about a visit that is already booked.

A visit is named by its booking's id, which a flow knows only from a result here. What changes a
visit says which time the caller was told; a visit that has another time by then is left alone.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from voice.dialogue.effects import (
    Effect,
    Held,
    JustTaken,
    Offers,
    Opening,
    PartOfDay,
    Stored,
    Unreadable,
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as its caller may hear of it: when, with whom, and what can be done with it.

    ``begun``: it goes on now. ``pending``: its insert into the calendar is under way. ``moving``:
    a move is under way. ``cancelled``: by staff, and its time is still ahead.
    """

    id: int
    opening: Opening
    state: Literal["booked", "begun", "pending", "moving", "cancelled"]
    moved_by_staff: bool = False
    """Whether it has another time than its patient was told."""
    texts: bool = False
    """Whether its patient gets texts."""


@dataclass(frozen=True, slots=True)
class FoundVisits:
    """The visits found, the next one first; at least one."""

    visits: tuple[Visit, ...]
    kind: Literal["visits"] = "visits"


@dataclass(frozen=True, slots=True)
class NoVisit:
    """There is none."""

    kind: Literal["no visit"] = "no visit"


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """No more visit codes are taken from this caller now."""

    kind: Literal["too many tries"] = "too many tries"


@dataclass(frozen=True, slots=True)
class FindVisits(Effect[FoundVisits | NoVisit]):
    """The visits of the caller's number; only for a caller whom the carrier vouches for."""

    result_type: ClassVar[Any] = FoundVisits | NoVisit


@dataclass(frozen=True, slots=True)
class CheckVisitCode(Effect[FoundVisits | NoVisit | TooManyTries]):
    """The visit with this code of six digits."""

    result_type: ClassVar[Any] = FoundVisits | NoVisit | TooManyTries
    code: str


@dataclass(frozen=True, slots=True)
class SeeVisit(Effect[FoundVisits | NoVisit]):
    """A visit that was found before, as it is now."""

    result_type: ClassVar[Any] = FoundVisits | NoVisit
    visit: int


@dataclass(frozen=True, slots=True)
class VisitCount:
    """Whether a number has coming visits: none, some, or as many as one number may have."""

    coming: Literal["none", "some", "full"]


@dataclass(frozen=True, slots=True)
class CountVisits(Effect[VisitCount]):
    """Count the coming visits of ``number`` (E.164), which the caller keyed in."""

    result_type: ClassVar[Any] = VisitCount
    number: str


@dataclass(frozen=True, slots=True)
class VisitChanged:
    """Nothing was done: the visit has changed since the caller was told of it, or has begun."""

    kind: Literal["changed"] = "changed"


@dataclass(frozen=True, slots=True)
class KeepVisit(Effect[Stored | VisitChanged]):
    """Show staff that the patient said by phone that they will come."""

    result_type: ClassVar[Any] = Stored | VisitChanged
    visit: int
    told: Opening


@dataclass(frozen=True, slots=True)
class CancelVisit(Effect[Stored | VisitChanged]):
    """Cancel the visit."""

    result_type: ClassVar[Any] = Stored | VisitChanged
    visit: int
    told: Opening


@dataclass(frozen=True, slots=True)
class TextAgain:
    """Whether the text about the visit is on its way; "too many": not today."""

    state: Literal["sent", "no texts", "too many"]


@dataclass(frozen=True, slots=True)
class SendTextAgain(Effect[TextAgain]):
    """Text the visit's time and link again, to the number on the visit and no other."""

    result_type: ClassVar[Any] = TextAgain
    visit: int


@dataclass(frozen=True, slots=True)
class FindMoveTimes(Effect[Offers | Unreadable]):
    """Up to three openings to which the visit may be moved, after ``beyond`` (ISO 8601; "" now)."""

    result_type: ClassVar[Any] = Offers | Unreadable
    part: PartOfDay
    beyond: str
    visit: int


@dataclass(frozen=True, slots=True)
class HoldForVisit(Effect[Held | JustTaken | VisitChanged]):
    """Hold a time for the visit; the one that it has stays booked."""

    result_type: ClassVar[Any] = Held | JustTaken | VisitChanged
    visit: int
    told: Opening
    slot: Opening


@dataclass(frozen=True, slots=True)
class MoveVisit(Effect[Stored | JustTaken | VisitChanged]):
    """Store the yes to the held time; the event is moved next, and only then the visit."""

    result_type: ClassVar[Any] = Stored | JustTaken | VisitChanged
    visit: int
    told: Opening
    held: int


@dataclass(frozen=True, slots=True)
class MoveProgress:
    """How far a move is; only "moved" may be called moved. In all other states nothing is lost."""

    state: Literal["moved", "pending", "taken", "changed"]


@dataclass(frozen=True, slots=True)
class SeeMoved(Effect[MoveProgress]):
    """Check briefly whether the move to the held time is done."""

    result_type: ClassVar[Any] = MoveProgress
    held: int


VisitEffect = (
    FindVisits
    | CheckVisitCode
    | SeeVisit
    | CountVisits
    | KeepVisit
    | CancelVisit
    | SendTextAgain
    | FindMoveTimes
    | HoldForVisit
    | MoveVisit
    | SeeMoved
)
