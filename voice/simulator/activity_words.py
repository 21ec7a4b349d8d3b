"""The sentences for what happens on the line: bookings, call-backs and texts."""

from zoneinfo import ZoneInfo

from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.call_back import CallBack
from calendar_sync.bookings.call_back_reasons import Reason
from voice.dialogue import speech

_RELEASED = {
    None: "",
    "taken": ": the calendar shows it as busy",
    "failed": ": the calendar refused it",
    "staff": ": staff deleted it",
    "patient": ": the patient chose another time",
}


def number_words(number: str | None) -> str:
    """A phone number as its last four digits: "··0123"; None is a withheld number."""
    return f"··{number[-4:]}" if number else "a withheld number"


def booking_news(before: Booking | None, now: Booking, zone: ZoneInfo) -> list[str]:
    """What changed between two looks at a booking; ``before`` is None at the first look."""
    when = speech.day_and_time(now.slot.start, zone).en
    news: list[str] = []
    if before is None:  # every booking begins as a hold, even if the look came later
        news.append(f"Held {when} for this caller; nobody else can book it.")
    elif before.slot != now.slot:
        who = "Staff" if before.moved_at == now.moved_at else "The patient"
        news.append(f"{who} moved the visit to {when}.")
    if now.state != (before.state if before else "held"):
        who = "The patient" if now.outcome == "patient" else "Staff"
        news.append(
            {
                "held": f"Held {when} again.",
                "booked": f"Booked {when} in the clinic's calendar.",
                "released": f"Released {when}{_RELEASED[now.outcome]}.",
                "cancelled": f"{who} canceled the visit on {when}.",
            }[now.state]
        )
    if now.text_number and (before is None or not before.text_number):
        news.append("The caller agreed to text messages.")
    return news


def call_back_news(request: CallBack) -> str:
    """A new call-back request: whom staff are asked to call, and why; a limit needs no call."""
    if request.code == Reason.LIMIT_REACHED.code:
        return f"Told staff: {request.reason}."
    return f"Asked staff to call {number_words(request.number)} back: {request.reason}."


def text_news(number: str, body: str) -> str:
    """A text that was sent, by its first sentence."""
    first = body.partition(". ")[0].removesuffix(".")
    return f"Texted {number_words(number)}: “{first}.”"
