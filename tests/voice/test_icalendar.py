"""Importing a visit's calendar file after a move replaces the earlier entry."""

from datetime import UTC, datetime, timedelta

from calendar_sync.availability.span import Span
from voice.icalendar import calendar_file

NOW = datetime(2026, 11, 30, 16, tzinfo=UTC)
NINE = Span(datetime(2026, 12, 1, 17, tzinfo=UTC), datetime(2026, 12, 1, 17, 20, tzinfo=UTC))
TEN = Span(NINE.start + timedelta(hours=1), NINE.end + timedelta(hours=1))


def fields(slot: Span, now: datetime) -> dict[str, str]:
    """The properties of the file by name."""
    lines = calendar_file("visit", slot, "Visit by video", "note", now).decode().splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines)}


def test_a_later_file_has_the_same_uid_and_a_higher_sequence() -> None:
    """Calendars take the entry with the higher SEQUENCE as the newer one."""
    first, second = fields(NINE, NOW), fields(TEN, NOW + timedelta(seconds=1))
    assert first["UID"] == second["UID"]
    assert first["DTSTART"] != second["DTSTART"]
    assert 0 <= int(first["SEQUENCE"]) < int(second["SEQUENCE"])


def test_sequence_fits_for_decades() -> None:
    """An iCalendar integer has 32 bits (RFC 5545, section 3.3.8)."""
    assert int(fields(NINE, NOW + timedelta(days=60 * 365))["SEQUENCE"]) < 2**31


def test_there_is_no_method_without_an_organizer() -> None:
    """Every METHOD for events needs one (RFC 5546, section 3.2)."""
    file = fields(NINE, NOW)
    assert "METHOD" not in file or "ORGANIZER" in file
