"""The routes of the page: the page itself, its files, its events, and the clock."""

from collections.abc import AsyncGenerator, Callable
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, HTTPException, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel

from voice import clinical_signoff
from voice.bootstrap import Line
from voice.simulator.call_command import DEFAULT_CALLER
from voice.simulator.handset import Staff
from voice.simulator.page import (
    calendar_routes,
    call_routes,
    sample_patient,
    server_voice,
    text_routes,
)
from voice.simulator.page.access import LocalRoute
from voice.simulator.page.patient_phone import LANDLINE
from voice.simulator.page.session import Session
from voice.simulator.page.templates import FILES, TYPES, page
from voice.simulator.page.week_view import day_and_clock
from voice.texts.rendering import plain_number

_NO_CONTENT, _NOT_FOUND = 204, 404


class Chosen(BaseModel):
    """Which of the times to call at."""

    when: str


def add_phone(app: FastAPI, line: Line) -> Callable[[], None]:
    """Add the page of a demo to the line's application; what it returns ends its connections."""
    session = Session(line, app)
    app.include_router(_router(session))
    app.include_router(call_routes.router(session))
    app.include_router(calendar_routes.router(session))
    app.include_router(text_routes.router(session))
    return session.close


def _router(session: Session) -> APIRouter:
    router = APIRouter(route_class=LocalRoute)
    line = session.line

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
            now=session.local_time,
            callers=_CALLERS,
            staff=_STAFF,
            has_voice=server_voice.has_voice(),
            sender=line.texting.config.clinic.name,
            sender_number=plain_number(line.settings.clinic_number),
        )

    @router.get("/phone/files/{name}")
    async def file(name: str) -> Response:
        """A style sheet, a script or a picture."""
        if name not in FILES:
            raise HTTPException(_NOT_FOUND)
        return FileResponse(FILES[name], media_type=TYPES[FILES[name].suffix])

    @router.get("/phone/events")
    async def events(
        last_event_id: Annotated[int | None, Header()] = None,
    ) -> Response:
        """What happens from now on, or from where a lost connection left off."""

        async def told() -> AsyncGenerator[str]:
            async with session.watcher.page_open():
                async for event in session.events.subscribe(last_event_id):
                    yield event

        return StreamingResponse(told(), media_type="text/event-stream")

    @router.post("/phone/clock")
    async def clock(chosen: Chosen) -> dict[str, str]:
        """Let it be another time in the demo."""
        await session.set_clock(chosen.when)
        return {"now": session.local_time}

    @router.post("/phone/known-patient")
    async def known_patient() -> sample_patient.SamplePatient:
        """A number with a booking."""
        session.watcher.follow(sample_patient.CALL_SID)
        return await sample_patient.sample_patient_visit(line)

    return router


_CALLERS = (
    ("mobile", "A mobile", DEFAULT_CALLER),
    ("landline", "A landline", LANDLINE),
    ("withheld", "A withheld number", ""),
    ("known", "A known patient", sample_patient.NUMBER),
    ("other", "Another number", ""),
)
_STAFF = (
    (Staff.NO_ANSWER.value, "Nobody answers"),
    (Staff.ANSWERS.value, "Staff answer"),
    (Staff.VOICEMAIL.value, "Voicemail answers"),
    (Staff.BUSY.value, "Busy"),
)
