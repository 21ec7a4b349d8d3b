"""A patient who gave an email is invited, and the invitation follows the booking."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from stand_ins.google.faults import Fault, Kind
from stand_ins.google.server import INVITATIONS, Google
from support.clinic import (
    PACIFIC,
    SetClock,
    at,
    confirmed,
    jobs_waiting,
    own_event,
    row,
    span,
)
from support.google_clinic import calendar_at

from calendar_sync.bookings import patient_changes
from calendar_sync.clinic import Clinic, Invitations
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert
from calendar_sync.sync.invitations import update
from calendar_sync.sync.staff_jobs import follow_all

NINE = span("2026-12-01 09:00")
TITLE, NOTE = "Visit by video", "To join, open the link in your text."


@dataclass
class InvitingClinic:
    """A clinic at Google, which may invite, with one booking."""

    clinic: Clinic
    google: Google
    booking_id: int

    async def given(self, email: str) -> None:
        """Set the patient's email address and run the jobs that follow."""
        await patient_changes.store_contact(self.clinic, self.booking_id, "", email)
        await self.followed()

    async def followed(self) -> None:
        """Sync the staff change and update the invitation."""
        await follow_all(self.clinic)
        await update(self.clinic, self.booking_id)

    @property
    def mail(self) -> list[tuple[str, str, str]]:
        """The emails sent: recipient, kind and local time."""
        return [
            (each.to, each.says, each.event["start"]["dateTime"][11:16])
            for each in self.google.world.mail
        ]


@pytest_asyncio.fixture(params=["user"])
async def inviting(
    request: pytest.FixtureRequest, google: Google, clinic: Clinic, tmp_path: Path
) -> AsyncGenerator[InvitingClinic]:
    """A clinic at Google with one booking, on Tuesday at nine."""
    service = request.param == "service"
    with calendar_at(google, tmp_path, service=service) as calendar:
        invitations = Invitations(calendar.inviting(INVITATIONS), lambda _: (TITLE, NOTE))
        at_google = replace(clinic, calendar=calendar, invitations=invitations)
        await follow_all(at_google)
        booking_id = await confirmed(at_google, NINE)
        await insert(at_google, booking_id)
        yield InvitingClinic(at_google, google, booking_id)


async def test_an_email_becomes_an_invitation(inviting: InvitingClinic) -> None:
    """An invitation gives the time and contact details; the staff event stays without guests."""
    await patient_changes.store_contact(inviting.clinic, inviting.booking_id, "", "pat@example.org")
    assert "invite" in await jobs_waiting(inviting.clinic)
    await update(inviting.clinic, inviting.booking_id)
    assert inviting.mail == [("pat@example.org", "invited", "09:00")]
    [event] = inviting.google.invitations.live()
    assert (event["summary"], event["description"]) == (TITLE, NOTE)
    assert event["location"] == ""
    assert "extendedProperties" not in event
    staffs = await own_event(inviting.clinic, inviting.booking_id)
    assert "attendees" not in inviting.google.screenings.events[staffs.event_id]


async def test_without_an_email_nobody_is_invited(inviting: InvitingClinic) -> None:
    """Without an email address, no invitation job is queued."""
    await inviting.followed()
    assert "invite" not in await jobs_waiting(inviting.clinic)
    assert inviting.google.invitations.live() == []


async def test_it_moves_with_the_booking(inviting: InvitingClinic) -> None:
    """When staff move the event, the guest is updated once: the job that waits serves the move."""
    await inviting.given("pat@example.org")
    event = (await row(inviting.clinic, inviting.booking_id)).event_id or ""
    inviting.google.screenings.drag(event, "2026-12-01 11:00", "2026-12-01 11:20")
    await inviting.followed()
    assert (await jobs_waiting(inviting.clinic)).count("invite") == 1
    await inviting.followed()
    assert inviting.mail[1:] == [("pat@example.org", "updated", "11:00")]


async def test_it_goes_with_the_booking_and_comes_back_with_it(inviting: InvitingClinic) -> None:
    """Restoring a deleted visit sends a new invitation, as a deleted id cannot be reused."""
    await inviting.given("pat@example.org")
    event = (await row(inviting.clinic, inviting.booking_id)).event_id or ""
    inviting.google.screenings.delete(event)
    await inviting.followed()
    await inviting.followed()
    assert inviting.mail[1:] == [("pat@example.org", "cancelled", "09:00")]
    inviting.google.screenings.restore(event)
    await inviting.followed()
    assert inviting.mail[2:] == [("pat@example.org", "invited", "09:00")]


