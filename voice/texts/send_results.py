"""What follows when Twilio accepts, delivers or refuses a text: state, call-back, or alarm."""

from datetime import datetime, timedelta

import structlog
from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs, notices
from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.waiting.membership import leave_all, not_delivered
from voice import phone_numbers
from voice.texts import outbox
from voice.texts.messages import NEWS, OFFERS
from voice.texts.opt_outs import bookings_to, suppress
from voice.texts.planning import TextConfig
from voice.texts.text_rows import TextRow
from voice.texts.twilio_errors import REMEDIES, meaning_of

log = structlog.get_logger(__name__)

_SET_UP = call_backs.Caller("set-up", None, "en")
"""Stands for the caller in a request that is about the line itself."""
_SET_UP_RETRY = timedelta(minutes=15)
"""Doubled after each attempt, up to 8 hours."""
_ONCE_MORE = timedelta(minutes=30)


async def accepted(conn: AsyncConnection, row: TextRow, sid: str, *, arrived: bool) -> None:
    """Twilio has it. The patient counts as notified; a failure after this becomes a call-back.

    Not only once it is delivered: some carriers never confirm delivery, and staff would call
    patients who have the text.
    """
    await outbox.mark_accepted(conn, row.id, sid, delivered=arrived)
    if row.telling is not None:
        await notices.mark_notified(conn, row.telling)
    await call_backs.withdraw(conn, (await booking(conn, row.booking)).call_sid, Reason.TEXT_LATE)
    await end_alarms(conn, at_sending=True)
    if arrived:
        await delivered(conn, row)


async def delivered(conn: AsyncConnection, row: TextRow) -> None:
    """The phone has it: a call-back about a failed earlier attempt is not needed anymore."""
    if row.error is not None:
        call_sid = (await booking(conn, row.booking)).call_sid
        await call_backs.withdraw(conn, call_sid, *failure(row, meaning_of(row.error).words))
    await end_alarms(conn, at_sending=False)


async def refused(
    conn: AsyncConnection, config: TextConfig, row: TextRow, code: int, now: datetime
) -> None:
    """Twilio refused it, at once or later; `code` is its error code."""
    meaning = meaning_of(code)
    await outbox.keep_error(conn, row.id, code)
    follows = "stop" if row.kind in OFFERS and meaning.follows == "once more" else meaning.follows
    match follows:
        case "set-up" if row.kind in OFFERS:
            await raise_alarm(conn, code)
            await failed(conn, config, row, meaning.words, now)
        case "set-up":
            await raise_alarm(conn, code)
            await outbox.send_again(conn, row, _SET_UP_RETRY * (1 << min(row.tries, 5)), now)
            await _call_instead(conn, config, row, meaning.words)
        case "once more" if row.tries < 2:  # noqa: PLR2004  # the first attempt and one more
            await outbox.send_again(conn, row, _ONCE_MORE, now)
            await _call_instead(conn, config, row, meaning.words)
        case "suppress" | "once more":
            await failed(conn, config, row, meaning.words, now)
            await suppress(conn, row.number, meaning.words)
            await leave_all(conn, row.number, "not textable", now, config.clinic.zone)
            for booking_id in await bookings_to(conn, row.number):
                await job_queue.notify_patient(conn, booking_id)
        case "stop":
            await failed(conn, config, row, meaning.words, now)


async def failed(
    conn: AsyncConnection, config: TextConfig, row: TextRow, why: str, now: datetime
) -> None:
    """It will not be sent: staff call instead, or the next in line is offered the time."""
    await outbox.mark_failed(conn, row.id)
    log.warning("a text failed", kind=row.kind, why=why, to=phone_numbers.masked(row.number))
    if row.kind in OFFERS:
        await not_delivered(conn, row.booking, now, config.clinic.zone)
        return
    await _call_instead(conn, config, row, why)


async def raise_alarm(conn: AsyncConnection, code: int) -> None:
    """The line's set-up at Twilio is wrong: say so once, in the log and on the call-back list."""
    new = await conn.execute(
        "INSERT INTO text_alarm (code) VALUES (%s) ON CONFLICT DO NOTHING", [code]
    )
    if new.rowcount == 1:
        log.error("texts do not go out", why=meaning_of(code).words, remedy=REMEDIES.get(code))
        await call_backs.request_again(conn, _SET_UP, Reason.TEXTS_BROKEN, _alarm(code))


async def end_alarms(conn: AsyncConnection, *, at_sending: bool) -> None:
    """Texts go out again. Errors from 30000 on are only reported at delivery, others at sending."""
    gone = await conn.execute(
        "DELETE FROM text_alarm WHERE %s = (code < 30000) RETURNING code", [at_sending]
    )
    for (code,) in await gone.fetchall():
        await call_backs.withdraw(conn, _SET_UP.call_sid, Reason.TEXTS_BROKEN, _alarm(code))


def alarm_words(code: int) -> str:
    """What is wrong, and what to do about it."""
    return Reason.TEXTS_BROKEN.words(_alarm(code))


def _alarm(code: int) -> str:
    remedy = REMEDIES.get(code, "run `screening-line check`")
    return f"({meaning_of(code).words}): {remedy}"


async def _call_instead(conn: AsyncConnection, config: TextConfig, row: TextRow, why: str) -> None:
    """Ask staff to call, with what the patient does not know."""
    booked = await booking(conn, row.booking)
    notice = await notices.open_notice(conn, row.booking)
    if notice is not None and notice.id == row.telling:
        await notices.by_phone(conn, notice, config.clinic.zone)
    await call_backs.request(conn, booked, *failure(row, why))


def failure(row: TextRow, why: str) -> tuple[Reason, str]:
    """Why staff should call instead: the reason and its detail."""
    reason = Reason.TEXT_FAILED if row.kind in NEWS else Reason.REMINDER_FAILED
    return reason, f'"{row.kind}" did not arrive ({why})'
