"""What patients must still be told about their visit; the only writer of table `telling`.

What to tell follows from two facts alone: the time and clinician that the patient knows
(`booking.promised`, `promised_clinician`) and those that are true now. So changes before the
patient was notified send one notice or none, and undoing a change of which the patient was notified
sends another one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync import job_queue
from calendar_sync.availability.postgres_ranges import as_range, as_span
from calendar_sync.availability.span import Span
from calendar_sync.bookings import booking_writes, call_backs, invitations
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.deadlines import OVERDUE_AFTER
from calendar_sync.transactions import in_transaction

Kind = Literal["moved", "cancelled", "restored"]

_REASONS: dict[Kind, Reason] = {
    "moved": Reason.VISIT_MOVED,
    "cancelled": Reason.VISIT_CANCELLED,
    "restored": Reason.VISIT_RESTORED,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a patient; `what` is the time that is true now, None for no visit."""

    id: int
    booking: int
    kind: Kind
    what: Span | None
    created: datetime


async def require_notice(
    conn: AsyncConnection, booking_id: int, now: datetime, zone: ZoneInfo
) -> None:
    """Replace what the patient must be told; call it in the transaction that changed the booking.

    Without consent to texts it is on the call-back list at once.
    """
    async with in_transaction(conn):
        changed = await booking(conn, booking_id, lock=True)
        actual = changed.slot if changed.state == "booked" else None
        await withdraw(conn, booking_id)
        await job_queue.notify_patient(conn, booking_id)
        await invitations.request_update(conn, booking_id)
        kind = _kind(changed, actual, now)
        if kind is None:
            return
        async with conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                "INSERT INTO telling (booking, kind, what) VALUES (%s, %s, %s) RETURNING *",
                [booking_id, kind, as_range(actual) if actual else None],
            )
            row = await cursor.fetchone()
        if row and changed.text_number is None:
            await _request_call(conn, _notice(row), zone)


async def open_notices(conn: AsyncConnection) -> list[Notice]:
    """What patients have not been told yet, oldest first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT * FROM telling WHERE told_at IS NULL AND withdrawn_at IS NULL ORDER BY id"
        )
        return [_notice(row) async for row in cursor]


async def open_notice(conn: AsyncConnection, booking_id: int) -> Notice | None:
    """What this patient has not been told yet."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT * FROM telling WHERE told_at IS NULL AND withdrawn_at IS NULL AND booking = %s",
            [booking_id],
        )
        row = await cursor.fetchone()
    return _notice(row) if row else None


async def by_phone(conn: AsyncConnection, notice: Notice, zone: ZoneInfo) -> None:
    """No text can tell it: put it on the call-back list now, unless it is on it."""
    async with in_transaction(conn):
        await booking(conn, notice.booking, lock=True)
        rows = await conn.execute(
            "SELECT FROM telling WHERE id = %s AND told_at IS NULL AND withdrawn_at IS NULL"
            " AND call_back IS NULL",
            [notice.id],
        )
        if await rows.fetchone() is not None:
            await _request_call(conn, notice, zone)


async def mark_notified(conn: AsyncConnection, notice_id: int) -> bool:
    """The patient was notified by text or phone; False if already done or withdrawn.

    Closes the call-back that asked staff to call about it, if there is one.
    """
    async with in_transaction(conn), conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "UPDATE telling SET told_at = now() WHERE id = %s AND told_at IS NULL"
            " AND withdrawn_at IS NULL RETURNING *",
            [notice_id],
        )
        row = await cursor.fetchone()
        if row is None:
            return False
        known = as_range(as_span(row["what"])) if row["what"] else None
        whose = (await booking(conn, row["booking"])).clinician_id
        await booking_writes.store(conn, row["booking"], promised=known, promised_clinician=whose)
        if row["call_back"]:
            await call_backs.mark_done(conn, row["call_back"])
        return True


async def follow_up(conn: AsyncConnection, zone: ZoneInfo) -> None:
    """Close what staff have called about; list for a call what no text has told in time."""
    async with in_transaction(conn), conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            SELECT telling.id FROM telling JOIN call_back ON call_back.id = telling.call_back
            WHERE told_at IS NULL AND withdrawn_at IS NULL AND done_at IS NOT NULL
            """
        )
        for row in await cursor.fetchall():
            await mark_notified(conn, row["id"])
        await cursor.execute(
            """
            SELECT * FROM telling
            WHERE told_at IS NULL AND withdrawn_at IS NULL AND call_back IS NULL
              AND created < now() - %s
            """,
            [OVERDUE_AFTER],
        )
        for row in await cursor.fetchall():
            await _request_call(conn, _notice(row), zone)


async def withdraw(conn: AsyncConnection, booking_id: int) -> None:
    """What was not told yet need not be told any more; nor need staff call about it."""
    rows = await conn.execute(
        "UPDATE telling SET withdrawn_at = now() WHERE booking = %s AND told_at IS NULL"
        " AND withdrawn_at IS NULL RETURNING call_back",
        [booking_id],
    )
    for (call_back_id,) in await rows.fetchall():
        if call_back_id:
            await call_backs.mark_done(conn, call_back_id)


def short_time(slot: Span, zone: ZoneInfo) -> str:
    """When a visit begins, as staff read it: Tue Dec 1, 9:00 AM."""
    local = slot.start.astimezone(zone)
    return f"{local:%a %b} {local.day}, {local.hour % 12 or 12}:{local:%M %p}"


def _notice(row: dict[str, Any]) -> Notice:
    what = as_span(row["what"]) if row["what"] else None
    return Notice(row["id"], row["booking"], row["kind"], what, row["created"])


def _kind(visit: Booking, actual: Span | None, now: datetime) -> Kind | None:
    """What there is to tell; None for times that are over, and for an end that moved."""
    known = visit.promised
    if all(slot is None or slot.end <= now for slot in (known, actual)):
        return None
    if actual is None:
        return "cancelled" if known else None
    if known is None:
        return "restored"
    same_clinician = visit.promised_clinician in {None, visit.clinician_id}
    return None if known.start == actual.start and same_clinician else "moved"


async def _request_call(conn: AsyncConnection, notice: Notice, zone: ZoneInfo) -> None:
    """Put it on the call-back list."""
    detail = short_time(notice.what, zone) if notice.what else ""
    visit = await booking(conn, notice.booking)
    request_id = await call_backs.request_again(conn, visit, _REASONS[notice.kind], detail)
    await conn.execute("UPDATE telling SET call_back = %s WHERE id = %s", [request_id, notice.id])
