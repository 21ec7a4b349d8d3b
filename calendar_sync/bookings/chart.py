"""Adds to the chart of a booking what the caller answers after it was booked."""

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes
from calendar_sync.bookings.booking import Chart
from calendar_sync.errors import BookingNotFoundError
from calendar_sync.private_fields import private_chart
from calendar_sync.transactions import in_transaction


async def add_to_chart(conn: AsyncConnection, booking_id: int, lines: Chart) -> None:
    """Add (label, answer) lines, replacing labels that are there, and have the event rewritten.

    The same lines again change nothing. Raises BookingNotFoundError, and LockNotAvailable while
    somebody else works on the booking.
    """
    async with in_transaction(conn):
        rows = await conn.execute(
            "SELECT chart FROM booking WHERE id = %s FOR UPDATE", [booking_id]
        )
        before = await rows.fetchone()
        if before is None:
            raise BookingNotFoundError(booking_id)
        chart = dict(before[0]) | dict(lines)
        stored = private_chart(booking_id, chart.items())
        if await booking_writes.store(conn, booking_id, chart=stored):
            await job_queue.rewrite_event(conn, booking_id)
