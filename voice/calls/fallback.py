"""What a caller hears when the line fails; needs no database, calendar or network."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from voice.dialogue.replay import PromptFacts
from voice.dialogue.turns import Goodbye, Spoken
from voice.flows import clinical_wording as wording
from voice.flows.clinical_wording import Flag, Stop
from voice.language import Language, Text

SORRY = Text(
    "Sorry, something went wrong on our side. In an emergency, hang up and call 9 1 1."
    "¦ If I have not said that you are booked, please call again in a few minutes."
    " Or email {email}. Goodbye.",
    "Perdón, hubo un problema de nuestra parte. En caso de emergencia, cuelgue y llame al 9 1 1."
    "¦ Si no le dije que su cita está confirmada, vuelva a llamar en unos minutos."
    " O escriba a {email}. Adiós.",
)
"""Does not claim that nothing was booked: a booking may have been stored just before."""
SORRY_FIRST = Text(
    "Sorry, something went wrong on our side.", "Perdón, hubo un problema de nuestra parte."
)
_QUESTIONS = (*wording.BEFORE_BOOKING, *wording.AFTER_BOOKING)
ADVICE = {
    **{q.name: q.then.advice.words for q in _QUESTIONS if isinstance(q.then, Stop)},
    **{name: advice.words for name, advice in wording.EARLIER_QUESTIONS.items()},
}
"""The advice of each safety question that stops a call, by the question's name."""
_FLAGS = {q.name for q in _QUESTIONS if isinstance(q.then, Flag)}


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn that failed: its step, what was pressed there ("" if unknown), its language."""

    step: str
    keyed: str
    language: Language


def failed_turn(url: str, keyed: str) -> Failed:
    """The turn of a URL of ours, which may be relative; with an empty step if it is no turn's."""
    try:
        asked = parse_qs(urlsplit(url).query)
    except ValueError:
        asked = {}
    return Failed(
        asked.get("at", [""])[0], keyed, "es" if asked.get("in", [""])[0] == "es" else "en"
    )


def fallback_response(prompt_facts: PromptFacts, failed: Failed) -> Goodbye:
    """The advice for a safety answer, spoken twice, or an apology with what to do next.

    After a stop, and after a yes, it is that question's own advice. When the answer to a safety
    question is not known, or there was none, the advice is for a yes. Promises nothing, because
    nothing could be stored.
    """
    words = _words(failed)
    said = words.about(**prompt_facts.facts).spoken_in(failed.language)
    return Goodbye((Spoken(said, failed.language),), slow=False, outcome="fault")


def is_stop(failed: Failed) -> bool:
    """Whether a key was a danger sign, or came after one: nothing weaker than advice may follow."""
    kind, name = _question(failed)
    return name in ADVICE and (
        kind == "advice" or (kind == "safety" and failed.keyed in {"1", "3"})
    )


def _question(failed: Failed) -> tuple[str, str]:
    """The kind of step ("safety", "advice") and the name of its question."""
    kind, _, rest = re.split(r"[-~]", failed.step)[0].partition(".")
    return kind, rest.partition(".")[0]


def _words(failed: Failed) -> Text:
    kind, name = _question(failed)
    advice = ADVICE.get(name)
    if kind == "advice" and advice:
        return advice + advice
    if kind != "safety" or failed.keyed == "2":
        return SORRY
    if name in _FLAGS:
        return wording.FLAGGED + SORRY if failed.keyed in {"1", "3"} else SORRY
    if advice is None:
        return SORRY
    if failed.keyed in {"1", "3"}:
        return advice + advice
    return SORRY_FIRST + wording.IF_YES.then(advice) + advice
