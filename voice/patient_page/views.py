"""The visit: its state, how to join, the calendar file, name and email, canceling."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from fastapi import Response

from calendar_sync.bookings import patient_changes
from voice.dialogue import speech
from voice.icalendar import calendar_file, entry, google_link
from voice.language import Text
from voice.patient_page import waiting_wording, wording
from voice.patient_page.contact_form import Contact, contact
from voice.patient_page.dates import clock, month, weekday
from voice.patient_page.request import VisitRequest
from voice.patient_page.waiting import waits

EARLY = timedelta(minutes=15)
"""How long before the visit the video link is shown; earlier nobody would be there."""
_UNPROCESSABLE = 422

Stands = Literal["booked", "pending", "cancelled", "not booked", "over"]
_TITLES: dict[Stands, Text] = {
    "booked": wording.TITLE,
    "pending": wording.NOT_YET,
    "cancelled": wording.CANCELLED,
    "not booked": wording.NOT_BOOKED,
    "over": wording.OVER,
}


@dataclass(frozen=True, slots=True)
class Join:
    """How to join: the link, or the seconds until it is shown, or neither when staff call."""

    link: str = ""
    seconds: int | None = None


async def show(asked: VisitRequest) -> Response:
    """Show the visit."""
    known = Contact(asked.visit.patient_name or "", asked.visit.patient_email or "")
    return await _visit(asked, known)


async def keep_contact(asked: VisitRequest) -> Response:
    """Store a name and an email; a wrong one is shown again, with the reason beside it."""
    typed = contact(asked.form.get("name", ""), asked.form.get("email", ""))
    if not typed.is_fine:
        return await _visit(asked, typed, status=_UNPROCESSABLE)
    await patient_changes.store_contact(asked.line.clinic, asked.visit.id, typed.name, typed.email)
    return asked.away("#who", saved="1")


async def file(asked: VisitRequest) -> Response:
    """The visit as a calendar file."""
    if stands(asked) != "booked":
        return asked.away()
    title, note = _entry(asked)
    made = calendar_file(
        asked.visit.event_id or "", asked.visit.slot, title, note, asked.line.now()
    )
    named = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(made, headers=named, media_type="text/calendar")


async def ask_cancel(asked: VisitRequest) -> Response:
    """Ask once before the visit is canceled."""
    if not patient_changes.may_change(asked.visit, asked.line.clinic):
        return asked.away()
    return asked.page("cancel.html", now=card(asked), title=wording.CANCEL_ASK)


async def cancel(asked: VisitRequest) -> Response:
    """Cancel it; the visit's page then says how it stands."""
    if asked.is_outdated():
        return asked.away(meanwhile="1")
    await patient_changes.cancel(asked.line.clinic, asked.visit.id)
    return asked.away()


def stands(asked: VisitRequest) -> Stands:
    """The visit's state now, as the page shows it."""
    match asked.visit.state:
        case "booked":
            return "over" if asked.visit.slot.end <= asked.line.now() else "booked"
        case "held" if asked.visit.confirmed_at is not None:
            return "pending"
        case "cancelled":
            return "cancelled"
        case _:
            return "not booked"


async def _visit(asked: VisitRequest, typed: Contact, *, status: int = 200) -> Response:
    title, note = _entry(asked)
    return asked.page(
        "visit.html",
        status=status,
        title=_TITLES[stands(asked)],
        now=card(asked),
        stands=stands(asked),
        join=_join(asked),
        early=clock(asked.visit.slot.start - EARLY, asked.line.settings.zone),
        google=google_link(asked.visit.slot, title, note),
        may_change=patient_changes.may_change(asked.visit, asked.line.clinic),
        typed=typed,
        saved="saved" in asked.query,
        invites=asked.line.clinic.invitations is not None,
        said=_said(asked),
        o=waiting_wording,
        waits=await waits(asked),
    )


def _said(asked: VisitRequest) -> object:
    """What came of the last form."""
    if "meanwhile" in asked.query:
        return wording.MEANWHILE
    if "moved" in asked.query and asked.visit.moved_at is not None:
        return wording.MOVED
    return wording.CHANGED if "changed" in asked.query else None


def card(asked: VisitRequest) -> dict[str, object]:
    """The parts of the visit's day and time."""
    slot, zone = asked.visit.slot, asked.line.settings.zone
    return {
        "start": slot.start.isoformat(),
        "minutes": str(round((slot.end - slot.start).total_seconds() / 60)),
        "day": speech.day(slot.start, zone),
        "clock": clock(slot.start, zone),
        "weekday": weekday(slot.start, zone),
        "number": str(slot.start.astimezone(zone).day),
        "month": month(slot.start, zone),
        "therapist": asked.line.clinic.name_of(asked.visit.clinician_id),
    }


def _join(asked: VisitRequest) -> Join:
    clinic, slot = asked.line.clinic, asked.visit.slot
    link = asked.visit.video_link or clinic.of(asked.visit.clinician_id).video_url or ""
    left = slot.start - EARLY - clinic.now()
    if left > timedelta(0):
        coming = clinic.makes_links and asked.visit.video_link is None
        return Join(seconds=int(left.total_seconds()) + 1 if link or coming else None)
    return Join(link if link.startswith(("https://", "http://")) else "")


def _entry(asked: VisitRequest) -> tuple[str, str]:
    return entry(asked.line.settings.clinic_number, asked.language)
