"""Writes the body of one text from its booking, with a link made for this one attempt."""

from typing import Literal

from psycopg import AsyncConnection

from calendar_sync.bookings.booking import Booking
from calendar_sync.waiting.offers import offer_of
from voice.language import Language
from voice.texts.messages import LINK_TO_FOLLOW, OFFERS, TEXTS
from voice.texts.planning import TextConfig
from voice.texts.rendering import day_and_time, time_of_day, written
from voice.texts.text_rows import TextRow
from voice.visit_links import new_link


class NoFormFitsError(ValueError):
    """No form of the text fits into one message; a test rules this out for all real data."""


async def write(conn: AsyncConnection, config: TextConfig, row: TextRow, booked: Booking) -> str:
    """The body; call in the transaction that stores the intent. Raises NoFormFitsError."""
    clinic = config.clinic
    language = language_of(booked)
    forms = TEXTS[row.kind]
    if row.kind == "booked" and config.link_to_follow(booked):
        forms = LINK_TO_FOLLOW + forms
    time = row.about
    if row.kind in OFFERS and (offered := await offer_of(conn, booked.id)):
        time = offered.until
    words = written(
        forms,
        language,
        clinic,
        when=day_and_time(row.about, clinic.zone, language),
        time=time_of_day(time, clinic.zone, language),
        link=clinic.page + await new_link(conn, booked.id),
        video=config.video(booked),
        code=booked.visit_code or "",
    )
    if words is None:
        raise NoFormFitsError(row.kind)
    return words


def language_of(booked: Booking) -> Language:
    """The language that the patient chose."""
    language: Literal["en", "es"] = "es" if booked.language == "es" else "en"
    return language
