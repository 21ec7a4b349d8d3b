"""What a flow can request from outside: plain descriptions, performed between two replays.

Each effect names the type of its result. The journal stores the result as JSON, so a repeated
webhook reads the first result and nothing happens twice.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, ClassVar, Generic, Literal, TypeVar, cast

from pydantic import TypeAdapter

from voice.dialogue.limit_results import KeyBack, OverLimit
from voice.language import Language

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Opening:
    """A free time: two aware instants, the end excluded. ``clinician``: id; "" for the only one."""

    start: datetime
    end: datetime
    clinician: str = ""


class Effect(Generic[R]):
    """Something to do outside the flow; ``result_type`` is the type of its result."""

    result_type: ClassVar[Any]

    @classmethod
    @cache
    def _shape(cls) -> TypeAdapter[Any]:
        return TypeAdapter(cls.result_type)

    def read(self, stored: str) -> R:
        """The result, from what the journal stored. Raises ValidationError."""
        return cast("R", self._read(stored))

    @classmethod
    @lru_cache(maxsize=1024)
    def _read(cls, stored: str) -> Any:  # noqa: ANN401  # each effect's own type
        """Read once for all turns of a call; no result can be changed."""
        return cls._shape().validate_json(stored)

    def write(self, result: R) -> str:
        """The result as the journal stores it (JSON)."""
        return self._shape().dump_json(result).decode()


@dataclass(frozen=True, slots=True)
class TakeBack(Effect[str]):
    """The caller went back: ``step`` is asked again, for the ``generation``-th time.

    ``after`` are the steps entered since then. Their answers no longer count either, so the
    language and speed in use now are stored, to be in force when ``step`` is asked again.
    """

    result_type: ClassVar[Any] = str
    step: str
    generation: int
    language: Language
    slow: bool
    after: tuple[str, ...]

    def write(self, result: str) -> str:
        """Words, not JSON, so that a replay reads them cheaply. The first is ``step``."""
        speed = "slow" if self.slow else "normal"
        return " ".join((result, str(self.generation), self.language, speed, *self.after))


@dataclass(frozen=True, slots=True)
class Offers:
    """Openings to offer, earliest first; ``in_language``: with those who speak the caller's."""

    openings: tuple[Opening, ...]
    kind: Literal["offers"] = "offers"
    in_language: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The busy times are missing or stale, so nothing may be offered."""

    kind: Literal["unreadable"] = "unreadable"


PartOfDay = Literal["any", "morning", "afternoon"]


@dataclass(frozen=True, slots=True)
class FindOffers(Effect[Offers | Unreadable | OverLimit]):
    """Up to three openings after ``beyond`` (ISO 8601; "" now), of one clinician or of any ("").

    ``number`` is whose visit it would be (E.164).
    """

    result_type: ClassVar[Any] = Offers | Unreadable | OverLimit
    part: PartOfDay
    beyond: str
    clinician: str = ""
    language: str = "en"
    number: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The time is held for the caller during the call."""

    booking: int
    kind: Literal["held"] = "held"


@dataclass(frozen=True, slots=True)
class JustTaken:
    """Someone else has the time."""

    kind: Literal["taken"] = "taken"


@dataclass(frozen=True, slots=True)
class Hold(Effect[Held | JustTaken | KeyBack | OverLimit]):
    """Hold a time for 300 s, for a caller who has ``keyed_back`` the digits if that was asked."""

    result_type: ClassVar[Any] = Held | JustTaken | KeyBack | OverLimit
    slot: Opening
    keyed_back: bool = False


@dataclass(frozen=True, slots=True)
class Submitted:
    """The caller confirmed the booking, and its insert into the calendar is under way."""

    visit_code: str
    kind: Literal["asked"] = "asked"


EVENT_LABELS = SAFETY, HEARD, LOOK_SOON, ASK_FIRST = "Safety", "Heard", "Look soon", "Ask first"
"""Labels of chart lines that have a place of their own in the event; stored with each booking."""


@dataclass(frozen=True, slots=True)
class Book(Effect[Submitted | JustTaken]):
    """Book the held time; ``chart`` is what staff read, as (label, answer) in order."""

    result_type: ClassVar[Any] = Submitted | JustTaken
    booking: int
    language: str
    number: str
    chart: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """The state of a confirmed booking and its time now; only "booked" may be called booked."""

    state: Literal["booked", "pending", "taken", "not booked"]
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class SeePlaced(Effect[Placed]):
    """Check briefly whether the calendar has the booking."""

    result_type: ClassVar[Any] = Placed
    booking: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The effect is stored."""

    kind: Literal["kept"] = "kept"


@dataclass(frozen=True, slots=True)
class AddToChart(Effect[Stored]):
    """Add (label, answer) lines to what staff read about a booking; replaces known labels."""

    result_type: ClassVar[Any] = Stored
    booking: int
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KeepConsent(Effect[Stored]):
    """Store whether texts may go to ``number`` (E.164), with the version of the wording."""

    result_type: ClassVar[Any] = Stored
    booking: int
    number: str
    given: bool
    wording: str


@dataclass(frozen=True, slots=True)
class AskCallBack(Effect[Stored]):
    """Ask staff to call back; ``number`` is E.164, or "" when no usable number is known."""

    result_type: ClassVar[Any] = Stored
    reason: str
    number: str
    language: str


@dataclass(frozen=True, slots=True)
class Promised:
    """When staff will call: a part of a day, as two aware instants; None if the clinic is closed.

    ``part`` is the part that it is, also where the caller chose none.
    """

    opening: Opening | None
    part: PartOfDay


@dataclass(frozen=True, slots=True)
class PromiseCall(Effect[Promised]):
    """Store in which part of the day staff should call, with the call-back for ``reason``."""

    result_type: ClassVar[Any] = Promised
    reason: str
    number: str
    part: PartOfDay


@dataclass(frozen=True, slots=True)
class StaffPhone:
    """Whether the staff phone can be rung now."""

    state: Literal["open", "closed", "no phone"]


@dataclass(frozen=True, slots=True)
class SeeStaffPhone(Effect[StaffPhone]):
    """Check whether the clinic is open and has a staff phone."""

    result_type: ClassVar[Any] = StaffPhone
