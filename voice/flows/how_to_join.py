"""How to join a visit by video, and its text once more; only the number on the visit gets it."""

from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Question
from voice.dialogue.visit_effects import SendTextAgain, Visit
from voice.language import Text


class WithText(Choice):
    """For a patient who gets texts."""

    AGAIN = "1", Text("To get the text again", "Si lo quiere otra vez")
    BACK = "8", Text("To go back", "Para regresar")


class WithoutText(Choice):
    """For a patient who gets none."""

    BACK = "8", Text("To go back", "Para regresar")


JOIN = Question(
    "visit.join",
    Text(
        "You join by video. Open the link in our text, on a phone or computer."
        "¦ You can join 15 minutes early.",
        "La cita es por video. El enlace está en el mensaje que le enviamos."
        "¦ Puede entrar 15 minutos antes.",
    ),
    WithText,
)
JOIN_BY_CALL = Question(
    "visit.join.called",
    Text(
        "You join by video, on your phone or computer. Our staff will call you with the link.",
        "La cita es por video. Le llamaremos antes para darle el enlace.",
    ),
    WithoutText,
)
ON_ITS_WAY = Text("The text is on its way.", "Ya va el mensaje.")
NOT_TODAY = Text("I can not text again today.", "Hoy no puedo enviar otro.")


def how_to_join(call: Call, visit: Visit) -> None:
    """Say how, and send the text again on a key; the visit's menu comes next."""
    if not visit.texts:
        call.ask(JOIN_BY_CALL)
        return
    if call.ask(JOIN) is WithText.AGAIN:
        sent = call.needs("visit.text", SendTextAgain(visit.id))
        call.say(ON_ITS_WAY if sent.state == "sent" else NOT_TODAY)
