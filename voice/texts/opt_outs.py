"""The `text_bar` table: numbers that get no texts, because of a STOP or because none can arrive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from psycopg import AsyncConnection

from calendar_sync.bookings.booking import Booking
from calendar_sync.private_fields import Lookup, lookup
from voice import phone_numbers
from voice.texts.twilio_errors import (
    NOT_A_MOBILE,
    OPTED_OUT,
    OUR_OWN,
    SWITCHED_OFF,
    TOO_MANY_NUMBERS,
)

_LIVE: Final = "state IN ('held', 'booked') AND confirmed_at IS NOT NULL"


async def suppress(conn: AsyncConnection, number: str, why: str) -> None:
    """No more texts to this number; the first reason stays, except that STOP replaces any."""
    await conn.execute(
        "INSERT INTO text_bar (number, why) VALUES (%s, %s) ON CONFLICT (number)"
        " DO UPDATE SET why = excluded.why, at = now() WHERE excluded.why = %s",
        [Lookup(number), why, OPTED_OUT],
    )


async def unsuppress(conn: AsyncConnection, number: str) -> None:
    """The owner wants texts again; a reason other than STOP stays, since texts cannot arrive."""
    await conn.execute(
        "DELETE FROM text_bar WHERE number = %s AND why = %s", [Lookup(number), OPTED_OUT]
    )


async def delete_old(
    conn: AsyncConnection, opt_outs_before: datetime, others_before: datetime, limit: int
) -> int:
    """Delete STOPs from before `opt_outs_before`, other reasons from before `others_before`.

    At most `limit`; how many that were. A number may have another owner by then, and gets no text
    without a new consent.
    """
    deleted = await conn.execute(
        "DELETE FROM text_bar WHERE number IN (SELECT number FROM text_bar"
        " WHERE at < %s AND at < CASE WHEN why = %s THEN %s ELSE %s END ORDER BY at LIMIT %s)",
        [
            max(opt_outs_before, others_before),  # for the index
            OPTED_OUT,
            opt_outs_before,
            others_before,
            limit,
        ],
    )
    return deleted.rowcount


async def delete_other_reasons(conn: AsyncConnection, numbers: Sequence[str]) -> int:
    """Delete what else than a STOP keeps these numbers from texts; how many that were."""
    deleted = await conn.execute(
        "DELETE FROM text_bar WHERE number = ANY (%s) AND why <> %s", [list(numbers), OPTED_OUT]
    )
    return deleted.rowcount


async def is_opted_out(conn: AsyncConnection, number: str) -> bool:
    """Whether the owner of this number said STOP."""
    rows = await conn.execute(
        "SELECT FROM text_bar WHERE number = %s AND why = %s", [Lookup(number), OPTED_OUT]
    )
    return await rows.fetchone() is not None


async def reason_for_no_texts(
    conn: AsyncConnection,
    booked: Booking,
    *,
    own: str,
    can_send: bool,
    keyed_a_day: int | None = None,
) -> str:
    """Why this patient gets no texts despite having agreed to them; "" if nothing is in the way.

    `keyed_a_day`: other numbers that one calling number may have texted in a day; None: any.
    """
    number = booked.text_number
    if number is None:
        return ""
    rows = await conn.execute("SELECT why FROM text_bar WHERE number = %s", [Lookup(number)])
    suppressed = await rows.fetchone()
    if suppressed is not None:
        return str(suppressed[0])
    if not can_send:
        return SWITCHED_OFF
    if number == own:
        return OUR_OWN
    if not phone_numbers.textable(number):
        return NOT_A_MOBILE
    too_many = keyed_a_day is not None and await other_numbers_today(conn, booked) >= keyed_a_day
    return TOO_MANY_NUMBERS if too_many else ""


async def number_gets_texts(conn: AsyncConnection, number: str, *, own: str) -> bool:
    """Whether texts may be tried to this number (E.164): its owner did not end them."""
    if number == own or not phone_numbers.textable(number):
        return False
    rows = await conn.execute("SELECT FROM text_bar WHERE number = %s", [Lookup(number)])
    return await rows.fetchone() is None


async def other_numbers_today(conn: AsyncConnection, booked: Booking) -> int:
    """How many other numbers the booking's caller gave for texts that day before this one.

    0 if the texts go to the caller's own number. A caller who withholds the number keys one each
    time, so nothing is counted then.
    """
    rows = await conn.execute(
        """
        WITH keyed AS (
            SELECT booking.text_number, min(booking.id) AS first
            FROM call AS own
            JOIN call ON call.caller = own.caller AND call.began_at <= own.began_at
              AND call.began_at > own.began_at - interval '24 hours'
            JOIN booking ON booking.call_sid = call.sid
            WHERE own.sid = %s AND booking.text_number <> own.caller
            GROUP BY booking.text_number)
        SELECT count(*) FROM keyed AS earlier JOIN keyed AS this ON earlier.first < this.first
        WHERE this.text_number = %s
        """,
        [booked.call_sid, lookup(booked.text_number)],
    )
    row = await rows.fetchone()
    return int(row[0]) if row else 0


async def bookings_to(conn: AsyncConnection, number: str) -> list[int]:
    """Live bookings whose patient agreed to texts at this number, the earliest visit first."""
    rows = await conn.execute(
        f"SELECT id FROM booking WHERE text_number = %s AND {_LIVE}"  # noqa: S608  # a constant
        " ORDER BY lower(during)",
        [Lookup(number)],
    )
    return [booking_id for (booking_id,) in await rows.fetchall()]
