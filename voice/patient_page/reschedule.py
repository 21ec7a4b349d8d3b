"""Moving the visit: choose a day and a time, confirm it, and wait for the calendar."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from fastapi import Response

from calendar_sync.availability.span import Span
from calendar_sync.bookings import patient_changes
from calendar_sync.bookings.booking import Booking, Taken, pending_move
from calendar_sync.bookings.free_times import Stale
from calendar_sync.bookings.holds import Held
from calendar_sync.bookings.patient_changes import Closed, Moving
from voice.dialogue import speech
from voice.language import Text
from voice.patient_page import wording
from voice.patient_page.dates import clock, month, weekday, whole
from voice.patient_page.request import VisitRequest

WAIT_SECONDS = 2.0
"""How long the response to a confirmation waits for the calendar."""
LOOK_AGAIN = {"Refresh": "3"}
"""Reloads the page without a script; the page also has a link for it."""
_CONFLICT = 409
_NOON = 12


async def choose(asked: VisitRequest) -> Response:
    """Show the days and times that are free."""
    if not patient_changes.may_change(asked.visit, asked.line.clinic):
        return asked.away()
    async with asked.line.pool.connection() as conn:
        if under_way := await pending_move(conn, asked.visit.id):
            return asked.away(f"/move/{under_way.id}")
    return await _choose(asked, wording.TAKEN if "taken" in asked.query else None)


async def hold(asked: VisitRequest) -> Response:
    """Hold the chosen time, and ask for confirmation."""
    if asked.is_outdated():
        return asked.away(meanwhile="1")
    slot = _slot(asked, asked.form.get("start", ""))
    picked = (
        await patient_changes.hold_for(asked.line.clinic, asked.visit.id, slot) if slot else None
    )
    match picked:
        case Held():
            return asked.away(f"/move/{picked.booking_id}")
        case Taken():
            return await _choose(asked, wording.TAKEN, _CONFLICT)
        case Moving() | Stale() | None:
            return asked.away("/move")
        case Closed():
            return asked.away()


async def look(asked: VisitRequest) -> Response:
    """Show the state of the move to a chosen time."""
    held = await _held(asked)
    if held is None:
        return asked.away("/move")
    return await _where(asked, held)


async def confirm(asked: VisitRequest) -> Response:
    """Move the visit; the calendar has usually answered a moment later."""
    held = await _held(asked)
    if held is not None:
        still_held = patient_changes.move_state(held, asked.line.clinic) == "held"
        if still_held and asked.is_outdated():
            return asked.away(meanwhile="1")
        moved = await patient_changes.move(asked.line.clinic, asked.visit.id, held.id)
        if isinstance(moved, Closed):
            return asked.away()
        if isinstance(moved, Taken):
            return asked.away("/move", taken="1")
        await patient_changes.wait_until_moved(asked.line.pool, held.id, WAIT_SECONDS)
        return asked.away(f"/move/{held.id}")
    return asked.away("/move")


async def _choose(asked: VisitRequest, said: Text | None = None, status: int = 200) -> Response:
    zone = asked.line.settings.zone
    free = await patient_changes.times_for(asked.line.clinic, asked.visit.id)
    unreadable = isinstance(free, Stale)
    by_day = {
        day: list(slots)
        for day, slots in groupby(
            () if isinstance(free, Stale) else free, lambda slot: slot.start.astimezone(zone).date()
        )
    }
    chosen = _day(asked.query.get("day", ""))
    if chosen not in by_day:
        chosen = next(iter(by_day), None)
    slots = by_day[chosen] if chosen else []
    return asked.page(
        "move.html",
        status=status,
        title=wording.MOVE,
        said=said,
        before=whole(asked.visit.slot.start, zone),
        unreadable=unreadable,
        days=[(day, *_short(each[0], asked)) for day, each in by_day.items()],
        chosen=chosen,
        heading=speech.day(slots[0].start, zone) if slots else None,
        parts=[
            (name, [(each.start.isoformat(), clock(each.start, zone)) for each in part])
            for name, morning in ((wording.MORNING, True), (wording.AFTERNOON, False))
            if (part := [s for s in slots if (s.start.astimezone(zone).hour < _NOON) is morning])
        ],
    )


def _short(slot: Span, asked: VisitRequest) -> tuple[Text, str, Text]:
    """A day as its link shows it: "Tue", "1", "Dec"."""
    start, zone = slot.start, asked.line.settings.zone
    return weekday(start, zone), str(start.astimezone(zone).day), month(start, zone)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _slot(asked: VisitRequest, text: str) -> Span | None:
    """The chosen time with the length of a screening; whether it is free is checked later."""
    try:
        start = datetime.fromisoformat(text).astimezone(UTC)
        return Span(start, start + timedelta(minutes=asked.line.clinic.rules.minutes))
    except (ValueError, OverflowError):
        return None


async def _held(asked: VisitRequest) -> Booking | None:
    number = asked.query.get("held", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):  # noqa: PLR2004  # bigint
        return None
    async with asked.line.pool.connection() as conn:
        return await patient_changes.held_for(conn, asked.visit.id, int(number))


async def _where(asked: VisitRequest, held: Booking) -> Response:
    zone = asked.line.settings.zone
    before, after = (whole(each.slot.start, zone) for each in (asked.visit, held))
    match patient_changes.move_state(held, asked.line.clinic):
        case "moved":
            return asked.away(moved="1")
        case "changed":
            return asked.away(changed="1")
        case "taken":
            return await _choose(asked, wording.TAKEN)
        case "lapsed":
            return await _choose(asked, wording.LAPSED)
        case "held":
            return asked.page(
                "confirm.html", title=wording.MOVE_ASK, before=before, after=after, held=held.id
            )
        case "moving":
            response = asked.page("moving.html", title=wording.MOVING, before=before, held=held.id)
            response.headers.update(LOOK_AGAIN)
            return response
