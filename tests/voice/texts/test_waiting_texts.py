"""Offered times by text: what it says, and whom the time goes to when the text does not arrive."""

from dataclasses import replace

import pytest
from stand_ins.twilio.server import Twilio
from support.clinic import row, span
from support.text_clinic import TextClinic
from support.text_posts import Reply, Status
from support.waiting import (
    NUMBERS,
    entry_of,
    offered,
    offers_of,
    opens,
    patient_with_visit,
    reads,
    waits,
)

from voice.texts.gsm7 import septets

EARLY = span("2026-12-02 09:00")
LATE = [span(f"2026-12-10 {hour:02}:00") for hour in (9, 10, 11)]


@pytest.fixture
def clinic(clinic: TextClinic) -> TextClinic:
    """A clinic whose only open times are those that staff open in the calendar."""
    clinic.clinic = replace(clinic.clinic, availability="calendar")
    return clinic


async def two_who_wait(clinic: TextClinic, *, visits: bool = True, language: str = "en") -> None:
    """Two patients in line, and a time that opens."""
    for n in range(2):
        visit = await patient_with_visit(clinic.clinic, LATE[n], n) if visits else None
        await reads(clinic.clinic)
        await waits(clinic.clinic, n, visit, language=language)
    await opens(clinic.clinic, EARLY)


async def sent(clinic: TextClinic, n: int) -> int:
    """Send the text about the n-th patient's offer; the held time's id."""
    held = (await offers_of(clinic.clinic, n))[-1].booking
    await clinic.notify(held)
    return held


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Wed Dec 2, 9:00 AM PT is open. It is held for you until 8:30 AM PT: "),
        (
            "es",
            "hay lugar, miércoles 2 dic, 9:00 a.m. PT. Se lo guardamos hasta las 8:30 a.m. PT: ",
        ),
    ],
)
async def test_the_text_says_when_and_until_when(
    clinic: TextClinic, twilio: Twilio, language: str, words: str
) -> None:
    """One message with a link, to the first in line alone, and nothing about health."""
    await two_who_wait(clinic, language=language)
    await sent(clinic, 0)
    [body] = twilio.bodies()
    assert words in body
    assert "/visit/" in body
    assert septets(body) <= 160
    assert twilio.last().to == NUMBERS[0]


@pytest.mark.parametrize("code", [30003, 30005, 30008])
async def test_an_undelivered_text_passes_the_time_on(
    clinic: TextClinic, twilio: Twilio, status: Status, code: int
) -> None:
    """No second attempt half an hour later, and no call: the next in line is asked."""
    await two_who_wait(clinic)
    await sent(clinic, 0)
    await status("undelivered", code)
    await reads(clinic.clinic)
    assert await offered(clinic.clinic, 0) == [("Wed 09:00", "not delivered")] or (
        (await entry_of(clinic.clinic, 0)).outcome == "not textable"
    )
    assert await offered(clinic.clinic, 1) == [("Wed 09:00", "open")]
    await sent(clinic, 1)
    assert twilio.last().to == NUMBERS[1]
    assert not [reason for reason in await clinic.list() if "text" in reason and "open" in reason]


@pytest.mark.parametrize("visits", [True, False])
async def test_a_landline_waits_no_more(
    clinic: TextClinic, status: Status, *, visits: bool
) -> None:
    """Staff call who has nothing booked; the time goes to the next in line."""
    await two_who_wait(clinic, visits=visits)
    held = await sent(clinic, 0)
    await status("undelivered", 30006)
    assert (await entry_of(clinic.clinic, 0)).outcome == "not textable"
    assert (await row(clinic.clinic, held)).state == "released"
    assert ("no open time" in await clinic.list()) != visits
    await reads(clinic.clinic)
    assert await offered(clinic.clinic, 1) == [("Wed 09:00", "open")]


async def test_stop_leaves_the_list(clinic: TextClinic, reply: Reply) -> None:
    """Also with nothing booked: the number gets no more offers, and its time goes on."""
    await two_who_wait(clinic, visits=False)
    await sent(clinic, 0)
    assert await reply("STOP", sender=NUMBERS[0]) == ""
    assert (await entry_of(clinic.clinic, 0)).outcome == "stopped texts"
    await reads(clinic.clinic)
    assert await offered(clinic.clinic, 0) == [("Wed 09:00", "left")]
    assert await offered(clinic.clinic, 1) == [("Wed 09:00", "open")]


async def test_a_number_over_its_limit_is_passed_over(clinic: TextClinic) -> None:
    """The texts of the day are used up: the next in line is asked at once."""
    await two_who_wait(clinic)
    clinic.texting = replace(clinic.texting, config=replace(clinic.texting.config, a_day=0))
    await sent(clinic, 0)
    await reads(clinic.clinic)
    assert await offered(clinic.clinic, 0) == [("Wed 09:00", "not delivered")]
    assert await offered(clinic.clinic, 1) == [("Wed 09:00", "open")]


async def test_a_clinic_that_stopped_texting_offers_nothing(clinic: TextClinic) -> None:
    """The time is free again; who waits is off the list."""
    await two_who_wait(clinic)
    clinic.texting = replace(clinic.texting, config=replace(clinic.texting.config, can_send=False))
    await sent(clinic, 0)
    assert (await entry_of(clinic.clinic, 0)).outcome == "not textable"


async def test_a_text_that_did_not_leave_in_time_is_dropped(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """Nobody gets the text of an offer that is over, however long Twilio was down."""
    await two_who_wait(clinic)
    held = (await offers_of(clinic.clinic, 0))[-1].booking
    await clinic.texting.notify(held)
    clinic.now.forward(minutes=31)
    await reads(clinic.clinic)
    await clinic.work()
    assert twilio.bodies() == []
    assert await clinic.texts(held) == {"open time": "dropped"}
