"""From three offered times to "you are booked", and what is said when booking fails."""

import asyncio
from datetime import timedelta

import pytest
from support.caller import Caller
from support.clinic import SetClock, at
from support.patients import Calls, RefusingCalendar, To

from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs, free_times
from calendar_sync.bookings.booking import bookings_of_call
from calendar_sync.calendars.contract import Event, Inserted, Refused, Unknown
from voice import recent_offers
from voice.bootstrap import Line
from voice.calls import effect_runner
from voice.simulator.player import Ended


async def state_of(line: Line, caller: Caller) -> list[str]:
    """The states of a call's bookings, oldest first."""
    async with line.pool.connection() as conn:
        return [booking.state for booking in await bookings_of_call(conn, caller.who.call_sid)]


async def reasons(line: Line) -> list[str]:
    """The reasons of the open call-backs."""
    async with line.pool.connection() as conn:
        return [row.reason for row in await call_backs.open_requests(conn)]


async def test_the_time_heard_is_the_time_booked(
    caller: Caller, line: Line, to_the_times: To
) -> None:
    """The second of three times is booked in the calendar, with its chart note."""
    await to_the_times(caller)
    await caller.hears("For Tuesday, December 1st, at 9 AM, press 2").presses("2")
    await caller.hears("Tuesday, December 1st, at 9 AM, Pacific time. To book it, press 1.")
    await caller.presses("1").hears("One moment, please.")
    await caller.hears("You are booked. Tuesday, December 1st, at 9 AM, Pacific time.")
    async with line.pool.connection() as conn:
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
    entry = await line.clinic.calendar.find(str(booking.event_id))
    assert entry is not None
    assert not isinstance(entry, Unknown)
    assert entry.span == Span(at("2026-12-01 09:00"), at("2026-12-01 09:20"))
    assert entry.title == "Video screening ··0123"
    assert "SAFETY: 6 of 6 answered no" in entry.description
    assert "FOOT: right" in entry.description


async def test_the_offers_are_spread(caller: Caller, to_the_times: To) -> None:
    """Offers are the earliest, the other half of the day and another day, each day named once."""
    await to_the_times(caller)
    await caller.hears("For Monday, November 30th, at 12 noon, press 1.")
    await caller.hears("For Tuesday, December 1st, at 9 AM, press 2.")
    await caller.hears("For Wednesday, December 2nd, at 9 AM, press 3. For other times, press 4.")


async def test_other_times_are_mornings_afternoons_or_later(
    caller: Caller, to_the_times: To
) -> None:
    """Each choice has a key, eight goes back, and after the last time there is a way out."""
    await to_the_times(caller)
    await caller.presses("4").hears("For mornings, press 1. For afternoons, press 2.")
    await caller.presses("1").hears("For Tuesday, December 1st, at 9 AM, press 1.")
    await caller.presses("4").presses("2").hears("For Monday, November 30th, at 12 noon, press 1.")
    await caller.presses("4").presses("8").hears("For Monday, November 30th, at 12 noon, press 1.")
    await caller.presses("4").presses("3").hears("press 1").hears_everything()
    assert "12 noon" not in " ".join(caller.heard).split("press 1")[0]
    while "Those are all the times I have" not in " ".join(caller.heard):
        await caller.presses("4").presses("3").hears_everything()
    await caller.presses("1").hears("For Monday, November 30th, at 12 noon, press 1.")


async def test_another_time_frees_the_one_that_was_held(
    caller: Caller, line: Line, to_the_times: To
) -> None:
    """Key 2 at the read-back returns to the times, with the first one among them."""
    await to_the_times(caller)
    await caller.presses("1").hears("To book it, press 1. For another time, press 2.").presses("2")
    await caller.hears("For Monday, November 30th, at 12 noon, press 1.")
    assert await state_of(line, caller) == ["released"]


async def test_a_taken_time_is_apologised_for(calls: Calls, to_the_times: To) -> None:
    """Of two callers who choose one time, the second is told and offered the next ones."""
    first, second = await calls(), await calls("+14255550199")
    await to_the_times(first)
    await to_the_times(second)
    await first.presses("1").hears("To book it, press 1")
    await second.presses("1").hears("Sorry, that time was just taken.")
    await second.hears("For Monday, November 30th, at 12:30 PM, press 1")
    await first.presses("1").hears("You are booked. Monday, November 30th, at 12 noon")


async def test_a_third_caller_at_once_is_offered_other_times(
    calls: Calls, to_the_times: To
) -> None:
    """Three callers who all press 1 hold a time each but for one, and nobody waits for theirs."""
    first, second, third = [await calls(f"+1425555019{each}") for each in range(3)]
    for caller in (first, second, third):
        await to_the_times(caller)
    assert first.heard[-1] == second.heard[-1]
    await third.presses("1").hears("Monday, November 30th, at 12:30 PM")
    await third.hears("To book it, press 1")
    await first.presses("2").hears("To book it, press 1").presses("2")
    await first.hears("For Monday, November 30th, at 12 noon, press 1.")


async def test_a_hang_up_frees_the_time_at_once(
    caller: Caller, line: Line, to_the_times: To
) -> None:
    """The status callback of the call's end releases the hold."""
    await to_the_times(caller)
    await caller.presses("1").hears("To book it, press 1").hangs_up()
    assert await state_of(line, caller) == ["released"]


