"""A call-back request, and whom it is about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from calendar_sync.bookings.call_back_reasons import reason_of


class CallBackTarget(Protocol):
    """Whom to call: `number` is E.164, or None if it was withheld. A Booking is one."""

    @property
    def call_sid(self) -> str:
        """The call that the request belongs to."""
        ...

    @property
    def number(self) -> str | None:
        """The number to call."""
        ...

    @property
    def language(self) -> str:
        """The language code of the caller."""
        ...


@dataclass(frozen=True, slots=True)
class CallBack:
    """A request; `stored_words` are those it was stored with, maybe by another version."""

    id: int
    call_sid: str
    code: str
    detail: str
    stored_words: str
    number: str | None
    language: str
    asked_at: datetime
    done_at: datetime | None
    shown_at: datetime | None
    """When it was put into the calendar."""
    event_id: str | None
    promised_from: datetime | None
    promised_until: datetime | None
    overdue_shown_at: datetime | None
    waited: timedelta
    """How long ago it was asked, by the database's clock, which a demo does not move."""

    @property
    def reason(self) -> str:
        """Why to call, in words for staff."""
        known = reason_of(self.code)
        return known.for_staff(self.detail) if known else self.stored_words

    @property
    def is_urgent(self) -> bool:
        """Whether to call before all others."""
        known = reason_of(self.code)
        return known is not None and known.is_urgent
