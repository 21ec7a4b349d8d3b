"""What a patient's text means; pure. Its body is never stored."""

import re
from typing import Literal

from voice.texts.quotes import plain_words, without_our_words
from voice.texts.reactions import is_reaction

Meaning = Literal[
    "stop", "start", "yes", "help", "emergency", "crisis", "confirm", "move", "reaction", "other"
]
"""`yes`: START at Twilio for a number that said STOP, else a confirmation."""

STOP_WORDS = frozenset(
    {"stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel"}
)
START_WORDS = frozenset({"start", "yes", "unstop"})
HELP_WORDS = frozenset({"help", "info"})
"""Twilio acts on these itself: https://help.twilio.com/articles/223134027."""
_ALONE: dict[str, Meaning] = {
    **dict.fromkeys(STOP_WORDS, "stop"),
    **dict.fromkeys(START_WORDS, "start"),
    "yes": "yes",
    **dict.fromkeys(HELP_WORDS, "help"),
    **dict.fromkeys(("c", "y"), "confirm"),
    **dict.fromkeys(("m", "move", "cambiar", "mover"), "move"),
}
_YES = frozenset({
    "yes", "yeah", "yep", "yup", "ok", "okay", "sure", "confirm", "confirmed", "confirming",
    "si", "claro", "vale", "confirmo", "confirmado", "confirmada", "confirmar", "confirmamos",
})  # fmt: skip
_BESIDE_YES = _YES | {
    "i", "we", "ll", "will", "be", "there", "see", "you", "then", "it", "works", "for", "me",
    "that", "is", "fine", "good", "great", "perfect", "sounds", "thanks", "thank", "thx",
    "please", "c", "y", "gracias", "muchas", "por", "favor", "de", "acuerdo", "ahi", "alli",
    "estare", "estaremos", "perfecto", "bien", "esta",
}  # fmt: skip
"""A text of these words alone, one of them from `_YES`, confirms the visit."""
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


def meaning_of(body: str) -> Meaning:
    """What a text asks for, whatever its case, spacing, accents and punctuation.

    Twilio's own keywords count only alone, as they do for Twilio, except that a request to stop
    also counts at the beginning. A danger sign counts anywhere except in words of ours that the
    text quotes, and before such a request; suicide comes first.
    """
    words = plain_words(body)
    alone = "".join(words)
    if alone in _ALONE:
        return _ALONE[alone]
    own = " ".join(without_our_words(body))
    if _CRISIS.search(own):
        return "crisis"
    if _EMERGENCY.search(own):
        return "emergency"
    said = " ".join(words)
    if is_reaction(body):
        return "reaction"
    if _STOP_IN_WORDS.match(said):
        return "stop"
    return "confirm" if _is_yes(words) else "other"


def _is_yes(words: list[str]) -> bool:
    return set(words) <= _BESIDE_YES and not _YES.isdisjoint(words)


def is_cancel(body: str) -> bool:
    """Whether it is Twilio's keyword CANCEL, by which many patients mean their visit."""
    return re.sub(r"\W", "", body).casefold() == "cancel"
