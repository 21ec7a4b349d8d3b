"""The sweep over sorted busy times agrees with a minute-by-minute search on any date."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clinic import PACIFIC, RULES, at, local_times

from calendar_sync.availability.opening_hours import Hours, Rules, is_open, openings, parse_hours
from calendar_sync.availability.span import Span

MINUTE = timedelta(minutes=1)
EDGE_DATES = [date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7)]
DAY_AND_NIGHT = replace(RULES, hours=parse_hours("Mon-Sun 00:00-24:00"), notice_hours=0)


@cache
def walls_of(day: date, zone: ZoneInfo) -> dict[datetime, datetime]:
    """Map every local minute of the day to its first instant."""
    start = datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC) - timedelta(hours=3)
    shown: dict[datetime, datetime] = {}
    for minute in range(30 * 60):
        instant = start + minute * MINUTE
        wall = instant.astimezone(zone).replace(tzinfo=None)
        if wall.date() == day:
            shown.setdefault(wall, instant)
    return shown


def open_minutes(rules: Rules, day: date) -> dict[datetime, set[datetime]]:
    """For each range of the day, by its written start, the instants at which it is open."""
    ranges = () if day in rules.closed_dates else rules.hours.weekly[day.weekday()]
    midnight = datetime.combine(day, time.min)
    shown = walls_of(day, rules.zone)
    found: dict[datetime, set[datetime]] = {}
    for opens, closes in ranges:
        first, after = midnight + opens * MINUTE, midnight + closes * MINUTE
        begin = min((i for wall, i in shown.items() if wall >= first), default=None)
        late = [instant for wall, instant in shown.items() if wall >= after]
        end = min(late) if late else max(shown.values()) + MINUTE
        found[first] = set()
        while begin is not None and begin < end:
            found[first].add(begin)
            begin += MINUTE
    return found


def naive(rules: Rules, busy: list[Span], now: datetime) -> list[Span]:
    """Check every day, every local minute and every busy time, one by one."""
    length, buffer = rules.minutes * MINUTE, rules.buffer_minutes * MINUTE
    today = now.astimezone(rules.zone).date()
    grid: list[Span] = []
    for ahead in range(-1, rules.horizon_days + 1):
        day = today + timedelta(days=ahead)
        shown = walls_of(day, rules.zone)
        for first, minutes in open_minutes(rules, day).items():
            for wall, start in shown.items():
                if wall < first or (wall - first) % (length + buffer):
                    continue
                fits = all(start + step * MINUTE in minutes for step in range(rules.minutes))
                if fits and not (grid and start < grid[-1].end + buffer):
                    grid.append(Span(start, start + length))
    return [
        slot
        for slot in grid
        if slot.start.astimezone(rules.zone).date() >= today
        and slot.start >= now + timedelta(hours=rules.notice_hours)
        and not any(
            slot.start < each.end + buffer and each.start - buffer < slot.end for each in busy
        )
    ]


@st.composite
def weeks(draw: st.DrawFn) -> Hours:
    """Hours with up to two ranges a day, at any minute, some across the hours of clock changes."""

    def ranges() -> tuple[tuple[int, int], ...]:
        marks = draw(st.lists(st.integers(0, 1440), unique=True, max_size=4).map(sorted))
        marks = marks[: len(marks) // 2 * 2]
        return tuple(zip(marks[::2], marks[1::2], strict=True))

    return Hours(tuple(ranges() for _ in range(7)))


@st.composite
def clinics(draw: st.DrawFn) -> tuple[Rules, list[Span], datetime]:
    """Any rules, now and busy times within some days of a clock change."""
    edge = draw(st.sampled_from(EDGE_DATES))
    zone = draw(st.sampled_from([PACIFIC, ZoneInfo("UTC"), ZoneInfo("America/St_Johns")]))
    rules = Rules(
        draw(weeks()),
        zone,
        minutes=draw(st.integers(5, 90)),
        buffer_minutes=draw(st.integers(0, 45)),
        notice_hours=draw(st.integers(0, 30)),
        horizon_days=draw(st.integers(0, 2)),
        closed_dates=frozenset(draw(st.lists(st.just(edge), max_size=1))),
    )
    midnight = datetime.combine(edge, time.min, tzinfo=UTC)
    moment = st.integers(-2 * 1440, 3 * 1440)
    now = midnight + draw(moment) * MINUTE
    starts = draw(st.lists(st.tuples(moment, st.integers(1, 600)), max_size=6))
    busy = [Span(midnight + m * MINUTE, midnight + (m + long) * MINUTE) for m, long in starts]
    return rules, busy, now


@settings(deadline=None, max_examples=50)
@given(clinics())
def test_the_sweep_agrees_with_a_naive_look_at_everything(
    clinic: tuple[Rules, list[Span], datetime],
) -> None:
    """Both agree for any hours, lengths, buffers, busy times and clock changes."""
    rules, busy, now = clinic
    assert openings(rules, busy, now) == naive(rules, busy, now)


@settings(deadline=None, max_examples=8)
@given(clinics())
def test_open_means_inside_a_range_at_every_minute(
    clinic: tuple[Rules, list[Span], datetime],
) -> None:
    """The clinic is open at exactly the minutes of its ranges."""
    rules, _, now = clinic
    day = now.astimezone(rules.zone).date()
    inside = {minute for minutes in open_minutes(rules, day).values() for minute in minutes}
    shown = walls_of(day, rules.zone).values()
    assert {minute for minute in shown if is_open(rules, minute)} == inside & set(shown)


@pytest.mark.parametrize("edge", EDGE_DATES)
@pytest.mark.parametrize("offset", range(-7, 8))
def test_a_clinic_open_day_and_night_around_each_clock_change(edge: date, offset: int) -> None:
    """From a week before to a week after, every local half hour appears once."""
    day = edge + timedelta(days=offset)
    rules = replace(DAY_AND_NIGHT, horizon_days=0)
    found = openings(rules, (), at(f"{day} 00:00"))
    skipped = {"02:00", "02:30"} if day == date(2027, 3, 14) else set[str]()
    halves = [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30")]
    assert [time[-5:] for time in local_times(found)] == [h for h in halves if h not in skipped]
    assert all(slot.end - slot.start == timedelta(minutes=20) for slot in found)


@pytest.mark.parametrize("day", ["2026-10-31", "2026-11-01", "2026-11-02", "2027-03-14"])
def test_nine_is_nine_on_the_day_the_clocks_change(day: str) -> None:
    """Opening hours keep their local time across clock changes."""
    rules = replace(DAY_AND_NIGHT, hours=parse_hours("Mon-Sun 09:00-17:00"), horizon_days=0)
    found = local_times(openings(rules, (), at(f"{day} 00:00")))
    assert (found[0], found[-1]) == (f"{day} 09:00", f"{day} 16:30")


def test_slots_never_overlap_where_an_hour_is_skipped() -> None:
    """01:50 to 02:10 ends at 03:10 in spring; the grid's 03:05 is not offered beside it."""
    rules = replace(
        RULES, hours=parse_hours("Sun 00:10-05:00"), minutes=20, buffer_minutes=5, notice_hours=0
    )
    found = openings(replace(rules, horizon_days=0), (), at("2027-03-14 00:00"))
    assert [time[-5:] for time in local_times(found)][3:7] == ["01:25", "01:50", "03:30", "03:55"]


def test_a_time_that_the_clock_skips_is_not_offered_at_another_time() -> None:
    """Open from 02:10 on a night without 02:10, the grid starts at 03:10, not at 03:00."""
    rules = replace(RULES, hours=parse_hours("Sun 02:10-04:00"), notice_hours=0, horizon_days=0)
    found = openings(rules, (), at("2027-03-14 00:00"))
    assert [time[-5:] for time in local_times(found)] == ["03:10", "03:40"]


def test_ten_thousand_busy_times_cost_one_sweep() -> None:
    """Cost does not grow quadratically with the number of busy times."""
    rules = replace(DAY_AND_NIGHT, horizon_days=60)
    now = at("2026-10-01 00:00")
    long_ago = [Span(now + n * 8 * MINUTE, now + (n * 8 + 3) * MINUTE) for n in range(10_000)]
    shuffled = long_ago[::2] + long_ago[::-2]

    def cost(busy: list[Span]) -> float:
        began = process_time()
        openings(rules, busy, now)
        return process_time() - began

    one = min(cost(shuffled[:1000]) for _ in range(5))
    ten = min(cost(shuffled) for _ in range(5))
    assert ten < 30 * one
