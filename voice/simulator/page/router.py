"""The routes of the page: the page itself, its files, its events, and the clock."""

from collections.abc import AsyncGenerator, Callable
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, HTTPException, Response
from fastapi.responses import FileResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel

from voice import clinical_signoff, routing
from voice.bootstrap import Line
from voice.limits import entry_of
from voice.setting_types import Routing
from voice.simulator.call_command import DEFAULT_CALLER
from voice.simulator.demo_clock import VIDEO_ROOM
from voice.simulator.handset import Staff
from voice.simulator.page import (
    calendar_routes,
    call_routes,
    sample_limits,
    sample_patient,
    server_voice,
    text_routes,
    therapist_choice,
)
from voice.simulator.page.access import LocalRoute
from voice.simulator.page.calendar_block import day_and_clock
from voice.simulator.page.patient_phone import LANDLINE
from voice.simulator.page.session import Session
from voice.simulator.page.templates import FILES, TYPES, page
from voice.texts.rendering import plain_number

_NO_CONTENT, _NOT_FOUND, _TOO_MANY = 204, 404, 503


class Chosen(BaseModel):
    """The name of a time to call at."""

    when: str


class ChosenTherapists(BaseModel):
    """How many therapists the clinic has."""

    name: therapist_choice.Choice


class ChosenRouting(BaseModel):
    """How the next calls are answered."""

    name: Routing


def add_phone(
    app: FastAPI, line: Line, say: Callable[[str], None] | None = None
) -> Callable[[], None]:
    """Add the page of a demo to the line's application.

    ``say`` gets a sentence for each thing that happens on the line. Returns a function that ends
    the page's connections and calls.
    """
    session = Session(line, app, say)
    app.include_router(_pages(session))
    app.include_router(demo_routes(session))
    app.include_router(call_routes.router(session))
    app.include_router(calendar_routes.router(session))
    app.include_router(text_routes.router(session))
    return session.close


def _pages(session: Session) -> APIRouter:
    """What a browser opens: the page, its files, and the video room."""
    router = APIRouter(route_class=LocalRoute)
    line = session.line

    @router.get("/")
    async def start() -> Response:
        """Redirect to the page."""
        return RedirectResponse("/phone")

    @router.get(VIDEO_ROOM)
    async def video_room() -> Response:
        """The demo's video room, where the link in a text and in an event leads."""
        return page("video_room.html", clinic=line.settings.clinic_name)

    @router.get("/phone")
    async def the_page() -> Response:
        """The page."""
        zone = line.settings.zone
        return page(
            "phone.html",
            clinic=line.settings.clinic_name,
            unsigned=bool(clinical_signoff.unsigned()),
            times=[
                (when.name, when.label, day_and_clock(when.at.astimezone(zone)))
                for when in session.times
            ],
            chosen_time=session.chosen_time,
            routings=_ROUTINGS,
            chosen_routing=await _routing(line),
            teams=_TEAMS if therapist_choice.is_offered(line) else (),
            chosen_team=therapist_choice.chosen(line),
            now=session.local_time,
            callers=_CALLERS,
            staff=_STAFF,
            has_voice=server_voice.has_voice(),
            sender=line.texting.config.clinic.name,
            sender_number=plain_number(line.settings.clinic_number),
        )

    @router.get("/phone/files/{name}")
    async def file(name: str) -> Response:
        """A style sheet, a script or an image."""
        if name not in FILES:
            raise HTTPException(_NOT_FOUND)
        return FileResponse(FILES[name], media_type=TYPES[FILES[name].suffix])

    return router


def demo_routes(session: Session) -> APIRouter:
    """What the page asks of the demo: its events, its clock, and a patient with a booking."""
    router = APIRouter(route_class=LocalRoute)

    @router.get("/phone/events")
    async def events(
        last_event_id: Annotated[int | None, Header()] = None,
    ) -> Response:
        """What happens from now on, or since a lost connection."""
        if session.events.is_full:
            raise HTTPException(_TOO_MANY, "This page is open too often: close some of its tabs.")

        async def told() -> AsyncGenerator[str]:
            async with session.watcher.page_open():
                async for event in session.events.subscribe(last_event_id):
                    yield event

        return StreamingResponse(told(), media_type="text/event-stream")

    @router.post("/phone/clock")
    async def clock(chosen: Chosen) -> dict[str, str]:
        """Set the demo's clock."""
        await session.set_clock(chosen.when)
        return session.time_shown

    @router.post("/phone/routing", status_code=_NO_CONTENT)
    async def route(chosen: ChosenRouting) -> None:
        """Switch how the next calls are answered."""
        line = session.line
        async with line.pool.connection() as conn:
            await routing.switch(conn, routing.Switched(chosen.name, line.now(), None))

    @router.post("/phone/therapists", status_code=_NO_CONTENT)
    async def therapists(chosen: ChosenTherapists) -> None:
        """Choose between one therapist and two."""
        await therapist_choice.choose(session.line, chosen.name)
        session.events.publish("week")

    @router.post("/phone/known-patient")
    async def known_patient() -> sample_patient.SamplePatient:
        """The number of a patient with a booking."""
        session.watcher.follow(sample_patient.CALL_SID)
        return await sample_patient.sample_patient_visit(session.line)

    @router.post("/phone/limit")
    async def limit(chosen: sample_limits.ChosenLimit) -> dict[str, str]:
        """What leads to a limit for the next call."""
        session.watcher.follow(sample_limits.ROBOT_CALL)
        session.watcher.follow(entry_of(session.line.now()))
        return {"says": await sample_limits.meet(session.line, chosen)}

    return router


async def _routing(line: Line) -> Routing:
    async with line.pool.connection() as conn:
        return await routing.current(conn, line.settings.routing, line.now())


_ROUTINGS = (
    ("line", "The line"),
    ("staff-first", "Staff first"),
    ("after-hours", "Staff in hours"),
    ("paused", "Call-backs only"),
)
_TEAMS = (("one", "One"), ("two", "Two therapists"))
_CALLERS = (
    ("mobile", "A mobile", DEFAULT_CALLER),
    ("landline", "A landline", LANDLINE),
    ("withheld", "A withheld number", ""),
    ("known", "A known patient", sample_patient.NUMBER),
    ("often", "A number that called too often", sample_limits.OFTEN),
    ("robots", "A caller on a day with robots", sample_limits.AMONG_ROBOTS),
    ("other", "Another number", ""),
)
_STAFF = (
    (Staff.NO_ANSWER.value, "Nobody answers"),
    (Staff.ANSWERS.value, "Staff answer"),
    (Staff.VOICEMAIL.value, "Voicemail answers"),
    (Staff.BUSY.value, "Busy"),
)
