"""A patient who gave an email is invited, and the invitation follows the booking."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from stand_ins.google.faults import Fault, Kind
from stand_ins.google.server import INVITATIONS, Google
from support.clinic import PACIFIC, SetClock, at, confirmed, jobs_waiting, own_event, row, span
from support.google_clinic import diary_at

from calendar_sync.bookings import patient_changes
from calendar_sync.clinic import Desk, Invitations
from calendar_sync.errors import NotYet
from calendar_sync.sync.insert import insert
from calendar_sync.sync.invitations import bring_up_to_date
from calendar_sync.sync.staff_jobs import follow_all

NINE = span("2026-12-01 09:00")
TITLE, NOTE = "Video visit", "To join, open the link in your text."


@dataclass
class Clinic:
    """A clinic at Google, which may invite, with one booking."""

    desk: Desk
    google: Google
    booking_id: int

    async def given(self, email: str) -> None:
        """The patient gives an email, and the jobs that this owes are done."""
        await patient_changes.keep_contact(self.desk, self.booking_id, "", email)
        await self.followed()

    async def followed(self) -> None:
        """What staff did is followed, and the invitation with it."""
        await follow_all(self.desk)
        await bring_up_to_date(self.desk, self.booking_id)

    @property
    def mail(self) -> list[tuple[str, str, str]]:
        """Who got which news about which time, on the clinic's wall."""
        return [
            (each.to, each.says, each.event["start"]["dateTime"][11:16])
            for each in self.google.world.mail
        ]


@pytest_asyncio.fixture(params=["user"])
async def clinic(
    request: pytest.FixtureRequest, google: Google, desk: Desk, tmp_path: Path
) -> AsyncGenerator[Clinic]:
    """A clinic at Google with one booking, on Tuesday at nine."""
    service = request.param == "service"
    with diary_at(google, tmp_path, service=service) as diary:
        invitations = Invitations(diary.inviting(INVITATIONS), lambda _: (TITLE, NOTE))
        at_google = replace(desk, diary=diary, invitations=invitations)
        await follow_all(at_google)
        booking_id = await confirmed(at_google, NINE)
        await insert(at_google, booking_id)
        yield Clinic(at_google, google, booking_id)


async def test_an_email_becomes_an_invitation(clinic: Clinic) -> None:
    """With the time and how to reach us; staff's own event stays without guests."""
    await patient_changes.keep_contact(clinic.desk, clinic.booking_id, "", "pat@example.org")
    assert "invite" in await jobs_waiting(clinic.desk)
    await bring_up_to_date(clinic.desk, clinic.booking_id)
    assert clinic.mail == [("pat@example.org", "invited", "09:00")]
    [event] = clinic.google.invitations.live()
    assert (event["summary"], event["description"]) == (TITLE, NOTE)
    assert event["location"] == ""
    assert "extendedProperties" not in event
    staffs = await own_event(clinic.desk, clinic.booking_id)
    assert "attendees" not in clinic.google.screenings.events[staffs.event_id]


async def test_without_an_email_nobody_is_invited(clinic: Clinic) -> None:
    """Nor is there a job for it."""
    await clinic.followed()
    assert "invite" not in await jobs_waiting(clinic.desk)
    assert clinic.google.invitations.live() == []


async def test_it_moves_with_the_booking(clinic: Clinic) -> None:
    """Staff drag their event: the guest hears of it, once."""
    await clinic.given("pat@example.org")
    event = (await row(clinic.desk, clinic.booking_id)).event_id or ""
    clinic.google.screenings.drag(event, "2026-12-01 11:00", "2026-12-01 11:20")
    await clinic.followed()
    assert (await jobs_waiting(clinic.desk)).count("invite") == 2
    await clinic.followed()
    assert clinic.mail[1:] == [("pat@example.org", "updated", "11:00")]


async def test_it_goes_with_the_booking_and_comes_back_with_it(clinic: Clinic) -> None:
    """Staff delete their event, and restore it: a tombstone's id cannot be used again."""
    await clinic.given("pat@example.org")
    event = (await row(clinic.desk, clinic.booking_id)).event_id or ""
    clinic.google.screenings.delete(event)
    await clinic.followed()
    await clinic.followed()
    assert clinic.mail[1:] == [("pat@example.org", "cancelled", "09:00")]
    clinic.google.screenings.restore(event)
    await clinic.followed()
    assert clinic.mail[2:] == [("pat@example.org", "invited", "09:00")]


