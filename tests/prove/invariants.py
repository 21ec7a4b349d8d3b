"""What must hold after any run, whatever was killed, moved or lost in it.

Each function is one rule, which its docstring says; it yields one line for each violation. They
know the line from outside: what patients heard, what the calendar and Twilio have, the tables.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from prove.evidence import Evidence, spoken

from calendar_sync.bookings.deadlines import OVERDUE_AFTER
from voice.calls.fallback import ADVICE

Violations = Iterator[str]
_THE_TIME = 2  # the sentence after "you are booked"
_CLOCKS_DIFFER = timedelta(seconds=1)
"""The database's from ours: see `Database.set_clock`."""
_PROMISED = re.compile(
    r"Our staff will call you at|We will call or text you to make sure"
    r"|Le llamaremos al número|Le llamaremos o le enviaremos"
)


def no_time_is_booked_twice(seen: Evidence) -> Violations:
    """No two visits in a therapist's calendar overlap, unless staff put one there."""
    live = sorted(
        (e for e in seen.events if e.live), key=lambda event: (event.calendar, event.start)
    )
    for one, other in pairwise(live):
        same = one.calendar == other.calendar and other.start < one.end
        if same and not {one.id, other.id} & seen.touched:
            yield f"bookings {one.booking} and {other.booking} at {other.start}"


def no_visit_is_made_over_what_staff_had_there(seen: Evidence) -> Violations:
    """No visit was inserted over an event that staff had made 10 seconds before."""
    for event in seen.events:
        first_end = event.first_start + (event.end - event.start)
        for block in seen.blocks:
            over = block.is_over(event.calendar, event.first_start, first_end)
            if over and event.live and (event.made_at - block.made_at).total_seconds() > 10:
                yield f"booking {event.booking} at {event.first_start}"


def one_event_for_each_booking(seen: Evidence) -> Violations:
    """A booked visit has exactly one live event; nothing else has one."""
    live = Counter(event.booking for event in seen.events if event.live)
    for number, row in seen.bookings.items():
        wanted = int(row["state"] == "booked")
        if live[number] != wanted:
            yield f"booking {number} is {row['state']} and has {live[number]} events"
    yield from (f"an event of no booking: {n}" for n in live if n not in seen.bookings)


def a_confirmed_time_is_lost_only_to_staff(seen: Evidence) -> Violations:
    """Who confirmed a time loses it only to what staff have there, never to another caller."""
    taken_by_staff = [(block.start, block.end) for block in seen.blocks]
    taken_by_staff += [edit.took for edit in seen.edits if edit.took]
    for number, row in seen.bookings.items():
        over = any(start < row["end"] and row["start"] < end for start, end in taken_by_staff)
        if row["outcome"] == "taken" and not row["moves"] and not over:
            yield f"booking {number} at {row['start']}"


def a_confirmed_time_fails_only_when_it_is_over(seen: Evidence) -> Violations:
    """Google never refuses in a run, so an insert that is in doubt is tried until its time.

    A patient's move is another matter: it is given up when staff change the visit meanwhile.
    """
    for number, row in seen.bookings.items():
        failed = row["outcome"] == "failed" and row["confirmed_at"] and not row["moves"]
        if failed and row["start"] > datetime.now(UTC):
            yield f"booking {number} at {row['start']}"


def booked_is_said_only_of_what_stands_there(seen: Evidence) -> Violations:
    """Who heard "you are booked" had an event by then, made for the time that was spoken."""
    of_call = seen.by_call("booking")
    made = {event.booking: event for event in seen.events}
    for patient in seen.patients:
        mine = [row for row in of_call[patient.who.call_sid] if row["id"] in made]
        for heard in patient.heard:
            if heard.step.partition(".")[0] != "booked" or len(heard.words) < _THE_TIME:
                continue
            there = [made[row["id"]] for row in mine if made[row["id"]].made_at <= heard.at]
            touched = any(event.id in seen.touched for event in there)
            times = [event.first_start for event in there]
            if not touched and not any(w in str(heard) for t in times for w in spoken(t)):
                yield f"call {patient.who.call_sid}: {heard} but {times}"


def whoever_confirmed_is_told(seen: Evidence) -> Violations:
    """Who confirmed heard how it came out, or got a text, or is on the call-back list."""
    listed = seen.by_call("call_back")
    texted = {row["booking"] for row in seen.tables["text"] if row["sid"]}
    heard = {p.who.call_sid: p for p in seen.patients}
    for row in seen.bookings.values():
        sid = row["call_sid"]
        if row["confirmed_at"] is None or row["moves"] or row["id"] in texted or listed[sid]:
            continue
        if sid in heard and not heard[sid].knows_the_outcome():
            last = [(each.step, each.words) for each in heard[sid].heard[-3:]]
            yield f"call {sid}: booking {row['id']} is {row['state']} ({row['outcome']}): {last}"


def no_promised_call_back_is_lost(seen: Evidence) -> Violations:
    """Who was promised a call was on the call-back list by then, under the call or its number."""
    for patient in seen.patients:
        asked = [
            row["asked_at"]
            for row in seen.tables["call_back"]
            if row["call_sid"] == patient.who.call_sid or row["number"] == patient.who.number
        ]
        for heard in patient.heard:
            by_then = heard.at + _CLOCKS_DIFFER
            if _PROMISED.search(str(heard)) and not any(at < by_then for at in asked):
                yield f"call {patient.who.call_sid}: {str(heard)[:80]}"


