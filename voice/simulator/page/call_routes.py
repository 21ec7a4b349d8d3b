"""The routes of a call from the page: place it, press keys, hang up, keep it."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from voice.simulator.caller_id import WITHHELD
from voice.simulator.handset import Staff
from voice.simulator.key_script import InvalidKeysError, read_keys
from voice.simulator.page import server_voice
from voice.simulator.page.access import LocalRoute
from voice.simulator.page.browser_handset import Pace
from voice.simulator.page.live_call import CallRequest
from voice.simulator.page.session import Session

_NO_CONTENT, _NOT_FOUND, _CONFLICT, _UNREADABLE = 204, 404, 409, 422
_SIGNED = "TN-Validation-Passed-A"

Speed = Annotated[float, Field(ge=0.25, le=500)]


class Placed(BaseModel):
    """A call to place; an empty number is a withheld one."""

    number: Annotated[str, Field(pattern=r"^(\+[1-9]\d{6,14})?$")] = ""
    signed: bool = False
    staff: Staff = Staff.NO_ANSWER
    speed: Speed = 1.0
    waits: Speed = 1.0
    voiced: bool = False
    keys: Annotated[str, Field(max_length=500)] = ""


class Pressed(BaseModel):
    """A key, in which moment, and after how many of its words."""

    key: Annotated[str, Field(pattern=r"^[0-9*#]$")]
    segment: int = 0
    said: int | None = None


class Heard(BaseModel):
    """A moment that the browser has spoken."""

    segment: int


class Chosen(BaseModel):
    """What the clinic's phone does from now on."""

    staff: Literal[Staff.ANSWERS, Staff.VOICEMAIL, Staff.BUSY, Staff.NO_ANSWER]


def router(session: Session) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=LocalRoute, prefix="/phone/calls")
    _add_the_call(routes, session)
    _add_what_is_kept(routes, session)
    return routes


def _add_the_call(routes: APIRouter, session: Session) -> None:
    """What the caller and the clinic's phone do."""

    @routes.post("")
    async def place(placed: Placed) -> dict[str, str]:
        """A call begins."""
        try:
            steps = read_keys(placed.keys)
        except InvalidKeysError as wrong:
            raise HTTPException(_UNREADABLE, str(wrong)) from wrong
        request = CallRequest(
            number=placed.number or WITHHELD,
            signed=_SIGNED if placed.signed else None,
            staff=placed.staff,
            pace=Pace(placed.speed, placed.waits, placed.voiced),
            steps=steps,
        )
        await session.patient_phone.know_landline(placed.number)
        return {"call": session.place(request).sid}

    @routes.post("/{sid}/keys", status_code=_NO_CONTENT)
    async def press(sid: str, pressed: Pressed) -> None:
        """A key is pressed."""
        session.call(sid).handset.press(pressed.key, pressed.segment, pressed.said)

    @routes.post("/{sid}/heard", status_code=_NO_CONTENT)
    async def heard(sid: str, was: Heard) -> None:
        """The browser has spoken a sentence to its end."""
        session.call(sid).handset.spoken(was.segment)

    @routes.post("/{sid}/hang-up", status_code=_NO_CONTENT)
    async def hang_up(sid: str) -> None:
        """The caller hangs up."""
        session.call(sid).handset.hang_up()

    @routes.post("/{sid}/staff", status_code=_NO_CONTENT)
    async def staff(sid: str, chosen: Chosen) -> None:
        """Somebody at the clinic comes to the phone, or leaves it."""
        session.call(sid).handset.outcome = chosen.staff


def _add_what_is_kept(routes: APIRouter, session: Session) -> None:
    """What the page fetches of a call."""

    @routes.get("/{sid}/transcript")
    async def transcript(sid: str) -> Response:
        """The call as a test: what `screening-line call --keys` prints, and the tests read."""
        call = session.call(sid)
        text = call.transcript()
        if text is None:
            raise HTTPException(_CONFLICT, "The call goes on; hang up first.")
        name = f"call-{call.began:%Y-%m-%d-%H%M%S}.txt"
        kept = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text, media_type="text/plain; charset=utf-8", headers=kept)

    @routes.get("/{sid}/voice/{segment}")
    async def voice(sid: str, segment: int) -> Response:
        """A sentence of the call, spoken by this computer's own voice."""
        segments = session.call(sid).handset.segments
        if not 1 <= segment <= len(segments):
            raise HTTPException(_NOT_FOUND)
        heard = segments[segment - 1]
        sound = await server_voice.speak(heard.words, heard.language)
        if sound is None:
            raise HTTPException(_NOT_FOUND)
        return Response(sound, media_type="audio/wav")
