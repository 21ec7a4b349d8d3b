"""Staff call a caller who confirmed a time but did not hear the outcome."""

import pytest
from support.caller import Caller
from support.clinic import requests
from support.patients import To

from calendar_sync.bookings.booking import bookings_of_call
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.confirmation import wait_until_settled
from calendar_sync.sync.jobs import reconcile
from voice.bootstrap import Line

BOOKED_UNHEARD = [Reason.BOOKED_UNHEARD.words()]


async def settled(line: Line, caller: Caller) -> None:
    """The booking is in the calendar, and ended calls have been checked."""
    async with line.pool.connection() as conn:
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
    await wait_until_settled(line.pool, booking.id, 5)
    await reconcile(line.clinic)
    await reconcile(line.clinic)


@pytest.mark.parametrize("after", ["To book it, press 1", "One moment", "You are booked"])
async def test_a_caller_who_hangs_up_before_the_end_of_the_news_is_called(
    caller: Caller, line: Line, to_the_times: To, after: str
) -> None:
    """A hang-up during booking or in the middle of its announcement requests one call-back."""
    await to_the_times(caller)
    await caller.presses("1").hears("To book it, press 1").presses("1")
    if after != "To book it, press 1":
        await caller.hears(after)
    await caller.hangs_up()
    await settled(line, caller)
    assert await requests(line.clinic) == BOOKED_UNHEARD


@pytest.mark.parametrize("keys", ["1", "9", "7", "*", "*1", "5"])
async def test_a_caller_who_cut_the_news_short_and_hung_up_is_called(
    caller: Caller, line: Line, to_the_times: To, keys: str
) -> None:
    """A key may cut the announcement at its first word, so it does not prove that it was heard."""
    await to_the_times(caller)
    await caller.presses("1").presses("1").hears("One moment")
    for key in keys:
        await caller.presses(key)
    await caller.hangs_up()
    await settled(line, caller)
    assert await requests(line.clinic) == BOOKED_UNHEARD


async def test_a_caller_who_answers_the_next_question_is_not_called(
    caller: Caller, line: Line, to_the_times: To
) -> None:
    """Whoever answers a question about the visit knows of it."""
    await to_the_times(caller)
    await caller.presses("1").presses("1").hears("One moment").presses("1")
    await caller.hears("One more, for your visit.").presses("2").hangs_up()
    await settled(line, caller)
    assert await requests(line.clinic) == []


async def test_a_caller_who_heard_it_is_not_called(
    caller: Caller, line: Line, to_booked: To
) -> None:
    """Reaching the next question proves that the announcement was heard."""
    await to_booked(caller)
    await caller.stays_silent().hears("One more, for your visit.").hangs_up()
    await settled(line, caller)
    assert await requests(line.clinic) == []


async def test_a_caller_who_is_still_on_the_line_is_not_called(
    caller: Caller, line: Line, to_the_times: To
) -> None:
    """A caller still on the line is about to hear it."""
    await to_the_times(caller)
    await caller.presses("1").presses("1").hears("One moment")
    await settled(line, caller)
    assert await requests(line.clinic) == []


async def test_a_caller_whose_end_was_never_reported_is_called_after_an_hour(
    caller: Caller, line: Line, to_the_times: To
) -> None:
    """The status callback may have been lost in a restart."""
    await to_the_times(caller)
    await caller.presses("1").presses("1").hears("One moment")
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE call SET began_at = now() - interval '61 minutes'")
    await settled(line, caller)
    assert await requests(line.clinic) == BOOKED_UNHEARD
