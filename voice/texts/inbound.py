"""Handles a text from a patient: its effect, once per message, and its answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs, text_state
from calendar_sync.bookings.booking import Booking, from_row
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.private_fields import Lookup
from calendar_sync.waiting.membership import leave_all
from voice import phone_numbers
from voice.language import Language, Text
from voice.texts import outbox
from voice.texts.answers import (
    CONFIRMED,
    CRISIS,
    EMERGENCY,
    MOVE,
    MOVE_BY_PHONE,
    NO_VISIT,
    OTHER,
    STRANGER,
)
from voice.texts.composing import language_of
from voice.texts.keywords import Meaning, is_cancel, meaning_of
from voice.texts.opt_outs import bookings_to, is_opted_out, suppress, unsuppress
from voice.texts.planning import TextConfig
from voice.texts.quotes import LANGUAGES
from voice.texts.received import Received, repeats
from voice.texts.rendering import day_and_time, written
from voice.texts.twilio_errors import OPTED_OUT
from voice.visit_links import new_link

URGENT = {"emergency": Reason.EMERGENCY_TEXT, "crisis": Reason.CRISIS_TEXT}
"""Why staff are asked to call, by what the text means; these are answered every time."""
_HOUR, _DAY = timedelta(hours=1), timedelta(hours=24)
_MAX_ANSWERS = 5
"""Answers to one number in an hour, not counting urgent ones."""
_MAX_URGENT = 2
"""Answers to one number in 24 hours that say to call 911, and as many that say to call 988: an
automatic answer at the other end may contain such words too. Staff are always asked to call."""


@dataclass(frozen=True, slots=True)
class _Inbound:
    """A received text with what we know about it; `patient` is the booking it concerns."""

    received: Received
    meaning: Meaning
    patient: Booking | None
    now: datetime

    @property
    def visit_ahead(self) -> Booking | None:
        """The patient's booked visit, if it is not over."""
        visit = self.patient
        is_ahead = visit and visit.state == "booked" and visit.slot.end > self.now
        return visit if is_ahead else None


async def answer(
    conn: AsyncConnection, config: TextConfig, received: Received, now: datetime
) -> str:
    """Do what the text asks for, once, and return the words of the answer; "" for none.

    Twilio repeats a message only if it got no response, so a repeat gets the same answer again.
    """
    async with conn.transaction():
        patient = await _patient(conn, received.number, now)
        meaning = await _meaning_in_context(conn, received)
        text = _Inbound(received, meaning, patient, now)
        digest = "" if meaning == "start" else received.digest
        inserted = await conn.execute(
            "INSERT INTO text_reply (message_sid, number, digest, answer, at)"
            " VALUES (%s, %s, %s, '', %s) ON CONFLICT DO NOTHING",
            [received.sid, Lookup(received.number), digest, now],
        )
        if inserted.rowcount == 0:
            name = await _stored_answer(conn, received.sid)
        else:
            await _act(conn, config, text)
            name = await _choose_answer(conn, text)
            await conn.execute(
                "UPDATE text_reply SET answer = %s WHERE message_sid = %s", [name, received.sid]
            )
        return await _words(conn, config, name, patient)


async def _meaning_in_context(conn: AsyncConnection, received: Received) -> Meaning:
    """YES restarts texts at Twilio if the number had stopped them; else it answers a reminder."""
    meaning = meaning_of(received.body)
    if meaning != "yes":
        return meaning
    return "start" if await is_opted_out(conn, received.number) else "confirm"


async def _act(conn: AsyncConnection, config: TextConfig, text: _Inbound) -> None:
    number, visit = text.received.number, text.visit_ahead
    match text.meaning:
        case "stop" if number:
            await suppress(conn, number, OPTED_OUT)
            await outbox.drop_all_to(conn, number)
            await leave_all(conn, number, "stopped texts", text.now, config.clinic.zone)
            if visit and is_cancel(text.received.body):
                await _ask_staff(conn, visit, Reason.CANCEL_TEXT)
            await _notify_all(conn, number)
        case "start" if number:
            await unsuppress(conn, number)
            await _notify_all(conn, number)
        case "emergency" | "crisis" if text.patient:
            await _ask_staff(conn, text.patient, URGENT[text.meaning])
        case "confirm" if visit:
            await text_state.store_confirmed_by_text(conn, visit.id, text.now)
        case "reaction" if visit:
            await text_state.store_reaction(conn, visit.id, text.now)
        case _:
            pass


