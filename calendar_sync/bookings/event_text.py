"""What staff read in an event: the chart note of one booking, most needed first; pure.

The title names neither the caller nor the complaint. A skipped question is listed as skipped and
never looks like a no.
"""

from base64 import b32hexencode
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from calendar_sync.bookings.booking import Booking, Chart
from calendar_sync.calendars.contract import Event, Urgency
from calendar_sync.clinic import Clinic

SKIPPED = "skipped"
"""The words of a question that was passed over, in a chart."""
NOT_RECORDED = "not recorded"

WARNING = "CHECK: "
SOON = "Look soon"
"""The label of a chart whose words say why staff may want to look sooner; see the triage."""

_GAP = "   "
_LANGUAGES = {"es": "Spanish"}


def event_id(call_sid: str, step: str, generation: int) -> str:
    """The id of a booking's event: 32 of the characters a-v and 0-9, always the same.

    Made of the call and its step, so a restored backup cannot hand an old id to a new booking. A
    deleted event keeps its id for ever, so the next try is the next generation.
    """
    name = f"screening-line|{call_sid}|{step}|{generation}"
    return b32hexencode(sha256(name.encode()).digest()[:20]).decode().lower()


def event_for(clinic: Clinic, booked: Booking) -> Event:
    """The event of a booking. If `clinic.detail` is "minimal", it has no answers and no visit code.

    `clinic.video_url` is used once it is clear that the calendar makes no link, see
    `Booking.video_link`.
    """
    zone, full = clinic.rules.zone, clinic.detail == "full"
    link = booked.video_link or clinic.video_url or ""
    coming = clinic.makes_links and booked.video_link is None
    video = "the link is being made" if coming else link or "needs a link"
    last_four = f" ··{booked.number[-4:]}" if booked.number else ""
    lines = [warning_line(booked.warning)] if booked.warning else []
    lines += [_call(booked, zone), *_who(booked), f"VIDEO: {video}"]
    if booked.confirmed_by_text:
        lines.append(f"CONFIRMED by text {moment(booked.confirmed_by_text, zone)}")
    if full:
        lines += _answers(booked.chart)
    lines.append(_booked(booked, zone))
    if booked.moved_at:
        lines.append(f"MOVED: by the patient, {moment(booked.moved_at, zone)}.")
    if full:
        code = booked.visit_code or ""
        lines.append(f"VISIT CODE: {code[:3]} {code[3:]}")
        lines.append("To move or cancel, edit or delete this event; the caller is told.")
    return Event(
        id=booked.event_id or event_id(booked.call_sid, booked.step, booked.generation),
        span=booked.slot,
        title=f"Video screening{last_four}",
        description="\n".join(lines),
        location="" if coming else link,
        booking_id=str(booked.id),
        wants_link=clinic.makes_links,
        urgency=_urgency(booked.chart) if full else "usual",
    )


def digest(text: str) -> str:
    """What is kept of a text that we wrote, to know it again."""
    return sha256(text.encode()).hexdigest()


def warning_line(warning: str) -> str:
    """The first line of an event that staff should look at."""
    return f"{WARNING}{warning}"


def _call(booked: Booking, zone: ZoneInfo) -> str:
    """Whom to call, and whether texts are allowed."""
    call = f"CALL: {spoken_number(booked.number)}" if booked.number else "CALL: no number was given"
    if booked.language != "en":
        call += f" (speaks {_LANGUAGES.get(booked.language, booked.language)})"
    if not booked.text_number or not booked.text_consent_at:
        return f"{call}{_GAP}NO TEXTS" + (": call with the link" if booked.number else "")
    if booked.text_trouble:
        return f"{call}{_GAP}NO TEXTS ({booked.text_trouble}): call with the link"
    to = "" if booked.text_number == booked.number else f", to {spoken_number(booked.text_number)}"
    return f"{call}{_GAP}TEXTS: yes{to}, agreed {moment(booked.text_consent_at, zone)}"


def _who(booked: Booking) -> list[str]:
    """The name and the email that the patient gave; staff need them whatever the detail is."""
    given = [
        f"{label}: {said}"
        for label, said in (("NAME", booked.patient_name), ("EMAIL", booked.patient_email))
        if said
    ]
    return [f"{_GAP.join(given)}{_GAP}(as given on the patient's page)"] if given else []


def _answers(chart: Chart) -> list[str]:
    """The keypad answers in words; what was not recorded is called so."""
    words = {label.upper(): said for label, said in chart}
    safety, heard = words.pop("SAFETY", NOT_RECORDED), words.pop("HEARD", NOT_RECORDED)
    soon = words.pop(SOON.upper(), "")
    skipped = [label for label, said in words.items() if said == SKIPPED]
    given = [f"{label}: {said}" for label, said in words.items() if said != SKIPPED]
    nothing = "none" if words else NOT_RECORDED
    return [
        *([f"{SOON.upper()}: {soon}"] if soon else []),
        f"SAFETY: {safety}",
        *given,
        f"SKIPPED: {'; '.join(skipped) or nothing}",
        f"HEARD: {heard}",
    ]


def _urgency(chart: Chart) -> Urgency:
    """Its colour; an answer in colours, so an event without answers has none."""
    return "soon" if any(label == SOON for label, _ in chart) else "usual"


def _booked(booked: Booking, zone: ZoneInfo) -> str:
    when = booked.booked_at
    at = f" {when.astimezone(zone):%a} {moment(when, zone)}" if when else ""
    return f"BOOKED: by phone{at}. Keypad answers, not an examination; caller not verified."


def spoken_number(e164: str) -> str:
    """+14255550123 as +1 425 555 0123; other countries' numbers as they are."""
    if e164.startswith("+1") and len(e164) == len("+14255550123"):
        return f"+1 {e164[2:5]} {e164[5:8]} {e164[8:]}"
    return e164


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Nov 23, 9:14 AM PT; the zone's short name without standard or daylight in the US."""
    local = at.astimezone(zone)
    name = local.strftime("%Z")
    if name[1:] in {"ST", "DT"} and name[0] in "PMCE":
        name = name[0] + "T"
    return f"{local:%b} {local.day}, {local.hour % 12 or 12}:{local:%M %p} {name}"
