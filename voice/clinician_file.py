"""The file that CLINICIANS names: the clinic's therapists, in TOML.

One table `[[clinician]]` each; `docs/therapists.md` shows one. What an entry leaves out is as the
other settings have it.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from calendar_sync.clinician import lane_of
from voice.setting_types import Address, Dates, OpeningHours

MAX_CLINICIANS = 5
"""Callers choose one by key, and a menu of more than five choices is not remembered."""


class ClinicianEntry(BaseModel):
    """One therapist as the file has them."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    spoken_en: Annotated[str, Field(min_length=1, max_length=60)]
    spoken_es: Annotated[str, Field(min_length=1, max_length=60)]
    screenings_calendar: str = ""
    busy_calendars: tuple[str, ...] = ()
    hours: OpeningHours | None = None
    closed_dates: Dates | None = None
    video_room: Address | None = None
    languages: frozenset[str] = frozenset({"en"})
    new_visits: bool = True

    @field_validator("languages")
    @classmethod
    def _are_known(cls, value: frozenset[str]) -> frozenset[str]:
        if not value or value - {"en", "es"}:
            message = 'write some of "en" and "es"'
            raise ValueError(message)
        return value


_REMEDIES = {
    "id": "write a short name of letters a-z, digits and hyphens that never changes, like rivera",
    "name": "write the therapist's name as patients read it",
    "spoken_en": "write the name as callers hear it, like Doctor Rivera",
    "spoken_es": "write the name as Spanish callers hear it, like la doctora Rivera",
    "languages": 'write some of "en" and "es", like ["en", "es"]',
    "new_visits": "write true or false",
    "busy_calendars": 'write calendar ids like ["rivera@example.org"]',
}


@cache
def read_clinicians(file: str) -> tuple[ClinicianEntry, ...]:
    """The therapists, the first of whom also has the calendar for call-backs and summaries.

    () for "". Each process reads it once. Raises ValueError: every wrong entry and its remedy.
    """
    if not file:
        return ()
    try:
        found = tomllib.loads(Path(file).read_text("utf-8"))
    except OSError as error:
        message = f"{file!r} cannot be read ({error.strerror or 'no such file'})"
        raise ValueError(message) from error
    except ValueError as error:
        message = f"{file!r} is not TOML: {error}"
        raise ValueError(message) from error
    tables = found.pop("clinician", None)
    if found or not isinstance(tables, list) or not 1 <= len(tables) <= MAX_CLINICIANS:
        message = (
            f"{file!r} must have one to {MAX_CLINICIANS} tables [[clinician]] and nothing else; "
            "see docs/therapists.md"
        )
        raise ValueError(message)
    entries, wrong = _entries(tables)
    wrong = wrong or _conflicts(entries)
    if wrong:
        raise ValueError("; ".join(wrong))
    return tuple(entries)


def _entries(tables: Sequence[Any]) -> tuple[list[ClinicianEntry], list[str]]:
    entries: list[ClinicianEntry] = []
    wrong: list[str] = []
    for number, table in enumerate(tables, 1):
        try:
            entries.append(ClinicianEntry.model_validate(table))
        except ValidationError as error:
            name = table.get("id", number) if isinstance(table, dict) else number
            wrong += [f"clinician {name}: {_what(each)}" for each in error.errors()]
    return entries, wrong


def _what(error: Any) -> str:  # noqa: ANN401  # pydantic's details of one error
    key = str(error["loc"][0]) if error["loc"] else "entry"
    if error["type"] == "extra_forbidden":
        return f"{key} is not one of its keys; see docs/therapists.md"
    cause = error.get("ctx", {}).get("error", "")
    return f"{key}: {_REMEDIES.get(key) or cause or 'cannot be used; see docs/therapists.md'}"


def _conflicts(entries: Sequence[ClinicianEntry]) -> list[str]:
    """What two entries may not share."""
    wrong: list[str] = []
    calendars = [entry.screenings_calendar for entry in entries]
    if len({lane_of(entry.id) for entry in entries}) < len(entries):
        wrong.append("two clinicians have the same id, or ids too alike to tell apart; change one")
    if len(set(calendars)) < len(entries):
        wrong.append("two clinicians have the same screenings_calendar; give each their own")
    if not any(entry.new_visits for entry in entries):
        wrong.append("no clinician takes new visits; leave new_visits out for one")
    return wrong


def _checked(file: str) -> str:
    read_clinicians(file)
    return file


ClinicianFile = Annotated[str, AfterValidator(_checked)]
