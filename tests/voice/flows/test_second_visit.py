"""One coming visit for each person; a second one on the number is for somebody else."""

import pytest
from support.caller import Caller
from support.clinic import row
from support.keypad import answers_safety
from support.patients import Calls, only_booking
from support.returning import VOUCHED

from voice.bootstrap import Line

QUESTION = "You have a visit with us already. To keep or change it, press 1."
UNVERIFIED = "One visit for each person, please. If you have one already, press 1."


async def to_the_question(caller: Caller) -> None:
    """Answer no to every safety question."""
    await caller.presses("1")
    await answers_safety(caller)


async def test_a_second_visit_is_for_somebody_else(known: Caller, line: Line) -> None:
    """Asked after the safety questions; staff read whom it is for."""
    await to_the_question(known)
    await known.hears(QUESTION).hears("To book for somebody else, press 2.").presses("2")
    await known.hears("Six short questions.").presses("#").hears("In Pacific time").presses("1")
    await known.presses("1").hears("You are booked")
    assert dict((await only_booking(line, known)).chart)["For"].startswith("somebody else")


async def test_the_visit_can_be_kept_or_moved_instead(
    known: Caller, line: Line, visit: int
) -> None:
    """Key 1 leads to the visit that there is."""
    await to_the_question(known)
    await known.hears(QUESTION).presses("1").hears("Your visit is on Tuesday, December 1st")
    await known.presses("1").hears("Your visit stays on Tuesday").hears_everything()
    assert (await row(line.clinic, visit)).confirmed_by_phone


@pytest.mark.usefixtures("visit")
async def test_whom_nobody_vouches_for_is_not_told_of_a_visit(calls: Calls) -> None:
    """The question does not say whether there is one, and key 1 asks for the code."""
    caller: Caller = await calls()
    await to_the_question(caller)
    await caller.hears(UNVERIFIED).hears("To book for somebody else, press 2.")
    await caller.presses("1").hears("six digits of your visit code")


@pytest.mark.usefixtures("visit")
async def test_a_number_that_is_keyed_in_counts_too(calls: Calls, line: Line) -> None:
    """Whoever withholds the caller ID is asked when the number is known."""
    caller: Caller = await calls("+266696687")
    await to_the_question(caller)
    await caller.presses("#").presses("4255550123#").presses("1").hears(UNVERIFIED)
    await caller.presses("2").hears("In Pacific time").presses("1").presses("1")
    await caller.hears("You are booked")
    assert "For" in dict((await only_booking(line, caller)).chart)


async def test_a_new_caller_is_not_asked(calls: Calls) -> None:
    """Their questions go on as ever."""
    caller: Caller = await calls(signed=VOUCHED)
    await to_the_question(caller)
    await caller.hears("Six short questions.")
    assert "for somebody else" not in " ".join(caller.heard)


@pytest.mark.usefixtures("visit")
async def test_silence_books_nothing(known: Caller, line: Line) -> None:
    """Only the key for somebody else leads on."""
    await to_the_question(known)
    await known.stays_silent().stays_silent().stays_silent().hears("Let me get you a person.")
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM booking")
        assert await rows.fetchone() == (1,)
