"""Limits on booking by phone: what one number and all callers may be offered, hold and book.

While calls are unusually many, some callers key back a number that is spoken, see `flows.key_back`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg import AsyncConnection
from psycopg.rows import class_row

from calendar_sync.private_fields import Lookup, lookup
from voice.limits import Limits, Name, NotKnown, tell_staff

_HOLDING = 0x401D
_OF_NUMBER = 0x0A11
"""Advisory locks: the numbers are arbitrary."""
_COMING: Final = (
    "state IN ('held', 'booked') AND confirmed_at IS NOT NULL AND upper(during) > %(now)s"
)
"""Bookings that are visits to come."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a call, its number and all callers have taken until now."""

    caller: str | None = None
    vouched: bool = False
    keyed_back: bool = False
    visits: int = 0
    calls: int = 0
    held: int = 0
    """Live holds of all other calls that are not confirmed."""
    booked: int = 0
    """Visits booked by phone within a day that still stand."""
    wrong: int = 0
    """Calls within an hour that did not key the spoken number back."""


async def exceeded(  # noqa: PLR0913  # each is one fact of the call
    conn: AsyncConnection,
    limits: Limits,
    call_sid: str,
    *,
    number: str,
    openings: int,
    now: datetime,
) -> Name | None:
    """The first limit that this call would exceed by being offered a time; None if none.

    `number` (E.164) is whose visit it would be; `openings` is how many times are free now. A
    withheld number has no limit of calls.
    """
    counted = await _count(conn, call_sid, now, number)
    if counted.visits >= limits.coming_visits:
        return "coming visits"
    if counted.calls > limits.calls_per_hour:
        return "calls an hour"
    return "holds in all" if counted.held >= _most_held(limits, openings, counted) else None


async def before_hold(
    conn: AsyncConnection,
    limits: Limits,
    call_sid: str,
    openings: int | None,
    now: datetime,
) -> Name | int | NotKnown | None:
    """What keeps this call from holding a time: a limit, or a number of so many digits to key back.

    Call it in the transaction that holds: one call at a time is counted and holds. `openings` is
    how many times are free; None while that was not counted, which is asked for only if another
    call holds one.
    """
    # Longer than the pool's own lock_timeout, since other processes hold times as well.
    await conn.execute(
        "SELECT set_config('lock_timeout', '1400', true), pg_advisory_xact_lock(%s)", [_HOLDING]
    )
    counted = await _count(conn, call_sid, now)
    if counted.held and openings is None:
        return "how many are free?"
    most_held = _most_held(limits, openings or 0, counted)
    if counted.held >= most_held:
        return "holds in all"
    if counted.keyed_back:
        return None
    taken = counted.booked + counted.held
    if taken >= limits.bookings_per_day:
        await tell_staff(conn, "visits booked in a day", now)
    elif not _is_suspicious(limits, counted, most_held):
        return None
    await conn.execute("UPDATE call SET number_spoken_at = now() WHERE sid = %s", [call_sid])
    return 2 if counted.wrong < limits.wrong_numbers else 4


def spoken_number(digits: int) -> str:
    """A random number of so many digits, none of them 0, which is the key for a person."""
    return "".join(secrets.choice("123456789") for _ in range(digits))


async def store_keyed_back(conn: AsyncConnection, call_sid: str) -> None:
    """The caller has keyed the spoken number; it is not asked again in this call."""
    await conn.execute("UPDATE call SET keyed_back_at = now() WHERE sid = %s", [call_sid])


async def may_book(
    conn: AsyncConnection, limits: Limits, number: str, booking_id: int, now: datetime
) -> bool:
    """Whether a number (E.164) may have this visit too; call it in the transaction that confirms.

    Two calls that confirm for the same number at once are counted one after the other.
    """
    await conn.execute(
        "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_OF_NUMBER, Lookup(number)]
    )
    rows = await conn.execute(
        f"SELECT count(*) FROM booking WHERE number = %(number)s AND id <> %(id)s AND {_COMING}",  # noqa: S608  # a constant
        {"number": Lookup(number), "id": booking_id, "now": now},
    )
    [visits] = await rows.fetchone() or [0]
    return bool(visits < limits.coming_visits)


async def other_holding_calls(conn: AsyncConnection, call_sid: str) -> list[str]:
    """Other calls of the same number that hold a time now: a number holds one, its newest call's.

    A caller whose call was cut is not refused for the time that the dead call still holds.
    """
    rows = await conn.execute(
        """
        SELECT DISTINCT other.sid FROM call JOIN call AS other ON other.caller = call.caller
        JOIN booking ON booking.call_sid = other.sid
        WHERE call.sid = %s AND other.sid <> call.sid
          AND booking.state = 'held' AND booking.confirmed_at IS NULL
        """,
        [call_sid],
    )
    return [sid for (sid,) in await rows.fetchall()]


def _most_held(limits: Limits, openings: int, counted: _Counted) -> int:
    """How many times all callers together may hold, of those that are free or held."""
    return max(1, (openings + counted.held) * limits.held_percent // 100)


def _is_suspicious(limits: Limits, counted: _Counted, most_held: int) -> bool:
    """Whether the call has to key a number back, before any limit is reached.

    A number that calls often always has to; a withheld, unvouched or known one while half of what
    all callers may take is taken.
    """
    frequent = 2 * counted.calls > limits.calls_per_hour
    known = 2 * counted.visits >= limits.coming_visits
    many = (
        2 * (counted.booked + counted.held) >= limits.bookings_per_day
        or counted.held * 2 >= most_held > 1
    )
    return frequent or (many and (counted.caller is None or not counted.vouched or known))


async def _count(conn: AsyncConnection, call_sid: str, now: datetime, number: str = "") -> _Counted:
    """Count for this call; visits are those of `number`, or of the caller's number if it is ""."""
    async with conn.cursor(row_factory=class_row(_Counted)) as cursor:
        await cursor.execute(
            f"""
            SELECT call.caller, call.vouched, call.keyed_back_at IS NOT NULL AS keyed_back,
                   (SELECT count(*) FROM booking
                    WHERE number = coalesce(%(number)s, call.caller) AND {_COMING}) AS visits,
                   (SELECT count(*) FROM call AS each
                    WHERE each.caller = call.caller AND began_at > now() - %(hour)s) AS calls,
                   (SELECT count(*) FROM booking
                    WHERE state = 'held' AND confirmed_at IS NULL AND expires_at > now()
                      AND call_sid <> %(sid)s) AS held,
                   (SELECT count(*) FROM booking
                    WHERE state IN ('held', 'booked') AND moves IS NULL
                      AND confirmed_at > now() - %(day)s) AS booked,
                   (SELECT count(*) FROM call
                    WHERE number_spoken_at > now() - %(hour)s AND keyed_back_at IS NULL) AS wrong
            FROM call WHERE sid = %(sid)s
            """,  # noqa: S608  # a constant
            {
                "sid": call_sid,
                "number": lookup(number or None),
                "now": now,
                "hour": _HOUR,
                "day": _DAY,
            },
        )
        return await cursor.fetchone() or _Counted()