async def test_a_patient_who_cancels_gets_it_withdrawn(clinic: Clinic) -> None:
    """The guest's calendar must not remind of what is off."""
    await clinic.given("pat@example.org")
    await patient_changes.cancel(clinic.desk, clinic.booking_id)
    await clinic.followed()
    assert clinic.mail[1:] == [("pat@example.org", "cancelled", "09:00")]


async def test_another_email_is_another_invitation(clinic: Clinic) -> None:
    """The first one is withdrawn, as is the last when the email is taken away."""
    for email in ("wrogn@example.org", "right@example.org", ""):
        await clinic.given(email)
    assert [mail[:2] for mail in clinic.mail] == [
        ("wrogn@example.org", "invited"),
        ("wrogn@example.org", "cancelled"),
        ("right@example.org", "invited"),
        ("right@example.org", "cancelled"),
    ]


async def test_a_link_does_not_write_to_everybody(clinic: Clinic) -> None:
    """Whoever has the page's link can send five invitations with it, not more."""
    for number in range(7):
        await clinic.given(f"p{number}@example.org")
    assert len([mail for mail in clinic.mail if mail[1] == "invited"]) == 5
    assert clinic.google.invitations.live() == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["status", "reset"])
@pytest.mark.parametrize(
    ("on", "news"),
    [("events.insert", "invited"), ("events.patch", "updated"), ("events.delete", "cancelled")],
)
async def test_a_failure_neither_loses_nor_doubles_it(
    clinic: Clinic, on: str, news: str, kind: Kind, *, after: bool
) -> None:
    """Before and after the effect: the job says not yet, runs again, and one mail has gone out."""
    if on != "events.insert":
        await clinic.given("pat@example.org")
    event = (await row(clinic.desk, clinic.booking_id)).event_id or ""
    match on:
        case "events.patch":
            clinic.google.screenings.drag(event, "2026-12-01 11:00", "2026-12-01 11:20")
            await follow_all(clinic.desk)
        case "events.delete":
            clinic.google.screenings.delete(event)
            await follow_all(clinic.desk)
        case _:
            await patient_changes.keep_contact(
                clinic.desk, clinic.booking_id, "", "pat@example.org"
            )
    clinic.google.faults.append(Fault(on, kind, after=after))
    with pytest.raises(NotYet):
        await bring_up_to_date(clinic.desk, clinic.booking_id)
    await bring_up_to_date(clinic.desk, clinic.booking_id)
    await bring_up_to_date(clinic.desk, clinic.booking_id)
    assert [mail[1] for mail in clinic.mail].count(news) == 1


async def test_a_guest_who_answers_meanwhile_is_asked_about_the_new_time(clinic: Clinic) -> None:
    """The answer is a new version of the event: look again, then move it."""
    await clinic.given("pat@example.org")
    [invitation] = clinic.google.invitations.live()
    said = [{"email": "pat@example.org", "responseStatus": "accepted"}]
    clinic.google.meanwhile["events.patch"] = lambda: clinic.google.invitations.edit(
        invitation["id"], attendees=said
    )
    event = (await row(clinic.desk, clinic.booking_id)).event_id or ""
    clinic.google.screenings.drag(event, "2026-12-01 11:00", "2026-12-01 11:20")
    with pytest.raises(NotYet):
        await clinic.followed()
    await clinic.followed()
    assert clinic.mail[1:] == [("pat@example.org", "updated", "11:00")]


async def test_one_that_somebody_deleted_stays_deleted(clinic: Clinic) -> None:
    """Its calendar is the clinic's too."""
    await clinic.given("pat@example.org")
    [invitation] = clinic.google.invitations.live()
    clinic.google.invitations.delete(invitation["id"])
    await clinic.followed()
    assert clinic.google.invitations.live() == []


@pytest.mark.parametrize("clinic", ["service"], indirect=True)
async def test_an_account_that_may_not_invite_books_all_the_same(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    """Google lets no service account invite: it is logged, without the email, and that is all."""
    await clinic.given("pat@example.org")
    assert clinic.google.invitations.live() == []
    assert "no invitation for a patient: Google answered 403" in caplog.text
    assert "pat@" not in caplog.text


async def test_a_visit_that_is_over_is_left_alone(clinic: Clinic, now: SetClock) -> None:
    """A patient who takes the email back a day later gets no cancellation of what has been."""
    await clinic.given("pat@example.org")
    now.at = at("2026-12-02 09:00", PACIFIC)
    await clinic.given("")
    assert len(clinic.mail) == 1


async def test_without_a_calendar_for_it_nothing_is_done(clinic: Clinic) -> None:
    """Staff see the email; nobody is invited."""
    clinic.desk = replace(clinic.desk, invitations=None)
    await clinic.given("pat@example.org")
    assert clinic.mail == []
