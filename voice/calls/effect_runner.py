"""Performs the effects that flows request, between two replays; each is safe to perform twice."""

from datetime import UTC, datetime
from functools import partial
from typing import Any, assert_never, cast

from psycopg import AsyncConnection

from calendar_sync.availability import half_days
from calendar_sync.availability.opening_hours import is_open
from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs, chart, confirmation, holds
from calendar_sync.bookings.call_back_reasons import parse
from calendar_sync.bookings.clinician_times import Wish, offered_times
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.bookings.event_text import short_time
from calendar_sync.bookings.free_times import Stale
from calendar_sync.clinician import DEFAULT_ID
from voice import booking_limits, limits, routing
from voice.bootstrap import Line
from voice.calls import journal
from voice.calls.visit_effects import visit_result
from voice.calls.waiting_effects import waiting_result
from voice.dialogue.effects import (
    SAFETY,
    AddToChart,
    AskCallBack,
    Book,
    Effect,
    FindOffers,
    Held,
    Hold,
    JustTaken,
    KeepConsent,
    Offers,
    Opening,
    Placed,
    PromiseCall,
    Promised,
    SeePlaced,
    SeeStaffPhone,
    StaffPhone,
    Stored,
    Submitted,
    TakeBack,
    Unreadable,
)
from voice.dialogue.limit_results import KeyBack, OverLimit
from voice.dialogue.visit_effects import VisitEffect
from voice.dialogue.waiting_effects import JoinWaitingList, SeeWhetherToWait

_Written = Book | AddToChart | KeepConsent | AskCallBack | PromiseCall
_Seen = TakeBack | FindOffers | SeePlaced | SeeStaffPhone

CHECK_SECONDS = 1.5
"""How long one check for a booking may block a turn; the caller has just heard cover speech."""


async def perform_and_keep(
    line: Line, sid: str, rows: dict[str, str], step: str, effect: Effect[Any]
) -> dict[str, str]:
    """Perform the effect of a call's step and store its result; `rows` and the result.

    `rows` is the journal as it was read. What only writes rows is one transaction with its result,
    so there is one commit to wait for.
    """
    if isinstance(effect, Hold):
        return await _hold(line, sid, rows, step, effect)
    if isinstance(effect, _Written):
        async with line.pool.connection() as conn, conn.transaction():
            written = effect.write(await _written(line, conn, sid, effect))
            return await journal.keep(conn, sid, rows, step, written)
    result = await perform(line, sid, step, effect)
    async with line.pool.connection() as conn:
        return await journal.keep(conn, sid, rows, step, result)


async def perform(line: Line, sid: str, step: str, effect: Effect[Any]) -> str:
    """Perform any other effect; returns its result as the journal stores it (JSON)."""
    if isinstance(effect, VisitEffect):
        return effect.write(await visit_result(line, sid, step, effect))
    if isinstance(effect, SeeWhetherToWait | JoinWaitingList):
        return effect.write(await waiting_result(line, sid, effect))
    return effect.write(await _seen(line, sid, cast("_Seen", effect)))


async def _seen(line: Line, sid: str, effect: _Seen) -> Any:  # noqa: ANN401  # each effect's own type
    match effect:
        case TakeBack():
            return effect.step
        case FindOffers():
            return await _offers(line, sid, effect)
        case SeePlaced():
            return await _placed(line, effect)
        case SeeStaffPhone():
            return await _staff_phone(line, sid)
        case _:
            assert_never(effect)


async def _written(line: Line, conn: AsyncConnection, sid: str, effect: _Written) -> Any:  # noqa: ANN401  # the same
    match effect:
        case Book():
            return await _book(line, conn, sid, effect)
        case AddToChart():
            await chart.add_to_chart(conn, effect.booking, effect.lines)
            return Stored()
        case KeepConsent():
            consent = TextConsent(effect.number, effect.wording, effect.given, line.now())
            await store_consent(conn, sid, effect.booking, consent)
            return Stored()
        case AskCallBack():
            await request_call_back(conn, sid, effect)
            return Stored()
        case PromiseCall():
            return await _promise(line, conn, sid, effect)
        case _:
            assert_never(effect)


async def request_call_back(conn: AsyncConnection, sid: str, asked: AskCallBack) -> None:
    """Store the call-back that a flow asks for; again, it changes nothing."""
    caller = call_backs.Caller(sid, asked.number or None, asked.language)
    await call_backs.request(conn, caller, *parse(asked.reason))


