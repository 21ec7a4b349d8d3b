"""Five questions; anything but a clear no ends in the right advice and never in an appointment."""

import pytest
from support.caller import Caller

from calendar_sync.bookings import call_backs
from voice.bootstrap import Line
from voice.flows.clinical_wording import SAFETY_QUESTIONS
from voice.simulator.player import Ended

ADVICE = {
    "heart": "Hang up now and call 9 1 1. Do not drive.",
    "bladder": "Please go to an emergency room today.",
    "legs": "Please go to an emergency room today.",
    "leg": "A doctor should see this today.",
    "cancer": "Please tell your doctor about this before you see us.",
}
NAMES = [question.name for question in SAFETY_QUESTIONS]


async def to_question(caller: Caller, name: str) -> None:
    """Answer no to every question before this one."""
    await caller.presses("1")
    for _ in range(NAMES.index(name)):
        await caller.hears("No, press 2").presses("2")
    await caller.hears("Not sure, press 3")


async def reasons(line: Line) -> list[tuple[str, str | None]]:
    """What staff are asked to call back for."""
    async with line.pool.connection() as conn:
        return [(row.reason, row.number) for row in await call_backs.open_requests(conn)]


@pytest.mark.parametrize("name", NAMES)
async def test_a_yes_stops_with_its_advice_twice(caller: Caller, line: Line, name: str) -> None:
    """The advice, again as the last words, a call-back for staff, and no time at all."""
    await to_question(caller, name)
    await caller.presses("1").hears(ADVICE[name]).hears("Our staff will see that you called.")
    await caller.stays_silent().hears(ADVICE[name]).hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP
    assert await reasons(line) == [(f"stopped at safety.{name}", "+14255550123")]
    said = " ".join(document.body for document in caller.documents)
    assert "Pacific time" not in said
    assert "Dial" not in said


@pytest.mark.parametrize("name", NAMES)
async def test_not_sure_is_taken_as_a_yes(caller: Caller, line: Line, name: str) -> None:
    """Doubt goes to the safe side, and the caller is told so."""
    await to_question(caller, name)
    await caller.presses("3").hears("To be safe, I will take that as a yes.").stays_silent()
    await caller.hears(ADVICE[name])
    assert await reasons(line) == [(f"stopped at safety.{name}", "+14255550123")]


async def test_silence_is_never_a_no(caller: Caller, line: Line) -> None:
    """Three times nothing at a question is as good as not sure."""
    await to_question(caller, "bladder")
    await caller.stays_silent().hears("I did not hear a key. Yes to any, press 1.")
    await caller.stays_silent().hears("For a person, press 0. Is any of this new")
    await caller.stays_silent().hears("I will take that as a yes").stays_silent()
    await caller.hears("emergency room today")
    assert await reasons(line) == [("stopped at safety.bladder", "+14255550123")]


async def test_wrong_keys_are_never_a_no(caller: Caller) -> None:
    """Nor are keys that mean nothing."""
    await to_question(caller, "legs")
    await caller.presses("4").presses("5").presses("6").hears("I will take that as a yes")


async def test_a_safety_question_can_not_be_skipped(caller: Caller) -> None:
    """Pound asks it again, and again."""
    await to_question(caller, "heart")
    for _ in range(4):
        await caller.presses("#").hears("any chest pain")


async def test_eight_goes_back_to_change_a_no_into_a_yes(caller: Caller) -> None:
    """A key pressed too soon can be taken back while no advice was given."""
    await to_question(caller, "legs")
    await caller.presses("8").hears("hard to start to pee").presses("1")
    await caller.hears("emergency room today")


async def test_there_is_no_way_back_from_a_yes(caller: Caller) -> None:
    """After the advice, no key leads on."""
    await to_question(caller, "legs")
    await caller.presses("1").hears("emergency room today").presses("8").hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP


async def test_someone_silent_from_the_start_is_said_goodbye_to(caller: Caller) -> None:
    """With what to do in an emergency, and without a call-back that nobody asked for."""
    for _ in range(8):
        await caller.stays_silent()
    await caller.hears("Call this number any time to book. In an emergency, call 9 1 1.")
    await caller.hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP


async def test_zero_brings_a_person_and_two_leads_back_to_the_question(caller: Caller) -> None:
    """A person can be had at a safety question, and nothing is passed over by asking."""
    await to_question(caller, "leg")
    await caller.presses("0").hears("The clinic is closed now").presses("2")
    await caller.hears("newly swollen")


async def test_the_whole_of_it_in_spanish(caller: Caller) -> None:
    """The advice is in the language that the caller chose."""
    await caller.presses("9").presses("1").presses("2").presses("1")
    await caller.hears("Vaya hoy a una sala de emergencias.")
