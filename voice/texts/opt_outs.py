"""Numbers that get no texts: their owners said STOP, or texts cannot reach them."""

from typing import Final

from psycopg import AsyncConnection

from calendar_sync.bookings.booking import Booking
from voice import phone_numbers
from voice.texts.twilio_errors import NOT_A_MOBILE, OPTED_OUT, OUR_OWN, SWITCHED_OFF

_STILL_AHEAD: Final = "state IN ('held', 'booked') AND confirmed_at IS NOT NULL"


async def suppress(conn: AsyncConnection, number: str, why: str) -> None:
    """No more texts to this number; the first reason stays, but for STOP, which always counts."""
    await conn.execute(
        "INSERT INTO text_bar (number, why) VALUES (%s, %s) ON CONFLICT (number)"
        " DO UPDATE SET why = excluded.why, at = now() WHERE excluded.why = %s",
        [number, why, OPTED_OUT],
    )


async def unsuppress(conn: AsyncConnection, number: str) -> None:
    """Its owner wants texts again. What a phone cannot get, it cannot get after START either."""
    await conn.execute("DELETE FROM text_bar WHERE number = %s AND why = %s", [number, OPTED_OUT])


async def trouble_of(conn: AsyncConnection, booked: Booking, *, own: str, can_send: bool) -> str:
    """Why this patient, who agreed to texts, gets none; "" when nothing is in the way."""
    number = booked.text_number
    if number is None:
        return ""
    rows = await conn.execute("SELECT why FROM text_bar WHERE number = %s", [number])
    barred = await rows.fetchone()
    if barred is not None:
        return str(barred[0])
    if not can_send:
        return SWITCHED_OFF
    if number == own:
        return OUR_OWN
    return "" if phone_numbers.textable(number) else NOT_A_MOBILE


async def bookings_to(conn: AsyncConnection, number: str) -> list[int]:
    """Bookings whose patient agreed to texts at this number, those of the next visit first."""
    rows = await conn.execute(
        f"SELECT id FROM booking WHERE text_number = %s AND {_STILL_AHEAD}"  # noqa: S608  # ours
        " ORDER BY lower(during)",
        [number],
    )
    return [booking_id for (booking_id,) in await rows.fetchall()]
