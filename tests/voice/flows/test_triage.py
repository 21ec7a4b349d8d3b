"""Each of six questions about the foot can be skipped, and skipped is never recorded as no."""

from support.caller import Caller

from calendar_sync.bookings.booking import bookings_of_call
from voice.bootstrap import Line
from voice.flows.triage import LABELS


async def booked_chart(line: Line, caller: Caller) -> dict[str, str]:
    """The chart stored for staff."""
    async with line.pool.connection() as conn:
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
    return dict(booking.chart)


async def to_triage(caller: Caller) -> None:
    """Answer no to every safety question."""
    await caller.presses("1")
    for _ in range(6):
        await caller.presses("2")
    await caller.hears("Six short questions. To skip all, press pound. Which foot?")


async def test_the_answers_reach_staff_in_words(caller: Caller, line: Line) -> None:
    """Each key is stored as its meaning in words."""
    await to_triage(caller)
    await caller.presses("1").presses("3").presses("1").presses("2").presses("1").presses("10")
    await caller.presses("1").presses("1").hears("You are booked")
    chart = await booked_chart(line, caller)
    assert chart.pop("Safety").startswith("6 of 6 answered no, ")
    assert chart == {
        "Foot": "left",
        "How long": "years",
        "Numb or tingling": "yes",
        "Less steady, or weaker on one side": "no",
        "Low back stiff, or back of leg tight": "yes",
        "Pain, 1 to 10": "10",
        "Look soon": "pain 10 of 10",
        "Heard": "no summary",
        "Past cancer, unexplained weight loss, or pain all night": "not answered",
    }


async def test_the_safety_result_has_the_time_of_its_last_answer(
    caller: Caller, line: Line
) -> None:
    """It is not the time of booking, as a caller may choose a time much later."""
    await to_triage(caller)
    async with line.pool.connection() as conn:
        await conn.execute(
            "UPDATE journal SET at = at - interval '3 hours 30 seconds' WHERE name LIKE 'safety.%'"
        )
    for keys in ("1", "3", "1", "2", "1", "7#", "1", "1"):
        await caller.presses(keys)
    await caller.hears("You are booked")
    said = (await booked_chart(line, caller))["Safety"]
    assert said == "6 of 6 answered no, Nov 30, 4:59 AM PT"


async def test_a_skipped_question_is_skipped_and_never_no(caller: Caller, line: Line) -> None:
    """Pound skips a question, and staff read that it was skipped."""
    await to_triage(caller)
    await caller.presses("1").hears("To skip one, press pound.")
    for _ in range(5):
        await caller.presses("#")
    await caller.stays_silent().hears("In Pacific time")
    await caller.presses("1").presses("1").hears("You are booked")
    chart = await booked_chart(line, caller)
    assert list(chart.values()).count("skipped") == 5
    assert "no" not in chart.values()


async def test_one_key_at_the_start_skips_all_of_it(caller: Caller, line: Line) -> None:
    """The call goes straight to the times, and staff read that every question was skipped."""
    await to_triage(caller)
    await caller.presses("#").hears("In Pacific time")
    await caller.presses("1").presses("1").hears("You are booked")
    chart = await booked_chart(line, caller)
    assert [chart[label] for label in LABELS] == ["skipped"] * 6
    assert "Look soon" not in chart


async def test_pain_beyond_ten_is_asked_again(caller: Caller) -> None:
    """A pain level over ten is asked again."""
    await to_triage(caller)
    await caller.presses("1").presses("1").presses("1").presses("1").presses("1").presses("77")
    await caller.hears("Ten is the most.").presses("7#").hears("In Pacific time")


async def test_zero_is_a_person_at_the_pain_question_too(caller: Caller) -> None:
    """The scale starts at 1, so that 0 always means a person."""
    await to_triage(caller)
    await caller.presses("1").presses("1").presses("1").presses("1").presses("1")
    await caller.hears("From 1 to 10, how bad is the pain?").presses("0").stays_silent()
    await caller.hears("The clinic is closed now.").presses("2").hears("From 1 to 10")
