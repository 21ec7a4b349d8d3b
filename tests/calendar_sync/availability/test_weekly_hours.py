"""Weekly hours are read as people write them, or refused with two examples."""

import pytest

from calendar_sync.availability.weekly_hours import InvalidHoursError, parse_hours

NINE, NOON, ONE, FIVE = 9 * 60, 12 * 60, 13 * 60, 17 * 60


def test_days_and_ranges_as_in_the_example() -> None:
    """`Mon-Fri 09:00-12:00 13:00-17:00; Sat 09:00-12:00` is five split days and a half day."""
    hours = parse_hours("Mon-Fri 09:00-12:00 13:00-17:00; Sat 09:00-12:00")
    weekday = ((NINE, NOON), (ONE, FIVE))
    assert hours.weekly == (weekday,) * 5 + (((NINE, NOON),), ())


def test_every_day_until_midnight() -> None:
    """24:00 is the end of the day."""
    assert parse_hours("Mon-Sun 00:00-24:00").weekly == (((0, 1440),),) * 7


@pytest.mark.parametrize(
    "text",
    [
        "monday-friday 9:00-17:00",
        "MON - FRI 09:00 \N{EN DASH} 17:00",
        "Mon,Tue , Wed 09:00-17:00; Thu-Fri 09:00-17:00;",
        "Mon-Fri 09:00-12:00, 12:00-17:00",
        "Mon-Wed 09:00-17:00; Thu 09:00-17:00; Fri 13:00-17:00; Fri 09:00-13:00",
    ],
)
def test_other_ways_to_write_the_same_week(text: str) -> None:
    """Case, whole names, spaces, dashes, lists and touching ranges do not matter."""
    assert parse_hours(text).weekly == (((NINE, FIVE),),) * 5 + ((), ())


def test_a_range_of_days_may_run_over_the_weekend() -> None:
    """`Sat-Mon` is three days."""
    week = parse_hours("Sat-Mon 09:00-12:00").weekly
    assert [bool(day) for day in week] == [True, False, False, False, False, True, True]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no day is named"),
        (" ; ", "no day is named"),
        ("Mon-Fri", "'Mon-Fri' has no times"),
        ("09:00-17:00", "'09:00-17:00' has no times"),
        ("Mo 09:00-17:00", "'Mo' is not a day"),
        ("Mon-Fry 09:00-17:00", "'Fry' is not a day"),
        ("Mon 9-17", "'9-17' is not a range of times"),
        ("Mon 09:00-17:00 or so", "'or' is not a range of times"),
        ("Mon 09:60-17:00", "does not exist"),
        ("Mon 09:00-24:01", "does not exist"),
        ("Mon 17:00-09:00", "does not end after it starts on the same day"),
        ("Mon 09:00-09:00", "does not end after it starts on the same day"),
        ("Mon 09:00-12:00 11:59-17:00", "two ranges of one day overlap"),
        ("Mon-Fri 09:00-12:00; Tue 10:00-11:00", "two ranges of one day overlap"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(text: str, reason: str) -> None:
    """The error quotes the text, what is wrong with it, and two valid examples."""
    with pytest.raises(InvalidHoursError) as refused:
        parse_hours(text)
    said = str(refused.value)
    assert repr(text) in said
    assert reason in said
    assert "'Mon-Fri 09:00-12:00 13:00-17:00; Sat 09:00-12:00'" in said
    assert "'Mon-Sun 06:00-21:00'" in said
