"""A time that is offered to somebody who waits: taking it, or not. Its link is in the text."""

from typing import Literal

from fastapi import Response

from calendar_sync.bookings import confirmation, patient_changes
from calendar_sync.waiting import taking
from calendar_sync.waiting.taking import Offered
from voice.language import Text
from voice.patient_page import views, waiting_wording, wording
from voice.patient_page.dates import clock, whole
from voice.patient_page.request import VisitRequest
from voice.patient_page.reschedule import LOOK_AGAIN, WAIT_SECONDS


async def show(asked: VisitRequest) -> Response:
    """Show the offer, what came of it, or the visit that was booked from it."""
    seen = await offered(asked)
    held = asked.visit
    # A first visit that was booked from an offer has the same link.
    if seen is None or (held.confirmed_at and held.moves is None and held.state != "released"):
        return await views.show(asked)
    if held.moves is not None and held.state == "held":
        response = _page(asked, seen, "moving", wording.MOVING)
        response.headers.update(LOOK_AGAIN)
        return response
    if seen.may_take(asked.line.now()):
        return _page(asked, seen, "open", waiting_wording.OFFER)
    return _page(asked, seen, "gone", waiting_wording.GONE)


async def take(asked: VisitRequest) -> Response:
    """Take the time; the safety questions come first if their answers are old."""
    seen = await offered(asked)
    if seen is None:
        return asked.away()
    if seen.may_take(asked.line.now()) and seen.asks_safety(asked.line.now()):
        return asked.away("/safety")
    return await take_now(asked)


async def decline(asked: VisitRequest) -> Response:
    """Leave the time to the next in line."""
    await taking.decline(asked.line.clinic, asked.visit)
    return asked.away()


async def take_now(asked: VisitRequest) -> Response:
    """Take it; the calendar has usually answered a moment later."""
    if await taking.take(asked.line.clinic, asked.visit):
        pool, held = asked.line.pool, asked.visit.id
        seen = await offered(asked)
        if seen and seen.visit is None:
            await confirmation.wait_until_settled(pool, held, WAIT_SECONDS)
        else:
            await patient_changes.wait_until_moved(pool, held, WAIT_SECONDS)
    return asked.away(moved="1")


async def offered(asked: VisitRequest) -> Offered | None:
    """The offer that the link is for."""
    async with asked.line.pool.connection() as conn:
        return await taking.offered(conn, asked.visit)


def _page(
    asked: VisitRequest, seen: Offered, state: Literal["open", "moving", "gone"], title: Text
) -> Response:
    zone, visit = asked.line.settings.zone, seen.visit
    stands = visit is not None and visit.state == "booked"
    return asked.page(
        "offer.html",
        state=state,
        title=title,
        o=waiting_wording,
        now=views.card(asked),
        until=clock(seen.offer.until, zone),
        before=whole(visit.slot.start, zone) if visit and stands else None,
        waiting=seen.entry.ended_at is None,
    )
