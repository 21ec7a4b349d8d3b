"""What a patient's text means, and the answers to it; pure. Its body is never stored."""

import re
import unicodedata
from typing import Literal

from voice.language import Text

Meaning = Literal["stop", "start", "help", "emergency", "crisis", "confirm", "move", "other"]

STOP_WORDS = frozenset(
    {"stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel"}
)
START_WORDS = frozenset({"start", "yes", "unstop"})
HELP_WORDS = frozenset({"help", "info"})
"""Twilio acts on these itself: https://help.twilio.com/articles/223134027."""
_ALONE: dict[str, Meaning] = {
    **dict.fromkeys(STOP_WORDS, "stop"),
    **dict.fromkeys(START_WORDS, "start"),
    **dict.fromkeys(HELP_WORDS, "help"),
    **dict.fromkeys(("c", "confirm", "confirmo", "confirmar"), "confirm"),
    **dict.fromkeys(("m", "move", "cambiar", "mover"), "move"),
}
_STOP_IN_WORDS = re.compile(
    r"(stop|stopall|unsubscribe|opt out|remove me|no more (texts|messages)"
    r"|(do not|dont|don t) text|alto|basta|parar|no mas mensajes|no me (mande|escriba|envie)\w*)\b"
)
"""Other ways to say STOP, at the beginning: any reasonable one counts (47 CFR 64.1200(a)(10))."""
_EMERGENCY = re.compile(
    r"\b(911|9 1 1|emergency|emergencia|emergencias|urgencia|ambulance|ambulancia|chest|pecho"
    r"|heart|corazon|infarto|stroke|derrame|die|dying|muero|muriendo|breathe|breathing|respirar"
    r"|unconscious|inconsciente|overdose|sobredosis|bleeding|sangrando|sangro|paraly\w*|paralizad\w*|collapsed|desmay\w*"
    r"|pee|orinar|numb between|both legs|ambas piernas|las dos piernas)\b"
)
"""Danger signs from the safety questions and from 911's advice; rather too many than too few."""
_CRISIS = re.compile(
    r"\b(suicid\w*|988|(kill|hurt|harm|cut|shoot|hang)(ing)? (myself|my self)|self harm\w*"
    r"|(end|take|ending|taking) my (own )?life|(want|wanna|going|ready) (to )?die|better off dead"
    r"|no reason to live|(do not|dont|don t) want to (live|be alive|wake up)|end it all"
    r"|matarme|me (voy a|quiero) matar|quitarme la vida|(acabar|terminar) con mi vida"
    r"|(quiero|voy a) morir\w*|no quiero (vivir|seguir viviendo)|(hacerme|me hago) dano|lastimarme"
    r"|mejor muert[oa])\b"
)
"""Suicide or self-harm: answered with 988 besides 911 (https://988lifeline.org)."""

EMERGENCY = Text(
    "{name}: we can not help by text. If this may be an emergency, call 911 now. Do not wait for"
    " us. For the clinic, call {number}.",
    "{name}: no podemos ayudar por mensaje. Si puede ser una emergencia, llame al 911 ahora."
    " No espere. Para otra cosa, llame al {number}.",
)
CRISIS = Text(
    "{name}: we can not help by text. Call or text 988 now, day or night. If you may be in danger,"
    " call 911. For the clinic: {number}.",
    "{name}: no podemos ayudar por mensaje. Llame al 988 (oprima 2) o escriba AYUDA al 988, a toda"
    " hora. En peligro: 911. Otra cosa: {number}.",
)
CONFIRMED = Text(
    "{name}: thank you, see you {when}. To move or cancel, reply M or call {number}.",
    "{name}: gracias, le esperamos el {when}. Para cambiar la cita, responda M o llame al"
    " {number}.",
)
MOVE = Text(
    "{name}: to move or cancel your video visit on {when}: {link}",
    "{name}: para cambiar o cancelar su cita del {when}: {link}",
)
MOVE_BY_PHONE = Text(
    "{name}: to move or cancel your video visit on {when}, call {number}.",
    "{name}: para cambiar o cancelar su cita del {when}, llame al {number}.",
)
OTHER = Text(
    "{name}: nobody reads these texts. Reply C to confirm your visit, M to move it, or call"
    " {number}. In an emergency, call 911.",
    "{name}: nadie lee estos mensajes. Responda C para confirmar su cita, M para cambiarla, o"
    " llame al {number}. Emergencia: 911.",
)
NO_VISIT = Text(
    "{name}: nobody reads these texts, and you have no visit ahead. Call {number}."
    " In an emergency, call 911.",
    "{name}: nadie lee estos mensajes y usted no tiene cita. Llame al {number}. Emergencia: 911.",
)
STRANGER = Text(
    "{name}: nobody reads these texts. Please call {number}.",
    "{name}: nadie lee estos mensajes. Por favor llame al {number}.",
)
REPLIES = (EMERGENCY, CRISIS, CONFIRMED, MOVE, MOVE_BY_PHONE, OTHER, NO_VISIT, STRANGER)


def meaning_of(body: str) -> Meaning:
    """What a text asks for, whatever its case, spacing, accents and punctuation.

    Twilio's own keywords count only alone, as they do for Twilio, except that a request to stop
    also counts at the beginning. A danger sign counts anywhere, and before such a request;
    suicide comes first.
    """
    decomposed = unicodedata.normalize("NFKD", body).casefold()
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = " ".join(re.findall(r"[^\W_]+", plain))
    alone = words.replace(" ", "")
    if alone in _ALONE:
        return _ALONE[alone]
    if _CRISIS.search(words):
        return "crisis"
    if _EMERGENCY.search(words):
        return "emergency"
    return "stop" if _STOP_IN_WORDS.match(words) else "other"


def is_cancel(body: str) -> bool:
    """Whether it is Twilio's keyword CANCEL, by which many patients mean their visit."""
    return re.sub(r"\W", "", body).casefold() == "cancel"
