"""A process that dies at any await while a caller moves a visit: the visit stands."""

from support.clinic import live_events, row
from support.killing import KilledAt, at_every_await
from support.returning import NINE, PATIENT, booked_visit

from calendar_sync.bookings import booking_writes, holds, patient_changes
from calendar_sync.sync.move import carry_out
from voice.bootstrap import Line
from voice.calls import engine
from voice.calls.effect_runner import perform
from voice.dialogue.effects import Held, Offers, Opening
from voice.dialogue.visit_effects import FindMoveTimes, HoldForVisit, MoveVisit

SID = "CA" + "8" * 32
TOLD = Opening(NINE.start, NINE.end)


async def times(line: Line, visit: int) -> tuple[Opening, ...]:
    """What a caller is offered."""
    effect = FindMoveTimes("any", "", visit)
    found = effect.read(await perform(line, SID, "visit.offers", effect))
    assert isinstance(found, Offers)
    return found.openings


async def stands(line: Line, visit: int) -> None:
    """The visit has its old time, here and in the calendar."""
    after = await row(line.clinic, visit)
    assert (after.state, after.slot) == ("booked", NINE)
    assert [each.span for each in await live_events(line.clinic)] == [NINE]


async def test_killed_anywhere_while_a_time_is_held(line: Line) -> None:
    """A repeated webhook holds it, and the visit is where it was."""
    visit = await booked_visit(line)
    [first, *_] = await times(line, visit)
    effect = HoldForVisit(visit, TOLD, first)

    async def attempt(step: int) -> bool:
        dies = KilledAt(perform(line, SID, "visit.hold", effect), step)
        await dies
        await stands(line, visit)
        held = effect.read(await perform(line, SID, "visit.hold", effect))
        assert isinstance(held, Held)
        async with line.pool.connection() as conn:
            await booking_writes.release_unconfirmed(conn, f"visit-{visit}")
        return dies.survived

    await at_every_await(attempt)


async def test_killed_anywhere_in_the_yes(line: Line) -> None:
    """Until the job has moved the event the old time stands; then the new one does."""
    visit = await booked_visit(line)
    [first, *_] = await times(line, visit)

    async def attempt(step: int) -> bool:
        hold = HoldForVisit(visit, TOLD, first)
        held = hold.read(await perform(line, SID, f"visit.hold.{step}", hold))
        assert isinstance(held, Held)
        yes = MoveVisit(visit, TOLD, held.booking)
        dies = KilledAt(perform(line, SID, f"visit.move.{step}", yes), step)
        await dies
        before = await row(line.clinic, visit)
        assert before.state == "booked"
        assert "kept" in await perform(line, SID, f"visit.move.{step}", yes)
        await carry_out(line.clinic, held.booking)
        after = await row(line.clinic, visit)
        assert after.slot.start == first.start
        assert after.changed_by == "phone"
        assert [each.span for each in await live_events(line.clinic)] == [after.slot]
        await back(line, visit)
        return dies.survived

    await at_every_await(attempt)


async def back(line: Line, visit: int) -> None:
    """Move the visit back for the next attempt, as its patient's page would."""
    held = await patient_changes.hold_for(line.clinic, visit, NINE)
    assert isinstance(held, holds.Held)
    await patient_changes.move(line.clinic, visit, held.booking_id)
    await carry_out(line.clinic, held.booking_id)


async def test_a_whole_turn_that_dies_is_repeated(line: Line) -> None:
    """A call whose process was killed goes on with another one, and moves the visit once."""
    visit = await booked_visit(line)
    await engine.begin(line, SID, PATIENT, vouched=True)
    for name, key in (("greeting.known~0", "2"), ("visit~0", "2"), ("visit.times~0", "1")):
        await engine.answer(line, SID, name, key)
    for step in range(1, 60, 7):
        await KilledAt(engine.answer(line, SID, "visit.confirm~0", "1"), step)
        assert (await row(line.clinic, visit)).state == "booked"
    await engine.answer(line, SID, "visit.confirm~0", "1")
    await engine.answer(line, SID, "visit.moving~0", "")
    [event] = await live_events(line.clinic)
    after = await row(line.clinic, visit)
    assert (event.span, after.state) == (after.slot, "booked")
    assert after.slot != NINE
