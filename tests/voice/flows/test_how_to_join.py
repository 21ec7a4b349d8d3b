"""The video link once more: by text, to the number on the visit and to no other."""

from support.caller import Caller
from support.clinic import row
from support.patients import Calls
from support.returning import NINE, PATIENT, TEN, code_of

from calendar_sync.bookings import patient_changes
from calendar_sync.bookings.holds import Held
from calendar_sync.private_fields import Lookup
from voice.bootstrap import Line
from voice.texts import text_rows


async def texts(line: Line, visit: int) -> list[tuple[str, str, str]]:
    """Kind, number and start of the visit of every text that goes out now, oldest first."""
    await line.texting.notify(visit)
    async with line.pool.connection() as conn:
        rows = await text_rows.texts_of(conn, visit)
    return [
        (each.kind, each.number, f"{each.about:%d %H:%M}")
        for each in rows
        if each.due <= line.now() and each.state != "dropped"
    ]


BOOKED = ("booked", PATIENT, f"{NINE.start:%d %H:%M}")


async def test_the_text_is_sent_again(known: Caller, line: Line, visit: int) -> None:
    """Once, however often it is asked for in one call."""
    await known.presses("2").presses("4").hears("Open the link in our text").presses("1")
    await known.hears("The text is on its way.").hears("Your visit is on Tuesday")
    line.now.forward(minutes=1)  # type: ignore[attr-defined]  # the test's clock
    await known.presses("4").presses("1").hears("The text is on its way.")
    assert await texts(line, visit) == [BOOKED, BOOKED]


async def test_whoever_has_the_code_does_not_get_it(calls: Calls, line: Line, visit: int) -> None:
    """It goes to the number on the visit, which is not named."""
    caller: Caller = await calls("+14255550188")
    await caller.presses("2").presses(await code_of(line, visit)).hears("Your visit is on Tuesday")
    await caller.presses("4").presses("1").hears("The text is on its way.")
    assert {number for _, number, _ in await texts(line, visit)} == {PATIENT}


async def test_a_move_after_that_is_told_once(known: Caller, line: Line, visit: int) -> None:
    """The text about the move says it all; the other one is not sent with the new time."""
    await known.presses("2").presses("4").presses("1").hears("The text is on its way.")
    held = await patient_changes.hold_for(line.clinic, visit, TEN)
    assert isinstance(held, Held)
    line.now.forward(seconds=1)  # type: ignore[attr-defined]  # the test's clock
    await patient_changes.move(line.clinic, visit, held.booking_id)
    await patient_changes.wait_until_moved(line.pool, held.booking_id, 5)
    moved = ("moved by patient", PATIENT, f"{TEN.start:%d %H:%M}")
    assert await texts(line, visit) == [BOOKED, BOOKED, moved]


async def test_there_is_a_limit(known: Caller, line: Line, visit: int) -> None:
    """A number gets so many texts in a day."""
    await known.presses("2")
    async with line.pool.connection() as conn:
        await conn.execute(
            "INSERT INTO text (booking, name, kind, about, number, due, state, began)"
            " SELECT %s, i::text, 'booked', %s, %s, %s, 'delivered', %s"
            " FROM generate_series(1, 100) AS i",
            [visit, NINE.start, Lookup(PATIENT), line.now(), line.now()],
        )
    await known.presses("4").presses("1").hears("I can not text again today.")
    assert (await row(line.clinic, visit)).text_again_at is None
