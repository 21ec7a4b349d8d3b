"""The waiting list: a caller is texted when a time opens, or an earlier one than theirs."""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.dialogue.waiting_effects import JoinWaitingList, SeeWhetherToWait
from voice.flows.safety import never_asked
from voice.flows.transfer import IF_WORSE
from voice.flows.triage import Answers
from voice.language import Text


class WaitForEarlier(Choice):
    """Whether a caller who is booked wants to hear of earlier times; silence is a no."""

    YES = "1", Text("For yes", "Sí")
    NO = "2", Text("For no", "No")


class WaitForAny(Choice):
    """What a caller wants when nothing is open; silence is a call-back."""

    TEXT_ME = "1", Text("To get a text", "Para recibir un mensaje")
    CALL_ME = "2", Text("To have our staff call you", "Para que le llamemos")


EARLIER = Question(
    "waiting.earlier",
    Text(
        "May we also text you if an earlier time opens?",
        "¿Podemos enviarle también un mensaje de texto si se abre una hora antes?",
    ),
    WaitForEarlier,
    wait=10,
)
WHEN_OPEN = Question(
    "waiting.any",
    Text(
        "{clinic} can text you at the number ending in {last_four} when a time opens."
        " At most two a day. Message and data rates may apply."
        " Reply stop to end, help for help.",
        "{clinic} puede enviarle un mensaje al número que termina en {last_four}"
        " si hay un horario. Dos al día como máximo."
        " Puede haber cargos por mensajes y datos."
        " Responda stop para terminar, help para ayuda.",
    ),
    WaitForAny,
    wait=10,
)
WORDING = "2026-11-28.2"
"""Stored with each entry of the list. A changed wording needs a new version."""
ON_THE_LIST = Text(
    "You are on the list. If we text you a time, it is held for you for 30 minutes."
    " Your visit stays as it is until you take one.",
    "Está en la lista. Si le enviamos una hora, la guardamos para usted 30 minutos."
    " Su cita queda igual hasta que usted tome otra.",
)
WAITING = Text(
    "You are on the list. If we text you a time, it is held for you for 30 minutes."
    " Nothing is booked until you take it.",
    "Está en la lista. Si le enviamos una hora, la guardamos para usted 30 minutos."
    " No hay ninguna cita reservada hasta que usted la tome.",
)


def may_wait(call: Call, booking: int, number: str) -> bool:
    """Whether to offer the list: texts can reach the caller, and nothing is open soon.

    ``booking`` is the visit that they have just booked, 0 for none.
    """
    see = SeeWhetherToWait(booking, number, call.language)
    return call.prompt_facts.texts and call.needs("waiting.may", see).yes


def wait_for_an_earlier_time(call: Call, booking: int, number: str) -> None:
    """Offer the list to a caller who is booked and gets texts, if an earlier time may matter."""
    if not may_wait(call, booking, number):
        return
    if call.ask(EARLIER, unclear=WaitForEarlier.NO) is WaitForEarlier.YES:
        call.needs("waiting.join", JoinWaitingList(booking, number, call.language, WORDING))
        call.tell("waiting.on", (ON_THE_LIST,))


def wait_for_any_time(call: Call, number: str, chart: Answers) -> Ending | None:
    """Offer the list to a caller for whom nothing is open; None if they want a call-back."""
    words = WHEN_OPEN.words.about(last_four=speech.last_four(number))
    if call.ask(WHEN_OPEN, words, unclear=WaitForAny.CALL_ME) is WaitForAny.CALL_ME:
        return None
    call.needs(
        "waiting.join", JoinWaitingList(0, number, call.language, WORDING, never_asked(chart))
    )
    return call.goodbye(WAITING + IF_WORSE, "waiting for a time")
