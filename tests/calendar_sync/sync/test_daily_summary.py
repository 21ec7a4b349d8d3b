"""Each working morning, an event summarizes the line's activity since the last summary."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from support.clinic import RULES, SetClock, at, live_events

from calendar_sync.clinic import Clinic
from calendar_sync.sync.daily_summary import morning, summarize

Period = tuple[datetime, datetime]


@pytest.fixture
def periods() -> list[Period]:
    """The periods for which a summary was requested."""
    return []


def with_summary(clinic: Clinic, periods: list[Period]) -> Clinic:
    """The same clinic with daily summaries enabled."""

    async def summary(begin: datetime, end: datetime) -> tuple[str, str]:
        periods.append((begin, end))
        return f"Phone line: {len(periods)}", "Nothing about one person."

    return replace(clinic, summary=summary)


async def test_one_event_a_morning_that_leaves_its_time_free(
    either: Clinic, now: SetClock, periods: list[Period]
) -> None:
    """A morning has one summary, Monday's covers the week, and a deleted one is not recreated."""
    clinic = with_summary(either, periods)
    for _ in range(3):
        await summarize(clinic)
        now.forward(minutes=15)
    [event] = await live_events(clinic)
    assert event.title == "Phone line: 1"
    assert event.span
    assert (event.span.start, event.span.end) == (
        at("2026-11-30 09:00"), at("2026-11-30 09:15"),
    )  # fmt: skip
    assert periods == [(at("2026-11-23 00:00"), at("2026-11-30 00:00"))]
    await clinic.calendar.cancel(event.event_id, event.etag)
    await summarize(clinic)
    assert await live_events(clinic) == []
    now.at = at("2026-12-01 05:00")
    await summarize(clinic)
    assert [each.title for each in await live_events(clinic)] == ["Phone line: 2"]
    assert periods[1] == (at("2026-11-30 00:00"), at("2026-12-01 00:00"))


@pytest.mark.parametrize(
    ("time", "begin"),
    [
        ("2026-12-01 04:59", None),
        ("2026-12-01 12:00", None),
        ("2026-12-05 09:00", None),
        ("2026-12-04 09:00", None),
        ("2026-12-03 09:00", "2026-12-01"),
        ("2026-12-08 09:00", "2026-12-01"),
        ("2026-12-09 11:59", "2026-12-08"),
    ],
)
def test_days_off_are_part_of_the_next_summary(
    clinic: Clinic, now: SetClock, time: str, begin: str | None
) -> None:
    """Closed days get no summary, and the next summary includes their calls."""
    closed = frozenset({date(2026, 12, 2), date(2026, 12, 4), date(2026, 12, 7)})
    now.at = at(time)
    found = morning(replace(clinic, rules=replace(RULES, closed_dates=closed)))
    assert (found is None) is (begin is None)
    if found:
        assert found.begin == at(f"{begin} 00:00")
        assert found.end == at(f"{time[:10]} 00:00")


async def test_a_clinic_that_wants_none_gets_none(clinic: Clinic) -> None:
    """Daily summaries are off by default."""
    await summarize(clinic)
    assert await live_events(clinic) == []
