"""What staff add to a visit's event in Google, which turns it into HTML, is kept."""

from html import escape

import pytest
from support.clinic import agree, own_event
from support.google_visit import GoogleVisit

from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import OVERLAPS, follow_all, look


def as_breaks(text: str) -> str:
    """Lines as Google writes them after an edit."""
    return "<br>".join(escape(line, quote=False) for line in text.split("\n"))


def as_list(text: str) -> str:
    """Lines as Google writes them in a list."""
    items = "".join(f"<li><span>{escape(line)}</span></li>" for line in text.split("\n"))
    return f"<ul>{items}</ul>"


def as_paragraphs(text: str) -> str:
    """Lines as Google writes them in paragraphs, with non-breaking spaces."""
    lines = (escape(line).replace("  ", "&nbsp; ") for line in text.split("\n"))
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize("markup", [str, as_breaks, as_list, as_paragraphs])
async def test_only_our_own_line_goes_from_what_staff_edited(
    google_visit: GoogleVisit, markup: type[str]
) -> None:
    """An update keeps the number, the answers, staff's note and their own CHECK line."""
    clinic, google, booking_id, event = google_visit
    block = google.screenings.add("2026-12-01 09:00", "2026-12-01 09:30", "Staff meeting")
    await look(clinic, booking_id)
    ours = (await own_event(clinic, booking_id)).description
    assert ours.startswith(f"CHECK: {OVERLAPS}\n")
    edited = f"CHECK: insurance first\n{ours}\nCalled, prefers mornings."
    google.screenings.edit(event, description=markup(edited))
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert google.screenings.events[event]["description"] == markup(edited)
    google.screenings.delete(block)
    await look(clinic, booking_id)
    left = edited.replace(f"CHECK: {OVERLAPS}\n", "")
    assert google.screenings.events[event]["description"] == markup(left)


async def test_an_event_that_staff_only_saved_still_follows(google_visit: GoogleVisit) -> None:
    """An event that Google turned into HTML without a staff edit still shows later consent."""
    clinic, google, booking_id, event = google_visit
    there = google.screenings.events[event]["description"]
    google.screenings.edit(event, description=as_breaks(there), summary="Mrs. M")
    await agree(clinic, booking_id)
    await rewrite(clinic, booking_id)
    assert "TEXTS: yes, agreed" in google.screenings.events[event]["description"]


async def test_what_staff_removed_stays_removed(google_visit: GoogleVisit) -> None:
    """Text that staff removed stays removed, even if nothing else is left."""
    clinic, google, booking_id, event = google_visit
    block = google.screenings.add("2026-12-01 09:00", "2026-12-01 09:30", "Staff meeting")
    await look(clinic, booking_id)
    google.screenings.edit(event, description=f"CHECK: {OVERLAPS}")
    google.screenings.delete(block)
    await agree(clinic, booking_id)
    await look(clinic, booking_id)
    assert google.screenings.events[event]["description"] == ""
