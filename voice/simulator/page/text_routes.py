"""The routes of the patient's phone: its screen, a reply, and a skip to the next text."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from voice.simulator.page.access import LocalRoute
from voice.simulator.page.phone_screen import Screen, screen_of
from voice.simulator.page.session import Session

_NO_CONTENT, _CONFLICT = 204, 409


class Phone(BaseModel):
    """Whose phone: a number in E.164, "" when withheld, and the call that it placed last."""

    number: Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{6,14})?$")]
    call: Annotated[str, Field(pattern=r"^(CA[0-9a-f]{32})?$")] = ""


class Reply(BaseModel):
    """What the patient writes; Twilio takes up to 1600 characters."""

    number: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
    words: Annotated[str, Field(min_length=1, max_length=1600)]


def router(session: Session) -> APIRouter:
    """The routes; phone numbers are sent in the body, because URLs end up in logs."""
    routes = APIRouter(route_class=LocalRoute, prefix="/phone/texts")
    line, phone = session.line, session.patient_phone

    async def screen(whose: Phone) -> Screen:
        over = session.is_over(whose.call)
        return await screen_of(line, phone, whose.number, whose.call, call_is_over=over)

    @routes.post("")
    async def shown(whose: Phone) -> dict[str, object]:
        """The phone as it is now, with the demo's clock."""
        return {**asdict(await screen(whose)), **session.time_shown}

    @routes.post("/reply", status_code=_NO_CONTENT)
    async def reply(written: Reply) -> None:
        """Send a reply of the patient."""
        await phone.write(session.post, written.number, written.words)

    @routes.post("/skip", status_code=_NO_CONTENT)
    async def skip(whose: Phone) -> None:
        """Move the clock to the next text, which then comes at once."""
        due = (await screen(whose)).next
        if due is None:
            raise HTTPException(_CONFLICT, "No text is scheduled for this phone.")
        await session.skip_to(due.at)

    return routes
