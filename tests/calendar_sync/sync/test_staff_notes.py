"""What staff write into a visit's event on Google's page, which makes it HTML, stays there."""

from html import escape

import pytest
from support.clinic import agree, own_event
from support.google_visit import GoogleVisit

from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import OVERLAPS, follow_all, look


def as_breaks(text: str) -> str:
    """Lines as Google's page writes them after an edit."""
    return "<br>".join(escape(line, quote=False) for line in text.split("\n"))


def as_list(text: str) -> str:
    """The same with every line a list item."""
    items = "".join(f"<li><span>{escape(line)}</span></li>" for line in text.split("\n"))
    return f"<ul>{items}</ul>"


def as_paragraphs(text: str) -> str:
    """The same with every line a paragraph, and spaces that do not break."""
    lines = (escape(line).replace("  ", "&nbsp; ") for line in text.split("\n"))
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize("markup", [str, as_breaks, as_list, as_paragraphs])
async def test_only_our_own_line_goes_from_what_staff_edited(
    google_visit: GoogleVisit, markup: type[str]
) -> None:
    """The number, the answers, their note and their own CHECK line are there after we looked."""
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
    """Google made our text HTML and nobody wrote anything: consent to texts is shown there."""
    clinic, google, booking_id, event = google_visit
    there = google.screenings.events[event]["description"]
    google.screenings.edit(event, description=as_breaks(there), summary="Mrs. M")
    await agree(clinic, booking_id)
    await rewrite(clinic, booking_id)
    assert "TEXTS: yes, agreed" in google.screenings.events[event]["description"]


async def test_what_staff_removed_stays_removed(google_visit: GoogleVisit) -> None:
    """Down to a description that holds nothing but our warning, or nothing."""
    clinic, google, booking_id, event = google_visit
    block = google.screenings.add("2026-12-01 09:00", "2026-12-01 09:30", "Staff meeting")
    await look(clinic, booking_id)
    google.screenings.edit(event, description=f"CHECK: {OVERLAPS}")
    google.screenings.delete(block)
    await agree(clinic, booking_id)
    await look(clinic, booking_id)
    assert google.screenings.events[event]["description"] == ""
