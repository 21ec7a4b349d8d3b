"""What the calendar's answer does to a confirmed booking: one transaction each, safe to repeat."""

from typing import Literal

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes, call_backs
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.call_backs import Caller
from calendar_sync.bookings.deadlines import CALL_TIMEOUT, LOST_BOOKING_WINDOW
from calendar_sync.transactions import in_transaction

_SAY_SO = (Reason.BOOKED_UNHEARD, Reason.BOOKING_UNSEEN, Reason.NOT_IN_CALENDAR_YET)
"""Whoever calls for one of these tells the patient how the booking stands."""


async def mark_booked(conn: AsyncConnection, waiting: Booking, etag: str) -> bool:
    """The event was read back: booked. False if the booking has changed meanwhile."""
    async with in_transaction(conn):
        if not await booking_writes.mark_booked(conn, waiting, etag):
            return False
        # Most callers are asked about texts after this; their answer queues the same job.
        if (await booking(conn, waiting.id)).text_number:
            await job_queue.notify_patient(conn, waiting.id)
        return True


async def mark_deleted(conn: AsyncConnection, waiting: Booking) -> None:
    """Staff deleted the event before it was read back: cancel; staff call the patient."""
    async with in_transaction(conn):
        if await booking_writes.cancel(conn, waiting, by="staff"):
            await call_backs.request(conn, waiting, Reason.DELETED_TOO_SOON)


async def give_up(
    conn: AsyncConnection, waiting: Booking, outcome: Literal["taken", "failed"]
) -> bool:
    """Release a confirmed booking; False if it has changed meanwhile.

    One that failed becomes a call back. One that was taken does not: a caller who is still on the
    line is offered other times; for the others see `call_back_lost_bookings`.
    """
    async with in_transaction(conn):
        if await booking_writes.release_confirmed(conn, waiting, outcome) is None:
            return False
        if outcome == "failed":
            await call_backs.request(conn, waiting, Reason.NOT_IN_CALENDAR)
        return True


async def call_back_lost_bookings(conn: AsyncConnection) -> None:
    """Request call-backs to callers who lost their confirmed time and have no other booking.

    They hung up before they heard the outcome, so only staff can tell them.
    """
    rows = await conn.execute(
        """
        SELECT DISTINCT ON (call_sid) call_sid, number, language
        FROM booking JOIN call ON sid = call_sid
        WHERE state = 'released' AND booking.outcome = 'taken'
          AND confirmed_at > now() - %s
          AND coalesce(ended_at, began_at + %s) < now()
          AND NOT EXISTS (SELECT FROM booking AS other
                          WHERE other.call_sid = sid AND other.confirmed_at IS NOT NULL
                            AND other.state <> 'released')
          AND NOT EXISTS (SELECT FROM call_back WHERE call_back.call_sid = sid)
        """,
        [LOST_BOOKING_WINDOW, CALL_TIMEOUT],
    )
    for call_sid, number, language in await rows.fetchall():
        caller = Caller(call_sid, number, language)
        await call_backs.request(conn, caller, Reason.TAKEN_AFTER_ALL)


async def call_back_untold_callers(conn: AsyncConnection) -> None:
    """Ask staff to call those who are booked and whose call ended before they heard so.

    That sentence was heard to its end if its step "booked" got silence for an answer, or a later
    question any. A key may have cut it at its first word, and nobody knows what a caller heard who
    hung up in the middle of it: those are called as well.
    """
    rows = await conn.execute(
        """
        SELECT call_sid, number, language FROM booking JOIN call ON sid = call_sid
        WHERE state = 'booked' AND moves IS NULL
          AND lower(during) > now() AND upper(during) > now()  -- the end is indexed
          AND confirmed_at > now() - %s
          AND coalesce(ended_at, began_at + %s) < now()
          AND NOT EXISTS (SELECT FROM journal AS news JOIN journal AS later USING (call_sid)
                          WHERE call_sid = sid AND starts_with(news.name, 'booked.')
                            AND later.at > news.at AND strpos(later.name, '~') > 0
                            AND NOT starts_with(later.name, 'booked.'))
          AND NOT EXISTS (SELECT FROM call_back
                          WHERE call_back.call_sid = sid AND code = ANY (%s))
        """,
        [LOST_BOOKING_WINDOW, CALL_TIMEOUT, [each.code for each in _SAY_SO]],
    )
    for call_sid, number, language in await rows.fetchall():
        if not await _listened_to_the_end(conn, call_sid):
            caller = Caller(call_sid, number, language)
            await call_backs.request(conn, caller, Reason.BOOKED_UNHEARD)


async def _listened_to_the_end(conn: AsyncConnection, call_sid: str) -> bool:
    rows = await conn.execute(
        "SELECT value FROM journal WHERE call_sid = %s AND starts_with(name, 'booked.')", [call_sid]
    )
    return any(keyed == "" for (keyed,) in await rows.fetchall())
