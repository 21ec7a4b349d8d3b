"""The event text follows the caller's consent and never overwrites what staff wrote."""

import pytest
from support.clinic import confirmed, hold, own_event, row, span
from support.faulty_calendar import FaultyCalendar

from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.calendars.contract import Calendar
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert
from calendar_sync.sync.rewrite import rewrite

NINE = span("2026-12-01 09:00")


async def agree(clinic: Clinic, booking_id: int, number: str = "+14255550123") -> None:
    """Consent to texts."""
    async with clinic.pool.connection() as conn:
        await store_consent(conn, "CA1", booking_id, TextConsent(number, "2026-11-1", given=True))


async def booked(clinic: Clinic) -> int:
    """A booking whose event is in the calendar."""
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    return booking_id


async def test_consent_reaches_the_event(clinic: Clinic) -> None:
    """The event shows whether and where texts are allowed, and its version is known as ours."""
    booking_id = await booked(clinic)
    assert "NO TEXTS" in (await own_event(clinic, booking_id)).description
    await agree(clinic, booking_id)
    await rewrite(clinic, booking_id)
    there = await own_event(clinic, booking_id)
    assert "TEXTS: yes, agreed" in there.description
    assert there.etag == (await row(clinic, booking_id)).etag


async def test_a_later_answer_replaces_our_own_earlier_text(clinic: Clinic) -> None:
    """A later answer replaces text that is still our own last version."""
    booking_id = await booked(clinic)
    for number in ("+14255550123", "+12065550199"):
        await agree(clinic, booking_id, number)
        await rewrite(clinic, booking_id)
    assert "to +1 206 555 0199" in (await own_event(clinic, booking_id)).description


async def test_the_same_text_is_not_written_twice(clinic: Clinic, calendar: FaultyCalendar) -> None:
    """A job that runs again finds nothing to do."""
    booking_id = await booked(clinic)
    await agree(clinic, booking_id)
    await rewrite(clinic, booking_id)
    await rewrite(clinic, booking_id)
    assert calendar.asked.count("rewrite") == 1


async def test_a_description_that_staff_touched_stays(clinic: Clinic) -> None:
    """A description that staff edited is neither replaced nor appended to."""
    booking_id = await booked(clinic)
    there = await own_event(clinic, booking_id)
    await clinic.calendar.rewrite(there.event_id, there.etag, description="Called. Knee, not foot.")
    await agree(clinic, booking_id)
    await rewrite(clinic, booking_id)
    assert (await own_event(clinic, booking_id)).description == "Called. Knee, not foot."


async def test_a_title_that_staff_changed_stays_and_the_text_follows(clinic: Clinic) -> None:
    """Staff's title and time stay, and our unedited description is still updated."""
    booking_id = await booked(clinic)
    there = await own_event(clinic, booking_id)
    await clinic.calendar.rewrite(there.event_id, there.etag, title="Mrs. M, video")
    await agree(clinic, booking_id)
    await rewrite(clinic, booking_id)
    there = await own_event(clinic, booking_id)
    assert there.title == "Mrs. M, video"
    assert "TEXTS: yes" in there.description


async def edit(calendar: Calendar, event_id: str) -> None:
    """Edit the event as staff do, whatever its version."""
    there = await calendar.find(event_id)
    assert there is not None
    await calendar.rewrite(event_id, getattr(there, "etag", ""), description="Written meanwhile")


async def test_staff_who_write_at_the_same_moment_win(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """A staff edit between our read and our write wins, and the next run leaves it alone."""
    booking_id = await booked(clinic)
    event_id = (await own_event(clinic, booking_id)).event_id
    await agree(clinic, booking_id)
    calendar.meanwhile = {"rewrite": lambda: edit(calendar.real, event_id)}
    with pytest.raises(NotYet, match="staff changed"):
        await rewrite(clinic, booking_id)
    await rewrite(clinic, booking_id)
    assert (await own_event(clinic, booking_id)).description == "Written meanwhile"


@pytest.mark.parametrize("where", ["find", "rewrite"])
async def test_a_silent_calendar_is_asked_again(
    clinic: Clinic, calendar: FaultyCalendar, where: str
) -> None:
    """An unknown answer leaves the rewrite pending, and the next run completes it."""
    booking_id = await booked(clinic)
    await agree(clinic, booking_id)
    calendar.faults = {where: "before"}
    with pytest.raises(NotYet):
        await rewrite(clinic, booking_id)
    calendar.faults = {}
    await rewrite(clinic, booking_id)
    assert "TEXTS: yes" in (await own_event(clinic, booking_id)).description


async def test_a_booking_that_waits_for_its_event_keeps_its_consent(clinic: Clinic) -> None:
    """The rewrite waits for the insert, whose text already includes the answer."""
    booking_id = await confirmed(clinic, NINE)
    await agree(clinic, booking_id)
    with pytest.raises(NotYet):
        await rewrite(clinic, booking_id)
    await insert(clinic, booking_id)
    await rewrite(clinic, booking_id)
    assert "TEXTS: yes" in (await own_event(clinic, booking_id)).description


async def test_deleted_events_and_lost_bookings_have_no_text_to_follow(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """Nothing is written for an event that staff deleted or for an unconfirmed hold."""
    await rewrite(clinic, await hold(clinic, span("2026-12-02 09:00"), "CA2"))
    booking_id = await booked(clinic)
    await agree(clinic, booking_id)
    there = await own_event(clinic, booking_id)
    calendar.meanwhile = {"rewrite": lambda: calendar.real.cancel(there.event_id, there.etag)}
    await rewrite(clinic, booking_id)
    await rewrite(clinic, booking_id)
    assert (await own_event(clinic, booking_id)).cancelled
    assert calendar.asked.count("rewrite") == 1
