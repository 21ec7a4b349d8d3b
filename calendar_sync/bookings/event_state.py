"""What a booking's row remembers of its event: version, our own texts, video link, warning."""

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings.event_text import digest


async def keep_etag(conn: AsyncConnection, booking_id: int, etag: str) -> None:
    """We wrote this version of the event ourselves; it is not a change by staff."""
    async with conn.transaction():
        await conn.execute(
            "UPDATE booking SET etag = %s WHERE id = %s AND state = 'booked'", [etag, booking_id]
        )


async def keep_written(conn: AsyncConnection, booking_id: int, text: str) -> None:
    """Keep a description as ours: before it is written, and as it was read back."""
    async with conn.transaction():
        await conn.execute(
            "UPDATE booking SET written = array_append(written, %(digest)s)"
            " WHERE id = %(id)s AND %(digest)s <> ALL (written)",
            {"id": booking_id, "digest": digest(text)},
        )


async def keep_link(conn: AsyncConnection, booking_id: int, link: str) -> None:
    """The diary made this video link; "": it makes none. The first answer stays."""
    async with conn.transaction():
        kept = await conn.execute(
            "UPDATE booking SET video_link = %s WHERE id = %s AND video_link IS NULL",
            [link, booking_id],
        )
        if kept.rowcount == 1:
            await job_queue.notify_patient(conn, booking_id)


async def keep_withdrawn(conn: AsyncConnection, booking_id: int) -> None:
    """Its patient cancelled the visit, and its event is gone."""
    await conn.execute(
        "UPDATE booking SET withdrawn_at = coalesce(withdrawn_at, now())"
        " WHERE id = %s AND state = 'cancelled' AND outcome = 'patient'",
        [booking_id],
    )


async def keep_warning(conn: AsyncConnection, booking_id: int, warning: str) -> None:
    """What staff should look at; "" when there is nothing."""
    async with conn.transaction():
        await conn.execute("UPDATE booking SET warning = %s WHERE id = %s", [warning, booking_id])
