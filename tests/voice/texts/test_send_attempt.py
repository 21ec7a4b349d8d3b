"""A text is sent exactly once, only with consent, whatever Twilio answers."""

import pytest
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import KEY, SERVICE, Twilio
from support.clinic import row, span
from support.text_clinic import PATIENT, TextClinic, text_clinic

VISIT = span("2026-12-03 10:00")


async def test_a_booked_visit_is_texted_at_once_and_once(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """The text has the page link and the code, comes from the clinic, and uses the API key."""
    visit = await clinic.visit(VISIT)
    for _ in range(3):
        await clinic.notify(visit)
        await clinic.check()
    [body] = twilio.bodies(PATIENT)
    code = (await row(clinic.clinic, visit)).visit_code
    assert body.startswith("BodyFix: booked Thu Dec 3, 10:00 AM PT. ")
    assert "https://line.example.org/visit/" in body
    assert f"Code {code}" in body
    assert twilio.last().callback.startswith("https://line.example.org/sms/status?text=")
    assert twilio.seen[0].user == KEY
    assert (await clinic.texts(visit))["booked"] == "accepted"
    assert await clinic.list() == []


async def test_without_a_yes_nothing_is_texted(clinic: TextClinic, twilio: Twilio) -> None:
    """Only patients who consented get texts."""
    visit = await clinic.visit(VISIT, number=None)
    await clinic.notify(visit)
    assert twilio.seen == []
    assert await clinic.texts(visit) == {}


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+18765550123", "not a US mobile"),
        ("+447400123456", "not a US mobile"),
        ("+14252025687", "the clinic's own"),
    ],
)
async def test_a_number_that_cannot_be_texted_becomes_a_call_back(
    clinic: TextClinic, twilio: Twilio, number: str, why: str
) -> None:
    """For numbers abroad or the clinic's own, staff see the reason in the event and on the list."""
    visit = await clinic.visit(VISIT, number=number)
    await clinic.notify(visit)
    assert twilio.seen == []
    assert why in (await row(clinic.clinic, visit)).text_trouble
    [reason] = await clinic.list()
    assert why in reason


@pytest.mark.parametrize(
    "fault",
    [
        Fault("messages.create", "status", status=503, after=True),
        Fault("messages.create", "reset", after=True),
        Fault("messages.create", "not json", after=True),
        Fault("messages.create", "hang", after=True),
    ],
)
async def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    clinic: TextClinic, twilio: Twilio, fault: Fault
) -> None:
    """If Twilio already has the text, it is not sent again."""
    twilio.faults = [fault]
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    assert (await clinic.texts(visit))["booked"] == "sending"
    clinic.now.forward(minutes=1)
    await clinic.check()
    assert len(twilio.messages.sent) == 1
    [sent] = [each for each in await clinic.rows(visit) if each.kind == "booked"]
    assert (sent.state, sent.sid) == ("accepted", twilio.last().sid)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("messages.create", "status", status=500),
        Fault("messages.create", "reset"),
        Fault("messages.create", "code", code=20429),
        Fault("messages.create", "not json"),
    ],
)
async def test_what_did_not_reach_twilio_is_sent_again(
    clinic: TextClinic, twilio: Twilio, fault: Fault
) -> None:
    """A text that Twilio never received is sent again once, after a delay."""
    twilio.faults = [fault]
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    assert twilio.messages.sent == []
    await clinic.check()
    assert twilio.messages.sent == []
    for _ in range(3):
        clinic.now.forward(minutes=1)
        await clinic.check()
    assert len(twilio.messages.sent) == 1
    assert (await clinic.texts(visit))["booked"] == "accepted"
    assert await clinic.list() == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (21610, "they asked for no more texts"),
        (21614, "the phone is a landline"),
        (21635, "the phone is a landline"),
        (21211, "does not exist"),
    ],
)
async def test_a_number_that_twilio_refuses_is_never_tried_again(
    clinic: TextClinic, twilio: Twilio, code: int, why: str
) -> None:
    """A refused number gets no text for this visit or the next, and staff call."""
    twilio.messages.refuse[PATIENT] = code
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    [first] = await clinic.list()
    assert why in first
    await clinic.notify(visit)
    assert why in (await row(clinic.clinic, visit)).text_trouble
    other = await clinic.visit(span("2026-12-04 10:00"), "CA2")
    await clinic.notify(other)
    assert len(twilio.asked("messages.create")) == 1
    assert any(why in reason for reason in await clinic.list())
    clinic.now.forward(hours=40)
    await clinic.check()
    assert len(twilio.asked("messages.create")) == 1


@pytest.mark.parametrize("code", [20003, 21408, 21606, 21608])
async def test_a_wrong_set_up_is_one_alarm_and_heals(
    clinic: TextClinic, twilio: Twilio, code: int
) -> None:
    """Staff see what to fix; once it is fixed, the text goes out and the alarm ends."""
    twilio.faults = [Fault("messages.create", "code", code=code, times=2)]
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    await clinic.check()
    reasons = await clinic.list()
    assert len([reason for reason in reasons if reason.startswith("texts do not go out")]) == 1
    assert len(reasons) == 2
    for _ in range(4):
        clinic.now.forward(hours=1)
        await clinic.check()
    assert len(twilio.messages.sent) == 1
    assert [r for r in await clinic.list() if r.startswith("texts do not go out")] == []


async def test_twilio_down_for_an_hour_delays_texts_and_loses_none(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """Staff are asked to call after five minutes, until the text is out."""
    twilio.faults = [Fault("", "status", status=503, times=10_000)]
    visits = [await clinic.visit(span(f"2026-12-0{day} 10:00"), f"CA{day}") for day in (2, 3)]
    for visit in visits:
        await clinic.notify(visit)
    for minute in range(60):
        clinic.now.forward(minutes=1)
        await clinic.check()
        assert len(await clinic.list()) == (2 if minute >= 5 else 0)
    tried = len(twilio.seen)
    assert tried < 40, "it backs off"
    twilio.faults = []
    for _ in range(31):
        clinic.now.forward(minutes=1)
        await clinic.check()
    assert len(twilio.messages.sent) == 2
    assert await clinic.list() == []


async def test_a_messaging_service_sends_when_there_is_one(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """A messaging service's sender pool replaces the number."""
    more = {"twilio_messaging_service_sid": SERVICE}
    async with text_clinic(clinic.clinic.pool, clinic.now, twilio, **more) as other:
        visit = await other.visit(VISIT)
        await other.notify(visit)
    assert twilio.last().sender == SERVICE
