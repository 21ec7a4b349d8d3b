"""What is left after a run and its quiet time: all that the invariants look at."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from prove.calendar_events import ZONE, booking_of, is_call_back, is_visit
from prove.databases import Database
from prove.network import Exchange
from prove.online import Online
from prove.patients import Patient
from prove.recurring import Opened, first_time
from prove.staff import Edit, StaffAtWork, Version
from stand_ins.twilio.messages import Message
from stand_ins.twilio.server import Twilio

from voice.dialogue import speech

Row = Mapping[str, Any]
_TABLES = {
    "call": "SELECT sid, outcome, ended_at, began_at FROM call",
    "booking": "SELECT id, call_sid, state, outcome, confirmed_at, event_id, warning, text_number,"
    " lower(during) AS start, upper(during) AS end, promised, expires_at, moves"
    " FROM booking ORDER BY id",
    "journal": "SELECT call_sid, name, value FROM journal",
    "call_back": "SELECT id, call_sid, reason, number, asked_at, done_at, event_id, shown_at,"
    " former_events FROM call_back",
    "waiting_list": "SELECT id, call_sid, visit FROM waiting_list",
    "telling": "SELECT id, booking, told_at, withdrawn_at, call_back, created FROM telling",
    "text": "SELECT id, booking, name, kind, state, sid, former_sids, error FROM text",
    "jobs": "SELECT job.id, task_name, queue_name, status::text, worker.id IS NULL"
    " OR worker.last_heartbeat < now() - interval '10 seconds' AS forgotten"
    " FROM procrastinate_jobs AS job"
    " LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id ORDER BY job.id",
}


@dataclass(frozen=True)
class Block:
    """A time that staff need: in one therapist's calendar, or None for both."""

    made_at: datetime
    start: datetime
    end: datetime
    calendar: str | None = None

    def is_over(self, calendar: str, start: datetime, end: datetime) -> bool:
        """Whether it lies over this time of that calendar's therapist."""
        return self.calendar in {None, calendar} and self.start < end and start < self.end


@dataclass(frozen=True)
class Event:
    """One of our events for a visit, as it stands at the end and as it was first made.

    Of a visit that staff made recurring: its first day; `series` then has the event's id.
    """

    id: str
    booking: int
    calendar: str
    live: bool
    start: datetime
    end: datetime
    description: str
    versions: list[Version]
    series: str = ""

    @property
    def made_at(self) -> datetime:
        """When the line made it."""
        return self.versions[0].at

    @property
    def first_start(self) -> datetime:
        """The time that it was made for."""
        return self.versions[0].start


@dataclass
class Evidence:
    """Everything, by table and by side."""

    patients: list[Patient]
    online: Online
    exchanges: list[Exchange]
    edits: list[Edit]
    events: list[Event]
    call_back_events: list[dict[str, Any]]
    blocks: list[Block]
    """Staff's own events."""
    opened: list[Opened]
    messages: list[Message]
    broken_rules: list[str]
    not_ready: list[str]
    tables: dict[str, list[Row]]
    notified: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """What Google told the line of its calendars, and the answer's status."""
    is_calm: bool = False
    """No process and no database was hurt in this run."""

    def by_call(self, table: str) -> dict[str, list[Row]]:
        """The rows of a table for each call."""
        sorted_: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables[table]:
            sorted_[row["call_sid"]].append(row)
        return sorted_

    def call_of(self, booking: Row) -> str:
        """The call in which it began; of a time offered from the waiting list, the one before."""
        kind, _, number = str(booking["call_sid"]).partition("-")
        waiting = {str(row["id"]): row["call_sid"] for row in self.tables["waiting_list"]}
        return str(waiting[number] if kind == "waiting" else booking["call_sid"])

    @cached_property
    def bookings(self) -> dict[int, Row]:
        """By number."""
        return {row["id"]: row for row in self.tables["booking"]}

    @cached_property
    def touched(self) -> set[str]:
        """Events that staff moved, deleted, restored, or gave to a colleague."""
        return {
            edit.event_id
            for edit in self.edits
            if edit.deed in {"move", "delete", "restore", "colleague", "day"}
        }


def gather(
    patients: list[Patient],
    online: Online,
    staff: StaffAtWork,
    twilio: Twilio,
    database: Database,
) -> Evidence:
    """Read everything once."""
    google = staff.google
    latest = [versions[-1] for versions in staff.versions.values()]
    return Evidence(
        patients=patients,
        online=online,
        exchanges=online.network.exchanges,
        edits=staff.edits,
        events=[_event(each, staff) for each in latest if staff.recurring.is_the_visit(each.event)],
        call_back_events=[each.event for each in latest if is_call_back(each.event)],
        blocks=[*_blocks_of_the_doctor(staff), *_days_of_recurring_visits(staff)],
        opened=staff.recurring.opened,
        messages=list(twilio.messages.sent),
        broken_rules=google.broken_rules + twilio.broken_rules,
        not_ready=[],
        tables={name: database.rows(statement) for name, statement in _TABLES.items()},
    )


def spoken(when: datetime) -> tuple[str, str]:
    """How a time sounds, in English and in Spanish."""
    words = speech.day_and_time(when, ZoneInfo(ZONE))
    return words.en, words.es


def _event(latest: Version, staff: StaffAtWork) -> Event:
    event = latest.event
    versions = staff.versions[event["id"]]
    series = event.get("recurringEventId", "")
    if series:
        versions = [*staff.versions[series], *versions]
    start, end = first_time(event)
    calendar = staff.google.world.calendars[latest.calendar]
    return Event(
        id=event["id"],
        booking=int(booking_of(event)),
        calendar=latest.calendar,
        live=calendar.event(event["id"])["status"] != "cancelled",
        start=start,
        end=end,
        description=event.get("description", ""),
        versions=versions,
        series=series,
    )


def _blocks_of_the_doctor(staff: StaffAtWork) -> Iterator[Block]:
    made_at = {edit.event_id: edit.at for edit in staff.edits if edit.deed == "block"}
    doctor = staff.google.doctor
    for event in doctor.live():
        if event["id"] in made_at:
            yield from (Block(made_at[event["id"]], *times) for times in doctor.times(event))


def _days_of_recurring_visits(staff: StaffAtWork) -> Iterator[Block]:
    """The days that are staff's own."""
    for calendar in staff.calendars:
        for event in calendar.live():
            days = calendar.times(event)
            if staff.recurring.is_the_visit(event):
                days = days[1:]
            if is_visit(event):
                made_at = staff.versions[event["id"]][-1].at
                yield from (Block(made_at, *times, calendar.id) for times in days)
