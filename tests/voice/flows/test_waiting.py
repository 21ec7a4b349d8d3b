"""The waiting list by phone: who is offered it, and what it does."""

from datetime import timedelta

import pytest
from support.caller import Caller
from support.clinic import SetClock, requests, row
from support.keypad import answers_safety, answers_triage
from support.patients import Calls, To, only_booking

from calendar_sync.availability.span import Span
from calendar_sync.bookings import free_times
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Event
from calendar_sync.private_fields import Lookup
from calendar_sync.waiting import entries
from calendar_sync.waiting.entries import Entry
from voice.bootstrap import Line
from voice.flows.clinical_wording import BEFORE_BOOKING

ASKS = "May we also text you if an earlier time opens?"
NOTHING_OPEN = "can text you at the number ending in 0 1 2 3"


async def away(line: Line, now: SetClock, days: int) -> None:
    """Nothing is open for so many days."""
    now.forward(minutes=2)
    span = Span(now.at, now.at + timedelta(days=days))
    await line.clinic.calendar.insert(Event(event_id("staff", "away", 0), span, "Away"))
    await free_times.refresh(line.clinic)


async def on_the_list(line: Line) -> list[Entry]:
    """Everybody who waits."""
    async with line.pool.connection() as conn:
        return await entries.all_waiting(conn)


async def to_no_times(caller: Caller) -> None:
    """Go to the sentence that nothing is open."""
    await caller.presses("1")
    await answers_safety(caller)
    await answers_triage(caller)
    await caller.hears("I have no open time to offer")


async def test_a_booked_caller_may_wait_for_an_earlier_time(
    caller: Caller, line: Line, now: SetClock, to_consent: To
) -> None:
    """One key after the consent to texts; the event says so, and the goodbye is the usual one."""
    await away(line, now, 5)
    await to_consent(caller)
    await caller.presses("1").stays_silent().hears(ASKS).presses("1").hears("You are on the list")
    await caller.stays_silent().hears("Go to an emergency room right away").hears_everything()
    booked = await only_booking(line, caller)
    [entry] = await on_the_list(line)
    assert (entry.visit, entry.number) == (booked.id, "+14255550123")
    assert entry.safety_at <= line.now()
    assert "for an earlier time" in (await row(line.clinic, booked.id)).waiting_note


@pytest.mark.parametrize("keys", ["2", ""])
async def test_a_no_and_silence_put_nobody_on_the_list(
    caller: Caller, line: Line, now: SetClock, to_consent: To, keys: str
) -> None:
    """The visit is as it was."""
    await away(line, now, 5)
    await to_consent(caller)
    await caller.presses("1").stays_silent().hears(ASKS)
    for _ in range(1 if keys else 3):
        await (caller.presses(keys) if keys else caller.stays_silent())
    await caller.hears_everything()
    assert await on_the_list(line) == []


async def test_who_has_a_time_soon_is_not_asked(caller: Caller, line: Line, to_consent: To) -> None:
    """The first open time is within three days."""
    await to_consent(caller)
    await (
        caller.presses("1")
        .stays_silent()
        .hears("Go to an emergency room right away")
        .hears_everything()
    )
    assert ASKS not in " ".join(caller.heard)
    assert await on_the_list(line) == []


async def test_who_wants_no_texts_is_not_asked(
    caller: Caller, line: Line, now: SetClock, to_consent: To
) -> None:
    """The list works by text alone."""
    await away(line, now, 5)
    await to_consent(caller)
    await caller.presses("2").hears_everything()
    assert ASKS not in " ".join(caller.heard)


async def test_when_nothing_is_open_a_caller_may_wait(
    caller: Caller, line: Line, now: SetClock
) -> None:
    """They get a text, and staff do not have to call; their answers are kept for the visit."""
    await away(line, now, 20)
    await to_no_times(caller)
    await (
        caller.stays_silent()
        .hears(NOTHING_OPEN)
        .presses("1")
        .hears("Nothing is booked until you take it")
    )
    await caller.hears("In an emergency, call 9 1 1").hears_everything()
    [entry] = await on_the_list(line)
    assert (entry.visit, entry.number) == (None, "+14255550123")
    assert dict(entry.chart)["Safety"].startswith("6 of 6 answered no, ")
    assert "not asked; ask at the visit" in dict(entry.chart).values()
    assert "not answered" not in dict(entry.chart).values()
    assert await requests(line.clinic) == []
    async with line.pool.connection() as conn:
        consent = await conn.execute("SELECT number, given FROM consent")
        assert await consent.fetchall() == [("+14255550123", True)]


async def test_or_have_staff_call(caller: Caller, line: Line, now: SetClock) -> None:
    """As before there was a list."""
    await away(line, now, 20)
    await to_no_times(caller)
    await caller.stays_silent().hears(NOTHING_OPEN).presses("2").hears("Our staff will call you")
    await caller.hears_everything()
    assert await on_the_list(line) == []
    assert await requests(line.clinic) == ["no open time"]


async def test_a_number_that_can_not_be_texted_is_called(
    calls: Calls, line: Line, now: SetClock
) -> None:
    """A foreign number, and one that ended texts, are not offered the list."""
    await away(line, now, 20)
    async with line.pool.connection() as conn:
        await conn.execute(
            "INSERT INTO text_bar (number, why) VALUES (%s, 'they said so')",
            [Lookup("+14255550123")],
        )
    for number in ("+442071838750", "+14255550123"):
        caller = await calls(number)
        await to_no_times(caller)
        await caller.hears("Our staff will call you")
        assert "when a time opens" not in " ".join(caller.heard)


async def test_in_spanish(caller: Caller, line: Line, now: SetClock) -> None:
    """The list is offered in the caller's language, and remembers it."""
    await away(line, now, 20)
    await caller.presses("9").presses("1")
    for question in BEFORE_BOOKING:
        await caller.hears(question.signs[-1].es).presses("2")
    await answers_triage(caller)
    await caller.stays_silent().hears("si hay un horario").presses("1")
    await caller.hears("Está en la lista").hears_everything()
    [entry] = await on_the_list(line)
    assert entry.language == "es"


async def test_calling_again_does_not_take_two_places(
    calls: Calls, line: Line, now: SetClock
) -> None:
    """A number has one place without a visit."""
    await away(line, now, 20)
    for _ in range(2):
        caller = await calls()
        await to_no_times(caller)
        await caller.stays_silent().hears(NOTHING_OPEN).presses("1").hears_everything()
    assert len(await on_the_list(line)) == 1
