"""Sends one text, at most once as far as Twilio allows, and never loses it.

The intent is stored first, with a digest of the words; then the text is sent; then its name at
Twilio is stored. Whoever finds an intent without a name asks Twilio for a message with those words
before sending again. Twilio has no key that would make a repeat harmless, so one rare double is
possible: when a try that nobody saw the end of reaches Twilio after that look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Literal

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import booking
from voice.texts import outbox
from voice.texts.composing import write
from voice.texts.messages import NEWS
from voice.texts.outbox import TextRow
from voice.texts.planning import TextConfig, bring_up_to_date
from voice.texts.quiet_hours import end_of_quiet, may_disturb
from voice.texts.schedule import of_use
from voice.texts.send_results import LATE, accepted, failed, refused
from voice.texts.sender import Absent, Accepted, Busy, Refused, Sender, Unsure, digest
from voice.texts.twilio_errors import TOO_MANY

LEASE = timedelta(seconds=30)
"""A try takes at most 16 s (two requests of 4 s to connect and 4 s to read); a killed one lasts."""
_AN_HOUR = 200
"""Texts to all numbers in an hour: against text pumping, and our bugs; see `TextConfig.a_day`."""
_SOON = timedelta(minutes=5)
_LONGEST = 900  # seconds
_CHANCE = SystemRandom()


@dataclass(frozen=True, slots=True)
class Sending:
    """One text on its way, and what was written for it."""

    row: TextRow
    body: str


async def send_text(
    pool: AsyncConnectionPool, config: TextConfig, sender: Sender, text_id: int, now: datetime
) -> None:
    """Send this text if it is still due, wanted and allowed; safe to run again after any crash."""
    async with pool.connection() as conn:
        step = await _claim(conn, config, text_id, now)
    if step == "look":
        step = await _look(pool, config, sender, text_id, now)
    if not isinstance(step, Sending):
        return
    answer = await sender.send(step.row.number, step.body, step.row.id)
    async with pool.connection() as conn:
        await _settle(conn, config, step.row.id, answer, now)


async def _look(
    pool: AsyncConnectionPool, config: TextConfig, sender: Sender, text_id: int, now: datetime
) -> Sending | None:
    """An earlier try ended nobody knows how: adopt its message, or write the next one."""
    async with pool.connection() as conn:
        row = await outbox.text(conn, text_id)
        known = await outbox.others_sids(conn, row) if row else []
    if row is None:
        return None
    found = await sender.look(row.number, row.digests, known)
    async with pool.connection() as conn:
        if not isinstance(found, Absent):
            await _settle(conn, config, text_id, found, now)
            return None
        step = await _claim(conn, config, text_id, now, looked=True)
    return step if isinstance(step, Sending) else None


async def _claim(
    conn: AsyncConnection, config: TextConfig, text_id: int, now: datetime, *, looked: bool = False
) -> Sending | Literal["look"] | None:
    """Take the text for the length of a try, so that no other worker has it meanwhile."""
    async with conn.transaction():
        first = await outbox.text(conn, text_id)
        if first is None:
            return None
        await booking(conn, first.booking, lock=True)
        if looked:
            # Its message is not at Twilio, so it is as if it had not been tried.
            await conn.execute(
                "UPDATE text SET state = 'owed', not_before = NULL"
                " WHERE id = %s AND state = 'sending'",
                [text_id],
            )
        booked = await bring_up_to_date(conn, config, first.booking, now)
        row = await outbox.text(conn, text_id)
        if row is None or row.state not in {"owed", "sending"}:
            return None
        if row.not_before and row.not_before > now:
            return None
        if row.state == "sending":
            await _hold_off(conn, row, now + LEASE)
            return "look"
        if not await _allowed(conn, config, row, now):
            return None
        body = await write(conn, config, row, booked)
        await conn.execute(
            "UPDATE text SET state = 'sending', tries = tries + 1, began = %s, not_before = %s,"
            " digests = array_append(digests, %s), link_to_follow = %s WHERE id = %s",
            [now, now + LEASE, digest(body), config.link_to_follow(booked), row.id],
        )
        return Sending(row, body)


async def _allowed(conn: AsyncConnection, config: TextConfig, row: TextRow, now: datetime) -> bool:
    """Whether it may go out now; what may not is put off, dropped, or becomes a call-back."""
    zone = config.clinic.zone
    if not of_use(row.kind, row.about, now):
        await conn.execute("UPDATE text SET state = 'dropped' WHERE id = %s", [row.id])
        return False
    if not may_disturb(row.kind, row.due, now, zone):
        await _hold_off(conn, row, end_of_quiet(now, zone))
        return False
    tried_before = row.began is not None and row.began > now - timedelta(hours=24)
    tries = await outbox.tries_since(conn, now - timedelta(hours=24), row.number) - tried_before
    if tries >= config.a_day:
        await failed(conn, config, row, TOO_MANY)
        return False
    if await outbox.tries_since(conn, now - timedelta(hours=1)) >= _AN_HOUR:
        await _hold_off(conn, row, now + timedelta(minutes=1))
        return False
    return True


async def _settle(
    conn: AsyncConnection,
    config: TextConfig,
    text_id: int,
    answer: Accepted | Refused | Busy | Unsure,
    now: datetime,
) -> None:
    """Keep what came of a try."""
    async with conn.transaction():
        first = await outbox.text(conn, text_id)
        if first is None:
            return
        await booking(conn, first.booking, lock=True)
        row = await outbox.text(conn, text_id)
        if row is None or row.state != "sending":
            return  # its status came faster than this answer
        match answer:
            case Accepted():
                await accepted(conn, row, answer.sid, arrived=answer.arrived)
            case Refused():
                await refused(conn, config, row, answer.code, now)
            case Busy():
                await conn.execute("UPDATE text SET state = 'owed' WHERE id = %s", [row.id])
                await _back_off(conn, row, now, answer.wait)
            case Unsure():
                await _back_off(conn, row, now, 0)


async def _back_off(conn: AsyncConnection, row: TextRow, now: datetime, asked: int) -> None:
    """Wait 20 to 40 seconds, then twice as long each time up to a quarter of an hour."""
    seconds = min(_LONGEST, 20 << min(row.waits, 8)) * (1 + _CHANCE.random())
    await conn.execute("UPDATE text SET waits = waits + 1 WHERE id = %s", [row.id])
    await _hold_off(conn, row, now + timedelta(seconds=max(seconds, asked)))


async def _hold_off(conn: AsyncConnection, row: TextRow, until: datetime) -> None:
    await conn.execute("UPDATE text SET not_before = %s WHERE id = %s", [until, row.id])


async def list_late(conn: AsyncConnection, now: datetime) -> None:
    """News that could not be sent for five minutes: staff should call, until they are sent."""
    async with conn.transaction():
        late = await conn.execute(
            """
            SELECT call_sid, booking.number, language, telling FROM text
            JOIN booking ON booking.id = text.booking
            WHERE text.state IN ('owed', 'sending') AND kind = ANY (%s) AND due < %s AND waits > 0
            """,
            [sorted(NEWS), now - _SOON],
        )
        for call_sid, number, language, telling in await late.fetchall():
            if telling is None:  # what staff did lists itself
                await call_backs.ask(conn, call_sid, LATE, number, language)
