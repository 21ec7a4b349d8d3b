"""Moves a visit during a call: the other times, the hold, the yes, and how far the move is.

The move is that of the patient's page, see `patient_changes`: the event goes to the held time
first, and only then the visit. Whatever fails or ends the call before that, the visit stays.
"""

from datetime import UTC, datetime
from typing import Any

from calendar_sync.availability.offers import three_offers
from calendar_sync.availability.span import Span
from calendar_sync.bookings import patient_changes
from calendar_sync.bookings.booking import Booking, Taken, booking
from calendar_sync.bookings.free_times import Stale
from calendar_sync.bookings.holds import Held
from calendar_sync.bookings.patient_changes import Moving
from voice.bootstrap import Line
from voice.dialogue import effects
from voice.dialogue.effects import JustTaken, Offers, Opening, Stored, Unreadable
from voice.dialogue.visit_effects import (
    FindMoveTimes,
    HoldForVisit,
    MoveProgress,
    MoveVisit,
    SeeMoved,
    VisitChanged,
)

CHECK_SECONDS = 1.5
"""How long one check of a move may block a turn; the caller has just heard cover speech."""


async def move_result(
    line: Line, effect: FindMoveTimes | HoldForVisit | MoveVisit | SeeMoved
) -> Any:  # noqa: ANN401  # each effect's own type
    """The result of an effect; safe to perform twice."""
    match effect:
        case FindMoveTimes():
            return await _times(line, effect)
        case HoldForVisit():
            return await _hold(line, effect)
        case MoveVisit():
            return await _move(line, effect)
        case SeeMoved():
            return await _see(line, effect.held)


def named(line: Line, visit: Booking) -> str:
    """Whose visit it is, where there are several therapists; else ""."""
    return visit.clinician_id if line.clinic.clinicians else ""


def as_told(visit: Booking, told: Opening) -> bool:
    """Whether the visit is still at the time that the caller was told."""
    return visit.slot.start == told.start


async def _times(line: Line, effect: FindMoveTimes) -> Offers | Unreadable:
    """Up to three times to which the visit may be moved, with its therapist."""
    free = await patient_changes.times_for(line.clinic, effect.visit)
    if isinstance(free, Stale):
        return Unreadable()
    async with line.pool.connection() as conn:
        whose = named(line, await booking(conn, effect.visit))
    beyond = datetime.fromisoformat(effect.beyond) if effect.beyond else None
    three = three_offers(free, line.settings.zone, effect.part, beyond)
    return Offers(tuple(Opening(each.start, each.end, whose) for each in three))


async def _hold(line: Line, effect: HoldForVisit) -> effects.Held | JustTaken | VisitChanged:
    """Hold a time for the visit, unless it has changed since its caller was told of it."""
    async with line.pool.connection() as conn:
        visit = await booking(conn, effect.visit)
    if not as_told(visit, effect.told):
        return VisitChanged()
    slot = Span(effect.slot.start.astimezone(UTC), effect.slot.end.astimezone(UTC))
    match await patient_changes.hold_for(line.clinic, effect.visit, slot):
        case Held(booking_id=held):
            return effects.Held(held)
        case Taken() | Stale():
            return JustTaken()
        case _:
            return VisitChanged()


async def _move(line: Line, effect: MoveVisit) -> Stored | JustTaken | VisitChanged:
    """Store the yes to a held time, unless the visit has changed."""
    async with line.pool.connection() as conn:
        visit = await booking(conn, effect.visit)
        held = await booking(conn, effect.held)
    if held.moves is None and not as_told(visit, effect.told):
        return VisitChanged()
    match await patient_changes.move(line.clinic, effect.visit, effect.held, by="phone"):
        case Moving():  # this move, or another one that is under way: `_see` tells which
            return Stored()
        case Taken():
            return JustTaken()
        case _:
            return VisitChanged()


async def _see(line: Line, held_id: int) -> MoveProgress:
    """How far the move to a held time is."""
    await patient_changes.wait_until_moved(line.pool, held_id, CHECK_SECONDS)
    async with line.pool.connection() as conn:
        held = await booking(conn, held_id)
    match patient_changes.move_state(held, line.clinic):
        case "moved":
            return MoveProgress("moved")
        case "moving":
            return MoveProgress("pending")
        case "taken":
            return MoveProgress("taken")
        case _:
            return MoveProgress("changed")
