"""A caller moves a visit; until the new time is in the calendar the old one stands."""

from support.caller import Caller
from support.clinic import live_events, requests, row
from support.patients import Calls, RefusingCalendar
from support.returning import NINE, TEN, VOUCHED, sees_in_the_event, staff_move

from calendar_sync.bookings import patient_changes
from calendar_sync.bookings.holds import Held
from calendar_sync.calendars.contract import Unknown
from voice.bootstrap import Line

TUESDAY = "Your visit is on Tuesday, December 1st, at 9 AM, Pacific time."
NOON = "For Monday, November 30th, at 12 noon, press 1."
READ_BACK = (
    "From Tuesday, December 1st, at 9 AM. To Monday, November 30th, at 12 noon, Pacific time."
)
MOVED = "Your visit is moved. It is now on Monday, November 30th, at 12 noon, Pacific time."


async def stands(line: Line, visit: int) -> None:
    """The visit has its old time, here and in the calendar, and no other event is there."""
    after = await row(line.clinic, visit)
    assert (after.state, after.slot) == ("booked", NINE)
    assert [each.span for each in await live_events(line.clinic)] == [NINE]


async def test_a_visit_is_moved(known: Caller, line: Line, visit: int) -> None:
    """Other times are offered, one is held and read back; the event says who moved it, and when."""
    await known.presses("2").hears(TUESDAY).presses("2").hears(NOON).presses("1")
    await known.hears(READ_BACK).hears("To move it, press 1.").presses("1")
    await (
        known.hears(MOVED)
        .stays_silent()
        .hears("A text with the new time is on its way.")
        .hears_everything()
    )
    after = await row(line.clinic, visit)
    assert after.slot != NINE
    assert [each.span for each in await live_events(line.clinic)] == [after.slot]
    await sees_in_the_event(line, visit, "MOVED: by the patient by phone, Nov 30, 8:00 AM PT.")
    assert await requests(line.clinic) == []


async def test_in_spanish_too(known: Caller) -> None:
    """The whole move is told in Spanish."""
    await known.presses("9").presses("2").hears("Su cita es el martes 1 de diciembre")
    await known.presses("2").hears("En hora del Pacífico.").presses("1")
    await known.hears("Del martes 1 de diciembre a las 9 de la mañana. Al lunes 30 de noviembre")
    await known.presses("1").hears("Listo. Su cita ahora es el lunes 30 de noviembre")


async def test_a_no_leaves_the_visit(known: Caller, line: Line, visit: int) -> None:
    """Another time is offered, or the old one kept, and the hold is let go."""
    await known.presses("2").presses("2").hears(NOON).presses("1").hears(READ_BACK)
    await known.presses("2").hears(NOON).presses("1").hears(READ_BACK).presses("3").hears(TUESDAY)
    await stands(line, visit)
    await known.presses("2").hears(NOON).presses("4").hears("To keep the time you have, press 4.")
    await known.presses("4").hears(TUESDAY)
    await stands(line, visit)


async def test_other_times_can_be_asked_for(known: Caller) -> None:
    """Mornings, afternoons, and later days, as when a visit is booked."""
    await known.presses("2").presses("2").hears(NOON).presses("4").presses("1")
    await known.hears("Tuesday, December 1st, at 9:30 AM, press 1.").presses("4").presses("8")
    await known.hears("Tuesday, December 1st, at 9:30 AM, press 1.").presses("4").presses("3")
    await known.hears("press 1.")


async def test_silence_leaves_the_visit(known: Caller, line: Line, visit: int) -> None:
    """No key at the read-back leads to staff."""
    await known.presses("2").presses("2").presses("1").hears(READ_BACK)
    await known.stays_silent().stays_silent().stays_silent().hears("Let me get you a person.")
    await stands(line, visit)


async def test_the_page_moves_it_while_the_caller_decides(
    known: Caller, line: Line, visit: int
) -> None:
    """One of the two wins; the other is told that the visit has changed."""
    await known.presses("2").presses("2").hears(NOON).presses("1").hears(READ_BACK)
    held = await patient_changes.hold_for(line.clinic, visit, TEN)
    assert isinstance(held, Held)
    await patient_changes.move(line.clinic, visit, held.booking_id)
    await known.presses("1").hears("Your visit has just changed.")
    await patient_changes.wait_until_moved(line.pool, held.booking_id, 5)
    assert (await row(line.clinic, visit)).slot == TEN
    assert [each.span for each in await live_events(line.clinic)] == [TEN]


async def test_staff_move_it_while_the_caller_decides(
    known: Caller, line: Line, visit: int
) -> None:
    """What staff did stands, and the caller hears the new time."""
    await known.presses("2").presses("2").hears(NOON).presses("1").hears(READ_BACK)
    await staff_move(line, visit, TEN)
    await known.presses("1").hears("Your visit has just changed.")
    await known.hears("Our staff moved your visit to Tuesday")
    assert (await row(line.clinic, visit)).slot == TEN


async def test_staff_move_it_before_a_time_is_chosen(known: Caller, line: Line, visit: int) -> None:
    """No time is held for a visit that is not as the caller was told."""
    await known.presses("2").presses("2").hears(NOON)
    await staff_move(line, visit, TEN)
    await known.presses("1").hears("Your visit has just changed.")


async def test_a_move_from_the_page_is_under_way(
    known: Caller, line: Line, visit: int, calendar: RefusingCalendar
) -> None:
    """The caller's yes moves nothing; the page's move goes on."""
    await known.presses("2").presses("2").hears(NOON).presses("1").hears(READ_BACK)
    calendar.unmoved = Unknown("the calendar does not answer", wait=1)
    held = await patient_changes.hold_for(line.clinic, visit, TEN)
    assert isinstance(held, Held)
    await patient_changes.move(line.clinic, visit, held.booking_id)
    await known.presses("1").hears("Your visit has just changed.")
    await known.hears("Your visit on Tuesday, December 1st, at 9 AM is being moved right now.")
    calendar.unmoved = None
    await patient_changes.wait_until_moved(line.pool, held.booking_id, 20)
    assert (await row(line.clinic, visit)).slot == TEN


async def test_somebody_else_has_the_time_by_then(known: Caller, line: Line, visit: int) -> None:
    """The hold has lapsed and the time is gone: others are offered, and the visit stands."""
    await known.presses("2").presses("2").hears(NOON).presses("1").hears(READ_BACK)
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'released' WHERE state = 'held'")
        await conn.execute(
            "INSERT INTO booking (call_sid, step, during, clinician, state, expires_at,"
            " confirmed_at) SELECT 'CA9', 'hold', during, clinician, 'held', now(), now()"
            " FROM booking WHERE call_sid = %s",
            [f"visit-{visit}"],
        )
    await known.presses("1").hears("that time was just taken").stays_silent().hears("press 1.")
    assert (await row(line.clinic, visit)).slot == NINE


async def test_the_code_is_enough_to_move_it(calls: Calls, line: Line, visit: int) -> None:
    """Whoever has it may change the visit, from any phone."""
    caller: Caller = await calls("+14255550188", signed=VOUCHED)
    code = (await row(line.clinic, visit)).visit_code or ""
    await caller.presses("2").presses(code).hears(TUESDAY).presses("2").presses("1")
    await caller.hears(READ_BACK).presses("1").hears(MOVED)
