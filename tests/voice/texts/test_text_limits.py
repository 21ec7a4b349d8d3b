"""How many texts may be sent, and what happens to the rest."""

from dataclasses import replace

from stand_ins.twilio.server import Twilio
from support.clinic import at, span
from support.text_clinic import TextClinic

from calendar_sync.private_fields import lookup

VISIT = span("2026-12-03 10:00")


async def test_three_texts_a_day_are_the_most(clinic: TextClinic, twilio: Twilio) -> None:
    """The fourth text of a day becomes a call-back, and the next day texts are sent again."""
    for day in range(1, 5):
        await clinic.notify(await clinic.visit(span(f"2026-12-0{day} 10:00"), f"CA{day}"))
    assert len(twilio.messages.sent) == 3
    [reason] = await clinic.list()
    assert "three texts in a day" in reason


async def _visit_texted(clinic: TextClinic, day: int, caller: str | None, number: str) -> None:
    """A visit of a call of `caller`, whose texts go to `number`."""
    visit = await clinic.visit(span(f"2026-12-{day:02} 10:00"), f"CA{day}", number)
    async with clinic.clinic.pool.connection() as conn:
        await conn.execute(
            "INSERT INTO call (sid, caller) VALUES (%s, %s)", [f"CA{day}", lookup(caller)]
        )
    await clinic.notify(visit)


async def test_one_number_has_two_others_texted_a_day(clinic: TextClinic, twilio: Twilio) -> None:
    """The third stranger gets no text, and staff call; the caller's own number is not counted."""
    caller = "+14255550170"
    keyed = [f"+1425555018{n}" for n in range(3)]
    for day, number in enumerate([*keyed, caller, keyed[0]], start=1):
        await _visit_texted(clinic, day, caller, number)
    texted = [sent.to for sent in twilio.messages.sent]
    assert sorted(texted) == sorted([*keyed[:2], caller, keyed[0]])
    [reason] = await clinic.list()
    assert "too many other numbers" in reason


async def test_a_withheld_caller_and_another_number_are_counted_apart(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """Who keys a number because their own is withheld gets the texts."""
    for day in range(1, 5):
        await _visit_texted(clinic, day, None, f"+1425555018{day}")
    for day, caller in ((7, "+14255550171"), (8, "+14255550172")):
        await _visit_texted(clinic, day, caller, f"+1425555018{day}")
    assert len(twilio.messages.sent) == 6


async def test_a_correction_is_never_capped(clinic: TextClinic, twilio: Twilio) -> None:
    """A correction is always sent, as the last text would otherwise be false."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    for hour in (11, 12, 13, 14):
        await clinic.moved(visit, span(f"2026-12-03 {hour}:00"))
        await clinic.notify(visit)
    await clinic.moved(visit, None)
    await clinic.notify(visit)
    clinic.now.forward(seconds=61)
    await clinic.work()
    await clinic.moved(visit, VISIT)
    await clinic.notify(visit)
    assert len(twilio.messages.sent) == 7
    assert "on again: Thu Dec 3, 10:00 AM" in twilio.bodies()[-1]
    assert await clinic.list() == []


async def test_what_the_hourly_limit_holds_back_is_listed_after_five_minutes(
    clinic: TextClinic,
) -> None:
    """While the limit against text pumping holds a text back, staff call the patient."""
    clinic.texting = replace(clinic.texting, config=replace(clinic.texting.config, an_hour=1))
    reminded = await clinic.visit(span("2026-12-01 10:00"))
    await clinic.notify(reminded)
    clinic.now.forward(minutes=1)
    held_back = await clinic.visit(VISIT, "CA2", "+14255550124")
    await clinic.notify(held_back)
    for _ in range(8):
        clinic.now.forward(minutes=1)
        await clinic.check()
    assert (await clinic.texts(held_back))["booked"] == "owed"
    [reason] = await clinic.list()
    assert "has not gone out yet" in reason
    clinic.now.at = at("2026-11-30 09:10")
    await clinic.check()
    assert (await clinic.texts(held_back))["booked"] == "accepted"
    assert await clinic.list() == []


async def test_the_hourly_limit_holds_no_reminder_back(clinic: TextClinic, twilio: Twilio) -> None:
    """Five hundred reminders due at 8:00 go out at 8:00."""
    visits = [
        await clinic.visit(span(f"2026-12-03 {hour}:00"), f"CA{hour}", f"+142555501{hour}")
        for hour in (10, 11, 12)
    ]
    for visit in visits:
        await clinic.notify(visit)
    clinic.texting = replace(clinic.texting, config=replace(clinic.texting.config, an_hour=0))
    clinic.now.at = at("2026-12-02 12:00")
    await clinic.work()
    assert [(await clinic.texts(visit))["day before"] for visit in visits] == ["accepted"] * 3
    assert len(twilio.bodies()) == 6
