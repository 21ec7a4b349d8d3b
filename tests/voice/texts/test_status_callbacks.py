"""Status callbacks may be unordered or repeated, and a text may fail in many ways."""

import asyncio
import random
from urllib.parse import parse_qsl

import pytest
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import Twilio
from support.clinic import row, span
from support.text_clinic import BASE, TextClinic
from support.text_posts import Status

VISIT = span("2026-12-03 10:00")


async def test_statuses_in_any_order_end_in_one_state(clinic: TextClinic, status: Status) -> None:
    """Queued, sent and delivered, shuffled and repeated, end in delivered."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    states = ["queued", "sending", "sent", "delivered", "something new"] * 2
    random.Random(5).shuffle(states)  # noqa: S311  # fixed seed
    for state in states:
        assert (await status(state)).status == 204
    assert (await clinic.texts(visit))["booked"] == "delivered"
    await status("failed", 30003)
    assert (await clinic.texts(visit))["booked"] == "delivered"
    assert await clinic.list() == []


@pytest.mark.parametrize(
    ("code", "why", "suppressed"),
    [
        (30006, "landline", True),
        (30004, "blocks our texts", True),
        (30005, "does not exist", True),
        (30007, "took it for spam", False),
        (30008, "does not say why", False),
        (None, "does not say why", False),
        (39999, "error 39999", False),
    ],
)
async def test_a_text_that_does_not_arrive_is_a_call_back_at_once(
    clinic: TextClinic,
    status: Status,
    code: int | None,
    why: str,
    suppressed: bool,  # noqa: FBT001  # a case
) -> None:
    """Staff read the reason in plain words, and an unreachable number gets no more texts."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    for _ in range(2):
        await status("undelivered", code)
        await status("sent")
    [reason] = await clinic.list()
    assert why in reason
    assert (await clinic.texts(visit))["booked"] == "failed"
    await clinic.notify(visit)
    assert (why in (await row(clinic.clinic, visit)).text_trouble) is suppressed
    assert len(clinic.twilio.bodies()) == 1


async def test_a_phone_that_is_off_is_tried_once_more(
    clinic: TextClinic, twilio: Twilio, status: Status
) -> None:
    """The second attempt comes half an hour later; if it arrives, staff need not call."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    first = twilio.last()
    await status("undelivered", 30003)
    assert len(await clinic.list()) == 1
    clinic.now.forward(minutes=31)
    await clinic.check()
    assert len(twilio.bodies()) == 2
    await status("undelivered", 30003, message=first)
    await status("delivered")
    assert await clinic.list() == []
    assert (await clinic.texts(visit))["booked"] == "delivered"


async def test_an_unregistered_number_is_an_alarm(
    clinic: TextClinic, twilio: Twilio, status: Status
) -> None:
    """The error comes only at delivery; staff read what to do until a text is delivered."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    await status("undelivered", 30034)
    assert any("register the number for A2P 10DLC" in reason for reason in await clinic.list())
    clinic.now.forward(hours=2)
    await clinic.check()
    assert len(twilio.bodies()) == 2
    assert len(await clinic.list()) == 2
    await status("delivered")
    assert await clinic.list() == []


async def test_a_status_brings_the_sid_that_was_lost(
    clinic: TextClinic, twilio: Twilio, status: Status
) -> None:
    """After a kill between sending and storing, the status callback identifies the message."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    async with clinic.clinic.pool.connection() as conn:
        await conn.execute("UPDATE text SET sid = NULL, state = 'sending' WHERE kind = 'booked'")
    await asyncio.gather(*(status(state) for state in ("sent", "delivered", "sent")))
    [text] = [each for each in await clinic.rows(visit) if each.kind == "booked"]
    assert (text.sid, text.state) == (twilio.last().sid, "delivered")


@pytest.mark.parametrize("text", ["", "0", "x", "99999999999999999999", "1;2"])
async def test_a_status_of_no_text_of_ours_changes_nothing(
    clinic: TextClinic, status: Status, text: str
) -> None:
    """A signed status of an unknown text gets 204."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    message = clinic.twilio.last()
    message.callback = f"{BASE}/sms/status?text={text}"
    assert (await status("failed", 30006, message=message)).status == 204
    assert (await clinic.texts(visit))["booked"] == "accepted"


@pytest.mark.parametrize("state", ["failed", "undelivered"])
async def test_a_failure_whose_report_was_lost_is_found_within_five_minutes(
    clinic: TextClinic, twilio: Twilio, state: str
) -> None:
    """If the line was down for the callback, it asks Twilio, and staff are asked to call."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    message = twilio.last()
    message.status, message.error = state, 30005
    clinic.now.forward(minutes=3)
    await clinic.check()
    assert twilio.asked("messages.fetch") == []
    clinic.now.forward(minutes=2)
    await clinic.check()
    [reason] = await clinic.list()
    assert "does not exist" in reason
    assert (await clinic.texts(visit))["booked"] == "failed"


async def test_a_text_with_a_final_status_is_not_asked_about(
    clinic: TextClinic, twilio: Twilio, status: Status
) -> None:
    """A final status has come, so Twilio is not asked."""
    await clinic.notify(await clinic.visit(VISIT))
    await status("delivered")
    clinic.now.forward(minutes=5)
    await clinic.check()
    assert twilio.asked("messages.fetch") == []


async def test_a_text_is_asked_about_ever_more_rarely_and_not_for_ever(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """Some carriers never report delivery, so polling slows down and ends."""
    await clinic.notify(await clinic.visit(span("2026-12-10 10:00")))
    twilio.faults = [Fault("messages.fetch", "status", status=503)]
    await clinic.until("2026-12-03 08:00")
    assert 4 <= len(twilio.asked("messages.fetch")) <= 6
    assert await clinic.list() == []


async def test_twilio_is_asked_to_repeat_a_report_that_met_an_error(clinic: TextClinic) -> None:
    """Connection overrides in the URL fragment, neither sent nor signed, make Twilio retry."""
    await clinic.notify(await clinic.visit(VISIT))
    options = dict(parse_qsl(clinic.twilio.last().callback.partition("#")[2]))
    assert {"ct", "rt", "5xx"} <= set(options["rp"].split(","))
