"""The safety questions on the page, in the clinician's words, before an offered time is taken.

As by phone: whatever is not a clear no stops, with the question's own advice, and staff call.
"""

from fastapi import Response

from calendar_sync.bookings.event_text import short_time
from calendar_sync.waiting import taking
from voice.dialogue.effects import SAFETY
from voice.flows.clinical_wording import BEFORE_BOOKING, CALL_911, Advice, Stop
from voice.flows.safety import BEFORE_THE_ADVICE, SafetyAnswer
from voice.flows.transfer import DO_NOT_WAIT
from voice.language import Text
from voice.patient_page import waiting_wording
from voice.patient_page.dates import whole
from voice.patient_page.offer import offered, take_now
from voice.patient_page.request import VisitRequest

_UNPROCESSABLE = 422
_ANSWERS = (SafetyAnswer.YES, SafetyAnswer.NO, SafetyAnswer.NOT_SURE)
STOPS = {each: each.then for each in BEFORE_BOOKING if isinstance(each.then, Stop)}
"""The questions, and what each does."""


async def ask(asked: VisitRequest) -> Response:
    """Show the questions while the time can still be taken."""
    seen = await offered(asked)
    now = asked.line.now()
    if seen is None or not seen.may_take(now) or not seen.asks_safety(now):
        return asked.away()
    return _form(asked)


async def answer(asked: VisitRequest) -> Response:
    """Take the time after a no to each; stop at the first, in their order, that is none."""
    seen = await offered(asked)
    if seen is None or seen.offer.accepted_at is not None:
        return asked.away()
    given = {each.name: asked.form.get(each.name, "") for each in STOPS}
    for question, stop in STOPS.items():
        if given[question.name] in {SafetyAnswer.YES.key, SafetyAnswer.NOT_SURE.key}:
            await taking.stop_for_safety(asked.line.clinic, asked.visit, question.name)
            unsure = given[question.name] == SafetyAnswer.NOT_SURE.key
            answered = SafetyAnswer.NOT_SURE if unsure else SafetyAnswer.YES
            return _advice(asked, seen, stop.advice, answered)
    if any(said != SafetyAnswer.NO.key for said in given.values()):
        return _form(asked, given, _UNPROCESSABLE)
    at = short_time(asked.line.now(), asked.line.settings.zone)
    number = len(STOPS)
    line = f"{number} of {number} answered no, {at}, on the patient's page"
    await taking.store_safety(asked.line.clinic, asked.visit, (SAFETY, line))
    return await take_now(asked)


def _form(asked: VisitRequest, given: dict[str, str] | None = None, status: int = 200) -> Response:
    return asked.page(
        "safety.html",
        status=status,
        title=waiting_wording.SAFETY,
        o=waiting_wording,
        questions=[(each.name, each.words) for each in STOPS],
        answers=[(each.key, each.terse) for each in _ANSWERS],
        given=given or {},
    )


def _advice(
    asked: VisitRequest, seen: taking.Offered, advice: Advice, answered: SafetyAnswer
) -> Response:
    """The advice alone: nothing weaker follows it."""
    visit = seen.visit
    zone, number = asked.line.settings.zone, (visit.number if visit else None) or seen.entry.number
    return asked.page(
        "stop.html",
        title=waiting_wording.STOP,
        o=waiting_wording,
        lead=BEFORE_THE_ADVICE[answered],
        advice=_in_writing(advice.words),
        call_911=advice is CALL_911,
        stands=whole(visit.slot.start, zone) if visit and visit.state == "booked" else None,
        will_call=DO_NOT_WAIT.about(last_four=number[-4:]),
    )


def _in_writing(words: Text) -> Text:
    """Digits that are spoken one by one, as they are written."""
    return Text(words.en.replace("9 1 1", "911"), words.es.replace("9 1 1", "911"))
