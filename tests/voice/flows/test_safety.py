"""Anything but a clear no to a safety question ends in its advice and never in a booking."""

import pytest
from support.caller import Caller
from support.patients import Calls

from calendar_sync.bookings import call_backs
from voice.bootstrap import Line
from voice.flows.clinical_wording import BEFORE_BOOKING
from voice.simulator.player import Ended

ADVICE = {
    "chest": "This may be an emergency. Hang up and call 9 1 1 now.",
    "stroke": "This may be an emergency. Hang up and call 9 1 1 now.",
    "toilet": "Go to an emergency room now. Have someone drive you, or call 9 1 1.",
    "both_legs": "Go to an emergency room now. Have someone drive you, or call 9 1 1.",
    "skin": "A doctor should see this today. Call your doctor now.",
    "injury": "A doctor should see this today. Call your doctor now.",
}
NAMES = [question.name for question in BEFORE_BOOKING]
CALLED_911 = [name for name in NAMES if "9 1 1 now" in ADVICE[name]]


async def to_question(caller: Caller, name: str) -> None:
    """Answer no to every question before this one."""
    await caller.presses("1")
    for _ in range(NAMES.index(name)):
        await caller.hears("No to all").presses("2")
    await caller.hears("Not sure")


def stopped(name: str) -> str:
    """What staff read of a stop: the question in words, without a step name."""
    question = name.replace("_", " ")
    return f"answered yes, not sure, or nothing to the {question} question, so nothing is booked"


async def reasons(line: Line) -> list[tuple[str, str | None]]:
    """The reasons of the open call-backs."""
    async with line.pool.connection() as conn:
        return [(row.reason, row.number) for row in await call_backs.open_requests(conn)]


@pytest.mark.parametrize("name", NAMES)
async def test_a_yes_stops_with_its_advice_twice(caller: Caller, line: Line, name: str) -> None:
    """The advice is said twice, staff get a call-back, and no time is offered."""
    await to_question(caller, name)
    await caller.presses("1").hears(ADVICE[name])
    await caller.stays_silent().hears(ADVICE[name]).hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP
    assert await reasons(line) == [(stopped(name), "+14255550123")]
    said = " ".join(document.body for document in caller.documents)
    assert "Pacific time" not in said
    assert "Dial" not in said


@pytest.mark.parametrize("name", NAMES)
async def test_not_sure_is_taken_as_a_yes(caller: Caller, line: Line, name: str) -> None:
    """Not sure counts as yes, and the caller is told so."""
    await to_question(caller, name)
    await caller.presses("3").hears("To be safe, I take that as a yes.").stays_silent()
    await caller.hears(ADVICE[name])
    assert await reasons(line) == [(stopped(name), "+14255550123")]


async def test_silence_is_never_a_no_and_is_told_as_silence(caller: Caller, line: Line) -> None:
    """Three silent attempts count as not sure."""
    await to_question(caller, "toilet")
    await caller.stays_silent().hears("I did not hear a key. Yes to any, 1.")
    await caller.hears("To hear it again, press star.")
    await caller.stays_silent().hears("In the last two weeks, is any of this new")
    await caller.stays_silent().hears("I did not hear an answer. To be safe: You need a")
    assert "take that as a yes" not in " ".join(caller.heard)
    await caller.stays_silent().hears("Go to an emergency room now.")
    assert await reasons(line) == [(stopped("toilet"), "+14255550123")]


async def test_wrong_keys_are_never_a_no(caller: Caller) -> None:
    """Invalid keys never count as a no."""
    await to_question(caller, "both_legs")
    await caller.presses("4").presses("5").presses("6").hears("I did not hear an answer.")


async def test_a_safety_question_can_not_be_skipped(caller: Caller) -> None:
    """Pound repeats the question."""
    await to_question(caller, "chest")
    for _ in range(4):
        await caller.presses("#").hears("do you have chest pain")


async def test_eight_goes_back_to_change_a_no_into_a_yes(caller: Caller) -> None:
    """A wrong key can be taken back until advice was given."""
    await to_question(caller, "both_legs")
    await caller.presses("8").hears("It is hard to pee").presses("1")
    await caller.hears("Go to an emergency room now.")


@pytest.mark.parametrize("name", NAMES)
async def test_there_is_no_way_back_from_a_yes(caller: Caller, name: str) -> None:
    """After the advice, no key continues the call."""
    await to_question(caller, name)
    await caller.presses("1")
    for key in "82#":
        await caller.hears(ADVICE[name]).presses(key)
    await caller.hears(ADVICE[name]).hears_everything()
    assert caller.over is None or caller.over is Ended.LINE_HUNG_UP
    assert "Six short questions" not in " ".join(document.body for document in caller.documents)


async def test_someone_silent_from_the_start_is_said_goodbye_to(caller: Caller) -> None:
    """The goodbye says what to do in an emergency, and no call-back is requested."""
    for _ in range(8):
        await caller.stays_silent()
    await caller.hears("In an emergency, call 9 1 1.").hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP


async def test_zero_brings_a_person_and_two_leads_back_to_the_question(caller: Caller) -> None:
    """Asking for a person at a safety question skips nothing."""
    await to_question(caller, "skin")
    await caller.presses("0").hears("The clinic is closed now").presses("2")
    await caller.hears("newly hot, red, or swollen")


async def test_the_whole_of_it_in_spanish(caller: Caller) -> None:
    """The advice is in the caller's language."""
    await caller.presses("9").presses("1").presses("2").presses("2").presses("1")
    await caller.hears("Vaya ahora a una sala de emergencias.")


async def test_slower_speech_is_named_before_the_questions(caller: Caller) -> None:
    """Slower speech is offered once, before the questions."""
    await caller.presses("1").hears("6 safety questions. For slower speech, press 7.")
    await caller.presses("2").hears("did your face droop").hears_everything()
    assert "press 7" not in " ".join(caller.heard)


async def test_staff_read_how_many_questions_were_answered(
    caller: Caller, line: Line, calls: Calls
) -> None:
    """A withheld number is stored as none, and no call-back is promised."""
    hidden: Caller = await calls("+266696687")
    await to_question(hidden, "chest")
    await hidden.presses("1").hears(ADVICE["chest"]).hears_everything()
    assert "staff" not in " ".join(hidden.heard)
    assert await reasons(line) == [(stopped("chest"), None)]
    assert caller.keys == ""
