"""What must hold of times that staff open and calls that they make; rules as in `invariants`."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from prove.calendar_events import ZONE, booking_of
from prove.evidence import Evidence

from calendar_sync.bookings.deadlines import INSERT_SETTLES

Violations = Iterator[str]
_OPEN, _CLOSED = time(6), time(22)
"""OPENING_HOURS of a run, every day."""


def visits_at_night_are_where_staff_opened_a_time(seen: Evidence) -> Violations:
    """Outside opening hours a visit is only put into a time that staff had opened by then."""
    by_staff = {edit.took[0] for edit in seen.edits}
    for event in seen.events:
        length = event.end - event.start
        for before, version in pairwise([None, *event.versions]):
            start = version.start if version else event.start
            local = start.astimezone(ZoneInfo(ZONE))
            closes = datetime.combine(local, _CLOSED, local.tzinfo)
            in_hours = local.time() >= _OPEN and local + length <= closes
            if version is None or (before and before.start == start) or in_hours:
                continue
            fits = any(
                opened.calendar == version.calendar
                and opened.made_at < version.at
                and opened.start <= start
                and start + length <= opened.end
                for opened in seen.opened
            )
            if not fits and start not in by_staff:
                yield f"booking {event.booking} at {start}"


def each_call_back_has_one_event(seen: Evidence) -> Violations:
    """Open requests stand in the calendar once; closed ones do not, but where staff closed them."""
    live = {e["id"]: booking_of(e) for e in seen.call_back_events if e["status"] != "cancelled"}
    rows = [row for row in seen.tables["call_back"] if row["done_at"] is None]
    wanted = {row["event_id"] for row in rows}
    titles = {event["id"]: event["summary"] for event in seen.call_back_events}
    done = {event for event, title in titles.items() if "done" in title.split()}
    unasked = live.keys() - wanted - done
    yield from (f"{live[event]}, {titles[event]!r}: nobody asks" for event in unasked)
    yield from (f"request {row['id']} has none" for row in rows if row["event_id"] not in live)


def each_former_event_of_a_call_back_is_forgotten(seen: Evidence) -> Violations:
    """A request that was asked again has no event left from before that no other one needs."""
    settled = datetime.now(UTC) - INSERT_SETTLES
    rows = seen.tables["call_back"]
    there = {event["id"] for event in seen.call_back_events}
    needed = {row["event_id"] for row in rows if row["done_at"] is None}
    for row in rows:
        may_come = max(row["asked_at"], row["done_at"] or row["asked_at"]) > settled
        former = set(row["former_events"]) - needed
        left = [event for event in former if event in there or not may_come]
        if left:
            yield f"request {row['id']}, {row['reason']}: {left}"