async def test_stale_busy_times_offer_nothing(caller: Caller, line: Line) -> None:
    """With unknown busy times, the line says so and offers a call-back."""
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE busy_times SET read_at = read_at - interval '11 minutes'")
        await conn.execute("ALTER TABLE local_event RENAME TO local_event_away")
    try:
        await caller.presses("1")
        for _ in range(6):
            await caller.presses("2")
        await caller.presses("#").hears(
            "I can not see the schedule right now, so nothing is booked."
        )
        await caller.hears("Our staff will call you at the number ending in 0 1 2 3.")
        assert await reasons(line) == ["schedule could not be read"]
    finally:
        async with line.pool.connection() as conn:
            await conn.execute("ALTER TABLE local_event_away RENAME TO local_event")


async def test_a_full_calendar_leads_to_a_call_back(
    caller: Caller, line: Line, now: SetClock
) -> None:
    """The line says that no time is open, and staff are asked to call who wants no waiting list."""
    whole = Event("busy0", Span(now(), now() + timedelta(days=20)), "away")
    assert isinstance(await line.clinic.calendar.insert(whole), Inserted)
    now.forward(seconds=1)
    await free_times.refresh(line.clinic)
    await caller.presses("1")
    for _ in range(6):
        await caller.presses("2")
    await caller.presses("#")
    await caller.hears("I have no open time to offer.").stays_silent().hears("can text you")
    await caller.presses("2").hears("Our staff will call you")
    assert await reasons(line) == ["no open time"]


async def test_an_open_outcome_is_told_as_open(
    caller: Caller,
    line: Line,
    calendar: RefusingCalendar,
    to_the_times: To,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the calendar does not answer, the line says neither yes nor no and keeps the time."""
    monkeypatch.setattr(effect_runner, "CHECK_SECONDS", 0.05)
    calendar.instead = Unknown("no answer")
    await to_the_times(caller)
    await caller.presses("1").presses("1").hears("Still booking. Please stay on the line.")
    await caller.hears("Your time is saved, but I can not see it on the schedule yet.")
    await caller.hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP
    assert await state_of(line, caller) == ["held"]
    assert await reasons(line) == ["visit not seen in the calendar"]


async def test_a_refused_booking_is_told_as_not_booked(
    caller: Caller, line: Line, calendar: RefusingCalendar, to_the_times: To
) -> None:
    """After a certain refusal nothing is booked, and staff call."""
    calendar.instead = Refused("not shared")
    await to_the_times(caller)
    await caller.presses("1").presses("1").hears("so nothing is booked.")
    await caller.hears("Our staff will call you at the number ending in 0 1 2 3.")
    assert await state_of(line, caller) == ["released"]


async def test_a_time_that_staff_took_meanwhile_is_not_booked(
    caller: Caller, line: Line, to_the_times: To
) -> None:
    """Just before the insert the calendar is checked again, and staff's events come first."""
    await to_the_times(caller)
    await caller.presses("1").hears("To book it, press 1")
    theirs = Event("staff0", Span(at("2026-11-30 12:00"), at("2026-11-30 13:00")), "lunch")
    assert isinstance(await line.clinic.calendar.insert(theirs), Inserted)
    await caller.presses("1").hears("Sorry, that time was just taken.")


async def test_a_caller_without_a_number_keys_one_in_before_booking(
    calls: Calls, line: Line
) -> None:
    """A number that is withheld or the clinic's own is asked for and read back."""
    for keyed, number in enumerate(("+266696687", "+14252025687", "")):
        caller: Caller = await calls(number)
        await caller.presses("1")
        for _ in range(6):
            await caller.presses("2")
        await caller.presses("#")
        await caller.hears("Please enter your ten digit phone number, then press pound.")
        await (
            caller.presses("555#").hears("I can not call that number.").presses(f"425555018{keyed}")
        )
        await caller.presses("#").hears(f"I have 4 2 5. 5 5 5. 0 1 8 {keyed}.").presses("1")
        await caller.hears("In Pacific time").presses("1").presses("1").hears("You are booked")
        async with line.pool.connection() as conn:
            [booking] = await bookings_of_call(conn, caller.who.call_sid)
        assert booking.number == f"+1425555018{keyed}"


async def test_fifty_callers_want_one_opening(
    calls: Calls, to_the_times: To, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is booked, and forty-nine are offered other times.

    All hear of the same times, as if each were in a process of its own.
    """
    monkeypatch.setattr(recent_offers, "AT_ONCE", 50)
    callers: list[Caller] = [await calls(f"+142555502{number:02}") for number in range(50)]

    async def book(caller: Caller) -> str:
        await to_the_times(caller)
        await caller.presses("1").hears_everything()
        if "To book it" in " ".join(caller.heard):
            await caller.presses("1").hears("You are booked")
            return "booked"
        await caller.hears("Sorry, that time was just taken.")
        await caller.hears("For Monday, November 30th, at 12:30 PM, press 1.")
        return "offered other times"

    outcomes = await asyncio.gather(*map(book, callers))
    assert sorted(outcomes) == ["booked"] + ["offered other times"] * 49
