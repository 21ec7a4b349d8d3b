"""Takes visits and held times away without telling anybody, before their rows are deleted."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from calendar_sync import job_rows
from calendar_sync.bookings import booking_writes, call_backs, invitations, notices
from calendar_sync.bookings.booking import booking


async def cancel_silently(
    conn: AsyncConnection, booking_ids: Sequence[int], call_back_ids: Sequence[int]
) -> None:
    """Cancel these visits, release held times, close requests; drop notices, invitations, jobs.

    Call it in a transaction. Safe to repeat. No job changes their events after it, except one that
    runs already; the events themselves are the caller's to cancel.
    """
    rows = await conn.execute("SELECT now()")
    [now] = await rows.fetchone() or [None]
    for booking_id in sorted(booking_ids):  # a visit before the times held for it, as everywhere
        found = await booking(conn, booking_id, lock=True)
        await booking_writes.release_for_visit(conn, booking_id, unconfirmed_too=True)
        if found.state == "booked":
            await booking_writes.cancel(conn, found, by="patient")
        elif found.state == "held" and found.confirmed_at is None:
            await booking_writes.release_unconfirmed(conn, found.call_sid)
        elif found.state == "held":
            await booking_writes.release_confirmed(conn, found, "failed")
            await booking_writes.store(conn, booking_id, expires_at=now)
        await notices.withdraw(conn, booking_id)
        await invitations.store_wanted(conn, await booking(conn, booking_id))
    for call_back_id in call_back_ids:
        await call_backs.mark_done(conn, call_back_id)
    await job_rows.delete_jobs(conn, booking_ids, ())
