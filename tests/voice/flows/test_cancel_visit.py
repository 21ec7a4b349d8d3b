"""A caller cancels a visit, after one question."""

import asyncio

from support.caller import Caller
from support.clinic import live_events, requests, row
from support.returning import TEN, staff_move

from voice.bootstrap import Line

TUESDAY = "Your visit is on Tuesday, December 1st, at 9 AM, Pacific time."
NOTE = "Canceled by the patient ··0123"
ASKED = "To cancel your visit on Tuesday, December 1st, at 9 AM?"


async def test_a_visit_is_cancelled_on_one_key(known: Caller, line: Line, visit: int) -> None:
    """Its time is free at once, a note takes its event's place, and no staff have to call."""
    await known.presses("2").hears(TUESDAY).presses("3").hears(ASKED).presses("1")
    await known.hears("Your visit is canceled. A text will say so too.").hears_everything()
    after = await row(line.clinic, visit)
    assert (after.state, after.outcome, after.changed_by) == ("cancelled", "patient", "phone")
    async with asyncio.timeout(20):
        while (titles := [one.title for one in await live_events(line.clinic)]) != [NOTE]:
            assert set(titles) <= {NOTE, "Video screening ··0123"}
            await asyncio.sleep(0.02)
    assert await requests(line.clinic) == []


async def test_a_no_keeps_it(known: Caller, line: Line, visit: int) -> None:
    """The menu comes again."""
    await known.presses("2").presses("3").hears(ASKED).presses("2").hears(TUESDAY)
    assert (await row(line.clinic, visit)).state == "booked"


async def test_staff_moved_it_before_the_yes(known: Caller, line: Line, visit: int) -> None:
    """The yes was about another time: the visit stays, and its new time is told."""
    await known.presses("2").presses("3").hears(ASKED)
    await staff_move(line, visit, TEN)
    await known.presses("1").hears("Your visit has just changed.")
    await known.hears("Tuesday, December 1st, at 10 AM")
    assert (await row(line.clinic, visit)).state == "booked"


async def test_in_spanish_too(known: Caller) -> None:
    """The question and the answer are in Spanish."""
    await known.presses("9").presses("2").presses("3").hears("¿Cancelo su cita del martes 1 de")
    await known.presses("1").hears("Su cita está cancelada.")
