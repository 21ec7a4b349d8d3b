"""The routes of a call from the page: place it, press keys, hang up, hear it again, keep it."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from voice.simulator.caller_id import VOUCHED, WITHHELD
from voice.simulator.handset import Staff
from voice.simulator.key_script import InvalidKeysError, read_keys
from voice.simulator.page import server_voice
from voice.simulator.page.access import LocalRoute
from voice.simulator.page.browser_handset import Pace
from voice.simulator.page.live_call import CallRequest
from voice.simulator.page.session import Session

_NO_CONTENT, _NOT_FOUND, _UNPROCESSABLE = 204, 404, 422

Speed = Annotated[float, Field(ge=0.25, le=500)]


class Pacing(BaseModel):
    """How fast the call goes, see Pace."""

    speed: Speed = 1.0
    waits: Speed = 1.0
    voiced: bool = False

    @property
    def pace(self) -> Pace:
        """The same for the handset."""
        return Pace(self.speed, self.waits, self.voiced)


class Placed(Pacing):
    """A call to place; an empty number is withheld. ``signed``: the carrier vouches for it."""

    number: Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{6,14})?$")] = ""
    signed: bool = False
    staff: Staff = Staff.NO_ANSWER
    keys: Annotated[str, Field(max_length=500)] = ""


class Pressed(BaseModel):
    """A key, in which segment, and after how many of its words."""

    key: Annotated[str, Field(pattern=r"^[0-9*#]$")]
    segment: int = 0
    said: int | None = None


class Heard(BaseModel):
    """A segment that the browser has spoken."""

    segment: int


class Chosen(BaseModel):
    """What the clinic's phone does from now on."""

    staff: Literal[Staff.ANSWERS, Staff.VOICEMAIL, Staff.BUSY, Staff.NO_ANSWER]


def router(session: Session) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=LocalRoute, prefix="/phone/calls")
    _add_the_call(routes, session)
    _add_the_log(routes, session)
    return routes


def _add_the_call(routes: APIRouter, session: Session) -> None:
    """What the caller and the clinic's phone do."""

    @routes.post("")
    async def place(placed: Placed) -> dict[str, str]:
        """Place a call."""
        try:
            steps = read_keys(placed.keys)
        except InvalidKeysError as wrong:
            raise HTTPException(_UNPROCESSABLE, f"Keys to press: {wrong}") from wrong
        request = CallRequest(
            number=placed.number or WITHHELD,
            signed=VOUCHED if placed.signed else None,
            staff=placed.staff,
            pace=placed.pace,
            steps=steps,
        )
        await session.patient_phone.know_landline(placed.number)
        return {"call": session.place(request).sid}

    @routes.post("/{sid}/keys", status_code=_NO_CONTENT)
    async def press(sid: str, pressed: Pressed) -> None:
        """Press a key; a call that is heard again takes none."""
        call = session.call(sid)
        if call.again is None:
            call.handset.press(pressed.key, pressed.segment, pressed.said)

    @routes.post("/{sid}/heard", status_code=_NO_CONTENT)
    async def heard(sid: str, was: Heard) -> None:
        """The browser has spoken a sentence to its end."""
        session.call(sid).handset.spoken(was.segment)

    @routes.post("/{sid}/hang-up", status_code=_NO_CONTENT)
    async def hang_up(sid: str) -> None:
        """Hang up."""
        session.call(sid).handset.hang_up()

    @routes.post("/{sid}/staff", status_code=_NO_CONTENT)
    async def staff(sid: str, chosen: Chosen) -> None:
        """Change what the clinic's phone does."""
        session.call(sid).handset.outcome = chosen.staff


def _add_the_log(routes: APIRouter, session: Session) -> None:
    """The calls so far, and what the page fetches of each."""

    @routes.get("")
    async def log() -> list[dict[str, object]]:
        """The last ten calls, the latest first."""
        return session.call_log

    @routes.get("/{sid}")
    async def known(sid: str) -> dict[str, bool]:
        """Whether a call is over; 404 when a line that was restarted does not know it."""
        return {"over": session.call(sid).ended is not None}

    @routes.post("/{sid}/again")
    async def again(sid: str, pacing: Pacing) -> dict[str, str]:
        """Hear a finished call again."""
        return {"call": session.hear_again(sid, pacing.pace).sid}

    @routes.get("/{sid}/transcript")
    async def transcript(sid: str) -> Response:
        """The call as a test: what `screening-line call --keys` prints, and the tests read."""
        call = session.finished_call(sid)
        name = f"call-{call.began:%Y-%m-%d-%H%M%S}.txt"
        kept = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(call.transcript(), media_type="text/plain; charset=utf-8", headers=kept)

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
