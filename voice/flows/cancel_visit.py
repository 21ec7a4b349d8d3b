"""Canceling a visit: asked once, and done only on that key."""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.dialogue.visit_effects import CancelVisit, Visit, VisitChanged
from voice.flows import transfer
from voice.language import NOTHING, Text


class ConfirmCancel(Choice):
    """The confirmation; anything else leaves the visit as it is."""

    CANCEL = "1", Text("To cancel it", "Para cancelarla")
    KEEP = "2", Text("To keep it", "Si no")


CONFIRM = Question(
    "visit.cancel",
    Text("To cancel your visit on {time}?", "¿Cancelo su cita del {time}?"),
    ConfirmCancel,
)
CHANGED = Text("Your visit has just changed.", "Su cita acaba de cambiar.")
CANCELLED = Text("Your visit is canceled.", "Su cita está cancelada.")
BOOK_AGAIN = Text(
    "To book again, call this number any time.",
    "Para otra cita, llame a este número cuando quiera.",
)
TEXT_COMES = Text("A text will say so too.", "También se lo diremos en un mensaje.")


def cancel_visit(call: Call, visit: Visit) -> Ending | None:
    """Ask once, then cancel; None when the visit stays."""
    when = speech.day_and_time(visit.opening.start, call.zone)
    if call.ask(CONFIRM, CONFIRM.words.about(time=when)) is ConfirmCancel.KEEP:
        return None
    done = call.needs("visit.cancelled", CancelVisit(visit.id, visit.opening))
    if isinstance(done, VisitChanged):
        call.say(CHANGED)
        return None
    text = TEXT_COMES if visit.texts else NOTHING
    return call.goodbye(CANCELLED + text + BOOK_AGAIN + transfer.IF_WORSE, "canceled the visit")
