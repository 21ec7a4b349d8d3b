"""Days and times as the page shows them, in the clinic's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from voice.dialogue import speech
from voice.language import Text

_WEEKDAYS = Text("Mon Tue Wed Thu Fri Sat Sun", "lun mar mié jue vie sáb dom")
_MONTHS = Text(
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "ene feb mar abr may jun jul ago sep oct nov dic",
)
_NOON = 12


def clock(when: datetime, zone: ZoneInfo) -> Text:
    """The time on the clinic's wall: "9:20 AM", "9:20 a. m."."""
    local = when.astimezone(zone)
    time = f"{local.hour % 12 or 12}:{local.minute:02}"
    morning = local.hour < _NOON
    return _unbroken(
        Text(f"{time} {'AM' if morning else 'PM'}", f"{time} {'a. m.' if morning else 'p. m.'}")
    )


def weekday(when: datetime, zone: ZoneInfo) -> Text:
    """Its day of the week, short: "Tue", "mar"."""
    return _nth(_WEEKDAYS, when.astimezone(zone).weekday())


def month(when: datetime, zone: ZoneInfo) -> Text:
    """Its month, short: "Dec", "dic"."""
    return _nth(_MONTHS, when.astimezone(zone).month - 1)


def whole(when: datetime, zone: ZoneInfo) -> Text:
    """In the middle of a sentence: "Tuesday, December 1st, at 9:20 AM, Pacific time"."""
    day, time = speech.day(when, zone), _unbroken(speech.time_of_day(when, zone))
    name = speech.zone_name(zone)
    return Text(f"{day.en}, {time.en}, {name.en}", f"{day.es} {time.es}, {name.es}")


def _unbroken(time: Text) -> Text:
    """The same, never split over two lines before its last word."""
    return Text(*("\u00a0".join(said.rsplit(" ", 1)) for said in (time.en, time.es)))


def _nth(words: Text, number: int) -> Text:
    return Text(words.en.split()[number], words.es.split()[number])
