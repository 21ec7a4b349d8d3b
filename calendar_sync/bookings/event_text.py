"""What staff read in a booking's event, what they need most first; pure.

The title names neither the caller nor the complaint. A skipped question is listed as skipped, so it
is never taken for a "no".
"""

from base64 import b32hexencode
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from calendar_sync.bookings.booking import WAITING, Booking, Chart
from calendar_sync.calendars.contract import Event, Urgency
from calendar_sync.clinic import ChartLabels, Clinic

SKIPPED = "skipped"
"""The words for a skipped question in a chart."""
NOT_RECORDED = "not recorded"

TOLD = "To move or cancel, edit or delete this event; the caller is told."
COPIED = "COPY: nobody is told when this event is moved or deleted; the visit has another event."
"""What a copy of a visit's event says instead."""

WARNING = "CHECK: "
_GAP = "   "
_LANGUAGES = {"es": "Spanish"}


def event_id(call_sid: str, step: str, generation: int) -> str:
    """The id of a booking's event: 32 of the characters a-v and 0-9, always the same.

    Made of the call and its step, so a restored backup cannot give an old id to a new booking. A
    deleted event keeps its id forever, so the next attempt is the next generation.
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
    lines = [warning_line(booked.warning)] if booked.warning else []
    if full:
        first = dict(booked.chart).get(clinic.chart_labels.ask_first)
        lines += [ask_first_line(first, clinic.chart_labels)] if first else []
    lines += [_call(booked, zone), *_who(booked), *_with(clinic, booked), f"VIDEO: {video}"]
    if booked.confirmed_by_text:
        lines.append(f"CONFIRMED by text {short_time(booked.confirmed_by_text, zone)}")
    if booked.reacted_by_text:
        at = short_time(booked.reacted_by_text, zone)
        lines.append(f"REACTED to a text {at}, such as with a like: no confirmation")
    if booked.confirmed_by_phone:
        lines.append(f"CONFIRMED by phone {short_time(booked.confirmed_by_phone, zone)}")
    if full:
        lines += _answers(booked.chart, clinic.chart_labels)
    lines.append(_booked(booked, zone))
    if booked.moved_at:
        lines.append(f"MOVED: {by_patient(booked, booked.moved_at, zone)}")
    if booked.cancelled_at:
        lines.append(f"RESTORED after CANCELED: {by_patient(booked, booked.cancelled_at, zone)}")
    if booked.waiting_note:
        lines.append(f"WAITING LIST: {booked.waiting_note}.")
    if full:
        code = booked.visit_code or ""
        lines.append(f"VISIT CODE: {code[:3]} {code[3:]}")
        lines.append(TOLD)
    return Event(
        id=booked.event_id or event_id(booked.call_sid, booked.step, booked.generation),
        span=booked.slot,
        title=f"Video screening{last_four(booked.number)}",
        description="\n".join(lines),
        location="" if coming else link,
        booking_id=str(booked.id),
        wants_link=clinic.makes_links,
        urgency=_urgency(booked.chart, clinic.chart_labels) if full else "usual",
    )


def warning_line(warning: str) -> str:
    """The first line of an event that staff should check."""
    return f"{WARNING}{warning}"


def last_four(number: str | None) -> str:
    """The end of a title: the last four digits of the number (E.164), if there is one."""
    return f" ··{number[-4:]}" if number else ""


def by_patient(booked: Booking, at: datetime, zone: ZoneInfo) -> str:
    """Who made a change, how and when, as "by the patient by phone, Nov 23, 9:14 AM PT.".

    How is stored of the latest change only.
    """
    latest = max((each for each in (booked.moved_at, booked.cancelled_at) if each), default=at)
    way = " by phone" if booked.changed_by == "phone" and at == latest else ""
    return f"by the patient{way}, {short_time(at, zone)}."


def call_line(number: str | None, language: str) -> str:
    """Whom to call (E.164), and in which language; "" where that is not known."""
    speaks = _LANGUAGES.get(language, language)
    in_language = "" if language in {"", "en"} else f" (speaks {speaks})"
    return f"CALL: {grouped_number(number) if number else 'no number was given'}{in_language}"


def _call(booked: Booking, zone: ZoneInfo) -> str:
    """Whom to call, and whether texts may be sent."""
    call = call_line(booked.number, booked.language)
    if not booked.text_number or not booked.text_consent_at:
        return f"{call}{_GAP}NO TEXTS" + (": call with the link" if booked.number else "")
    if booked.text_trouble:
        return f"{call}{_GAP}NO TEXTS ({booked.text_trouble}): call with the link"
    to = "" if booked.text_number == booked.number else f", to {grouped_number(booked.text_number)}"
    return f"{call}{_GAP}TEXTS: yes{to}, agreed {short_time(booked.text_consent_at, zone)}"


def _who(booked: Booking) -> list[str]:
    """The name and the email that the patient gave, shown at any level of detail."""
    given = [
        f"{label}: {value}"
        for label, value in (("NAME", booked.patient_name), ("EMAIL", booked.patient_email))
        if value
    ]
    return [f"{_GAP.join(given)}{_GAP}(as given on the patient's page)"] if given else []


def _with(clinic: Clinic, booked: Booking) -> list[str]:
    """The therapist, where there are several."""
    name = clinic.name_of(booked.clinician_id)
    return [f"THERAPIST: {name}"] if name else []


def _answers(chart: Chart, labels: ChartLabels) -> list[str]:
    """The keypad answers in words, and what was not recorded."""
    words = {label.upper(): answer for label, answer in chart if label != labels.ask_first}
    safety, heard, soon = (
        words.pop(label.upper(), "") for label in (labels.safety, labels.heard, labels.look_soon)
    )
    skipped = [label for label, answer in words.items() if answer == SKIPPED]
    given = [f"{label}: {answer}" for label, answer in words.items() if answer != SKIPPED]
    nothing = "none" if words else NOT_RECORDED
    return [
        *([f"{labels.look_soon.upper()}: {soon}"] if soon else []),
        f"{labels.safety.upper()}: {safety or NOT_RECORDED}",
        *given,
        f"SKIPPED: {'; '.join(skipped) or nothing}",
        f"{labels.heard.upper()}: {heard or NOT_RECORDED}",
    ]


def _urgency(chart: Chart, labels: ChartLabels) -> Urgency:
    """Its color. The color tells an answer, so an event without answers has none."""
    colored = {labels.look_soon, labels.ask_first}
    return "soon" if any(label in colored for label, _ in chart) else "usual"


def ask_first_line(said: str, labels: ChartLabels) -> str:
    """The line of an event that says what to ask the patient before anything else."""
    return f"{labels.ask_first.upper()}: {said}"


def _booked(booked: Booking, zone: ZoneInfo) -> str:
    when = booked.booked_at
    at = f" {when.astimezone(zone):%a} {short_time(when, zone)}" if when else ""
    if booked.call_sid.startswith(WAITING):
        return f"BOOKED: from the waiting list{at}. Keypad answers, not an examination."
    return f"BOOKED: by phone{at}. Keypad answers, not an examination; caller not verified."


def grouped_number(e164: str) -> str:
    """+14255550123 as +1 425 555 0123; other countries' numbers as they are."""
    if e164.startswith("+1") and len(e164) == len("+14255550123"):
        return f"+1 {e164[2:5]} {e164[5:8]} {e164[8:]}"
    return e164


def short_time(at: datetime, zone: ZoneInfo) -> str:
    """Nov 23, 9:14 AM PT; the zone's short name without standard or daylight in the US."""
    local = at.astimezone(zone)
    name = local.strftime("%Z")
    if name[1:] in {"ST", "DT"} and name[0] in "PMCE":
        name = name[0] + "T"
    return f"{local:%b} {local.day}, {local.hour % 12 or 12}:{local:%M %p} {name}"
