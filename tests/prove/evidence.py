"""What is left after a run and its quiet time: all that the invariants look at."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from prove.databases import Database
from prove.network import Exchange
from prove.patients import Patient
from prove.staff import ZONE, Edit, StaffAtWork, booking_of, is_call_back
from stand_ins.google.calendars import instant
from stand_ins.google.server import Google
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
    "call_back": "SELECT id, call_sid, reason, number, done_at, event_id, shown_at FROM call_back",
    "telling": "SELECT id, booking, kind, told_at, withdrawn_at, call_back FROM telling",
    "text": "SELECT id, booking, name, kind, state, sid, former_sids, error FROM text",
    "jobs": "SELECT id, task_name, queue_name, status::text FROM procrastinate_jobs ORDER BY id",
}


@dataclass(frozen=True)
class Event:
    """One of our events for a visit, as it stands at the end and as it was first made."""

    id: str
    booking: int
    live: bool
    start: datetime
    end: datetime
    description: str
    made_at: datetime
    first_start: datetime


@dataclass
class Evidence:
    """Everything, by table and by side."""

    patients: list[Patient]
    exchanges: list[Exchange]
    edits: list[Edit]
    events: list[Event]
    call_back_events: list[dict[str, Any]]
    blocks: list[tuple[datetime, datetime, datetime]]
    """Staff's own events: made at, start, end."""
    messages: list[Message]
    broken_rules: list[str]
    not_ready: list[str]
    tables: dict[str, list[Row]]
    is_calm: bool = False
    """No process and no database was hurt in this run."""

    def by_call(self, table: str) -> dict[str, list[Row]]:
        """The rows of a table for each call."""
        sorted_: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables[table]:
            sorted_[row["call_sid"]].append(row)
        return sorted_

    @cached_property
    def bookings(self) -> dict[int, Row]:
        """By number."""
        return {row["id"]: row for row in self.tables["booking"]}

    @cached_property
    def touched(self) -> set[str]:
        """Events that staff moved, deleted or restored."""
        return {edit.event_id for edit in self.edits if edit.deed in {"move", "delete", "restore"}}


def gather(
    patients: list[Patient],
    exchanges: list[Exchange],
    staff: StaffAtWork,
    twilio: Twilio,
    database: Database,
) -> Evidence:
    """Read everything once."""
    google: Google = staff.google
    ours = list(google.screenings.events.values())
    blocked = {edit.event_id: edit.at for edit in staff.edits if edit.deed == "block"}
    return Evidence(
        patients=patients,
        exchanges=exchanges,
        edits=staff.edits,
        events=[_event(each, staff) for each in ours if not is_call_back(each)],
        call_back_events=[each for each in ours if is_call_back(each)],
        blocks=[
            (blocked[each["id"]], instant(each["start"], ZONE), instant(each["end"], ZONE))
            for each in google.doctor.live()
            if each["id"] in blocked
        ],
        messages=list(twilio.messages.sent),
        broken_rules=google.broken_rules + twilio.broken_rules,
        not_ready=[],
        tables={name: database.rows(statement) for name, statement in _TABLES.items()},
    )


def spoken(when: datetime) -> tuple[str, str]:
    """How a time sounds, in English and in Spanish."""
    words = speech.day_and_time(when, ZoneInfo(ZONE))
    return words.en, words.es


def _event(event: dict[str, Any], staff: StaffAtWork) -> Event:
    made_at, first = staff.seen.get(event["id"], (datetime.now(UTC), event))
    return Event(
        id=event["id"],
        booking=int(booking_of(event) or 0),
        live=event["status"] != "cancelled",
        start=instant(event["start"], ZONE),
        end=instant(event["end"], ZONE),
        description=event.get("description", ""),
        made_at=made_at,
        first_start=instant(first["start"], ZONE),
    )
