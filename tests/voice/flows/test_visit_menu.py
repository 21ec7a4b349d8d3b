"""What a caller hears of a visit as it stands, and what staff see of it."""

from support.caller import Caller
from support.clinic import SetClock, confirmed, row, span
from support.patients import Calls, RefusingCalendar
from support.returning import (
    NINE,
    TEN,
    VOUCHED,
    booked_visit,
    sees_in_the_event,
    staff_cancel,
    staff_move,
)

from calendar_sync.bookings import patient_changes
from calendar_sync.bookings.holds import Held
from calendar_sync.calendars.contract import Unknown
from voice.bootstrap import Line

TUESDAY = "Your visit is on Tuesday, December 1st, at 9 AM, Pacific time."


async def test_who_keeps_the_visit_is_shown_to_staff(known: Caller, line: Line, visit: int) -> None:
    """The event says that the patient will come, and when they said so."""
    await known.presses("2").hears(TUESDAY).presses("1")
    await known.hears("Your visit stays on Tuesday, December 1st, at 9 AM").hears_everything()
    after = await row(line.clinic, visit)
    assert (after.state, after.slot) == ("booked", NINE)
    await sees_in_the_event(line, visit, "CONFIRMED by phone Nov 30, 8:00 AM PT")


async def test_staff_moved_it_a_moment_ago(known: Caller, line: Line, visit: int) -> None:
    """The caller hears so, and the time that it has now."""
    await staff_move(line, visit, TEN)
    await known.presses("2").hears("Our staff moved your visit to Tuesday, December 1st, at 10 AM")


async def test_staff_moved_it_while_the_caller_listens(
    known: Caller, line: Line, visit: int
) -> None:
    """What was pressed for the old time does nothing; the new one is told."""
    await known.presses("2").hears(TUESDAY)
    await staff_move(line, visit, TEN)
    await known.presses("1").hears("Your visit has just changed.")
    await known.hears("Tuesday, December 1st, at 10 AM")
    assert (await row(line.clinic, visit)).confirmed_by_phone is None


async def test_staff_deleted_it(known: Caller, line: Line, visit: int) -> None:
    """The caller hears so, and can book another time, with the safety questions first."""
    await staff_cancel(line, visit)
    await known.presses("2").hears("Our staff have canceled your visit on Tuesday, December 1st")
    await known.presses("1").hears("6 safety questions")


async def test_staff_deleted_it_while_the_caller_listens(
    known: Caller, line: Line, visit: int
) -> None:
    """Keeping it does nothing, and the caller hears what happened."""
    await known.presses("2").hears(TUESDAY)
    await staff_cancel(line, visit)
    await known.presses("1").hears("Your visit has just changed.")
    await known.hears("Our staff have canceled your visit")


async def test_a_visit_that_began_ten_minutes_ago(
    calls: Calls, line: Line, visit: int, now: SetClock
) -> None:
    """It can be joined, and staff can be asked, but it can not be moved or canceled."""
    assert visit
    now.at = span("2026-12-01 09:10").start
    caller: Caller = await calls(signed=VOUCHED)
    await caller.presses("2").hears("Your visit began at 9 AM.")
    await caller.hears("For the video link, press 1. To talk to our staff, press 2.")
    await caller.presses("1").hears("You join by video.").presses("8")
    await caller.hears("Your visit began at 9 AM.").presses("2").hears("One moment.")
    assert (await row(line.clinic, visit)).state == "booked"


async def test_an_insert_that_is_under_way(
    calls: Calls, line: Line, calendar: RefusingCalendar
) -> None:
    """The caller hears so plainly, and staff help."""
    calendar.instead = Unknown("the calendar does not answer", wait=7)
    await confirmed(line.clinic, NINE)
    caller: Caller = await calls(signed=VOUCHED)
    await caller.presses("2").hears("Your visit on Tuesday, December 1st, at 9 AM")
    await caller.hears("is still being saved. I can not change it yet.")
    await caller.hears("The clinic is closed now.")


async def test_a_move_that_is_under_way(known: Caller, line: Line, visit: int) -> None:
    """A move from the patient's page has not reached the calendar: the caller hears so."""
    held = await patient_changes.hold_for(line.clinic, visit, TEN)
    assert isinstance(held, Held)
    async with line.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET confirmed_at = now(), moves = %s WHERE id = %s",
            [visit, held.booking_id],
        )
    await known.presses("2").hears("Your visit on Tuesday, December 1st, at 9 AM")
    await known.hears("is being moved right now.")


async def test_a_patient_without_texts_is_called_with_the_link(calls: Calls, line: Line) -> None:
    """There is no text to send again."""
    await booked_visit(line, texts=False)
    caller: Caller = await calls(signed=VOUCHED)
    await caller.presses("2").presses("4").hears("Our staff will call you with the link.")
    await caller.presses("8").hears(TUESDAY)