def what_staff_did_is_followed(seen: Evidence) -> Violations:
    """A visit is where its event is, and cancelled when its event was deleted."""
    for event in seen.events:
        row = seen.bookings.get(event.booking)
        if row is None or not (event.id == row["event_id"] or event.series):
            continue
        if event.live and row["state"] == "booked" and row["start"] != event.start:
            yield f"booking {event.booking} is at {row['start']}, its event at {event.start}"
        if not event.live and row["state"] == "booked":
            yield f"booking {event.booking} is booked, its event was deleted"


def what_staff_deleted_is_not_made_again(seen: Evidence) -> Violations:
    """A visit whose event staff deleted gets no other event."""
    deleted = {edit.event_id for edit in seen.edits if edit.deed == "delete"}
    gone = {event.booking for event in seen.events if event.id in deleted}
    for event in seen.events:
        if event.live and event.booking in gone and event.id not in deleted:
            yield f"booking {event.booking} at {event.start}"


def patients_hear_what_staff_did(seen: Evidence) -> Violations:
    """Who knows another time than the true one is told: by a text or a call that is asked for.

    A text may take until staff are asked to call instead.
    """
    late = datetime.now(UTC) - OVERDUE_AFTER
    closed = {row["id"]: row["done_at"] for row in seen.tables["call_back"]}
    told = {row["booking"] for row in seen.tables["telling"] if row["told_at"]}
    waiting = {
        row["booking"]
        for row in seen.tables["telling"]
        if not row["withdrawn_at"]
        and (row["told_at"] or row["call_back"] in closed or row["created"] > late)
    }
    for number, row in seen.bookings.items():
        known = row["promised"].lower if row["promised"] else None
        truth = row["start"] if row["state"] == "booked" else None
        if row["promised"] and known != truth and number not in told | waiting:
            yield f"booking {number}: the patient knows {known}, true is {truth}"


def no_hold_is_left(seen: Evidence) -> Violations:
    """After the quiet time nothing is held, except a time that is offered to who waits for one."""
    for number, row in seen.bookings.items():
        offered = row["confirmed_at"] is None and row["expires_at"] > datetime.now(UTC)
        if row["state"] == "held" and not offered:
            yield f"booking {number}, confirmed at {row['confirmed_at']}"


def a_block_over_a_visit_is_marked(seen: Evidence) -> Violations:
    """Staff see it in the visit's event when their own event lies over it."""
    for event in seen.events:
        row = seen.bookings.get(event.booking)
        over = any(b.is_over(event.calendar, event.start, event.end) for b in seen.blocks)
        if over and event.live and row and row["state"] == "booked" and not row["warning"]:
            yield f"booking {event.booking} at {event.start}"


def a_danger_sign_gets_its_advice(seen: Evidence) -> Violations:
    """Whatever fails inside: the answer to a danger sign is its advice, if any answer comes."""
    for patient in seen.patients:
        for heard, following in pairwise(patient.heard):
            if not heard.is_danger:
                continue
            name = heard.step.removeprefix("safety.")
            if following.step.startswith(f"advice.{name}"):
                continue
            advice = ADVICE[name]
            document = patient.player.documents[patient.heard.index(following)].body
            first = [words.split("¦")[0].split(".")[0] for words in (advice.en, advice.es)]
            if not any(words in document for words in first):
                yield f"call {patient.who.call_sid} at {heard.step}: {document[:300]}"


def no_stopped_caller_is_booked(seen: Evidence) -> Violations:
    """Nobody who was sent to a doctor at a safety question has a visit."""
    bookings = seen.by_call("booking")
    for patient in seen.patients:
        if any(heard.is_danger for heard in patient.heard) and bookings[patient.who.call_sid]:
            yield f"call {patient.who.call_sid}"


def what_the_page_says_is_done(seen: Evidence) -> Violations:
    """A move that a patient's page confirmed is in the calendar; a cancelled visit is not."""
    events = {event.booking: event for event in seen.events}
    text_about = {row["id"]: row["booking"] for row in seen.tables["text"]}
    for done in seen.online.done:
        visit = seen.bookings[text_about[done.text]]
        visit = seen.bookings.get(visit["moves"], visit)
        event = events.get(visit["id"])
        restored = event and event.id in seen.touched
        if done.start is None and visit["state"] == "booked" and not restored:
            yield f"booking {visit['id']} was cancelled on its page"
        stood = event and [v for v in event.versions if v.at <= done.at and v.start == done.start]
        if done.start is not None and not stood:
            yield f"booking {visit['id']} was moved to {done.start} on its page"


def no_note_of_staff_is_lost(seen: Evidence) -> Violations:
    """What staff wrote into the event of a visit stays there."""
    events = {event.id: event for event in seen.events}
    for number, edit in enumerate(seen.edits):
        event = events.get(edit.event_id)
        if edit.deed == "note" and event and f"seen by staff {number}" not in event.description:
            yield f"booking {event.booking}: note {number}"
