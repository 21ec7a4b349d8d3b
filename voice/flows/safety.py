"""The safety questions: before any time is offered, and those that only flag a booking after it."""

from dataclasses import dataclass
from functools import cache

from voice.dialogue import reprompts
from voice.dialogue.call import Call
from voice.dialogue.effects import ASK_FIRST, SAFETY, AddToChart, AskCallBack
from voice.dialogue.questions import NO_KEY, Choice, Question, menu_of
from voice.dialogue.turns import Ending
from voice.flows import clinical_wording as wording
from voice.flows.clinical_wording import Flag, SafetyQuestion, Stop
from voice.flows.stop import stop
from voice.flows.triage import Answers
from voice.language import NOTHING, Text


class SafetyAnswer(Choice):
    """The answer to a safety question. It can not be skipped, and silence is never a no."""

    YES = "1", Text("Yes to any", "Si alguna es sí"), Text("Yes to any", "Alguna sí")
    NO = "2", Text("No to all", "Si todas son no"), Text("No to all", "Todas no")
    NOT_SURE = "3", Text("Not sure", "Si no sabe"), Text("Not sure", "No sabe")
    NO_ANSWER = NO_KEY


@dataclass(frozen=True, slots=True)
class AllClear:
    """No question stopped the call. ``chart`` is what staff read about the answers."""

    chart: Answers


BOOKED_EARLIER = AllClear(((SAFETY, "answered no to the questions of an earlier version"),))
"""For a call that had booked when the questions changed: it is not asked again."""
INTRODUCTION = Text("{number} safety questions.", "{number} preguntas de seguridad.").then(
    reprompts.OFFER_SLOWER
)
PERSON_FIRST = Text(
    "If the patient is under 18, or you use a relay service, press 0.",
    "Para menores de 18 años, o servicio de retransmisión, oprima 0.",
)
"""After the first menu, where it costs a caller who presses at once no time."""
SHORT = (
    menu_of(SafetyAnswer, terse=True)
    + Text("To hear it again, press star.", "Para oírla otra vez, oprima asterisco.")
    + reprompts.OFFER_SLOWER
    + reprompts.FOR_A_PERSON
)
BEFORE_THE_ADVICE = {
    SafetyAnswer.YES: NOTHING,
    SafetyAnswer.NOT_SURE: wording.UNSURE,
    SafetyAnswer.NO_ANSWER: wording.NO_ANSWER,
}


def safety(call: Call) -> AllClear | Ending:
    """Ask all of them; the first stop question without a clear no ends the call in its advice."""
    if call.has("book") and not call.has(f"safety.{wording.BEFORE_BOOKING[0].name}~0"):
        return BOOKED_EARLIER
    for name, advice in wording.EARLIER_QUESTIONS.items():
        if call.has(f"safety.{name}~0") and call.ever_pressed(f"safety.{name}", "13"):
            return stop(call, name, advice, NOTHING)
    call.say(INTRODUCTION.about(number=str(len(wording.BEFORE_BOOKING))))
    stops, flags = 0, list[tuple[str, str]]()
    for question in wording.BEFORE_BOOKING:
        answer = call.ask(as_asked(question), unclear=SafetyAnswer.NO_ANSWER)
        match question.then:
            case Stop(advice=advice):
                if answer is not SafetyAnswer.NO:
                    return stop(call, question.name, advice, BEFORE_THE_ADVICE[answer])
                stops += 1
            case Flag(note=note):
                flags += flag_lines(note, answer)
                if answer is not SafetyAnswer.NO:
                    tell_of_flag(call, question.name, call.caller, NOTHING)
    return AllClear(((SAFETY, f"{stops} of {stops} answered no"), *flags))


NOT_ASKED = "not asked; ask at the visit"


def not_asked_yet() -> Answers:
    """What staff read about the questions after the booking, until they are answered."""
    flags = (q.then.note for q in wording.AFTER_BOOKING if isinstance(q.then, Flag))
    return tuple((_label(note), "not answered") for note in flags)


def never_asked(chart: Answers) -> Answers:
    """The chart of a visit that no call books: nobody will ask what is asked after a booking."""
    labels = dict(not_asked_yet())
    return tuple((label, NOT_ASKED if label in labels else said) for label, said in chart)


def ask_after_booking(call: Call, booking: int, number: str) -> None:
    """Ask what only flags the booking; whatever the answer is, the visit stays booked."""
    for question in wording.AFTER_BOOKING:
        match question.then:
            case Flag(note=note):
                answer = call.ask(as_asked(question), unclear=SafetyAnswer.NO_ANSWER)
                lines = flag_lines(note, answer)
                call.needs(f"chart.{question.name}", AddToChart(booking, lines))
                if answer is not SafetyAnswer.NO:
                    tell_of_flag(call, question.name, number, wording.STAYS_BOOKED)
            case Stop():
                message = f"{question.name}: a question after the booking can only flag it."
                raise ValueError(message)


def flag_lines(note: str, answer: SafetyAnswer) -> Answers:
    """What staff read of an answer that does not stop the call."""
    said = (_label(note), answer.for_staff)
    flagged = ((ASK_FIRST, f"{note}: {answer.for_staff}"),)
    return (said,) if answer is SafetyAnswer.NO else (*flagged, said)


def tell_of_flag(call: Call, name: str, number: str, after: Text) -> None:
    """Put a call-back on the list, then tell the caller what to do; in this order."""
    reason = f"flagged at safety.{name}"
    call.needs(f"flag.{name}", AskCallBack(reason, number, call.language))
    call.tell(f"flag.{name}.told", (wording.FLAGGED.then(wording.STAFF_WILL_SEE).then(after),))


@cache
def as_asked(question: SafetyQuestion) -> Question[SafetyAnswer]:
    """The question as it is put to the caller: no key counts before its last sign was spoken."""
    return Question(
        f"safety.{question.name}",
        question.words,
        SafetyAnswer,
        wait=10,
        heard_first=True,
        terse=question is not wording.BEFORE_BOOKING[0],
        after=PERSON_FIRST if question is wording.BEFORE_BOOKING[0] else NOTHING,
        short=SHORT,
    )


QUESTIONS = tuple(map(as_asked, (*wording.BEFORE_BOOKING, *wording.AFTER_BOOKING)))
"""All of them, where their recordings are looked for."""


def _label(note: str) -> str:
    return note[:1].upper() + note[1:]
