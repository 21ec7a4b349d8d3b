"""A caller who asks for a person gets one, or a call-back."""

import pytest
from support.caller import Caller
from support.clinic import SetClock
from support.patients import Calls, To

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back import CallBack
from voice.bootstrap import Line
from voice.simulator.handset import Kind, Staff
from voice.simulator.player import Ended


async def asked(line: Line) -> list[CallBack]:
    """The open call-backs."""
    async with line.pool.connection() as conn:
        return await call_backs.open_requests(conn)


@pytest.fixture
def opened(now: SetClock) -> None:
    """A line at ten in the morning."""
    now.forward(hours=2)


@pytest.mark.usefixtures("opened")
async def test_zero_rings_the_clinic_in_opening_hours(calls: Calls) -> None:
    """Staff press a key to accept the call."""
    caller: Caller = await calls(staff=Staff.ANSWERS)
    await caller.presses("0").hears("I will try the clinic now").hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP
    assert Kind.TALK in {segment.kind for _, segment in caller.segments}


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("staff", [Staff.BUSY, Staff.NO_ANSWER, Staff.FAILED, Staff.VOICEMAIL])
async def test_whoever_does_not_answer_a_call_back_is_offered(
    calls: Calls, line: Line, staff: Staff
) -> None:
    """After busy, no answer, failure or voicemail, one key requests a call-back."""
    caller: Caller = await calls(staff=staff)
    await caller.presses("0").hears("Sorry, no one can answer right now.").presses("1")
    await caller.hears("Our staff will call you at the number ending in 0 1 2 3.")
    [request] = await asked(line)
    assert (request.number, request.language) == ("+14255550123", "en")
    assert request.reason == "asked for a person"


async def test_a_closed_clinic_is_not_rung(calls: Calls, line: Line) -> None:
    """At eight in the morning, no phone rings."""
    caller: Caller = await calls(staff=Staff.ANSWERS)
    await caller.presses("0").hears("The clinic is closed now.").presses("1")
    await caller.hears("Our staff will call you")
    assert Kind.RINGING not in {segment.kind for _, segment in caller.segments}
    assert len(await asked(line)) == 1


async def test_a_withheld_number_is_asked_for(calls: Calls, line: Line) -> None:
    """A call-back needs a number."""
    caller: Caller = await calls("+266696687")
    await caller.presses("0").presses("1").hears("Please enter your ten digit phone number")
    await caller.presses("4255550177#").presses("1").hears("ending in 0 1 7 7.")
    [request] = await asked(line)
    assert request.number == "+14255550177"


async def test_no_call_is_promised_without_a_number(calls: Calls, line: Line) -> None:
    """A withheld caller may skip the number; the line then says that it has none to call."""
    caller: Caller = await calls("+266696687")
    await caller.presses("0").presses("1").hears("To skip this, press pound.").presses("#")
    await caller.hears("I have no number to call. Please call again.").hears("Goodbye.")
    assert "will call you" not in " ".join(segment.words for _, segment in caller.segments)
    assert [request.number for request in await asked(line)] == [None]


async def test_the_caller_may_go_on_without_a_person(caller: Caller) -> None:
    """Key 2 returns to where the call was."""
    await caller.presses("0").hears("To go on without a person, press 2.").presses("2")
    await caller.hears("For a free video screening, press 1.")


async def test_a_visit_that_is_not_found_is_looked_after_by_staff(
    caller: Caller, line: Line
) -> None:
    """After five codes that no visit has, the line says so."""
    await caller.presses("2")
    for _ in range(5):
        await caller.presses("000000").hears("I do not find a visit with that code.")
    await caller.presses("000000").hears(
        "Our staff will help you keep, move, or cancel your visit."
    )
    await caller.presses("1").hears("Our staff will call you")
    assert len(await asked(line)) == 1


async def test_a_spanish_caller_is_called_back_in_spanish(caller: Caller, line: Line) -> None:
    """The request shows staff the caller's language."""
    await caller.presses("9").presses("0").presses("1").hears("Le llamaremos al número")
    [request] = await asked(line)
    assert request.language == "es"


@pytest.mark.parametrize(
    ("key", "hour", "promised"),
    [
        ("1", 0, "on Monday, November 30th, in the morning"),
        ("2", 0, "on Monday, November 30th, in the afternoon"),
        ("1", 4, "on Tuesday, December 1st, in the morning"),
        ("2", 9, "on Tuesday, December 1st, in the afternoon"),
        ("", 0, "on Monday, November 30th, in the morning"),
        ("", 4, "on Monday, November 30th, in the afternoon"),
    ],
)
async def test_a_call_back_is_promised_for_a_half_day(  # noqa: PLR0913, PLR0917  # fixtures
    calls: Calls, line: Line, now: SetClock, key: str, hour: int, promised: str
) -> None:
    """The caller chooses morning or afternoon and hears the day; staff see the same."""
    now.forward(hours=hour)
    caller: Caller = await calls()
    await caller.presses("0").presses("1").hears("Our staff will call you at the number ending in")
    if key:
        await caller.presses(key)
    else:
        await caller.stays_silent().stays_silent().stays_silent()
    await caller.hears(f"Expect the call {promised}.")
    [request] = await asked(line)
    assert request.promised_from is not None
    assert request.promised_until is not None
    local = request.promised_from.astimezone(line.settings.zone)
    assert f"{local.day}" in promised
    assert ("morning" in promised) == (local.hour < 12)


async def test_whoever_hangs_up_before_choosing_is_called_back(calls: Calls, line: Line) -> None:
    """The request is stored before the question when to call."""
    caller: Caller = await calls()
    await caller.presses("0").presses("1").hears("When should we call you?").hangs_up()
    [request] = await asked(line)
    assert (request.number, request.promised_from) == ("+14255550123", None)


async def test_silence_after_zero_is_a_call_back(calls: Calls, line: Line) -> None:
    """A caller whose number is known and who says nothing more is not lost."""
    caller: Caller = await calls()
    await caller.presses("0").stays_silent().stays_silent().stays_silent()
    await caller.hears("Our staff will call you at the number ending in 0 1 2 3.")
    await caller.hears("Expect the call on Monday, November 30th, in the morning.")
    [request] = await asked(line)
    assert (request.number, request.reason) == ("+14255550123", "asked for a person")


async def test_a_second_call_of_the_number_adds_no_request(calls: Calls, line: Line) -> None:
    """The open one stays, with the newest promise."""
    for key in ("1", "2"):
        caller: Caller = await calls()
        await caller.presses("0").presses("1").presses(key).hears("Expect the call")
    [request] = await asked(line)
    assert request.promised_from is not None
    assert request.promised_from.astimezone(line.settings.zone).hour == 12


async def test_a_minor_or_a_relay_caller_is_told_of_the_person(caller: Caller) -> None:
    """Early in the safety questions, in both languages."""
    await caller.presses("1")
    await caller.hears("If the patient is under 18, or you use a relay service, press 0.")
    await caller.presses("9").hears("Para menores de 18 años, o servicio de retransmisión")
    await caller.presses("0")
    await caller.hears("La clínica está cerrada ahora.")


async def test_slower_speech_holds_for_the_whole_call(caller: Caller, to_the_times: To) -> None:
    """Through the safety questions, a person who cannot answer, and a step back."""
    await caller.presses("7").hears("I will speak slower")
    await to_the_times(caller)
    await caller.presses("0").presses("2").presses("8")
    await caller.presses("1").presses("8").hears("press")
    spoken = [each.body for each in caller.documents[1:] if "<Say" in each.body]
    assert all('rate="85%"' in each for each in spoken)
