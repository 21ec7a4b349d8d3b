"""One therapist or two, as chosen on the demo's page; counts from the next call on."""

from dataclasses import replace
from typing import Literal

from calendar_sync.bookings import free_times
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinician import DEFAULT_ID, Clinician
from calendar_sync.sync.staff_jobs import follow_all
from voice.bootstrap import Line
from voice.clinicians import heard

Choice = Literal["one", "two"]

_COLLEAGUE = "rivera"


def chosen(line: Line) -> Choice:
    """What the next call hears."""
    return "two" if len(line.prompt_facts.therapists) > 1 else "one"


def is_offered(line: Line) -> bool:
    """Whether this is a choice here: not where the settings name the therapists."""
    return not line.settings.clinicians


async def choose(line: Line, choice: Choice) -> None:
    """Give the line a second therapist, or offer no more times with them; their visits stay.

    The calls and the jobs of a demo share these two lists.
    """
    if not is_offered(line):
        return
    team, named = line.clinic.clinicians, line.prompt_facts.therapists
    if not (isinstance(team, list) and isinstance(named, list)) or choice == chosen(line):
        return
    own, colleague = _team(line)
    team[:] = [own, replace(colleague, offered=choice == "two")]
    named[:] = heard(team) if choice == "two" else []
    await follow_all(line.clinic)
    await free_times.refresh_all(line.clinic)


def _team(line: Line) -> tuple[Clinician, Clinician]:
    """The demo's own therapist, and one who speaks Spanish too."""
    clinic, spanish = line.clinic, line.settings.clinician_spoken_es
    own = Clinician(
        DEFAULT_ID,
        clinic.calendar,
        clinic.rules,
        clinic.video_url,
        name=line.settings.clinician_name,
        spoken={"en": line.settings.clinician_spoken_en, "es": spanish[:1].lower() + spanish[1:]},
    )
    colleague = Clinician(
        _COLLEAGUE,
        LocalCalendar(clinic.pool, _COLLEAGUE),
        clinic.rules,
        clinic.video_url,
        name="Dr. Ana Rivera",
        spoken={"en": "Doctor Rivera", "es": "la doctora Rivera"},
        languages=frozenset({"en", "es"}),
    )
    return own, colleague
