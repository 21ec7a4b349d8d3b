"""The routes of the clinic's calendar on the page: the week, an event, and what staff do."""

from datetime import date, time
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from voice.simulator.page import staff_actions
from voice.simulator.page.access import LocalRoute
from voice.simulator.page.calendar_block import clock, day_and_clock
from voice.simulator.page.session import Session
from voice.simulator.page.templates import page
from voice.simulator.page.week_view import week_of

_GONE = 204


class Move(BaseModel):
    """A local time."""

    day: date
    time: time


class Block(BaseModel):
    """A part of a local day."""

    day: date
    part: Literal["morning", "afternoon", "day"]


def router(session: Session) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=LocalRoute, prefix="/phone/calendar")
    line = session.line

    @routes.get("")
    async def week(day: date | None = None) -> Response:
        """The week of a day, or of today."""
        shown = await week_of(line, day or session.today, session.watcher.held)
        return page("week.html", week=shown, today=session.today)

    @routes.get("/{event_id}")
    async def note(event_id: str) -> Response:
        """An event as staff read it; 204 if it is no longer in the calendar."""
        found = await staff_actions.find(line, event_id)
        if found is None or found.span is None:
            return Response(status_code=_GONE)
        zone = line.settings.zone
        start, end = found.span.start.astimezone(zone), found.span.end.astimezone(zone)
        return page(
            "note.html",
            entry=found,
            when=f"{day_and_clock(start)} to {clock(end)}",
            start=start,
            lines=[part.partition(": ") for part in found.description.splitlines()],
        )

    @routes.post("/blocks")
    async def block(wanted: Block) -> staff_actions.ActionResult:
        """Staff block a morning, an afternoon or a day."""
        return _told(await staff_actions.block(line, wanted.day, wanted.part))

    @routes.post("/{event_id}/move")
    async def move(event_id: str, wanted: Move) -> staff_actions.ActionResult:
        """Staff drag an event to another time."""
        return _told(await staff_actions.move(line, event_id, wanted.day, wanted.time))

    @routes.post("/{event_id}/delete")
    async def delete(event_id: str) -> staff_actions.ActionResult:
        """Staff delete an event."""
        return _told(await staff_actions.delete(line, event_id))

    def _told(done: staff_actions.ActionResult) -> staff_actions.ActionResult:
        if done.ok:
            session.events.publish("staff", words=done.message)
        return done

    return routes
