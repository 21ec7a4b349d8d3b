"""How days, times, numbers and keys are spoken, in English and in Spanish."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from voice.language import PAUSE, Text

WORDS_A_MINUTE = 165
PAUSE_SECONDS = 0.4

_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
_ZONES = {
    "America/Los_Angeles": Text("Pacific time", "hora del Pacífico"),
    "America/Denver": Text("Mountain time", "hora de la montaña"),
    "America/Chicago": Text("Central time", "hora del centro"),
    "America/New_York": Text("Eastern time", "hora del este"),
}
_NOON = 12


def seconds(words: str, rate: int = WORDS_A_MINUTE) -> float:
    """Spoken length in seconds at ``rate`` words a minute, pauses included.

    A word is a run of letters or digits, so "9:20" counts as two words.
    """
    spoken = len(re.findall(r"\w+(?:['\u2019]\w+)?", words))
    return spoken * 60 / rate + words.count(PAUSE) * PAUSE_SECONDS


def formatted(local: datetime, en: str, es: str) -> Text:
    """A local date or time in US English and US Spanish, by one Unicode date pattern for each.

    Names of days, months and parts of the day are those of CLDR, read through Babel at first use.
    Patterns: https://www.unicode.org/reports/tr35/tr35-dates.html#Date_Field_Symbol_Table
    """
    return _formatted(local.replace(tzinfo=None), en, es)


@lru_cache(maxsize=1024)
def _formatted(wall: datetime, en: str, es: str) -> Text:
    """By the wall clock: aware times of two zones are equal, and would share a cached result."""
    from babel.dates import format_datetime  # noqa: PLC0415  # 35 ms and 10 MB, at the first time

    return Text(
        format_datetime(wall, en, locale="en_US"), format_datetime(wall, es, locale="es_US")
    )


def day(when: datetime, zone: ZoneInfo, *, month: bool = True) -> Text:
    """The day of an instant in the clinic's zone: "Tuesday, December 1st".

    Without `month`, Spanish leaves out the month that was just said; English gets no shorter by it.
    """
    local = when.astimezone(zone).replace(hour=0, minute=0)  # one cached result for each day
    ending = _ENDINGS.get(local.day, "th")
    return formatted(local, f"EEEE, MMMM d'{ending}'", "EEEE d 'de' MMMM" if month else "EEEE d")


def time_of_day(when: datetime, zone: ZoneInfo) -> Text:
    """The time of an instant in the clinic's zone: "at 9:20 AM", "a las 9:20 de la mañana"."""
    local = when.astimezone(zone).replace(year=2000, month=1, day=1)  # one for each time of day
    clock = "h:mm" if local.minute else "h"
    noon = (local.hour, local.minute) == (_NOON, 0)
    article = "a la" if local.hour % 12 == 1 else "a las"
    return formatted(local, f"'at' {clock} {'B' if noon else 'a'}", f"'{article}' {clock} B")


@lru_cache(maxsize=1024)
def day_and_time(when: datetime, zone: ZoneInfo, *, month: bool = True) -> Text:
    """The whole of it: "Tuesday, December 1st, at 9:20 AM"; `month` as for `day`."""
    the_day, the_time = day(when, zone, month=month), time_of_day(when, zone)
    return Text(f"{the_day.en}, {the_time.en}", f"{the_day.es} {the_time.es}")


def zone_name(zone: ZoneInfo) -> Text:
    """What people call the clinic's zone; a zone without a known name is the clinic's own time."""
    return _ZONES.get(zone.key, Text("clinic time", "hora de la clínica"))


def digit_by_digit(digits: str, groups: Sequence[int]) -> Text:
    """Digits in groups with a pause after each: speech engines read "425" as a number."""
    spoken, rest = [], digits
    for size in groups:
        spoken.append(" ".join(rest[:size]))
        rest = rest[size:]
    said = f".{PAUSE} ".join(group for group in spoken if group)
    return Text(said, said)


def visit_code(code: str) -> Text:
    """Six digits in two groups."""
    return digit_by_digit(code, (3, 3))


def phone_number(number: str) -> Text:
    """A US number in E.164 as three, three and four digits, without the country."""
    return digit_by_digit(number.removeprefix("+1"), (3, 3, 4))


def last_four(number: str) -> Text:
    """The end of an E.164 number, which tells its owner which one without saying it aloud."""
    return digit_by_digit(number[-4:], (4,))


def email(address: str) -> Text:
    """An email address to write down: the domain is spelled, since no engine reads it right."""
    box, _, domain = address.partition("@")
    name, _, top = domain.rpartition(".")
    letters = " ".join(name.upper()).replace(" . ", ", dot, ")
    return Text(f"{box}, at {letters}, dot {top}", f"{box}, arroba {letters}, punto {top}")


def key(pressed: str) -> Text:
    """A key of the phone as it is called."""
    names = {"*": Text("star", "asterisco"), "#": Text("pound", "la tecla numeral, o gato")}
    return names.get(pressed, Text(pressed, pressed))
