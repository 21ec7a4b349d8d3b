"""What a booking remembers of its event: version, texts of ours, video link, warning."""

from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.descriptions import digest, line_digest, words_digest
from calendar_sync.bookings.event_text import warning_line
from calendar_sync.transactions import in_transaction


async def store_etag(conn: AsyncConnection, booking_id: int, etag: str) -> None:
    """We wrote this version of the event ourselves; it is no change by staff."""
    await booking_writes.store(conn, booking_id, if_state="booked", etag=etag)


async def store_written(conn: AsyncConnection, booking_id: int, text: str) -> None:
    """Remember a description as ours: before it is written, and as it was read back."""
    known = {digest(text), words_digest(text)} - {""}
    await booking_writes.add_written(conn, booking_id, known)


def is_ours(visit: Booking, text: str) -> bool:
    """Whether we wrote this description, and staff have at most opened and saved it since."""
    return not {digest(text), words_digest(text)}.isdisjoint(visit.written)


def is_warning(visit: Booking, line: str) -> bool:
    """Whether a line with this `line_digest` is a warning that we wrote into the event."""
    return line in {*visit.written, line_digest(warning_line(visit.warning))}


async def store_link(conn: AsyncConnection, booking_id: int, link: str) -> None:
    """The calendar made this video link, or none if it is ""; the first answer stays."""
    async with in_transaction(conn):
        visit = await booking(conn, booking_id, lock=True)
        if visit.video_link is not None:
            return
        await booking_writes.store(conn, booking_id, video_link=link)
        if visit.text_number:
            await job_queue.notify_patient(conn, booking_id)


async def store_withdrawn(
    conn: AsyncConnection, booking_id: int, event_id: str, at: datetime
) -> None:
    """Store that this event of a visit, which its patient cancelled, is gone; once."""
    async with in_transaction(conn):
        visit = await booking(conn, booking_id, lock=True)
        if visit.outcome == "patient" and visit.withdrawn_at is None:
            await booking_writes.store(
                conn, booking_id, if_state="cancelled", event_id=event_id, withdrawn_at=at
            )


async def store_warning(conn: AsyncConnection, booking_id: int, warning: str) -> None:
    """What staff should check; "" if there is nothing.

    The line is remembered as ours before anything writes it. So is the one before it, which a
    version that remembered none may have written.
    """
    async with in_transaction(conn):
        before = (await booking(conn, booking_id, lock=True)).warning
        lines = {line_digest(warning_line(each)) for each in (before, warning) if each}
        await booking_writes.add_written(conn, booking_id, lines)
        await booking_writes.store(conn, booking_id, warning=warning)
