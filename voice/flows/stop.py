"""The end of a call at a safety question: its advice, which nothing weaker ever follows.

From here on every way out ends with the advice: silence, a call-back, an unanswered transfer, too
many keys, and, because the names of all steps carry the question's name, also a failure of the
database or of the whole line (`voice.calls.fallback`).
"""

from typing import TypeVar

from voice.dialogue.call import Call
from voice.dialogue.effects import AskCallBack
from voice.dialogue.questions import Choice, Question, menu_of
from voice.dialogue.turns import Ending
from voice.flows.clinical_wording import Advice
from voice.flows.transfer import call_back
from voice.language import NOTHING, Text

E = TypeVar("E", bound=Choice)

WAIT = 10
"""Seconds to press a key after an advice; doubled in slow mode."""


class Listens(Choice):
    """After an advice that offers no call: silence ends the call."""

    DONE = ""


class MayAskForCall(Choice):
    """After an advice that offers a call."""

    CALL_ME = "1", Text("To have our staff call you", "Para que nuestro personal le llame")
    DONE = ""


AGAIN = Text("To repeat, press star.", "Otra vez, oprima asterisco.")
A_PERSON = Text("For a person, press 0.", "Para hablar con una persona, oprima 0.")
CALL_ME = menu_of(MayAskForCall)


def stop(call: Call, name: str, advice: Advice, lead: Text) -> Ending:
    """Say the advice of question ``name``; staff see the call on their list before that.

    No times, no booking. A call is promised only after its request is stored.
    """
    outcome = f"stopped at safety.{name}"
    call.needs("stop", AskCallBack(outcome, call.caller, call.language))
    call.end_with(f"advice.{name}", advice.words)
    call.say(lead)
    words = advice.words + advice.after
    if not advice.to_staff:
        call.insist("keys", words + AGAIN, WAIT)
    elif not advice.offers_call:
        call.ask(_after(words, Listens, AGAIN + A_PERSON), unclear=Listens.DONE)
    elif call.ask(_after(words, MayAskForCall, AGAIN), unclear=MayAskForCall.DONE).key:
        return call_back(call, outcome)
    return call.goodbye(NOTHING, outcome)


def _after(words: Text, choices: type[E], keys: Text) -> Question[E]:
    """What can be pressed after an advice; a wrong key says the advice again."""
    again = words + menu_of(choices) + keys
    return Question("keys", words, choices, wait=WAIT, after=keys, short=again)
