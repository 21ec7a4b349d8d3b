"""What patients are still to be told of what staff did: the telling table's only writer.

What is owed follows from two facts alone: the time the patient knows (`booking.promised`) and the
time that is true now. So whatever staff do and undo before it was told is told once or not at all,
and what is undone after it was told is told again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync import job_queue
from calendar_sync.availability.postgres_ranges import as_range, as_span
from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs, invitations
from calendar_sync.bookings.booking import Booking, booking

Kind = Literal["moved", "cancelled", "restored"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a patient is to be told; `what` is the time that is true now, None: no visit."""

    id: int
    booking: int
    kind: Kind
    what: Span | None
    created: datetime


async def require_notice(
    conn: AsyncConnection, booking_id: int, now: datetime, zone: ZoneInfo
) -> None:
    """Bring what is owed up to date; inside the transaction that changed the booking.

    Without consent to texts it is on the call-back list at once.
    """
    async with conn.transaction():
        changed = await booking(conn, booking_id, lock=True)
        truth = changed.slot if changed.state == "booked" else None
        await _withdraw(conn, booking_id)
        await job_queue.notify_patient(conn, booking_id)
        await invitations.request_update(conn, booking_id)
        kind = _kind(changed.promised, truth, now)
        if kind is None:
            return
        cursor = await conn.execute(
            "INSERT INTO telling (booking, kind, what) VALUES (%s, %s, %s) RETURNING id",
            [booking_id, kind, as_range(truth) if truth else None],
        )
        row = await cursor.fetchone()
        if row and changed.text_number is None:
            await _list(conn, row[0], changed, kind, truth, zone)


async def open_notices(conn: AsyncConnection) -> list[Notice]:
    """What nobody has told yet, oldest first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT id, booking, kind, what, created FROM telling"
            " WHERE told_at IS NULL AND withdrawn_at IS NULL ORDER BY id"
        )
        return [
            Notice(
                row["id"],
                row["booking"],
                row["kind"],
                as_span(row["what"]) if row["what"] else None,
                row["created"],
            )
            async for row in cursor
        ]


async def open_notice(conn: AsyncConnection, booking_id: int) -> Notice | None:
    """What this patient is still to be told."""
    mine = [each for each in await open_notices(conn) if each.booking == booking_id]
    return mine[0] if mine else None


async def by_phone(conn: AsyncConnection, telling: Notice, zone: ZoneInfo) -> None:
    """No text can tell it: put it on the call-back list now, unless it is there."""
    async with conn.transaction():
        changed = await booking(conn, telling.booking, lock=True)
        listed = await conn.execute(
            "SELECT FROM telling WHERE id = %s AND told_at IS NULL AND withdrawn_at IS NULL"
            " AND call_back IS NULL",
            [telling.id],
        )
        if await listed.fetchone() is not None:
            await _list(conn, telling.id, changed, telling.kind, telling.what, zone)


async def mark_notified(conn: AsyncConnection, telling_id: int) -> bool:
    """The patient knows now, by text or by phone; False when it was told or withdrawn before.

    Staff who were asked to call about it need not any more.
    """
    async with conn.transaction():
        cursor = await conn.execute(
            """
            WITH told AS (UPDATE telling SET told_at = now()
                          WHERE id = %s AND told_at IS NULL AND withdrawn_at IS NULL
                          RETURNING booking, what, call_back),
            called AS (UPDATE call_back SET done_at = now() FROM told
                       WHERE call_back.id = told.call_back AND done_at IS NULL)
            UPDATE booking SET promised = told.what FROM told WHERE booking.id = told.booking
            """,
            [telling_id],
        )
        return cursor.rowcount == 1


async def follow_up(conn: AsyncConnection, zone: ZoneInfo) -> None:
    """Staff have called: told. What has waited for a text for five minutes: staff should call."""
    async with conn.transaction():
        done = await conn.execute(
            """
            SELECT telling.id FROM telling JOIN call_back ON call_back.id = telling.call_back
            WHERE told_at IS NULL AND withdrawn_at IS NULL AND done_at IS NOT NULL
            """
        )
        for (telling_id,) in await done.fetchall():
            await mark_notified(conn, telling_id)
        late = await conn.execute(
            """
            SELECT id, booking, kind, what FROM telling
            WHERE told_at IS NULL AND withdrawn_at IS NULL AND call_back IS NULL
              AND created < now() - interval '5 minutes'
            """
        )
        for telling_id, booking_id, kind, what in await late.fetchall():
            changed = await booking(conn, booking_id)
            await _list(conn, telling_id, changed, kind, as_span(what) if what else None, zone)


def _kind(known: Span | None, truth: Span | None, now: datetime) -> Kind | None:
    """What there is to tell; nothing of times that are over, and nothing of an end that moved."""
    if all(each is None or each.end <= now for each in (known, truth)):
        return None
    if truth is None:
        return "cancelled" if known else None
    if known is None:
        return "restored"
    return None if known.start == truth.start else "moved"


async def _withdraw(conn: AsyncConnection, booking_id: int) -> None:
    """What was not told yet need not be told any more; neither need staff call about it."""
    await conn.execute(
        """
        WITH undone AS (UPDATE telling SET withdrawn_at = now()
                        WHERE booking = %s AND told_at IS NULL AND withdrawn_at IS NULL
                        RETURNING call_back)
        UPDATE call_back SET done_at = now() FROM undone
        WHERE call_back.id = undone.call_back AND done_at IS NULL
        """,
        [booking_id],
    )


async def _list(  # noqa: PLR0913, PLR0917  # one row of the list
    conn: AsyncConnection,
    telling_id: int,
    changed: Booking,
    kind: Kind,
    what: Span | None,
    zone: ZoneInfo,
) -> None:
    """Put it on the call-back list."""
    when = f" to {said(what, zone)}" if what else ""
    reason = {
        "moved": f"visit moved by staff{when}: tell the patient",
        "cancelled": "visit cancelled by staff: tell the patient",
        "restored": f"visit restored by staff{when.replace(' to ', ' at ')}: tell the patient",
    }[kind]
    request = await call_backs.ask_anew(
        conn, changed.call_sid, reason, changed.number, changed.language
    )
    await conn.execute("UPDATE telling SET call_back = %s WHERE id = %s", [request, telling_id])


def said(what: Span, zone: ZoneInfo) -> str:
    """When it begins, on the clinic's wall, as staff read it: Tue Dec 1, 9:00 AM."""
    local = what.start.astimezone(zone)
    return f"{local:%a %b} {local.day}, {local.hour % 12 or 12}:{local:%M %p}"
