"""What is booked has one name wherever a patient hears or reads it, or staff read it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from psycopg_pool import AsyncConnectionPool
from support.clinic import PACIFIC, at
from support.event_text import BOOKING, event_of

import voice
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.event_text import COPIED
from calendar_sync.sync.staff_jobs import OVERLAPS
from voice.figures import figures
from voice.language import Language, Text
from voice.simulator.activity_words import booking_news
from voice.summary import words as summary_words

FORBIDDEN: dict[Language, str] = {
    "en": r"\bappointments?\b|\bvideo (?:calls?|visits?)\b|\byour call\b"
    r"|(?<!still )\bbookings?\b(?! it)",
    "es": r"\bvideollamadas?\b|\bcitas? de video\b|\bsu visita\b|\breserva(?:ci[oó]n)?\b",
}
"""Other nouns for a video screening, "visit" for short; in Spanish "cita por video"."""
TEMPLATES = ("patient_page", "staff_page", "simulator/page")
SHOWN = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
"""What a template does not show as it stands."""


@cache
def every_text() -> tuple[Text, ...]:
    """Each text of both languages in any module of the line, in whatever it is kept."""
    found = list[Text]()
    for module in walk_packages(voice.__path__, "voice."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            found += _texts(vars(import_module(module.name)).values())
    return tuple(found)


def _texts(things: Iterable[object], depth: int = 4) -> Iterator[Text]:
    for thing in things:
        if isinstance(thing, Text):
            yield thing
        elif depth and isinstance(thing, Mapping):
            yield from _texts(thing.values(), depth - 1)
        elif depth and isinstance(thing, tuple | list | frozenset):
            yield from _texts(thing, depth - 1)
        elif depth and isinstance(thing, type) and hasattr(thing, "__members__"):
            yield from _texts((vars(each).get("words") for each in iter(thing)), depth - 1)  # type: ignore[call-overload]  # an enum
        elif depth and type(thing).__module__.startswith("voice."):
            slots: tuple[str, ...] = getattr(thing, "__slots__", ())
            yield from _texts((getattr(thing, name, None) for name in slots), depth - 1)


def misnamed(words: Iterable[str], language: Language) -> list[str]:
    """Those that name a video screening otherwise."""
    return [each for each in words if re.search(FORBIDDEN[language], each, re.IGNORECASE)]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_video_screening_has_one_name(language: Language) -> None:
    """In every call, text message, patient's page and calendar file, in both languages."""
    words = [each.spoken_in(language) for each in every_text()]
    assert len(words) > 250
    assert misnamed(words, language) == []


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.code)
def test_staff_read_the_same_name_in_every_call_back(reason: Reason) -> None:
    """The words that older versions stored stay as they are; staff do not read them."""
    assert misnamed([reason.for_staff("skin")], "en") == []


async def test_staff_read_the_same_name_in_events_news_and_figures(
    database: AsyncConnectionPool,
) -> None:
    """In an event that staff should check, in the demo's news, and in the daily summary."""
    booked = replace(BOOKING, state="booked", warning=OVERLAPS, moved_at=at("2026-11-24 09:15"))
    day = at("2026-11-23 00:00")
    async with database.connection() as conn:
        await conn.execute(
            "INSERT INTO call (sid, began_at, outcome) VALUES ('CA1', %s, %s)",
            (day, "call-back: booking failed"),
        )
        found = await figures(conn, day, day + timedelta(days=1))
    title, summary = summary_words(found, day, day + timedelta(days=1))
    assert "call-back: visit could not be booked 1" in summary
    event = event_of(booked)
    read = [event.title, event.description, COPIED, *booking_news(None, booked, PACIFIC)]
    assert misnamed([*read, title, summary], "en") == []


def test_no_template_names_it_otherwise() -> None:
    """The words that stand in the templates of the pages themselves."""
    root = Path(voice.__file__).parent
    pages = [page for folder in TEMPLATES for page in (root / folder / "templates").glob("*.html")]
    assert len(pages) > 10
    shown = [SHOWN.sub(" ", page.read_text("utf-8")) for page in pages]
    assert misnamed(shown, "en") == []
    assert misnamed(shown, "es") == []
