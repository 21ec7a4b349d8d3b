"""Shared by the flow tests: ways to place a call, and a calendar that can refuse inserts."""

from collections.abc import Awaitable
from typing import Protocol

from support.caller import Caller

from calendar_sync.availability.span import Span
from calendar_sync.bookings.booking import Booking, bookings_of_call
from calendar_sync.calendars.contract import (
    CalendarEvent,
    Changed,
    Clash,
    Event,
    Gone,
    Inserted,
    Refused,
    Unknown,
)
from calendar_sync.calendars.local import LocalCalendar
from voice.bootstrap import Line
from voice.simulator.handset import Staff


class Calls(Protocol):
    """Places a call."""

    def __call__(
        self,
        number: str = "+14255550123",
        staff: Staff = Staff.NO_ANSWER,
        signed: str | None = None,
    ) -> Awaitable[Caller]:
        """Call from this number; ``staff`` is the outcome when the clinic's phone rings.

        ``signed`` is what the carrier says of the number (StirVerstat).
        """
        ...


class To(Protocol):
    """Goes on with a call to the step in its name."""

    def __call__(self, caller: Caller) -> Awaitable[None]:
        """Press the keys that lead there."""
        ...


class RefusingCalendar(LocalCalendar):
    """The local calendar, except that ``instead``, when set, is the answer to an insert.

    ``unmoved``, when set, is the answer to a move.
    """

    instead: Unknown | Refused | None = None
    unmoved: Unknown | None = None

    async def insert(self, event: Event) -> Inserted | Clash | Unknown | Refused:
        """Answer as set, or as the local calendar does."""
        return self.instead or await super().insert(event)

    async def move(
        self, event_id: str, to: Span, etag: str
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """Answer as set, or as the local calendar does."""
        return self.unmoved or await super().move(event_id, to, etag)


async def only_booking(line: Line, caller: Caller) -> Booking:
    """The booking of a call."""
    async with line.pool.connection() as conn:
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
    return booking
