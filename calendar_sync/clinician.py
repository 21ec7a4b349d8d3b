"""One of the clinic's therapists: who they are, and their calendar, hours and video room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from calendar_sync.availability.opening_hours import Rules
from calendar_sync.calendars.contract import Calendar
from calendar_sync.calendars.push import Push

DEFAULT_ID = "default"
"""The id of the only clinician of a line whose settings name no others."""


@dataclass(frozen=True, slots=True)
class Clinician:
    """A therapist as the settings name them; the id is stored with each booking.

    `name` is in writing, `spoken` by language code as callers hear it. `languages` are the codes of
    those in which they see patients.
    """

    id: str
    calendar: Calendar
    rules: Rules
    video_url: str | None = None
    push: Push | None = None
    name: str = ""
    spoken: Mapping[str, str] = field(default_factory=dict[str, str])
    languages: frozenset[str] = frozenset({"en"})
    offered: bool = True
    """False for one who takes no new visits; those there are are still followed."""


def lane_of(clinician_id: str) -> int:
    """The number by which the constraint `booking_no_overlap` knows a clinician; above 0.

    Made of the id, so it needs no table and outlives the settings. Two ids of one line with the
    same number are refused with the settings.
    """
    if clinician_id == DEFAULT_ID:
        return 1
    return 2 + int.from_bytes(sha256(clinician_id.encode()).digest()[:3])