async def test_a_patient_who_cancels_gets_it_withdrawn(inviting: InvitingClinic) -> None:
    """When the patient cancels, the invitation is cancelled too, so no reminder is sent."""
    await inviting.given("pat@example.org")
    await patient_changes.cancel(inviting.clinic, inviting.booking_id)
    await inviting.followed()
    assert inviting.mail[1:] == [("pat@example.org", "cancelled", "09:00")]


async def test_another_email_is_another_invitation(inviting: InvitingClinic) -> None:
    """A new email address replaces the old invitation; removing the address cancels it."""
    for email in ("wrogn@example.org", "right@example.org", ""):
        await inviting.given(email)
    assert [mail[:2] for mail in inviting.mail] == [
        ("wrogn@example.org", "invited"),
        ("wrogn@example.org", "cancelled"),
        ("right@example.org", "invited"),
        ("right@example.org", "cancelled"),
    ]


async def test_a_link_does_not_write_to_everybody(inviting: InvitingClinic) -> None:
    """A patient link can send at most five invitations."""
    for number in range(7):
        await inviting.given(f"p{number}@example.org")
    assert len([mail for mail in inviting.mail if mail[1] == "invited"]) == 5
    assert inviting.google.invitations.live() == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["status", "reset"])
@pytest.mark.parametrize(
    ("on", "news"),
    [("events.insert", "invited"), ("events.patch", "updated"), ("events.delete", "cancelled")],
)
async def test_a_failure_neither_loses_nor_doubles_it(
    inviting: InvitingClinic, on: str, news: str, kind: Kind, *, after: bool
) -> None:
    """If the job dies before or after the request, the rerun still sends exactly one email."""
    if on != "events.insert":
        await inviting.given("pat@example.org")
    event = (await row(inviting.clinic, inviting.booking_id)).event_id or ""
    match on:
        case "events.patch":
            inviting.google.screenings.drag(event, "2026-12-01 11:00", "2026-12-01 11:20")
            await follow_all(inviting.clinic)
        case "events.delete":
            inviting.google.screenings.delete(event)
            await follow_all(inviting.clinic)
        case _:
            await patient_changes.store_contact(
                inviting.clinic, inviting.booking_id, "", "pat@example.org"
            )
    inviting.google.faults.append(Fault(on, kind, after=after))
    with pytest.raises(NotYet):
        await update(inviting.clinic, inviting.booking_id)
    await update(inviting.clinic, inviting.booking_id)
    await update(inviting.clinic, inviting.booking_id)
    assert [mail[1] for mail in inviting.mail].count(news) == 1


async def test_a_guest_who_answers_meanwhile_is_asked_about_the_new_time(
    inviting: InvitingClinic,
) -> None:
    """A guest's reply changes the event version, so the job rereads the event and then moves it."""
    await inviting.given("pat@example.org")
    [invitation] = inviting.google.invitations.live()
    said = [{"email": "pat@example.org", "responseStatus": "accepted"}]
    inviting.google.meanwhile["events.patch"] = lambda: inviting.google.invitations.edit(
        invitation["id"], attendees=said
    )
    event = (await row(inviting.clinic, inviting.booking_id)).event_id or ""
    inviting.google.screenings.drag(event, "2026-12-01 11:00", "2026-12-01 11:20")
    with pytest.raises(NotYet):
        await inviting.followed()
    await inviting.followed()
    assert inviting.mail[1:] == [("pat@example.org", "updated", "11:00")]


async def test_one_that_somebody_deleted_stays_deleted(inviting: InvitingClinic) -> None:
    """An invitation deleted in the calendar is not recreated."""
    await inviting.given("pat@example.org")
    [invitation] = inviting.google.invitations.live()
    inviting.google.invitations.delete(invitation["id"])
    await inviting.followed()
    assert inviting.google.invitations.live() == []


@pytest.mark.parametrize("inviting", ["service"], indirect=True)
async def test_an_account_that_may_not_invite_books_all_the_same(
    inviting: InvitingClinic, caplog: pytest.LogCaptureFixture
) -> None:
    """If Google forbids a service account to invite, that is logged without the email address."""
    await inviting.given("pat@example.org")
    assert inviting.google.invitations.live() == []
    assert "cannot invite a patient: Google answered 403" in caplog.text
    assert "pat@" not in caplog.text


async def test_a_visit_that_is_over_is_left_alone(inviting: InvitingClinic, now: SetClock) -> None:
    """Removing an email address after the visit sends no cancellation."""
    await inviting.given("pat@example.org")
    now.at = at("2026-12-02 09:00", PACIFIC)
    await inviting.given("")
    assert len(inviting.mail) == 1


async def test_without_a_calendar_for_it_nothing_is_done(inviting: InvitingClinic) -> None:
    """Without an invitation calendar, staff see the email address and no invitation is sent."""
    inviting.clinic = replace(inviting.clinic, invitations=None)
    await inviting.given("pat@example.org")
    assert inviting.mail == []
