"""Staff see one entry per person to call, the most urgent and the overdue ones first."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendar_sync.availability.opening_hours import Rules, parse_hours
from calendar_sync.bookings.call_back import CallBack
from calendar_sync.bookings.call_back_entries import entries
from calendar_sync.bookings.call_back_reasons import Reason

RULES = Rules(parse_hours("Mon-Fri 09:00-17:00"), ZoneInfo("America/Los_Angeles"), 20, 10, 4, 14)
MONDAY = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
"""Ten in the morning in the clinic."""


def request(  # noqa: PLR0913  # what a row has
    number: int,
    phone: str | None = None,
    *,
    reason: Reason = Reason.ASKED_FOR_PERSON,
    waited: timedelta = timedelta(),
    promised: datetime | None = None,
    call: str = "",
    asked: datetime = MONDAY,
) -> CallBack:
    """An open request."""
    return CallBack(
        id=number,
        call_sid=call or f"CA{number}",
        code=reason.code,
        detail="",
        stored_words=reason.words(),
        number=phone,
        language="en",
        asked_at=asked,
        done_at=None,
        shown_at=None,
        event_id=None,
        promised_from=promised and promised - timedelta(hours=3),
        promised_until=promised,
        overdue_shown_at=None,
        waited=waited,
    )


def test_one_number_is_one_entry_with_every_reason_once() -> None:
    """The most urgent reason comes first; a withheld number counts by its call."""
    found = entries(
        RULES,
        [
            request(1, "+14255550123", reason=Reason.NO_OPEN_TIME),
            request(2, None, call="CA3"),
            request(3, "+14255550123", reason=Reason.SAFETY_STOP, call="CA3"),
            request(4, None),
            request(5, "+14255550123", reason=Reason.NO_OPEN_TIME),
        ],
        MONDAY,
    )
    assert [entry.ids for entry in found] == [[1, 2, 3, 5], [4]]
    danger, *others = found[0].reasons
    assert danger.startswith("answered yes")
    assert others == ["no open time", "asked for a person"]


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-30T10:00", "2026-12-01T17:00"),
        ("2026-11-30T20:00", "2026-12-01T17:00"),
        ("2026-12-04T10:00", "2026-12-07T17:00"),
        ("2026-12-05T10:00", "2026-12-07T17:00"),
    ],
)
def test_without_a_promise_a_call_is_due_by_the_end_of_the_next_working_day(
    asked: str, due: str
) -> None:
    """A minute before it is not overdue, then it is."""
    at, end = (datetime.fromisoformat(each).replace(tzinfo=RULES.zone) for each in (asked, due))
    for late, expected in ((timedelta(minutes=-1), False), (timedelta(), True)):
        waited = end.astimezone(UTC) - at.astimezone(UTC) + late
        [entry] = entries(RULES, [request(1, asked=at, waited=waited)], MONDAY)
        assert entry.is_overdue is expected


@pytest.mark.parametrize(("minutes", "expected"), [(29, False), (30, True)])
def test_an_urgent_call_is_due_within_half_an_hour_of_open_time(
    minutes: int,
    expected: bool,  # noqa: FBT001  # a case
) -> None:
    """Whatever was promised."""
    urgent = request(
        1,
        reason=Reason.SAFETY_STOP,
        waited=timedelta(minutes=minutes),
        promised=MONDAY + timedelta(days=1),
    )
    [entry] = entries(RULES, [urgent], MONDAY)
    assert entry.is_overdue is expected


def test_overdue_calls_rise() -> None:
    """Urgent first, then overdue, then the longest waiting; a promise is kept until it is over."""
    late = MONDAY - timedelta(minutes=1)
    found = entries(
        RULES,
        [
            request(1, "+14255550121"),
            request(2, "+14255550122", promised=late),
            request(3, "+14255550123", reason=Reason.SAFETY_STOP),
            request(4, "+14255550124", promised=MONDAY + timedelta(minutes=1)),
        ],
        MONDAY,
    )
    assert [entry.first.id for entry in found] == [3, 2, 1, 4]
