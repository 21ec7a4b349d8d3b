"""Performs what flows request about a booked visit: the changes are those of the patient's page."""

from datetime import timedelta
from typing import Any, assert_never

from psycopg import AsyncConnection

from calendar_sync.bookings import patient_changes, text_state, visit_lookup
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.patient_changes import Cancelled
from voice import limits
from voice.bootstrap import Line
from voice.calls import visit_moves
from voice.dialogue.effects import Opening, Stored
from voice.dialogue.visit_effects import (
    CancelVisit,
    CheckVisitCode,
    CountVisits,
    FindMoveTimes,
    FindVisits,
    FoundVisits,
    HoldForVisit,
    KeepVisit,
    MoveVisit,
    NoVisit,
    SeeMoved,
    SeeVisit,
    SendTextAgain,
    TextAgain,
    TooManyTries,
    Visit,
    VisitChanged,
    VisitCount,
    VisitEffect,
)
from voice.texts import text_rows

_ONE_REQUEST = timedelta(minutes=10)
"""Whoever asks for the text again this soon gets one text."""
_DAY = timedelta(days=1)


async def visit_result(line: Line, sid: str, step: str, effect: VisitEffect) -> Any:  # noqa: ANN401, PLR0911  # each effect's own type, one return each
    """The result of an effect; safe to perform twice."""
    match effect:
        case FindVisits():
            async with line.pool.connection() as conn:
                number = await _caller(conn, sid)
                found = await visit_lookup.visits_of_number(conn, number, line.now())
                return await _found(line, conn, found)
        case CheckVisitCode():
            return await _by_code(line, sid, step, effect.code)
        case SeeVisit():
            async with line.pool.connection() as conn:
                return await _found(line, conn, [await booking(conn, effect.visit)])
        case CountVisits():
            return await _count(line, sid, effect.number)
        case KeepVisit():
            return await _keep(line, effect)
        case CancelVisit():
            return await _cancel(line, effect)
        case SendTextAgain():
            return await _text_again(line, effect.visit)
        case FindMoveTimes() | HoldForVisit() | MoveVisit() | SeeMoved():
            return await visit_moves.move_result(line, effect)
        case _:
            assert_never(effect)


async def _caller(conn: AsyncConnection, sid: str) -> str:
    """The caller's number as the carrier shows it, in E.164; "" if it is withheld."""
    rows = await conn.execute("SELECT caller FROM call WHERE sid = %s", [sid])
    row = await rows.fetchone()
    return (row[0] if row else None) or ""


async def _found(
    line: Line, conn: AsyncConnection, bookings: list[Booking]
) -> FoundVisits | NoVisit:
    visits = []
    for each in bookings:
        standing = await visit_lookup.standing_of(conn, each, line.now())
        if standing is None:
            continue
        promised = each.promised
        visits.append(
            Visit(
                each.id,
                Opening(each.slot.start, each.slot.end, visit_moves.named(line, each)),
                standing,
                moved_by_staff=promised is not None and promised.start != each.slot.start,
                texts=line.texting.sender is not None
                and each.text_number is not None
                and not each.text_trouble,
            )
        )
    return FoundVisits(tuple(visits)) if visits else NoVisit()


async def _by_code(
    line: Line, sid: str, step: str, code: str
) -> FoundVisits | NoVisit | TooManyTries:
    """Look up a code, and count it if it is wrong; who tries too many is told nothing."""
    async with line.pool.connection() as conn, conn.transaction():
        if not await limits.may_try_code(conn, line.settings, sid, step, line.now()):
            return TooManyTries()
        visit = await visit_lookup.visit_of_code(conn, code, line.now())
        found = await _found(line, conn, [visit] if visit else [])
        if isinstance(found, NoVisit):
            await limits.store_wrong_code(conn, sid, step, line.now())
        return found


async def _count(line: Line, sid: str, number: str) -> VisitCount:
    async with line.pool.connection() as conn:
        found = await visit_lookup.visits_of_number(conn, number, line.now())
        coming = sum(each.state != "cancelled" for each in found)
        allowed = line.limits_of(sid)
        if allowed is not None and coming >= allowed.coming_visits:
            await limits.tell_staff(conn, "coming visits", line.now())
            return VisitCount("full")
    return VisitCount("some" if coming else "none")


async def _keep(line: Line, effect: KeepVisit) -> Stored | VisitChanged:
    async with line.pool.connection() as conn:
        visit = await booking(conn, effect.visit)
        if visit.state != "booked" or not visit_moves.as_told(visit, effect.told):
            return VisitChanged()
        await text_state.store_confirmed_by_phone(conn, visit.id, line.now())
    return Stored()


async def _cancel(line: Line, effect: CancelVisit) -> Stored | VisitChanged:
    async with line.pool.connection() as conn:
        visit = await booking(conn, effect.visit)
    if not visit_moves.as_told(visit, effect.told):
        return VisitChanged()
    done = await patient_changes.cancel(line.clinic, effect.visit, by="phone")
    return Stored() if isinstance(done, Cancelled) else VisitChanged()


async def _text_again(line: Line, visit_id: int) -> TextAgain:
    now = line.now()
    async with line.pool.connection() as conn, conn.transaction():
        visit = await booking(conn, visit_id, lock=True)
        if visit.text_again_at and now - visit.text_again_at < _ONE_REQUEST:
            return TextAgain("sent")
        if not visit.text_number or visit.text_trouble or line.texting.sender is None:
            return TextAgain("no texts")
        sent = await text_rows.attempts_to(conn, visit.text_number, now - _DAY)
        if sent >= line.texting.config.a_day:
            return TextAgain("too many")
        await text_state.request_text_again(conn, visit_id, now)
    return TextAgain("sent")
