"""Holds and bookings, as a call uses them: hold, confirm, wait, consent, let go.

The database keeps two bookings apart; each change of state and the jobs it owes are one
transaction. Beside this file stand `holds` (before the caller confirms), `settling` (what the
diary's answer does) and `booking` (reading); together they are the table's only writers.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.errors import LockNotAvailable, UniqueViolation
from psycopg.types.json import Jsonb

from calendar_sync import job_queue
from calendar_sync.bookings.booking import (
    Booked,
    Booking,
    Chart,
    NotBooked,
    Pending,
    Standing,
    Taken,
    booking,
    bookings_of_call,
    live_bookings,
    standing,
    wait_until_settled,
)
from calendar_sync.bookings.event_text import event_id
from calendar_sync.bookings.holds import Held, hold, release_expired, release_unconfirmed, revive

__all__ = [
    "Booked",
    "Booking",
    "BookingNote",
    "Chart",
    "Confirmed",
    "Held",
    "NotBooked",
    "Pending",
    "Standing",
    "Taken",
    "booking",
    "bookings_of_call",
    "confirm",
    "hold",
    "keep_consent",
    "live_bookings",
    "release_expired",
    "release_unconfirmed",
    "standing",
    "wait_until_settled",
]


@dataclass(frozen=True, slots=True)
class BookingNote:
    """What the call knows of the caller: language code, E.164 number or None, keypad answers.

    `chart` is label -> words in the order asked. The words of a question that was skipped are
    "skipped"; the labels "Safety" and "Heard" have places of their own in the event. `at` is when
    the caller said yes, by the clinic's clock in UTC; None is now.
    """

    language: str
    number: str | None
    chart: Mapping[str, str] = field(default_factory=dict[str, str])
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The caller's yes is stored and the insert is under way; not yet a booking to speak of.

    `visit_code` is six digits, unique among live bookings.
    """

    visit_code: str


async def confirm(conn: AsyncConnection, booking_id: int, note: BookingNote) -> Confirmed | Taken:
    """Store the caller's yes and owe the diary one insert, in one transaction.

    The same confirm again returns the same code and owes nothing more. A hold that has expired is
    confirmed all the same while nobody else has its time. Raises BookingNotFoundError, and
    LockNotAvailable while somebody else works on the booking.
    """
    try:
        return await _confirm(conn, booking_id, note)
    except LockNotAvailable:
        # A doubled webhook waits for its twin, which may have stored the yes by now.
        seen = await booking(conn, booking_id)
        if seen.confirmed_at is None or seen.visit_code is None:
            raise
        return Confirmed(seen.visit_code)


async def _confirm(conn: AsyncConnection, booking_id: int, note: BookingNote) -> Confirmed | Taken:
    async with conn.transaction():
        held = await booking(conn, booking_id, lock=True)
        if held.confirmed_at is not None and held.visit_code is not None:
            return Confirmed(held.visit_code)
        if held.state != "held" and not await revive(conn, held):
            return Taken()
        code = await _store(conn, held, note)
        effect = await conn.execute(
            "INSERT INTO effect (key) VALUES (%s) ON CONFLICT DO NOTHING RETURNING key",
            [f"insert:{held.call_sid}:{held.step}"],
        )
        if await effect.fetchone():
            await job_queue.insert_event(conn, booking_id)
        return Confirmed(code)


async def keep_consent(  # noqa: PLR0913, PLR0917  # each is a fact that has to be kept
    conn: AsyncConnection,
    call_sid: str,
    booking_id: int,
    number: str,
    given: bool,  # noqa: FBT001  # the order of the row
    wording: str,
    at: datetime | None = None,
) -> None:
    """Keep the caller's answer to texts, with its time and the version of the wording.

    `number` is E.164; `at` is UTC by the clinic's clock, None is now. The latest answer for a
    number counts; the same one again changes nothing and keeps its first time. An answer that
    changes the booking owes its event a new text.
    """
    async with conn.transaction():
        await conn.execute(
            """
            INSERT INTO consent (call_sid, number, given, wording, at)
            VALUES (%s, %s, %s, %s, coalesce(%s, now()))
            ON CONFLICT (call_sid, number)
            DO UPDATE SET given = excluded.given, wording = excluded.wording, at = excluded.at
            WHERE (consent.given, consent.wording) <> (excluded.given, excluded.wording)
            """,
            [call_sid, number, given, wording, at],
        )
        changed = await conn.execute(
            """
            UPDATE booking SET text_number = said.number, text_consent_at = said.at,
                               text_wording = said.wording
            FROM (SELECT CASE WHEN given THEN number END AS number, at, wording FROM consent
                  WHERE call_sid = %(call_sid)s AND number = %(number)s) AS said
            WHERE id = %(id)s AND call_sid = %(call_sid)s
              AND (text_number, text_consent_at, text_wording)
                  IS DISTINCT FROM (said.number, said.at, said.wording)
            """,
            {"id": booking_id, "call_sid": call_sid, "number": number},
        )
        if changed.rowcount == 1:
            await job_queue.rewrite_event(conn, booking_id)
            await job_queue.notify_patient(conn, booking_id)


async def _store(conn: AsyncConnection, held: Booking, note: BookingNote) -> str:
    """Write the confirmation under a visit code that no live booking has."""
    while True:
        code = f"{secrets.randbelow(1_000_000):06d}"
        try:
            async with conn.transaction():
                await conn.execute(
                    """
                    UPDATE booking SET confirmed_at = now(), booked_at = coalesce(%s, now()),
                                       visit_code = %s, event_id = %s, language = %s,
                                       number = %s, chart = %s
                    WHERE id = %s
                    """,
                    [
                        note.at,
                        code,
                        event_id(held.call_sid, held.step, held.generation),
                        note.language,
                        note.number,
                        Jsonb(list(note.chart.items())),
                        held.id,
                    ],
                )
        except UniqueViolation as clash:
            if clash.diag.constraint_name != "booking_visit_code":
                raise
        else:
            return code
