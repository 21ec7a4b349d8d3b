"""A clinic phone that forwards to the line is neither the caller nor called."""

from dataclasses import replace

import pytest
from support.caller import Caller
from support.clinic import SetClock
from support.patients import Calls

from calendar_sync.bookings import call_backs
from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Kind, Staff
from voice.simulator.transport import InProcess


@pytest.mark.parametrize("number", ["+14252025687", "+14255550142", "+14255550150", "+14255550151"])
async def test_the_phone_that_forwarded_is_not_rung_and_is_not_the_caller(
    calls: Calls, line: Line, now: SetClock, number: str
) -> None:
    """During opening hours key 0 leads to a call-back that asks for a number."""
    now.forward(hours=2)
    caller = await calls(number, staff=Staff.ANSWERS)
    await caller.presses("0").hears("no one can answer").presses("1")
    await caller.hears("enter your ten digit phone number").presses("4255550188#")
    await caller.presses("1").hears("the number ending in 0 1 8 8")
    assert Kind.RINGING not in {segment.kind for _, segment in caller.segments}
    async with line.pool.connection() as conn:
        [request] = await call_backs.open_requests(conn)
    assert (request.number, request.reason) == ("+14255550188", "asked for a person")


async def test_a_number_that_is_kept_and_forwards_to_twilio_is_not_the_callers(
    line: Line, now: SetClock
) -> None:
    """CLINIC_NUMBER is then elsewhere, and the line answers TWILIO_NUMBER."""
    kept = "+12065550199"
    settings = line.settings.model_copy(
        update={"clinic_number": kept, "twilio_number": line.settings.clinic_number}
    )
    now.forward(hours=2)
    app = create_app(replace(line, settings=settings))
    post = InProcess(app, settings.public_base_url, settings.tokens[0])
    async with Caller(post, CallerId(kept), Staff.ANSWERS) as caller:
        await caller.presses("0").hears("no one can answer").presses("1")
        await caller.hears("enter your ten digit phone number").presses("4255550188#")
        await caller.presses("1").hears("the number ending in 0 1 8 8")
        assert Kind.RINGING not in {segment.kind for _, segment in caller.segments}
