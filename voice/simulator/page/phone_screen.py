"""What the page shows of a patient's phone: its messages, why none arrive, and what is next."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking, booking, bookings_of_call
from voice.bootstrap import Line
from voice.simulator.page import sample_patient
from voice.simulator.page.calendar_block import day_and_clock
from voice.simulator.page.patient_phone import LANDLINE, Bubble, PatientPhone
from voice.texts import text_rows
from voice.texts.opt_outs import bookings_to
from voice.texts.rendering import plain_number

_VISIT = "visit"
_SKIPS: dict[str, str] = {
    "day before": "Skip to the day before",
    "hour before": "Skip to an hour before",
    _VISIT: "Skip to the visit",
}
_WITHHELD = "This caller shows no number. Texts go to the one that is keyed in."
_NONE_YET = "No texts yet. They come when the caller agrees to them."
_NOTHING = "Nothing arrives on this phone."
_IN_THE_EVENT = "Staff read in the event to call with the link."


@dataclass(frozen=True, slots=True)
class PendingText:
    """The next text or visit: its time (aware), the words to skip there, and the local time."""

    at: datetime
    words: str
    when: str


@dataclass(frozen=True, slots=True)
class Screen:
    """``number`` is E.164, "" for none; ``shown`` is the same as people write it."""

    number: str
    shown: str
    language: str
    hint: str
    bubbles: list[Bubble]
    why_none: list[str]
    can_write: bool
    next: PendingText | None


async def screen_of(
    line: Line, phone: PatientPhone, number: str, sid: str, *, call_is_over: bool
) -> Screen:
    """The phone of a number, or of the one that the call agreed to texts at."""
    async with line.pool.connection() as conn:
        visits = await _visits(conn, number, sid)
        visit = visits[0] if visits else None
        if visit is not None and visit.text_number:
            number = visit.text_number
        due = await _next_due(conn, line, number, visits) if call_is_over else None
        why_none = await _why_none(conn, visit, call_is_over=call_is_over) if visit else []
        return Screen(
            number=number,
            shown=plain_number(number),
            language="es-US" if visit and visit.language == "es" else "en-US",
            hint=_NOTHING if why_none else _NONE_YET if number else _WITHHELD,
            bubbles=await phone.bubbles(conn, number) if number else [],
            why_none=why_none,
            can_write=number not in {"", LANDLINE},
            next=due,
        )


async def _visits(conn: AsyncConnection, number: str, sid: str) -> list[Booking]:
    """The visits of a call, newest first, then others whose texts go to the number."""
    if not sid and number == sample_patient.NUMBER:
        sid = sample_patient.CALL_SID
    own = [each for each in await bookings_of_call(conn, sid) if each.confirmed_at is not None]
    known = {each.id for each in own}
    return own[::-1] + [
        await booking(conn, booking_id)
        for booking_id in await bookings_to(conn, number)
        if booking_id not in known
    ]


async def _next_due(
    conn: AsyncConnection, line: Line, number: str, visits: list[Booking]
) -> PendingText | None:
    """The first text to this number that is still to come; after the last one, the visit."""
    waiting = [(visit.slot.start, _VISIT) for visit in visits if visit.state == "booked"]
    waiting += [
        (max(row.due, row.not_before or row.due), row.kind)
        for visit in visits
        for row in await text_rows.texts_of(conn, visit.id)
        if row.state == "owed" and row.number == number
    ]
    ahead = [each for each in waiting if each[0] > line.now()]
    if not ahead:
        return None
    at, kind = min(ahead)
    when = day_and_clock(at.astimezone(line.settings.zone))
    return PendingText(at, _SKIPS.get(kind, "Skip to the next text"), when)


async def _why_none(conn: AsyncConnection, visit: Booking, *, call_is_over: bool) -> list[str]:
    """Why no texts arrive about this visit, and what the line did instead; empty if they do."""
    if visit.text_number is not None and not visit.text_trouble:
        return []
    if visit.text_number is not None:
        said = f"No texts come: {visit.text_trouble}."
    elif visit.text_consent_at is not None:
        said = "No texts come: the caller did not agree to them."
    elif call_is_over:
        said = "No texts come: the caller hung up before agreeing to them."
    else:
        return []
    instead = [
        f"Staff are asked instead: {request.reason}."
        for request in await call_backs.open_requests(conn)
        if request.call_sid == visit.call_sid
    ]
    return [said, *(instead or [_IN_THE_EVENT])]
