"""The caller's yes: store it, queue the event's insert, and wait for the calendar's answer."""

import asyncio
import secrets
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes
from calendar_sync.bookings.booking import (
    Booked,
    BookingNote,
    NotBooked,
    Pending,
    Status,
    Taken,
    booking,
    status,
)
from calendar_sync.bookings.holds import revive
from calendar_sync.transactions import in_transaction

__all__ = [
    "Booked",
    "BookingNote",
    "Confirmed",
    "NotBooked",
    "Pending",
    "Status",
    "Taken",
    "confirm",
    "wait_until_settled",
]

_FIRST_PAUSE = 0.05
"""Seconds between the first two checks; each pause is longer than the one before by half."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The caller's yes is stored and the insert is queued; not a booking to speak of yet.

    `visit_code` is six digits, unique among live bookings.
    """

    visit_code: str


async def confirm(conn: AsyncConnection, booking_id: int, note: BookingNote) -> Confirmed | Taken:
    """Store the caller's yes and queue one insert, in one transaction.

    Confirming again returns the same code and queues nothing more, also while the row is locked. A
    hold that has expired is confirmed all the same while nobody else has its time. Raises
    BookingNotFoundError, LockNotAvailable while somebody else works on the booking, and
    UniqueViolation if another booking has got the same code at this moment.
    """
    async with in_transaction(conn):
        while True:
            held = await booking(conn, booking_id)
            if held.confirmed_at is not None and held.visit_code is not None:
                return Confirmed(held.visit_code)
            if held.state != "held" and not await revive(conn, held):
                return Taken()
            code = f"{secrets.randbelow(1_000_000):06d}"
            if await booking_writes.confirm(conn, held, code, note):
                break
        effect = await conn.execute(
            "INSERT INTO effect (key) VALUES (%s) ON CONFLICT DO NOTHING RETURNING key",
            [f"insert:{held.call_sid}:{held.step}"],
        )
        if await effect.fetchone():
            await job_queue.insert_event(conn, booking_id)
        return Confirmed(code)


async def wait_until_settled(pool: AsyncConnectionPool, booking_id: int, seconds: float) -> Status:
    """The booking's status once it is no longer Pending, at the latest after `seconds`.

    Takes a connection for each check only, and checks at least once. Raises BookingNotFoundError.
    """
    clock = asyncio.get_running_loop()
    deadline, pause = clock.time() + seconds, _FIRST_PAUSE
    while True:
        async with pool.connection() as conn:
            now = await status(conn, booking_id)
        left = deadline - clock.time()
        if not isinstance(now, Pending) or left <= 0:
            return now
        await asyncio.sleep(min(pause, left))
        pause *= 1.5
