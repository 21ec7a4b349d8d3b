"""Five safety questions, before any time is offered. Anything but a clear no stops the booking."""

from dataclasses import dataclass

from voice.dialogue.call import Call
from voice.dialogue.effects import AskCallBack
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.flows.clinical_wording import SAFETY_QUESTIONS, UNSURE, SafetyQuestion
from voice.language import Text


class SafetyAnswer(Choice):
    """The answer to a safety question; it can not be skipped, and silence is never a no."""

    YES = "1", Text("Yes to any", "Sí a algo")
    NO = "2", Text("No", "No")
    NOT_SURE = "3", Text("Not sure", "No sé")


@dataclass(frozen=True, slots=True)
class AllClear:
    """Every question was answered with a clear no."""


INTRODUCTION = Text("{number} safety questions.", "{number} preguntas de seguridad.")
AGAIN = Text(
    "To hear this again, press star.¦ For a person, press 0.",
    "Para oír esto otra vez, oprima asterisco.¦ Para hablar con una persona, oprima 0.",
)


QUESTIONS = tuple(
    (question, Question(f"safety.{question.name}", question.words, SafetyAnswer, wait=10))
    for question in SAFETY_QUESTIONS
)
"""Each question with the way it is put to the caller."""


def safety(call: Call) -> AllClear | Ending:
    """Ask all of them; the first that is not a clear no ends in its advice."""
    call.say(INTRODUCTION.about(number=str(len(SAFETY_QUESTIONS))))
    for question, asked in QUESTIONS:
        match call.ask(asked, unclear=SafetyAnswer.NOT_SURE):
            case SafetyAnswer.NO:
                continue
            case SafetyAnswer.YES:
                return stop(call, question)
            case SafetyAnswer.NOT_SURE:
                return stop(call, question, UNSURE)
    return AllClear()


def stop(call: Call, question: SafetyQuestion, *before: Text) -> Ending:
    """The advice, twice; no times, no booking. The promise is spoken only because it is stored."""
    outcome = f"stopped at safety.{question.name}"
    call.needs("stop", AskCallBack(outcome, call.caller, call.language))
    advice = question.advice
    call.tell(f"advice.{question.name}", (*before, advice.words + advice.promise + AGAIN))
    return call.goodbye(advice.words, outcome)
