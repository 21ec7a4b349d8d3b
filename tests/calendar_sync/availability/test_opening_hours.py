"""What makes a time bookable, rule by rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from support.clinic import RULES, at, local_times, span

from calendar_sync.availability.opening_hours import (
    Hours,
    Rules,
    is_open,
    next_opening_time,
    openings,
    parse_hours,
)
from calendar_sync.availability.span import Span

MONDAY_8_AM = at("2026-11-30 08:00")
SOON = replace(RULES, notice_hours=0, horizon_days=0)


def times(rules: Rules, *busy: Span, now: datetime = MONDAY_8_AM) -> list[str]:
    """Openings as local times."""
    return local_times(openings(rules, busy, now))


def hours(text: str, rules: Rules = SOON) -> Rules:
    """The same rules with other hours."""
    return replace(rules, hours=parse_hours(text))


def test_slots_stand_every_half_hour_from_the_start_of_the_range() -> None:
    """Twenty minutes and ten of buffer make a grid of thirty."""
    assert times(hours("Mon 09:00-10:50")) == [
        "2026-11-30 09:00",
        "2026-11-30 09:30",
        "2026-11-30 10:00",
        "2026-11-30 10:30",
    ]


def test_each_range_has_its_own_grid_and_slots_end_inside_it() -> None:
    """A slot that would run past its range is left out, and the next range restarts the grid."""
    assert times(hours("Mon 09:00-09:49 13:10-13:30")) == ["2026-11-30 09:00", "2026-11-30 13:10"]


def test_the_buffer_stands_between_the_slots_of_close_ranges_too() -> None:
    """A range that begins too soon after the last slot loses its first one."""
    assert times(hours("Mon 09:00-09:20 09:25-10:30")) == ["2026-11-30 09:00", "2026-11-30 09:55"]


@pytest.mark.parametrize(
    ("busy", "gone"),
    [
        (span("2026-11-30 08:30", 20), []),
        (span("2026-11-30 08:30", 21), ["09:00"]),
        (span("2026-11-30 10:00", 20), ["10:00"]),
        (span("2026-11-30 09:59", 21), ["09:30", "10:00"]),
        (span("2026-11-30 10:00", 21), ["10:00", "10:30"]),
        (span("2026-11-30 10:20", 1), ["10:00", "10:30"]),
        (span("2026-11-30 09:25", 1), ["09:00", "09:30"]),
    ],
)
def test_the_buffer_is_kept_before_and_after_busy_times(busy: Span, gone: list[str]) -> None:
    """Exactly ten minutes away is free; anything closer is not, on both sides."""
    left = [time[-5:] for time in times(hours("Mon 09:00-11:00"), busy)]
    assert [time for time in ("09:00", "09:30", "10:00", "10:30") if time not in left] == gone


def test_seconds_of_a_busy_time_count_as_whole_ones() -> None:
    """A busy time that runs a fraction of a second into the buffer takes the slot."""
    until = at("2026-11-30 09:50").replace(microsecond=1)
    assert "2026-11-30 10:00" not in times(SOON, Span(at("2026-11-30 09:45"), until))


def test_notice_is_counted_from_now() -> None:
    """With four hours' notice at 8 AM, noon is the first time, to the second."""
    assert times(replace(SOON, notice_hours=4))[0] == "2026-11-30 12:00"
    later = MONDAY_8_AM.replace(second=1)
    assert times(replace(SOON, notice_hours=4), now=later)[0] == "2026-11-30 12:30"


def test_the_horizon_is_counted_in_local_days() -> None:
    """A horizon of one day ends tomorrow, even in the evening when UTC is a day ahead."""
    one_day = replace(SOON, horizon_days=1)
    days = {time[:10] for time in times(one_day, now=at("2026-11-30 20:00"))}
    assert days == {"2026-12-01"}


def test_nothing_is_open_on_closed_dates() -> None:
    """A closed date has no openings, and its neighbors keep theirs."""
    closed = replace(SOON, horizon_days=2, closed_dates=frozenset({date(2026, 12, 1)}))
    assert {time[:10] for time in times(closed)} == {"2026-11-30", "2026-12-02"}
    assert not is_open(closed, at("2026-12-01 10:00"))


def test_an_all_day_busy_time_takes_the_local_day_only() -> None:
    """A fully blocked day leaves the days before and after open."""
    whole_day = Span(at("2026-12-01 00:00"), at("2026-12-02 00:00"))
    assert {time[:10] for time in times(replace(SOON, horizon_days=2), whole_day)} == {
        "2026-11-30",
        "2026-12-02",
    }


def test_hours_are_wall_times_of_the_clinic_not_of_the_server() -> None:
    """Nine to five in Seattle is five in the afternoon to one in the morning in UTC."""
    first, *_, last = openings(SOON, (), MONDAY_8_AM)
    assert (first.start.hour, last.end.hour) == (17, 0)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-30 08:59", False),
        ("2026-11-30 09:00", True),
        ("2026-11-30 16:59", True),
        ("2026-11-30 17:00", False),
        ("2026-11-29 12:00", False),
    ],
)
def test_open_from_the_first_minute_until_before_the_last(local: str, expected: bool) -> None:  # noqa: FBT001
    """The clinic is open at nine and closed at five."""
    assert is_open(RULES, at(local)) is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-30 08:00", "2026-11-30 09:00"),
        ("2026-11-30 10:15", "2026-11-30 10:15"),
        ("2026-11-30 17:00", "2026-12-01 09:00"),
        ("2026-12-04 18:00", "2026-12-07 09:00"),
    ],
)
def test_the_next_opening_time(now: str, expected: str) -> None:
    """The next opening time is now when open, else when the clinic next opens."""
    assert next_opening_time(RULES, at(now)) == at(expected)


def test_the_next_opening_time_skips_closed_dates_however_many() -> None:
    """A clinic that opens only on Mondays, and is closed on the next three."""
    mondays = frozenset({date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 14)})
    rules = replace(hours("Mon 09:00-10:00"), closed_dates=mondays)
    assert next_opening_time(rules, MONDAY_8_AM) == at("2026-12-21 09:00")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: replace(RULES, minutes=0),
        lambda: replace(RULES, minutes=1441),
        lambda: replace(RULES, buffer_minutes=-1),
        lambda: replace(RULES, notice_hours=-1),
        lambda: replace(RULES, horizon_days=-1),
    ],
    ids=["no length", "longer than a day", "buffer", "notice", "horizon"],
)
def test_lengths_that_make_no_sense_are_refused(wrong: Callable[[], Rules]) -> None:
    """Rules that would make an endless grid are refused."""
    with pytest.raises(ValueError, match=r"minutes|negative"):
        wrong()


def test_a_naive_now_is_refused() -> None:
    """A time without a zone is refused before it reaches the grid."""
    with pytest.raises(ValueError, match="aware"):
        openings(RULES, (), datetime(2026, 11, 30, 8))  # noqa: DTZ001  # naive on purpose


def test_any_zone_will_do() -> None:
    """The rules work in any time zone."""
    kolkata = replace(SOON, zone=ZoneInfo("Asia/Kolkata"))
    first, *_ = openings(kolkata, (), at("2026-11-30 08:00", kolkata.zone))
    assert (first.start.hour, first.start.minute) == (3, 30)


def test_a_clinic_that_never_opens_has_no_next_opening_time() -> None:
    """A clinic that never opens has no next opening, and the search ends."""
    assert next_opening_time(replace(RULES, hours=Hours(((),) * 7)), MONDAY_8_AM) is None
