"""What a text from a patient does and what it is answered; each message has one effect."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking, from_row
from voice import phone_numbers
from voice.language import Language, Text
from voice.texts.composing import language_of
from voice.texts.keywords import (
    CONFIRMED,
    EMERGENCY,
    MOVE,
    MOVE_BY_PHONE,
    NO_VISIT,
    OTHER,
    STRANGER,
    Meaning,
    is_cancel,
    meaning_of,
)
from voice.texts.opt_outs import bookings_to, suppress, unsuppress
from voice.texts.planning import TextConfig
from voice.texts.rendering import day_and_time, written
from voice.texts.twilio_errors import OPTED_OUT
from voice.visit_links import new_link

_LANGUAGES: tuple[Language, ...] = ("en", "es")
_HOUR = timedelta(hours=1)
_MOST = 5
"""Answers to one number in an hour, of all kinds but the one that names 911."""
URGENT = "sent a text with an emergency word, was told to call 911: call at once (safety)"
ENDED_TEXTS = "replied CANCEL, which ends texts: ask whether the visit is to be cancelled too"


@dataclass(frozen=True, slots=True)
class Received:
    """A text that came in: Twilio's name of it, the number (E.164, "" if not usable), its words."""

    sid: str
    number: str
    body: str


async def answer(conn: AsyncConnection, config: TextConfig, got: Received, now: datetime) -> str:
    """Do what it asks for, once, and give the words to reply; "" for none.

    Twilio repeats a message only when it got no answer, so a repeat gets the same answer again.
    """
    async with conn.transaction():
        patient = await _patient(conn, got.number, now)
        meaning = meaning_of(got.body)
        kept = await conn.execute(
            "INSERT INTO text_reply (message_sid, number, answer, at) VALUES (%s, %s, '', %s)"
            " ON CONFLICT DO NOTHING",
            [got.sid, got.number, now],
        )
        if kept.rowcount == 0:
            name = await _kept_answer(conn, got.sid)
        else:
            await _do(conn, meaning, got, patient, now)
            name = await _which(conn, meaning, got, patient, now)
            await conn.execute(
                "UPDATE text_reply SET answer = %s WHERE message_sid = %s", [name, got.sid]
            )
        return await _words(conn, config, name, patient)


async def _do(
    conn: AsyncConnection, meaning: Meaning, got: Received, patient: Booking | None, now: datetime
) -> None:
    """The effect."""
    ahead = patient is not None and patient.state == "booked" and patient.slot.end > now
    if meaning == "stop" and got.number:
        await suppress(conn, got.number, OPTED_OUT)
        if patient and ahead and is_cancel(got.body):
            await _ask(conn, patient, ENDED_TEXTS)
    elif meaning == "start" and got.number:
        await unsuppress(conn, got.number)
    elif meaning == "emergency" and patient:
        await _ask(conn, patient, URGENT)
    elif meaning == "confirm" and patient and ahead:
        await conn.execute(
            "UPDATE booking SET confirmed_by_text = %s WHERE id = %s", [now, patient.id]
        )
        await job_queue.rewrite_event(conn, patient.id)
    if meaning in {"stop", "start"}:
        for booking_id in await bookings_to(conn, got.number):
            await job_queue.notify_patient(conn, booking_id)
        if meaning == "stop":
            await conn.execute(
                "UPDATE text SET state = 'dropped' WHERE number = %s AND state = 'owed'",
                [got.number],
            )


async def _which(
    conn: AsyncConnection, meaning: Meaning, got: Received, patient: Booking | None, now: datetime
) -> str:
    """The name of the answer; "" for none."""
    if meaning in {"stop", "start", "help"} or not got.number:
        return ""  # Twilio answers those itself
    if meaning == "emergency":
        return meaning
    rows = await conn.execute(
        "SELECT count(*), count(*) FILTER (WHERE answer IN ('other', 'stranger')) FROM text_reply"
        " WHERE number = %s AND answer <> '' AND answer <> 'emergency' AND at > %s",
        [got.number, now - _HOUR],
    )
    answers, helpful = await rows.fetchone() or (0, 0)
    ahead = patient is not None and patient.state == "booked" and patient.slot.end > now
    if meaning in {"confirm", "move"} and ahead:
        return meaning if answers < _MOST else ""
    name = "stranger" if patient is None else "other"
    return name if helpful == 0 and answers < _MOST else ""


async def _words(
    conn: AsyncConnection, config: TextConfig, name: str, patient: Booking | None
) -> str:
    """The answer of that name, in the patient's language; a stranger's in English."""
    clinic = config.clinic
    language: Language = language_of(patient) if patient else "en"
    when = day_and_time(patient.slot.start, clinic.zone, language) if patient else ""
    link = ""
    if name == "move" and patient:
        link = clinic.page + await new_link(conn, patient.id)
    forms: dict[str, tuple[Text, ...]] = {
        "emergency": (EMERGENCY,),
        "confirm": (CONFIRMED,),
        "move": (MOVE, MOVE_BY_PHONE),
        "other": (OTHER if patient and patient.state == "booked" else NO_VISIT,),
        "stranger": (STRANGER,),
    }
    return written(forms.get(name, ()), language, clinic, when=when, link=link) or ""


async def _patient(conn: AsyncConnection, number: str, now: datetime) -> Booking | None:
    """The next visit of the patient who agreed to texts at this number, else their last one."""
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
            [number, now, now],
        )
        row = await cursor.fetchone()
    return None if row is None else from_row(row)


async def _kept_answer(conn: AsyncConnection, sid: str) -> str:
    rows = await conn.execute("SELECT answer FROM text_reply WHERE message_sid = %s", [sid])
    row = await rows.fetchone()
    return str(row[0]) if row else ""


async def _ask(conn: AsyncConnection, patient: Booking, reason: str) -> None:
    await call_backs.ask_anew(
        conn, patient.call_sid, reason, patient.number or patient.text_number, patient.language
    )


async def forget_old(conn: AsyncConnection, now: datetime) -> None:
    """Replies are kept for two days, so that a repeat is known as one."""
    await conn.execute("DELETE FROM text_reply WHERE at < %s", [now - timedelta(days=2)])


def without_database(config: TextConfig, body: str) -> str:
    """What can be answered when nothing can be looked up or kept: 911, in both languages."""
    if meaning_of(body) != "emergency":
        return ""
    each = (written((EMERGENCY,), language, config.clinic) or "" for language in _LANGUAGES)
    return " ".join(each)


def usable(sender: str, own: str) -> str:
    """The number to answer; "" for short codes, other countries and ourselves."""
    return phone_numbers.usable(sender, own=own)
