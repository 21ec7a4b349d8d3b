"""Each calendar event has a kind, and overlapping events share a column."""

from support.clinic import PACIFIC, span

from calendar_sync.calendars.contract import CalendarEvent
from voice.simulator.page.calendar_block import CalendarBlock, block_of, side_by_side


def event(title: str, booking_id: str | None) -> CalendarEvent:
    """A live event on Tuesday at nine."""
    slot = span("2026-12-01 09:00")
    return CalendarEvent("e1", slot, title, "", "", booking_id, cancelled=False, etag="1")


def blocks(*spans: tuple[int, int]) -> list[tuple[int, int]]:
    """Lane and lanes of events over these minutes of a day, in the order in which they begin."""
    placed = [CalendarBlock("busy", "", "", "", *each) for each in spans]
    return [(block.lane, block.lanes) for block in side_by_side(placed)]


def test_a_kind_has_its_own_label() -> None:
    """Screenings and call-backs show whose they are, and staff's titles stay as written."""
    for title, booking_id, shown in (
        ("Video screening ··0123", "7", ("booking", "Screening", "··0123")),
        ("Call back ··0123", "call-back-7", ("callback", "Call back", "··0123")),
        ("Call back", "call-back-8", ("callback", "Call back", "")),
        ("Blocked by staff", None, ("busy", "Blocked by staff", "")),
        ("Canceled by the patient ··0123", None, ("canceled", "Canceled", "··0123")),
    ):
        found = event(title, booking_id)
        assert found.span
        block = block_of(found, found.span, PACIFIC)
        assert (block.kind, block.label, block.caller) == shown
        assert (block.begins, block.ends, block.time) == (540, 560, "9:00 AM to 9:20 AM")


def test_events_that_overlap_lie_side_by_side() -> None:
    """Seven call-backs at the same half hour are seven events."""
    assert blocks(*[(540, 555)] * 7) == [(lane, 7) for lane in range(7)]


def test_events_that_follow_each_other_have_the_whole_width() -> None:
    """One that begins when another ends does not overlap it."""
    assert blocks((540, 560), (560, 580), (600, 620)) == [(0, 1)] * 3


def test_a_lane_is_used_again() -> None:
    """Events that overlap, even indirectly, share the width, and a free lane is reused."""
    assert blocks((540, 660), (540, 570), (580, 620), (700, 720)) == [
        (0, 2),
        (1, 2),
        (1, 2),
        (0, 1),
    ]


def test_what_looks_too_short_counts_as_it_looks() -> None:
    """An event of fifteen minutes is drawn as long as one of twenty."""
    assert blocks((540, 555), (555, 575)) == [(0, 2), (1, 2)]
