"""Each change of a visit, by staff or by the patient, sends one text."""

import asyncio
from dataclasses import replace

from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import Twilio
from support.clinic import at, span
from support.text_clinic import PATIENT, TextClinic

from calendar_sync.bookings import notices
from calendar_sync.bookings.consent import TextConsent, store_consent

VISIT = span("2026-12-03 10:00")


async def open_notices(clinic: TextClinic) -> list[str]:
    """Changes that patients have not been notified of."""
    async with clinic.clinic.pool.connection() as conn:
        return [each.kind for each in await notices.open_notices(conn)]


async def test_a_move_by_staff_is_texted_and_reminders_follow(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """A notice counts once Twilio accepts the text, and no later text has the old time."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    await clinic.moved(visit, span("2026-12-04 14:00"))
    await clinic.notify(visit)
    assert "we moved your visit to Fri Dec 4, 2:00 PM PT" in twilio.bodies()[1]
    assert await open_notices(clinic) == []
    await clinic.until("2026-12-04 14:30")
    assert len(twilio.bodies()) == 4
    assert not any("Dec 3" in body for body in twilio.bodies()[1:])
    assert await clinic.list() == []


async def test_a_move_that_is_undone_before_its_text_is_not_texted(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """Nothing has changed for the patient, so nothing is sent."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    await clinic.moved(visit, span("2026-12-04 14:00"))
    await clinic.moved(visit, VISIT)
    await clinic.notify(visit)
    assert len(twilio.bodies()) == 1
    await clinic.until("2026-12-03 11:00")
    assert len(twilio.bodies()) == 3


async def test_a_visit_that_staff_cancel_and_restore(clinic: TextClinic, twilio: Twilio) -> None:
    """A cancellation and its undo send a text each, and reminders are scheduled again."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    await clinic.moved(visit, None)
    await clinic.notify(visit)
    assert len(twilio.bodies()) == 1
    clinic.now.forward(seconds=61)
    await clinic.work()
    assert "had to cancel your visit on Thu Dec 3" in twilio.bodies()[1]
    assert (await clinic.texts(visit))["day before"] == "dropped"
    await clinic.moved(visit, VISIT)
    await clinic.notify(visit)
    assert "on again: Thu Dec 3, 10:00 AM PT" in twilio.bodies()[2]
    clinic.now.forward(hours=24)
    await clinic.until("2026-12-03 11:00")
    assert len(twilio.bodies()) == 5


async def test_a_deletion_that_is_undone_within_a_minute_is_not_texted(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """When staff press Undo, the patient gets no text, and reminders stay."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    await clinic.moved(visit, None)
    await clinic.notify(visit)
    clinic.now.forward(seconds=50)
    await clinic.work()
    await clinic.moved(visit, VISIT)
    await clinic.notify(visit)
    await clinic.until("2026-12-03 11:00")
    assert [body[9:17] for body in twilio.bodies()[1:]] == ["reminder", "your vis"]
    assert await open_notices(clinic) == []


async def test_a_visit_that_its_patient_cancels(clinic: TextClinic, twilio: Twilio) -> None:
    """The patient gets one last text and no reminder."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    async with clinic.clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'cancelled', outcome = 'patient'")
    await clinic.notify(visit)
    await clinic.until("2026-12-03 11:00")
    assert len(twilio.bodies()) == 2
    assert "on Thu Dec 3, 10:00 AM PT is canceled" in twilio.bodies()[1]


async def test_a_visit_that_its_patient_moves(clinic: TextClinic, twilio: Twilio) -> None:
    """The patient gets one text to keep, and reminders for the new time."""
    visit = await clinic.visit(VISIT, note="es")
    await clinic.notify(visit)
    async with clinic.clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET during = tstzrange(lower(during) + '1 day'::interval,"
            " upper(during) + '1 day'::interval), promised = tstzrange(lower(during)"
            " + '1 day'::interval, upper(during) + '1 day'::interval)"
        )
    await clinic.notify(visit)
    assert "nueva cita, viernes 4 dic, 10:00 a.m. PT" in twilio.bodies()[1]
    await clinic.until("2026-12-04 11:00")
    assert len(twilio.bodies()) == 4


async def test_a_move_while_a_reminder_is_being_sent(clinic: TextClinic, twilio: Twilio) -> None:
    """A reminder already on its way is followed by the new time, as are later reminders."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    clinic.now.at = at("2026-12-02 10:00")
    twilio.faults = [Fault("messages.create", "hang", after=True)]
    sending = asyncio.create_task(clinic.check())
    assert await asyncio.to_thread(twilio.reached.wait, 20)
    await clinic.moved(visit, span("2026-12-04 14:00"))
    await clinic.texting.notify(visit)
    await sending
    clinic.now.forward(minutes=2)
    await clinic.check()
    assert [body[9:24] for body in twilio.bodies()[1:]] == ["reminder: visit", "we moved your v"]
    assert (await clinic.texts(visit))["moved by staff"] == "accepted"
    await clinic.until("2026-12-04 14:30")
    assert all("Dec 4" in body or "2:00 PM" in body for body in twilio.bodies()[2:])
    assert len(twilio.bodies()) == 5


async def test_a_late_video_link_is_texted_once_it_is_there(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """The first text says that the link follows; a link that is ready sends no second text."""
    config = replace(clinic.texting.config, makes_links=True)
    clinic.texting = replace(clinic.texting, config=config)
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    assert "link to follow" in twilio.bodies()[0]
    await clinic.notify(visit)
    assert len(twilio.bodies()) == 1
    async with clinic.clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET video_link = 'https://meet.google.com/abc-defg-hij'")
    for _ in range(2):
        await clinic.notify(visit)
    assert "link for Thu Dec 3, 10:00 AM PT is ready" in twilio.bodies()[1]
    assert len(twilio.bodies()) == 2


async def test_consent_that_comes_after_a_move_takes_it_off_the_list(
    clinic: TextClinic, twilio: Twilio
) -> None:
    """Staff no longer need to call once the text is sent."""
    visit = await clinic.visit(VISIT, number=None)
    await clinic.moved(visit, span("2026-12-04 14:00"))
    await clinic.notify(visit)
    assert len(await clinic.list()) == 1
    async with clinic.clinic.pool.connection() as conn:
        await store_consent(conn, "CA1", visit, TextConsent(PATIENT, "1", given=True))
    await clinic.notify(visit)
    assert "Fri Dec 4" in twilio.bodies()[0]
    assert await clinic.list() == []


async def test_news_from_staff_wait_for_the_morning(clinic: TextClinic, twilio: Twilio) -> None:
    """Notices wait for the morning unless the visit is too early; confirmations never wait."""
    clinic.now.at = at("2026-12-01 22:00")
    visit = await clinic.visit(VISIT)
    early = await clinic.visit(span("2026-12-02 09:00"), "CA2", "+14255550199")
    for each in (visit, early):
        await clinic.notify(each)
    assert len(twilio.bodies()) == 2
    await clinic.moved(visit, span("2026-12-04 14:00"))
    await clinic.moved(early, span("2026-12-02 11:00"))
    for each in (visit, early):
        await clinic.notify(each)
    assert len(twilio.bodies()) == 3
    assert "11:00 AM" in twilio.bodies()[2]
    await clinic.until("2026-12-02 07:55")
    assert len(twilio.bodies()) == 3
    await clinic.until("2026-12-02 08:00")
    assert "we moved" in twilio.bodies()[3]
