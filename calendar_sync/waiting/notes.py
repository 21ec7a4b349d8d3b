"""What staff read in a visit's event about the waiting list."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.availability.span import Span
from calendar_sync.bookings import booking_writes, notices
from calendar_sync.bookings.event_text import short_time
from calendar_sync.waiting.entries import Entry, entry
from calendar_sync.waiting.offers import LIFETIME, Offer, offers_to

_SHOWN = 3
"""The latest offers; more of them would make the event long."""
_OUTCOMES = {
    "taken": "taken",
    "declined": "not wanted",
    "lapsed": "not taken",
    "not delivered": "the text did not arrive",
    "left": "not taken",
    "not earlier": "the visit changed first",
    "failed": "wanted, but it was not to be had",
}
_ENDS = {
    "left": "left the list",
    "stopped texts": "texts were stopped",
    "not textable": "no text can reach the number",
    "danger sign": "off the list, see the call-back",
}


async def show(conn: AsyncConnection, entry_id: int, zone: ZoneInfo, booking_id: int = 0) -> None:
    """Store the note with the visit, and have its event rewritten if the note has changed.

    `booking_id`: the visit of somebody who had none before.
    """
    waits = await entry(conn, entry_id)
    visit_id = booking_id or (waits and waits.visit)
    if waits is None or not visit_id:
        return
    words = note(waits, await offers_to(conn, entry_id), zone)
    if await booking_writes.store(conn, visit_id, waiting_note=words):
        await job_queue.rewrite_event(conn, visit_id)


def note(waits: Entry, offers: Sequence[Offer], zone: ZoneInfo) -> str:
    """One line: since when, what was offered and when, and how it ended."""
    wanted = "an earlier time" if waits.visit else "a time"
    parts = [f"for {wanted}, since {short_time(waits.joined_at, zone)}"]
    for each in offers[-_SHOWN:]:
        when = notices.short_time(Span(each.start, each.start + LIFETIME), zone)
        came = _OUTCOMES.get(each.outcome or "", "accepted" if each.accepted_at else "open")
        parts.append(f"offered {when} on {short_time(each.offered_at, zone)} ({came})")
    if waits.outcome in _ENDS:
        parts.append(_ENDS[waits.outcome])
    return "; ".join(parts)
