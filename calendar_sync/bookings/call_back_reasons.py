"""Why staff should call somebody: each reason has a code, which is stored, and words for staff."""

import re
from enum import Enum


class Reason(Enum):
    """Why to call: its permanent code, its words as stored, and those that staff read instead.

    `{}` stands for a detail.
    """

    NOT_IN_CALENDAR = "not_in_calendar", "booking not in calendar", "visit not in calendar"
    """The calendar refused a confirmed booking, or its time came before the calendar answered."""
    NOT_IN_CALENDAR_YET = (
        "not_in_calendar_yet",
        "booking not in calendar yet",
        "visit not in calendar yet",
    )
    """A confirmed booking is overdue in the calendar, and the job goes on."""
    DELETED_TOO_SOON = (
        "deleted_too_soon",
        "event was deleted before the booking was settled",
        "event was deleted before the visit was booked",
    )
    """Staff deleted it before we had read it back; its caller was told that nothing is booked."""
    TAKEN_AFTER_ALL = "taken_after_all", "confirmed time was taken, call ended without another"
    """The time turned out to be busy; the caller, who may not have heard so, has no other."""
    BOOKED_UNHEARD = "booked_unheard", "is booked, but hung up before hearing so: tell the patient"
    """Nothing else tells them: the question whether texts are welcome comes after that sentence."""
    NOT_MOVED = "not_moved", "patient asked for another time and did not get it"
    """The time was not to be had, which became clear when the patient had left the page."""
    NOT_MOVED_YET = "not_moved_yet", "patient's move is not in the calendar yet"
    """A visit that its patient moved is overdue in the calendar, and the job goes on."""
    MOVE_UNSEEN = "move_unseen", "move not seen in the calendar: tell the patient"
    """The call ended before the calendar answered."""
    MOVE_UNHEARD = (
        "move_unheard",
        "moved the visit by phone, but hung up before hearing so: tell the patient how it stands",
    )
    EVENT_OUTDATED = (
        "event_outdated",
        "the visit's event in the calendar could not be brought up to date",
    )
    """Consent, video link or a warning is missing there, or the event should not be there."""

    EVENT_UNREADABLE = (
        "event_unreadable",
        "an event in the screenings calendar cannot be read ({}): check it, or delete it",
    )
    """Whatever it says about a visit is not followed; the detail is its title or its id."""

    OTHER_CALENDAR = (
        "other_calendar",
        "visit was put into another calendar: put it back, or tell the patient if it is canceled",
    )
    """Its patient was told nothing of that, and cannot move it until it is back."""
    VISIT_MOVED = "visit_moved", "visit moved by staff to {}: tell the patient"
    VISIT_CANCELLED = "visit_cancelled", "visit cancelled by staff: tell the patient"
    VISIT_RESTORED = "visit_restored", "visit restored by staff at {}: tell the patient"

    RESTORED_MOVED = (
        "restored_moved",
        "visit had another time in the calendar after a back-up was restored: check it by phone",
    )
    RESTORED_GONE = (
        "restored_gone",
        "visit was not in the calendar after a back-up was restored: check it by phone",
    )

    OVER_LIMIT = "over_limit", "was offered no time, over a limit of the line"
    NOT_KEYED_BACK = "not_keyed_back", "did not key the spoken number back"
    """Asked while unusually many calls come in; it may be a robot, or somebody who hears badly."""
    LIMIT_REACHED = "limit_reached", "limit reached ({}): no call needed, look for robots"

    SAFETY_STOP = "safety_stop", "stopped at safety.{}"
    """Staff read it in other words, see `for_staff`; the detail is the name of the question."""
    SAFETY_FLAG = "safety_flag", "flagged at safety.{}"
    """The same; the visit is booked."""
    ASKED_FOR_PERSON = "asked_for_person", "asked for a person"
    GAVE_UP = "gave_up", "pressed no key that the line could use, and the line ended the call"
    UNFINISHED = "unfinished", "chose a time, and hung up before booking it"
    NO_OPEN_TIME = "no_open_time", "no open time"
    SCHEDULE_UNREADABLE = "schedule_unreadable", "schedule could not be read"
    BOOKING_FAILED = "booking_failed", "booking failed", "visit could not be booked"
    BOOKING_UNSEEN = (
        "booking_unseen",
        "booking not seen in the calendar",
        "visit not seen in the calendar",
    )
    """The call ended before the calendar answered."""

    EMERGENCY_TEXT = (
        "emergency_text",
        "sent a text with an emergency word, was told to call 911: call at once (safety)",
    )
    CRISIS_TEXT = (
        "crisis_text",
        "sent a text about suicide, was told to call 988 or 911: call at once (safety)",
    )
    CANCEL_TEXT = (
        "cancel_text",
        "replied CANCEL, which ends texts: ask whether the visit is to be cancelled too",
    )
    TEXT_LATE = (
        "text_late",
        "the text about the visit has not gone out yet: call with the time and the video link",
    )
    NO_TEXTS = "no_texts", "no texts possible ({}): call with the time and the video link"
    TEXT_FAILED = "text_failed", "the text {}: call with the time and the video link"
    """The detail says which text, and what became of it."""
    REMINDER_FAILED = "reminder_failed", "the text {}: call to remind them"
    TEXTS_BROKEN = "texts_broken", "texts do not go out {}"
    """The line's set-up at Twilio is wrong; the detail says what is, and what to do."""

    OTHER = "other", "{}"
    """Words that no other reason has, such as those of an older version."""

    def __init__(self, code: str, template: str, shown: str = "") -> None:
        """`template` has at most one `{}`; `shown` replaces it for staff and has none."""
        self.code = code
        self.template = template
        self.shown = shown

    @property
    def is_urgent(self) -> bool:
        """Whether to call before all others."""
        return self in {Reason.SAFETY_STOP, Reason.EMERGENCY_TEXT, Reason.CRISIS_TEXT}

    def words(self, detail: str = "") -> str:
        """The words that are stored and parsed: those of all versions."""
        return self.template.format(detail)

    def for_staff(self, detail: str = "") -> str:
        """The sentence that staff read in the calendar, on the list and in the demo."""
        question = detail.replace("_", " ")
        match self:
            case Reason.SAFETY_STOP:
                why = f"answered yes, not sure, or nothing to the {question} question"
                return f"{why}, so nothing is booked"
            case Reason.SAFETY_FLAG:
                return f"booked, but answered yes, not sure, or nothing to the {question} question"
            case _:
                return self.shown or self.words(detail)


def reason_of(code: str) -> Reason | None:
    """The reason with this code; None for one of a newer version."""
    return next((reason for reason in Reason if reason.code == code), None)


def parse(words: str) -> tuple[Reason, str]:
    """The reason and the detail that make these words; OTHER if no reason has them."""
    for reason in Reason:
        before, _, after = reason.template.partition("{}")
        pattern = re.escape(before) + ("(.*)" if "{}" in reason.template else "") + re.escape(after)
        if found := re.fullmatch(pattern, words, re.DOTALL):
            return reason, "".join(found.groups())
    return Reason.OTHER, words
