"""A caller who hangs up at any step of a move: the visit stands, or its patient is told."""

from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio
from support.caller import Caller
from support.clinic import live_events, requests, row
from support.patients import Calls, RefusingCalendar
from support.returning import NINE, VOUCHED, booked_visit

from calendar_sync.calendars.contract import Unknown
from voice.bootstrap import Line
from voice.calls import visit_moves, webhooks

Ends = Callable[[Caller], Awaitable[None]]
UNHEARD = "moved the visit by phone, but hung up before hearing so: tell the patient how it stands"
SILENT = Unknown("the calendar does not answer", wait=7)


@pytest.fixture
def ends(line: Line) -> Ends:
    """Hang up, and tell the line twice that the call has ended."""

    async def hang_up(caller: Caller) -> None:
        await caller.hangs_up()
        for _ in range(2):
            form = dict(caller.who.fields("completed"))
            await webhooks.status(line, form, None)  # type: ignore[arg-type]  # not looked at

    return hang_up


@pytest_asyncio.fixture
async def visit(line: Line) -> int:
    """A visit whose patient gets no texts: Tuesday, December 1st, 9 AM."""
    return await booked_visit(line, texts=False)


@pytest_asyncio.fixture
async def caller(calls: Calls, visit: int) -> Caller:
    """Its patient, whom the carrier vouches for."""
    assert visit
    return await calls(signed=VOUCHED)


async def held(line: Line) -> int:
    """How many times are held now."""
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM booking WHERE state = 'held'")
        return int((await rows.fetchone() or (0,))[0])


@pytest.mark.parametrize("keys", ["", "2", "22", "221", "224", "2212", "2213", "23", "24"])
async def test_before_the_yes_nothing_changes(
    caller: Caller, line: Line, visit: int, ends: Ends, keys: str
) -> None:
    """The visit stands, nothing stays held, and nobody has to call."""
    for key in keys:
        await caller.presses(key)
    await caller.hears_everything()
    await ends(caller)
    after = await row(line.clinic, visit)
    assert (after.state, after.slot) == ("booked", NINE)
    assert [each.span for each in await live_events(line.clinic)] == [NINE]
    assert await held(line) == 0
    assert await requests(line.clinic) == []


async def to_the_yes(caller: Caller) -> None:
    """Choose another time and say yes."""
    await caller.presses("2").presses("2").presses("1").hears("To move it, press 1.").presses("1")


async def test_after_the_yes_staff_say_how_it_went(
    caller: Caller, line: Line, calendar: RefusingCalendar, visit: int, ends: Ends
) -> None:
    """The calendar has not answered: the old time stands, and staff are asked to call."""
    calendar.unmoved = SILENT
    await to_the_yes(caller)
    await ends(caller)
    assert (await row(line.clinic, visit)).slot == NINE
    assert await requests(line.clinic) == [UNHEARD]


async def test_who_heard_that_it_is_moved_needs_no_call(
    caller: Caller, line: Line, ends: Ends
) -> None:
    """The sentence was heard to its end."""
    await to_the_yes(caller)
    await caller.hears("Your visit is moved.").stays_silent()
    await ends(caller)
    assert await requests(line.clinic) == []


async def test_who_hung_up_in_that_sentence_is_called(
    caller: Caller, line: Line, visit: int, ends: Ends
) -> None:
    """The visit is moved, and nothing else tells a patient without texts."""
    await to_the_yes(caller)
    await caller.hears("Your visit is moved.")
    await ends(caller)
    assert (await row(line.clinic, visit)).slot != NINE
    assert await requests(line.clinic) == [UNHEARD]


async def test_a_text_tells_those_who_get_texts(calls: Calls, line: Line, ends: Ends) -> None:
    """Nobody has to call when the move is done."""
    visit = await booked_visit(line, sid="CA2")
    caller: Caller = await calls(signed=VOUCHED)
    await to_the_yes(caller)
    await caller.hears("Your visit is moved.")
    await ends(caller)
    assert (await row(line.clinic, visit)).slot != NINE
    assert await requests(line.clinic) == []


async def test_a_slow_calendar_is_told_as_unknown(  # noqa: PLR0913, PLR0917  # fixtures
    caller: Caller,
    line: Line,
    calendar: RefusingCalendar,
    visit: int,
    ends: Ends,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The caller hears that the old time stands until they are told; staff are asked to call."""
    monkeypatch.setattr(visit_moves, "CHECK_SECONDS", 0.05)
    calendar.unmoved = SILENT
    await to_the_yes(caller)
    await caller.hears("I can not see the new time on the schedule yet.").hears_everything()
    await ends(caller)
    assert (await row(line.clinic, visit)).slot == NINE
    assert await requests(line.clinic) == ["move not seen in the calendar: tell the patient"]
