"""Days and times as the page shows them, in the clinic's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from voice.dialogue import speech
from voice.language import Text


def clock(when: datetime, zone: ZoneInfo) -> Text:
    """The time on the clinic's wall: "9:20 AM", "9:20 a.m."."""
    return _unbroken(speech.formatted(when.astimezone(zone), "h:mm a", "h:mm a"))


def weekday(when: datetime, zone: ZoneInfo) -> Text:
    """Its day of the week: "Tue", "martes"; in Spanish "mar" would also be short for March."""
    return speech.formatted(when.astimezone(zone), "EEE", "EEEE")


def month(when: datetime, zone: ZoneInfo) -> Text:
    """Its month, short: "Dec", "dic"."""
    return speech.formatted(when.astimezone(zone), "MMM", "MMM")


def whole(when: datetime, zone: ZoneInfo) -> Text:
    """In the middle of a sentence: "Tuesday, December 1st, at 9:20 AM, Pacific time"."""
    day, time = speech.day(when, zone), _unbroken(speech.time_of_day(when, zone))
    name = speech.zone_name(zone)
    return Text(f"{day.en}, {time.en}, {name.en}", f"{day.es} {time.es}, {name.es}")


def _unbroken(time: Text) -> Text:
    """The same, never split over two lines before its last word."""
    return Text(*("\u00a0".join(said.rsplit(" ", 1)) for said in (time.en, time.es)))