async def _notify_all(conn: AsyncConnection, number: str) -> None:
    """Plan the texts of every visit with this number again."""
    for booking_id in await bookings_to(conn, number):
        await job_queue.notify_patient(conn, booking_id)


async def _choose_answer(conn: AsyncConnection, text: _Inbound) -> str:
    """The name of the answer; "" for none."""
    if text.meaning == "start":
        return text.meaning  # no words, but `delete_old` keeps it
    if text.meaning in {"stop", "help", "reaction"} or not text.received.number:
        return ""  # Twilio answers STOP and HELP itself
    if await repeats(conn, text.received, text.meaning, text.now):
        return ""
    if text.meaning in URGENT:
        return text.meaning if await _urgent_answers(conn, text) < _MAX_URGENT else ""
    rows = await conn.execute(
        "SELECT count(*), count(*) FILTER (WHERE answer IN ('other', 'stranger')) FROM text_reply"
        " WHERE number = %s AND answer NOT IN ('', 'start', 'emergency', 'crisis') AND at > %s",
        [Lookup(text.received.number), text.now - _HOUR],
    )
    answers, generic = await rows.fetchone() or (0, 0)
    if text.meaning in {"confirm", "move"} and text.visit_ahead:
        return text.meaning if answers < _MAX_ANSWERS else ""
    name = "stranger" if text.patient is None else "other"
    return name if generic == 0 and answers < _MAX_ANSWERS else ""


async def _urgent_answers(conn: AsyncConnection, text: _Inbound) -> int:
    rows = await conn.execute(
        "SELECT count(*) FROM text_reply WHERE number = %s AND answer = %s AND at > %s",
        [Lookup(text.received.number), text.meaning, text.now - _DAY],
    )
    row = await rows.fetchone()
    return int(row[0]) if row else 0


async def _words(
    conn: AsyncConnection, config: TextConfig, name: str, patient: Booking | None
) -> str:
    """The answer of that name, in the patient's language; English for a stranger."""
    clinic = config.clinic
    language: Language = language_of(patient) if patient else "en"
    when = day_and_time(patient.slot.start, clinic.zone, language) if patient else ""
    link = ""
    if name == "move" and patient:
        link = clinic.page + await new_link(conn, patient.id)
    forms: dict[str, tuple[Text, ...]] = {
        "emergency": (EMERGENCY,),
        "crisis": (CRISIS,),
        "confirm": (CONFIRMED,),
        "move": (MOVE, MOVE_BY_PHONE),
        "other": (OTHER if patient and patient.state == "booked" else NO_VISIT,),
        "stranger": (STRANGER,),
    }
    return written(forms.get(name, ()), language, clinic, when=when, link=link) or ""


async def _patient(conn: AsyncConnection, number: str, now: datetime) -> Booking | None:
    """The next visit whose patient agreed to texts at this number, else the last one; locked."""
    if not number:
        return None
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            SELECT * FROM booking WHERE text_number = %s AND confirmed_at IS NOT NULL
            ORDER BY state = 'booked' AND upper(during) > %s DESC,
                     CASE WHEN upper(during) > %s THEN lower(during) END, id DESC LIMIT 1
            FOR UPDATE
            """,
            [Lookup(number), now, now],
        )
        row = await cursor.fetchone()
    return None if row is None else from_row(row)


async def _stored_answer(conn: AsyncConnection, sid: str) -> str:
    rows = await conn.execute("SELECT answer FROM text_reply WHERE message_sid = %s", [sid])
    row = await rows.fetchone()
    return str(row[0]) if row else ""


async def _ask_staff(conn: AsyncConnection, patient: Booking, reason: Reason) -> None:
    number = patient.number or patient.text_number
    caller = call_backs.Caller(patient.call_sid, number, patient.language)
    await call_backs.request_again(conn, caller, reason)


def without_database(config: TextConfig, body: str) -> str:
    """The answer when nothing can be looked up or stored: to call 911, in both languages."""
    meaning = meaning_of(body)
    if meaning not in URGENT:
        return ""
    words = CRISIS if meaning == "crisis" else EMERGENCY
    each = (written((words,), language, config.clinic) or "" for language in LANGUAGES)
    return " ".join(each)


def usable(sender: str, own: str) -> str:
    """The number to answer in E.164; "" for short codes, other countries and our own number."""
    number = phone_numbers.usable(sender, own=(own,))
    return number if phone_numbers.domestic(number) else ""
