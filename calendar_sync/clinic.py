"""What the code of the calendar works with: database, calendar, opening rules and clock."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from psycopg_pool import AsyncConnectionPool

from calendar_sync.availability.opening_hours import Rules
from calendar_sync.calendars.absent import AbsentCalendar
from calendar_sync.calendars.contract import Calendar
from calendar_sync.calendars.push import Push
from calendar_sync.clinician import DEFAULT_ID, Clinician


async def no_text(row_id: int) -> None:
    """Do nothing: a line without text messages leaves it to staff to call."""
    del row_id


async def no_texts() -> None:
    """Do nothing, for the same reason."""


async def no_calls() -> None:
    """Do nothing: only the worker of a line looks up calls."""


async def no_deletion() -> None:
    """Do nothing: only the worker of a line deletes what is old."""


@dataclass(frozen=True, slots=True)
class Invitations:
    """The calendar that patients are invited from; `words` gives title and note for a language."""

    calendar: Calendar
    words: Callable[[str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ChartLabels:
    """Labels of chart lines that have a place of their own in an event, as the call writes them.

    `safety`: the safety questions; `heard`: what the caller was told; `look_soon`: why staff may
    want to look sooner; `ask_first`: what the patient should be asked before anything else.
    """

    safety: str
    heard: str
    look_soon: str
    ask_first: str


@dataclass(frozen=True, slots=True)
class Clinic:
    """One clinic, put together at start-up.

    `calendar`, `rules`, `video_url` and `push` are those of the clinician `clinician_id`. Code that
    works on one visit gets the clinic as that visit's clinician has it, from `of`.

    `now` returns aware UTC. With `detail` "minimal" no answers of callers are written into events.
    `video_url` is a fixed video room, or None.
    """

    pool: AsyncConnectionPool
    calendar: Calendar
    rules: Rules
    now: Callable[[], datetime]
    detail: Literal["full", "minimal"]
    chart_labels: ChartLabels
    video_url: str | None
    makes_links: bool = False
    """Whether the calendar makes a video link for each event; `video_url` is used when it fails."""
    availability: Literal["hours", "calendar"] = "hours"
    """Offer times during opening hours too, or only times that staff opened in the calendar."""
    notify: Callable[[int], Awaitable[None]] = no_text
    """Plans the texts about a booking (its id); each text is sent by a job of its own."""
    send_text: Callable[[int], Awaitable[None]] = no_text
    """Sends one text (its id). Raises NotYet if it has to be sent later."""
    check_delivery: Callable[[int], Awaitable[None]] = no_text
    """Asks what became of a text (its id). Raises NotYet if that is still open."""
    check_texts: Callable[[], Awaitable[None]] = no_texts
    """Finds texts that no job will send, and late ones."""
    check_calls: Callable[[], Awaitable[None]] = no_calls
    """Looks up at Twilio how calls ended whose end was not stored."""
    delete_old_data: Callable[[], Awaitable[None]] = no_deletion
    """Deletes what is stored about people for longer than the settings say."""
    push: Push | None = None
    """Change notifications from the calendar; None if it cannot reach the line."""
    invitations: Invitations | None = None
    """None if patients get no invitations; their email address is then only shown to staff."""
    summary: Callable[[datetime, datetime], Awaitable[tuple[str, str]]] | None = None
    """Title and text of the daily summary event for a period; None if staff get no such event."""
    clinician_id: str = DEFAULT_ID
    clinicians: Sequence[Clinician] = ()
    """Every therapist, if the settings name them; empty: one, who is not named to callers."""

    @property
    def each(self) -> tuple["Clinic", ...]:
        """The clinic as each of its clinicians has it."""
        return tuple(self.of(one.id) for one in self.clinicians) or (self,)

    def of(self, clinician_id: str) -> "Clinic":
        """The clinic as this clinician has it; without a calendar if there is no such clinician."""
        found = self.clinician(clinician_id)
        if found is None:
            if clinician_id == self.clinician_id and not self.clinicians:
                return self
            absent = AbsentCalendar(clinician_id)
            return replace(
                self, clinician_id=clinician_id, calendar=absent, push=None, video_url=None
            )
        return replace(
            self,
            clinician_id=found.id,
            calendar=found.calendar,
            rules=found.rules,
            video_url=found.video_url,
            push=found.push,
        )

    def name_of(self, clinician_id: str) -> str:
        """A therapist's name in writing; "" where there is only one, whom nobody has to name.

        One whom the settings do not name any more has only their id.
        """
        found = self.clinician(clinician_id)
        alone = len(self.clinicians) <= 1 and clinician_id == self.clinician_id
        return "" if alone else found.name if found else clinician_id

    def clinician(self, clinician_id: str) -> Clinician | None:
        """The therapist with this id; None if the settings do not name them."""
        return next((one for one in self.clinicians if one.id == clinician_id), None)
