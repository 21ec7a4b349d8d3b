"""Figures come from real calls and count each call once."""

from datetime import UTC, datetime, timedelta

from support.keypad import answers_safety, answers_triage
from support.patients import Calls

from voice.bootstrap import Line
from voice.figures import STAGES, STOPPED, Figures, figures
from voice.flows.clinical_wording import AFTER_BOOKING, BEFORE_BOOKING

CHEST, FLAG = BEFORE_BOOKING[0].name, AFTER_BOOKING[0].name


async def counted(line: Line, hours: int = 1) -> Figures:
    """The figures of the last hour, or of another period."""
    end = datetime.now(UTC) + timedelta(minutes=1)
    async with line.pool.connection() as conn:
        return await figures(conn, end - timedelta(hours=hours), end)


async def test_no_call_has_no_figures(line: Line) -> None:
    """Without calls every stage is listed with zero."""
    none = await counted(line)
    assert none == Figures(0, {}, dict.fromkeys(STAGES, 0), {}, {}, {}, {}, 0, 0, 0)


async def test_calls_are_counted_by_ending_stage_and_question(line: Line, calls: Calls) -> None:
    """Calls are counted by ending, stage and question, including hang-ups."""
    booked = await calls("+14255550101")
    await booked.presses("1")
    await answers_safety(booked)
    await answers_triage(booked)
    await booked.presses("1").presses("1").hears("You are booked").stays_silent()
    await booked.hears("Have you had cancer?").presses("1").hears("tell your doctor").hangs_up()

    stopped = await calls("+14255550102")
    await stopped.presses("1").hears("No to all").presses("1").hears("9 1 1").hangs_up()

    at_triage = await calls("+14255550103")
    await at_triage.presses("1")
    await answers_safety(at_triage)
    await at_triage.hears("Which foot").hangs_up()

    at_safety = await calls("+14255550104")
    await at_safety.presses("1").hears("No to all").presses("2").hears("No to all").hangs_up()

    found = await counted(line)
    assert found.calls == 4
    assert found.endings == {"hung up": 3, STOPPED: 1}
    assert list(found.funnel.values()) == [4, 2, 1, 1, 1, 1]
    assert found.hung_up == {"called": 1, "safety questions passed": 1, "booked": 1}
    assert (found.stops, found.flags) == ({CHEST: 1}, {FLAG: 1})
    assert (found.call_backs_opened, found.call_backs_done, found.call_backs_waiting) == (2, 0, 2)
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE call SET began_at = now() - interval '2 hours'")
        await conn.execute("UPDATE call_back SET done_at = now()")
    later = await counted(line)
    assert (later.calls, later.stops, later.call_backs_done) == (0, {}, 2)
    assert (await counted(line, hours=3)).calls == 4
