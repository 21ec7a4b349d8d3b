"""What staff read in a booking's event, with and without the answers."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from support.clinic import PACIFIC, at, span
from support.event_text import BOOKING, event_of

from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.event_text import event_id

FULL = """\
CALL: +1 425 555 0123   TEXTS: yes, agreed Nov 23, 9:16 AM PT
VIDEO: https://video.example/room
SAFETY: 5 of 5 answered no, Nov 23, 9:12 AM PT
FOOT: right
NUMB OR TINGLING: no
SKIPPED: HOW LONG; PAIN, 0 TO 10
HEARD: summary parts 1, 2
BOOKED: by phone Mon Nov 23, 9:15 AM PT. Keypad answers, not an examination; caller not verified.
VISIT CODE: 482 913
To move or cancel, edit or delete this event; the caller is told."""

MINIMAL = """\
CALL: +1 425 555 0123   TEXTS: yes, agreed Nov 23, 9:16 AM PT
VIDEO: https://video.example/room
BOOKED: by phone Mon Nov 23, 9:15 AM PT. Keypad answers, not an examination; caller not verified."""


def full(booking: Booking, zone: ZoneInfo = PACIFIC, video_url: str | None = None) -> str:
    """The description with all answers."""
    return event_of(booking, zone=zone, video_url=video_url).description


@pytest.mark.parametrize(
    ("generation", "expected"),
    [(0, "f1l7agvcmfjirqnivtdvjb6p181jeqpi"), (1, "165jp8jh51nileb2b93689bq6emk251r")],
)
def test_event_ids_are_what_they_always_were(generation: int, expected: str) -> None:
    """A changed id would insert a second event for a booking that is already in the calendar."""
    assert event_id("CA00000000000000000000000000000042", "booking", generation) == expected


def test_the_full_chart_note() -> None:
    """The most urgent facts come first, and skipped questions are listed as skipped."""
    assert full(BOOKING, video_url="https://video.example/room") == FULL


def test_the_minimal_chart_note_holds_no_answer() -> None:
    """A minimal note has only the number to call, the link, and how the visit was booked."""
    event = event_of(BOOKING, detail="minimal", video_url="https://video.example/room")
    assert event.description == MINIMAL


SOON = replace(BOOKING, chart=(*BOOKING.chart, ("Look soon", "pain 9 of 10")))


def test_why_staff_may_want_to_look_soon_stands_before_the_answers() -> None:
    """A line gives the reason, and the event has the matching color."""
    event = event_of(SOON)
    assert event.urgency == "soon"
    assert "LOOK SOON: pain 9 of 10\nSAFETY: 5 of 5" in event.description
    assert event_of(BOOKING).urgency == "usual"


def test_a_minimal_event_tells_no_answer_by_its_color() -> None:
    """A minimal event has the usual color, as another one would reveal answers."""
    event = event_of(SOON, detail="minimal")
    assert (event.urgency, "LOOK" in event.description) == ("usual", False)


def test_the_event_is_the_bookings_own() -> None:
    """Id, time and booking id come from the booking, and the link is the location."""
    event = event_of(BOOKING, video_url="https://video.example/room")
    assert (event.id, event.span) == (BOOKING.event_id, BOOKING.slot)
    assert (event.booking_id, event.blocks) == ("17", True)
    assert event.location == "https://video.example/room"


@pytest.mark.parametrize(
    ("number", "title"),
    [
        ("+14255550123", "Video screening ··0123"),
        ("+4915112345678", "Video screening ··5678"),
        (None, "Video screening"),
    ],
)
@pytest.mark.parametrize("detail", ["full", "minimal"])
def test_titles_hold_no_symptom_no_name_and_no_code(
    number: str | None, title: str, detail: Literal["full", "minimal"]
) -> None:
    """A title shows at most the last four digits of the number, whatever the caller answered."""
    event = event_of(replace(BOOKING, number=number), detail=detail)
    assert event.title == title


def test_skipped_is_never_no() -> None:
    """With every question skipped, the answers never contain the word no."""
    labels = [label for label, _ in BOOKING.chart if label not in {"Safety", "Heard"}]
    skipped = replace(BOOKING, chart=tuple((label, "skipped") for label in labels))
    lines = full(skipped).splitlines()
    assert "SKIPPED: FOOT; HOW LONG; NUMB OR TINGLING; PAIN, 0 TO 10" in lines
    assert not any(line.startswith(f"{label.upper()}:") for line in lines for label in labels)


def test_nothing_skipped_says_none() -> None:
    """Staff see that every question was answered."""
    assert "SKIPPED: none" in full(replace(BOOKING, chart=(("Foot", "left"),)))


def test_what_was_not_recorded_is_called_so() -> None:
    """A missing chart is shown as not recorded, neither as no nor as none."""
    lines = full(replace(BOOKING, chart=())).splitlines()
    for line in ("SAFETY: not recorded", "SKIPPED: not recorded", "HEARD: not recorded"):
        assert line in lines


def test_without_consent_staff_call_with_the_link() -> None:
    """Without consent, whether unanswered or refused, the event says to call with the link."""
    asked_not = replace(BOOKING, text_number=None, text_consent_at=None, text_wording=None)
    refused = replace(BOOKING, text_number=None)
    expected = "CALL: +1 425 555 0123   NO TEXTS: call with the link"
    assert full(asked_not).splitlines()[0] == full(refused).splitlines()[0] == expected


def test_texts_to_another_number_name_it() -> None:
    """The event names the number that consented if it is not the number to call."""
    other = replace(BOOKING, text_number="+12065550199")
    assert "TEXTS: yes, to +1 206 555 0199, agreed" in full(other)


def test_a_caller_without_a_number_or_with_another_language() -> None:
    """The event says that there is no number, and which language to call in."""
    nobody = replace(BOOKING, number=None, text_number=None)
    assert full(nobody).splitlines()[0] == "CALL: no number was given   NO TEXTS"
    other = replace(nobody, language="es")
    assert full(other).startswith("CALL: no number was given (speaks Spanish)   NO TEXTS")
    spanish = replace(BOOKING, language="es")
    assert full(spanish).startswith("CALL: +1 425 555 0123 (speaks Spanish)   TEXTS: yes")
    assert full(replace(BOOKING, language="fr")).startswith("CALL: +1 425 555 0123 (speaks fr)")


def test_numbers_of_other_countries_stay_as_they_are() -> None:
    """Only ten-digit numbers after +1 are grouped."""
    assert "CALL: +4915112345678 " in full(replace(BOOKING, number="+4915112345678"))


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/Los_Angeles", "Mon Nov 23, 9:15 AM PT."),
        ("America/New_York", "Mon Nov 23, 12:15 PM ET."),
        ("Europe/London", "Mon Nov 23, 5:15 PM GMT."),
        ("Asia/Tokyo", "Tue Nov 24, 2:15 AM JST."),
    ],
)
def test_times_are_the_clinics_wall_times(zone: str, expected: str) -> None:
    """Every time is in the clinic's time zone and names it."""
    assert f"BOOKED: by phone {expected}" in full(BOOKING, ZoneInfo(zone))


def test_noon_and_midnight() -> None:
    """Twelve-hour times have no hour zero."""
    noon = replace(BOOKING, booked_at=at("2026-11-23 12:00"))
    assert "12:00 PM PT" in full(noon)
    assert "12:00 AM PT" in full(replace(noon, booked_at=at("2026-11-23 00:00")))


def test_an_event_without_a_link_says_what_it_needs() -> None:
    """An event without a link tells staff to add one."""
    lines = full(replace(BOOKING, slot=span("2026-12-01 09:20"))).splitlines()
    assert lines[1] == "VIDEO: needs a link"
    assert BOOKING.slot.end - BOOKING.slot.start == timedelta(minutes=20)
