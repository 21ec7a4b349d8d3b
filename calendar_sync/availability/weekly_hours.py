"""Weekly opening hours as people write them: "Mon-Fri 09:00-17:00; Sat 09:00-12:00"."""

import re
from dataclasses import dataclass
from itertools import pairwise

from calendar_sync.errors import CalendarError

WallRange = tuple[int, int]
"""Start and end, in minutes after local midnight; 1440 is the end of the day."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WHOLE_DAY = 24 * 60
_RANGE = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


class InvalidHoursError(CalendarError, ValueError):
    """The opening hours cannot be read; write them like one of the two examples in the text."""

    def __init__(self, text: str, reason: str) -> None:
        """`text` is the setting, `reason` what is wrong with it."""
        super().__init__(
            f"The opening hours {text!r} cannot be read: {reason}. Write them like "
            "'Mon-Fri 09:00-12:00 13:00-17:00; Sat 09:00-12:00' or 'Mon-Sun 06:00-21:00'."
        )


@dataclass(frozen=True, slots=True)
class Hours:
    """Local time ranges for each weekday, Monday first; ascending, none touching another."""

    weekly: tuple[tuple[WallRange, ...], ...]


def parse_hours(text: str) -> Hours:
    """Read the clinic's opening hours.

    Entries are separated by `;`. Each has days (`Mon`, `Mon-Fri`, `Mon,Wed`, `Fri-Mon`) and then
    one or more ranges. A range may end at `24:00`. Raises InvalidHoursError.
    """
    weekly: list[list[WallRange]] = [[] for _ in _DAYS]
    tidy = re.sub(r"\s*([-,])\s*", r"\1", re.sub("[\u2010-\u2015]", "-", text))
    for entry in filter(None, (part.strip() for part in tidy.split(";"))):
        days, _, times = entry.partition(" ")
        ranges = times.replace(",", " ").split()
        if not ranges:
            raise InvalidHoursError(text, f"{entry!r} has no times")
        found = [_range(text, each) for each in ranges]
        for day in _named_days(text, days):
            weekly[day] += found
    if not any(weekly):
        raise InvalidHoursError(text, "no day is named")
    return Hours(tuple(_joined(text, ranges) for ranges in weekly))


def _named_days(text: str, days: str) -> list[int]:
    """The weekdays of `Mon-Fri,Sun`, Monday being 0; a range may run over the weekend."""
    named: list[int] = []
    for part in days.split(","):
        first, _, last = part.partition("-")
        start = _day(text, first)
        length = (_day(text, last) - start) % 7 if last else 0
        named += [(start + step) % 7 for step in range(length + 1)]
    return named


def _day(text: str, name: str) -> int:
    """The number of a day, given by its full name or three letters; Monday is 0."""
    for number, day in enumerate(_DAYS):
        if name.lower() in {day, day[:3]}:
            return number
    raise InvalidHoursError(text, f"{name!r} is not a day")


def _range(text: str, written: str) -> WallRange:
    """`09:00-12:00` in minutes."""
    match = _RANGE.fullmatch(written)
    if match is None:
        raise InvalidHoursError(text, f"{written!r} is not a range of times")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or end > _WHOLE_DAY:  # noqa: PLR2004  # minutes of an hour
        raise InvalidHoursError(text, f"{written!r} has a time that does not exist")
    if end <= start:
        raise InvalidHoursError(text, f"{written!r} does not end after it starts on the same day")
    return start, end


def _joined(text: str, ranges: list[WallRange]) -> tuple[WallRange, ...]:
    """In order; touching ranges become one, so that the buffer applies there too."""
    ranges.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(ranges)):
        raise InvalidHoursError(text, "two ranges of one day overlap")
    joined: list[WallRange] = []
    for start, end in ranges:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
