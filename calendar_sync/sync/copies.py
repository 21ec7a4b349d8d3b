"""Marks copies that staff make of a visit's event: a copy would claim to notify the patient."""

import logging
from collections.abc import Iterable

from psycopg import AsyncConnection

from calendar_sync.bookings.descriptions import line_digest, with_line
from calendar_sync.bookings.event_text import COPIED, TOLD
from calendar_sync.calendars.contract import CalendarEvent, Unknown
from calendar_sync.clinic import Clinic

log = logging.getLogger(__name__)

_MAX_ID_DIGITS = 18
"""As many as a bigint always holds; another program may have written any number into an event."""
_LINES = {line_digest(TOLD), line_digest(COPIED)}


async def mark_copies(clinic: Clinic, events: Iterable[CalendarEvent]) -> None:
    """Say in each copy among these events that no patient is notified of it; keep the rest.

    Google copies our private properties too, so a copy names the booking but has an id of its own.
    """
    named = [event for event in events if not event.cancelled and event.booking_id]
    async with clinic.pool.connection() as conn:
        copies = [event for event in named if await _is_copy(conn, event)]
    for copy in copies:
        text = with_line(copy.description, COPIED, _LINES.__contains__)
        if text == copy.description:
            continue
        answer = await clinic.calendar.rewrite(copy.event_id, copy.etag, description=text)
        if isinstance(answer, Unknown):
            log.warning("a copy of a visit's event could not be marked: %s", answer.why)


async def _is_copy(conn: AsyncConnection, event: CalendarEvent) -> bool:
    """Whether it names a booking whose event is another one; not an occurrence of that one."""
    number = event.booking_id or ""
    if not (number.isascii() and number.isdecimal() and len(number) <= _MAX_ID_DIGITS):
        return False
    rows = await conn.execute(
        "SELECT FROM booking WHERE id = %s AND event_id <> %s"
        " AND split_part(event_id, '_', 1) <> split_part(%s, '_', 1)"
        " AND NOT EXISTS (SELECT FROM booking AS own WHERE own.event_id = %s)",
        [number, event.event_id, event.event_id, event.event_id],
    )
    return await rows.fetchone() is not None
