"""What must hold of the line's processes after any run; the same kind of rules as `invariants`."""

import re
from collections import Counter
from collections.abc import Iterator

from prove.evidence import Evidence
from prove.patients import SORRY

from calendar_sync.job_queue import HOUSEKEEPING
from voice.simulator.player import Ended

Violations = Iterator[str]
ON_TIME = 8.0
"""Seconds; the line's own limit is below 5, and the machine is busy."""
_LOOKS = 7
"""In a row; the line's own limit is 5."""
_ERROR = 500
_LINK = re.compile(r"/visit/[\w-]+")
_DONE, _RUNNING = "succeeded", {"doing", "aborting"}


def every_answer_is_in_time(seen: Evidence) -> Violations:
    """Whatever hangs, a caller has an answer."""
    for each in seen.exchanges:
        if each.seconds > ON_TIME:
            yield f"{each.url}: {each.seconds:.1f} s, status {each.status}"


def no_answer_is_an_error(seen: Evidence) -> Violations:
    """A signed request is answered with 200 or 204; a status of a text may be asked again."""
    for each in seen.exchanges:
        if each.status not in {0, 200, 204} and not each.url.partition("?")[0].endswith("/status"):
            yield f"{each.url}: {each.status}"


def google_is_answered_well(seen: Evidence) -> Violations:
    """A notification is kept (204), of an unknown channel (403), or to be sent again (503)."""
    for state, status in seen.notified:
        if status not in {204, 403, 503}:
            yield f"{state}: {status}"


def no_page_is_an_error(seen: Evidence) -> Violations:
    """A patient's page has no other error than 503, and that only when something is hurt."""
    unavailable = 503
    for page in seen.online.pages:
        hurt = page.status == unavailable and not seen.is_calm
        if page.status >= _ERROR and not hurt:
            yield f"/visit/..{page.path[30:]}: {page.status}"


def a_repeated_request_has_the_same_answer(seen: Evidence) -> Violations:
    """Twice at once: the same words, but for the secret of a link, and no second effect."""
    for each in seen.exchanges:
        fault = SORRY.search(each.body) or (each.twin and SORRY.search(each.twin))
        if (
            each.twin is not None
            and not fault
            and _LINK.sub("", each.twin) != _LINK.sub("", each.body)
        ):
            yield f"{each.url}: {each.body[:200]} / {each.twin[:200]}"


def a_form_sent_twice_has_one_answer(seen: Evidence) -> Violations:
    """A button that is pressed twice does the same as pressed once."""
    redirect = 303
    for one, other in seen.online.twins:
        led = {(each.status, each.to) for each in (one, other) if each.status}
        if redirect in {one.status, other.status} and len(led) > 1 and max(led)[0] < _ERROR:
            yield f"/visit/..{one.path[30:]}: {sorted(led)}"


def every_call_has_an_outcome(seen: Evidence) -> Violations:
    """Also when the end of the call was told to nobody."""
    for row in seen.tables["call"]:
        if row["outcome"] is None:
            yield f"call {row['sid']}"


def a_calm_line_works(seen: Evidence) -> Violations:
    """Where nothing is hurt nobody hears an apology, and callers are booked."""
    if not seen.is_calm:
        return
    yield from (f"{e.url}: {e.body[-300:]}" for e in seen.exchanges if SORRY.search(e.body))
    if not any(row["confirmed_at"] for row in seen.bookings.values()):
        yield "nobody was booked"


def every_call_comes_to_an_end(seen: Evidence) -> Violations:
    """None goes round and round."""
    for patient in seen.patients:
        if patient.ended in {Ended.TOO_LONG, Ended.TOO_MANY_DOCUMENTS}:
            yield f"call {patient.who.call_sid}: {patient.ended}"


def nobody_waits_for_the_calendar_for_long(seen: Evidence) -> Violations:
    """After a few looks at a booking the caller hears how it goes on."""
    for patient in seen.patients:
        looks = 0
        for heard in patient.heard:
            looks = looks + 1 if heard.step.startswith("placing") else 0
            if looks == _LOOKS:
                yield f"call {patient.who.call_sid}: {looks} times"


def no_job_is_left(seen: Evidence) -> Violations:
    """None failed, none is forgotten by the worker that had it.

    A periodic job may fail while the database is away, if a later one of its kind succeeded.
    """
    counted: Counter[tuple[str, str]] = Counter()
    last = {row["task_name"]: row["id"] for row in seen.tables["jobs"] if row["status"] == _DONE}
    for row in seen.tables["jobs"]:
        made_up = row["queue_name"] == HOUSEKEEPING and last.get(row["task_name"], 0) > row["id"]
        if row["status"] == "failed" and made_up:
            continue
        if row["status"] == "failed" or (row["status"] in _RUNNING and row["forgotten"]):
            counted[row["task_name"], row["status"]] += 1
    yield from (f"{count} {task} {status}" for (task, status), count in counted.items())


def nothing_against_the_rules_was_sent(seen: Evidence) -> Violations:
    """Neither Google nor Twilio was asked for what they would never do."""
    yield from seen.broken_rules


def the_line_is_well_again(seen: Evidence) -> Violations:
    """At the end each process is ready, and nothing is left to be done."""
    yield from seen.not_ready
