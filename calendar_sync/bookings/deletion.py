"""Deletes bookings with everything about them, and other rows once they are old enough.

The only module that deletes rows of the tables named here. Each function deletes at most `limit`
rows in one transaction, or those that it is given, and returns how many rows that were.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from psycopg import AsyncConnection

from calendar_sync import job_rows
from calendar_sync.bookings.booking import holder_of
from calendar_sync.private_fields import Lookup

_OLD_BOOKINGS = """
SELECT id FROM booking WHERE state IN ('booked', 'cancelled') AND upper(during) < %(visits)s
   OR state = 'released' AND expires_at < %(others)s
ORDER BY id LIMIT %(limit)s
"""
_WITH_MOVES = """
SELECT id FROM booking WHERE id = ANY (%(ids)s) OR moves = ANY (%(ids)s) OR call_sid = ANY (%(own)s)
UNION SELECT offered.id FROM waiting_offer
  JOIN waiting_list ON waiting_list.id = waiting_offer.waiting
  JOIN booking AS offered ON offered.id = waiting_offer.booking WHERE visit = ANY (%(ids)s)
"""
_BOOKING = (
    "DELETE FROM invitation WHERE booking = ANY (%(ids)s)",
    "DELETE FROM staff_change WHERE booking = ANY (%(ids)s)",
    "DELETE FROM telling WHERE booking = ANY (%(ids)s)",
    """DELETE FROM effect WHERE key IN
    (SELECT 'insert:' || call_sid || ':' || step FROM booking WHERE id = ANY (%(ids)s))""",
    """DELETE FROM waiting_offer WHERE booking = ANY (%(ids)s)
    OR waiting IN (SELECT id FROM waiting_list WHERE visit = ANY (%(ids)s))""",
    "DELETE FROM waiting_list WHERE visit = ANY (%(ids)s)",
    "DELETE FROM booking WHERE id = ANY (%(ids)s)",
)
"""Children first, as the foreign keys ask."""
_CALL_BACKS = """
DELETE FROM call_back WHERE id IN (
    SELECT id FROM call_back AS old
    WHERE (done_at < %(answers)s AND event_id IS NULL AND former_events = '{}'
           OR asked_at < %(visits)s)
      AND NOT EXISTS (SELECT FROM telling WHERE telling.call_back = old.id)
    ORDER BY id LIMIT %(limit)s)
"""
_CONSENTS = """
DELETE FROM consent WHERE (call_sid, number) IN (
    SELECT call_sid, number FROM consent WHERE at < %(before)s ORDER BY at LIMIT %(limit)s)
"""
_EFFECTS = """
DELETE FROM effect WHERE key IN (
    SELECT key FROM effect WHERE done_at < %(before)s ORDER BY done_at LIMIT %(limit)s)
"""
_LOCAL_EVENTS = """
DELETE FROM local_event WHERE id IN (
    SELECT id FROM local_event WHERE upper(during) < %(before)s ORDER BY id LIMIT %(limit)s)
"""

_OLD_WAITING = """
SELECT id FROM waiting_list WHERE visit IS NULL AND joined_at < %s ORDER BY id LIMIT %s
"""


async def old_bookings(
    conn: AsyncConnection, visits_before: datetime, others_before: datetime, limit: int
) -> list[int]:
    """Bookings to delete, at most `limit`, with the times that were held to move them to.

    Visits, cancelled ones too, that ended before `visits_before`; times that were held before
    `others_before` and released.
    """
    given = {"visits": visits_before, "others": others_before, "limit": limit}
    rows = await conn.execute(_OLD_BOOKINGS, given)
    return await with_moves(conn, [booking_id for (booking_id,) in await rows.fetchall()])


async def with_moves(conn: AsyncConnection, booking_ids: Sequence[int]) -> list[int]:
    """These bookings, and the times that were held or offered to move them to."""
    own = [holder_of(booking_id) for booking_id in booking_ids]
    rows = await conn.execute(_WITH_MOVES, {"ids": list(booking_ids), "own": own})
    return [booking_id for (booking_id,) in await rows.fetchall()]


async def delete_bookings(conn: AsyncConnection, booking_ids: Sequence[int]) -> int:
    """Delete these bookings, with everything about them that this package stores, and their jobs.

    Call it in a transaction, after rows of other packages that refer to them are deleted. How many
    bookings that were.
    """
    await job_rows.delete_jobs(conn, booking_ids, ())
    deleted = 0
    for statement in _BOOKING:
        deleted = (await conn.execute(statement, {"ids": list(booking_ids)})).rowcount
    return deleted


async def delete_old_call_backs(
    conn: AsyncConnection, answers_before: datetime, visits_before: datetime, limit: int
) -> int:
    """Delete requests that were done before `answers_before`, all asked before `visits_before`.

    One whose event may still be in the calendar waits for that, and one about a change of a visit
    goes with the visit.
    """
    given = {"answers": answers_before, "visits": visits_before}
    return await _delete(conn, _CALL_BACKS, limit, **given)


async def delete_old_consents(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete answers to text messages that were given before then."""
    return await _delete(conn, _CONSENTS, limit, before=before)


async def delete_old_effects(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete the marks of effects that were done before then."""
    return await _delete(conn, _EFFECTS, limit, before=before)


async def delete_old_waiting(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Take people without a visit off the waiting list who joined it before then."""
    rows = await conn.execute(_OLD_WAITING, [before, limit])
    return await _delete_waiting(conn, [entry_id for (entry_id,) in await rows.fetchall()])


async def delete_waiting(conn: AsyncConnection, number: str) -> int:
    """Delete a number's places on the waiting list, and what it was offered."""
    rows = await conn.execute("SELECT id FROM waiting_list WHERE number = %s", [Lookup(number)])
    return await _delete_waiting(conn, [entry_id for (entry_id,) in await rows.fetchall()])


async def _delete_waiting(conn: AsyncConnection, entry_ids: Sequence[int]) -> int:
    await conn.execute("DELETE FROM waiting_offer WHERE waiting = ANY (%s)", [list(entry_ids)])
    deleted = await conn.execute("DELETE FROM waiting_list WHERE id = ANY (%s)", [list(entry_ids)])
    return deleted.rowcount


async def delete_old_local_events(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete events of the local calendar that were over before then."""
    return await _delete(conn, _LOCAL_EVENTS, limit, before=before)


async def delete_call_backs(conn: AsyncConnection, call_back_ids: Sequence[int]) -> int:
    """Delete these requests, after the bookings that they are about."""
    statement = "DELETE FROM call_back WHERE id = ANY (%s)"
    return (await conn.execute(statement, [list(call_back_ids)])).rowcount


async def delete_refusals(conn: AsyncConnection, number: str, call_sids: Sequence[str]) -> int:
    """Delete the answers of a number or of these calls that allowed no texts."""
    statement = "DELETE FROM consent WHERE NOT given AND (number = %s OR call_sid = ANY (%s))"
    return (await conn.execute(statement, [number, list(call_sids)])).rowcount


async def delete_local_events(
    conn: AsyncConnection, event_ids: Sequence[str], booking_ids: Sequence[int]
) -> int:
    """Delete these events of the local calendar, and every copy of a booking's."""
    statement = "DELETE FROM local_event WHERE id = ANY (%s) OR booking_id = ANY (%s)"
    own = [str(booking_id) for booking_id in booking_ids]
    return (await conn.execute(statement, [list(event_ids), own])).rowcount


async def _delete(
    conn: AsyncConnection, statement: LiteralString, limit: int, **given: datetime
) -> int:
    return (await conn.execute(statement, {**given, "limit": limit})).rowcount
