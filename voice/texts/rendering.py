"""Fills in the forms of a text and picks the fullest that fits into one message; pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize
from zoneinfo import ZoneInfo

from voice.dialogue import speech
from voice.language import Language, Text
from voice.texts.gsm7 import fits, nearest

_MAX_NAME = 15
_REVEALING = re.compile(
    r"\b(physical|therap\w*|fisio\w*|terap\w*|pt|rehab\w*|clinic\w*|back|spine|foot|feet|ankle|knee|hip|leg|neck|pain"
    r"|ortho\w*|chiro\w*|podiatr\w*|sports?|medic\w*|health\w*|and|of|the|for)\b|&",
    re.IGNORECASE,
)
"""Words of a clinic's name that would reveal what kind of clinic it is, and what joins them."""


@dataclass(frozen=True, slots=True)
class ClinicFacts:
    """The clinic's facts in texts; `number` in E.164, `page` is the URL up to the visit's token."""

    name: str
    number: str
    page: str
    zone: ZoneInfo


def short_name(name: str) -> str:
    """The part of the clinic's name that may be read on a locked screen: "Lakeside".

    Up to the first word that reveals the kind of clinic; a leading one is left out.
    """
    plain = nearest(name)
    parts = [part.strip(" ,.-") for part in _REVEALING.split(plain)[:: _REVEALING.groups + 1]]
    first = next((part for part in parts if part), "")
    while len(first) > _MAX_NAME and " " in first:
        first = first.rpartition(" ")[0]
    return first[:_MAX_NAME] or "Visit by video"


def written(
    forms: Iterable[Text], language: Language, clinic: ClinicFacts, **parts: str
) -> str | None:
    """The first form whose parts are all known and that fits; None if there is none."""
    known = {"name": clinic.name, "number": plain_number(clinic.number), **parts}
    known = {name: said for name, said in known.items() if said}
    for form in forms:
        words = form.about(**known).spoken_in(language)
        if "{" not in words and fits(words):
            return words
    return None


def day_and_time(when: datetime, zone: ZoneInfo, language: Language) -> str:
    """As in "Tue Dec 1, 9:00 AM PT" or "martes 1 dic, 9:00 a.m. PT", in the clinic's zone.

    A letter that texts lack loses its accent: "sabado".
    """
    words = speech.formatted(when.astimezone(zone), "EEE MMM d", "EEEE d MMM").spoken_in(language)
    plain = "".join(letter if fits(letter) else normalize("NFD", letter)[0] for letter in words)
    return f"{plain}, {time_of_day(when, zone, language)}"


def time_of_day(when: datetime, zone: ZoneInfo, language: Language) -> str:
    """As in "9:00 AM PT"; the zone's short name without standard or daylight in the US."""
    local = when.astimezone(zone)
    name = local.strftime("%Z")
    if name[1:] in {"ST", "DT"} and name[0] in "PMCE":
        name = name[0] + "T"
    return f"{speech.formatted(local, 'h:mm a', 'h:mm a').spoken_in(language)} {name}"


def plain_number(e164: str) -> str:
    """206-555-0199 for +12065550199; other countries' numbers unchanged."""
    digits = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", e164)
    return "-".join(digits.groups()) if digits else e164
