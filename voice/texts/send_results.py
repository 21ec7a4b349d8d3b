"""What follows from an answer of Twilio's: kept, told, called instead, or alarm."""

from datetime import datetime, timedelta

import structlog
from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs, notices
from calendar_sync.bookings.booking import booking
from voice import phone_numbers
from voice.texts.messages import NEWS
from voice.texts.opt_outs import bookings_to, suppress
from voice.texts.outbox import TextRow
from voice.texts.planning import TextConfig
from voice.texts.twilio_errors import REMEDIES, meaning_of

log = structlog.get_logger(__name__)

LATE = "the text about the visit has not gone out yet: call with the time and the video link"
SET_UP = "set-up"
"""Stands for the call in a call-back that is about the line and no caller."""
_AGAIN = timedelta(minutes=15)
_LATER = timedelta(minutes=30)


async def accepted(conn: AsyncConnection, row: TextRow, sid: str, *, arrived: bool) -> None:
    """Twilio has it. The patient counts as told: what fails after this becomes a call-back.

    Not only at "delivered": some phone companies never say so, and staff would call for nothing.
    """
    await conn.execute(
        "UPDATE text SET state = %s, sid = %s, not_before = NULL, waits = 0 WHERE id = %s",
        ["delivered" if arrived else "accepted", sid, row.id],
    )
    if row.telling is not None:
        await notices.mark_notified(conn, row.telling)
    await call_backs.withdraw(conn, (await booking(conn, row.booking)).call_sid, LATE)
    await lift_alarms(conn, at_sending=True)
    if arrived:
        await delivered(conn, row)


async def delivered(conn: AsyncConnection, row: TextRow) -> None:
    """The phone has it: what staff were asked to do about an earlier try they need not do."""
    if row.error is not None:
        reason = missing_text(row, meaning_of(row.error).words)
        await call_backs.withdraw(conn, (await booking(conn, row.booking)).call_sid, reason)
    await lift_alarms(conn, at_sending=False)


async def refused(
    conn: AsyncConnection, config: TextConfig, row: TextRow, code: int, now: datetime
) -> None:
    """Twilio said no, at once or later."""
    meaning = meaning_of(code)
    await conn.execute("UPDATE text SET error = %s WHERE id = %s", [code, row.id])
    match meaning.follows:
        case "set-up":
            await raise_alarm(conn, code)
            await _put_back(conn, row, now + _AGAIN * (1 << min(row.tries, 5)))
            await _call_instead(conn, config, row, meaning.words)
        case "once more" if row.tries < 2:  # noqa: PLR2004  # the first try and one more
            await _put_back(conn, row, now + _LATER)
            await _call_instead(conn, config, row, meaning.words)
        case "bar" | "once more":
            await failed(conn, config, row, meaning.words)
            await suppress(conn, row.number, meaning.words)
            for booking_id in await bookings_to(conn, row.number):
                await job_queue.notify_patient(conn, booking_id)
        case "stop":
            await failed(conn, config, row, meaning.words)


async def failed(conn: AsyncConnection, config: TextConfig, row: TextRow, why: str) -> None:
    """The text is lost: staff call instead."""
    await conn.execute(
        "UPDATE text SET state = 'failed', not_before = NULL WHERE id = %s", [row.id]
    )
    log.warning("a text failed", kind=row.kind, why=why, to=phone_numbers.masked(row.number))
    await _call_instead(conn, config, row, why)


async def raise_alarm(conn: AsyncConnection, code: int) -> None:
    """The line's set-up at Twilio is wrong: said once, in the log and on staff's list."""
    new = await conn.execute(
        "INSERT INTO text_alarm (code) VALUES (%s) ON CONFLICT DO NOTHING", [code]
    )
    if new.rowcount == 1:
        log.error("texts do not go out", why=meaning_of(code).words, remedy=REMEDIES.get(code))
        await call_backs.ask_anew(conn, SET_UP, alarm_words(code), None, "en")


async def lift_alarms(conn: AsyncConnection, *, at_sending: bool) -> None:
    """A text went out: what kept texts from it is over. 30xxx are known at delivery only."""
    gone = await conn.execute(
        "DELETE FROM text_alarm WHERE %s = (code < 30000) RETURNING code", [at_sending]
    )
    for (code,) in await gone.fetchall():
        await call_backs.withdraw(conn, SET_UP, alarm_words(code))


def alarm_words(code: int) -> str:
    """What is wrong, and what to do about it."""
    remedy = REMEDIES.get(code, "run `screening-line check`")
    return f"texts do not go out ({meaning_of(code).words}): {remedy}"


async def _put_back(conn: AsyncConnection, row: TextRow, again: datetime) -> None:
    """It may be tried again later, as a message of another name."""
    await conn.execute(
        "UPDATE text SET state = 'owed', not_before = %s, sid = NULL, former_sids = CASE"
        " WHEN sid IS NULL THEN former_sids ELSE array_append(former_sids, sid) END WHERE id = %s",
        [again, row.id],
    )


async def _call_instead(conn: AsyncConnection, config: TextConfig, row: TextRow, why: str) -> None:
    """On the call-back list at once, in words that say what the patient does not know."""
    booked = await booking(conn, row.booking)
    telling = await notices.open_notice(conn, row.booking)
    if telling is not None and telling.id == row.telling:
        await notices.by_phone(conn, telling, config.clinic.zone)
    await call_backs.ask(
        conn, booked.call_sid, missing_text(row, why), booked.number, booked.language
    )


def missing_text(row: TextRow, why: str) -> str:
    """One sentence for staff."""
    say = "call with the time and the video link" if row.kind in NEWS else "call to remind them"
    return f'the text "{row.kind}" did not arrive ({why}): {say}'