async def _offers(line: Line, sid: str, request: FindOffers) -> Offers | Unreadable | OverLimit:
    async with line.pool.connection() as conn:
        for each in (sid, *await booking_limits.other_holding_calls(conn, sid)):
            await holds.release_unconfirmed(conn, each)
    beyond = datetime.fromisoformat(request.beyond) if request.beyond else None
    rather_not = partial(line.recent_offers.taken_up, but_for=sid)
    wish = Wish(request.language, request.part, beyond, request.clinician, rather_not)
    found = await offered_times(line.clinic, wish)
    if isinstance(found, Stale):
        return Unreadable()
    line.recent_offers.add(sid, ((span.start, whose) for span, whose in found.times))
    if (allowed := line.limits_of(sid)) is not None:
        async with line.pool.connection() as conn:
            over = await booking_limits.exceeded(
                conn,
                allowed,
                sid,
                number=request.number,
                openings=found.open_times,
                now=line.now(),
            )
            if over is not None:
                line.recent_offers.forget(sid)
                await limits.tell_staff(conn, over, line.now())
                return OverLimit()
    named = bool(line.clinic.clinicians)
    openings = [
        Opening(span.start, span.end, whose if named else "") for span, whose in found.times
    ]
    return Offers(tuple(openings), in_language=found.in_language)


async def _hold(
    line: Line, sid: str, rows: dict[str, str], step: str, request: Hold
) -> dict[str, str]:
    openings = None
    while True:
        async with line.one_hold, line.pool.connection() as conn, conn.transaction():
            held = await _hold_if(line, conn, sid, step, request, openings=openings)
            if held != "how many are free?":
                return await journal.keep(conn, sid, rows, step, request.write(held))
        # Counted without a connection: who holds one and waits for another may wait for ever.
        found = await offered_times(line.clinic, Wish())
        openings = 0 if isinstance(found, Stale) else found.open_times


async def _hold_if(  # noqa: PLR0913  # each is one fact of the call
    line: Line, conn: AsyncConnection, sid: str, step: str, request: Hold, *, openings: int | None
) -> Held | JustTaken | KeyBack | OverLimit | limits.NotKnown:
    """Hold the time if no limit is against it."""
    slot, whose = _span(request.slot), request.slot.clinician or DEFAULT_ID
    if (allowed := line.limits_of(sid)) is not None:
        if request.keyed_back:
            await booking_limits.store_keyed_back(conn, sid)
        match await booking_limits.before_hold(conn, allowed, sid, openings, line.now()):
            case "how many are free?" as unknown:
                return unknown
            case int() as digits:
                return KeyBack(booking_limits.spoken_number(digits))
            case str() as over:
                await limits.tell_staff(conn, over, line.now())
                return OverLimit()
            case None:
                for each in await booking_limits.other_holding_calls(conn, sid):
                    await holds.release_unconfirmed(conn, each)
    held = await holds.hold(conn, sid, step, slot, whose)
    line.recent_offers.forget(sid)
    return Held(held.booking_id) if isinstance(held, holds.Held) else JustTaken()


def _span(opening: Opening) -> Span:
    return Span(opening.start.astimezone(UTC), opening.end.astimezone(UTC))


async def _book(line: Line, conn: AsyncConnection, sid: str, book: Book) -> Submitted | JustTaken:
    lines = dict(book.chart)
    # Flows have no clock, so the journal says when the safety questions were answered.
    ago, now = await journal.since_keyed(conn, sid, "safety"), line.now()
    if ago is not None and SAFETY in lines:
        lines[SAFETY] += f", {short_time(now - ago, line.settings.zone)}"
    allowed = line.limits_of(sid)
    if allowed and not await booking_limits.may_book(conn, allowed, book.number, book.booking, now):
        return JustTaken()
    note = confirmation.BookingNote(book.language, book.number or None, lines, now)
    confirmed = await confirmation.confirm(conn, book.booking, note)
    if isinstance(confirmed, confirmation.Confirmed):
        return Submitted(confirmed.visit_code)
    return JustTaken()


async def _placed(line: Line, effect: SeePlaced) -> Placed:
    match await confirmation.wait_until_settled(line.pool, effect.booking, CHECK_SECONDS):
        case confirmation.Booked(slot=slot, clinician_id=whose):
            named = whose if line.clinic.clinicians else ""
            return Placed("booked", Opening(slot.start, slot.end, named))
        case confirmation.Pending():
            return Placed("pending")
        case confirmation.Taken():
            return Placed("taken")
        case confirmation.NotBooked():
            return Placed("not booked")


async def _promise(line: Line, conn: AsyncConnection, sid: str, effect: PromiseCall) -> Promised:
    half = half_days.next_half_day(line.clinic.rules, line.now(), effect.part)
    if half is None:
        return Promised(None, effect.part)
    caller = call_backs.Caller(sid, effect.number or None, "")
    await call_backs.promise(conn, caller, half.span, *parse(effect.reason))
    return Promised(Opening(half.span.start, half.span.end), half.part)


async def _staff_phone(line: Line, sid: str) -> StaffPhone:
    """Whether to ring the clinic; never for a forwarded call, which could ring in a circle."""
    settings = line.settings
    async with line.pool.connection() as conn:
        forwarded = journal.FORWARDED in dict(await journal.in_order(conn, sid))
        rung = await limits.rings(conn, sid)
        paused = await routing.current(conn, settings.routing, line.now()) == "paused"
    too_often = settings.limits == "on" and rung >= settings.limit_rings_per_call
    if forwarded or paused or too_often or not settings.staff_number:
        return StaffPhone("no phone")
    return StaffPhone("open" if is_open(line.clinic.rules, line.now()) else "closed")
