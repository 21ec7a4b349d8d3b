"""What a caller hears when the line fails; needs no database, calendar or network."""

import re

from voice.dialogue.replay import PromptFacts
from voice.dialogue.turns import Goodbye, Spoken
from voice.flows.clinical_wording import SAFETY_QUESTIONS
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
_ADVICE = {f"safety.{question.name}": question.advice.words for question in SAFETY_QUESTIONS}
_ADVICE_AGAIN = {f"advice.{question.name}": question.advice.words for question in SAFETY_QUESTIONS}


def fallback_response(
    prompt_facts: PromptFacts, step: str, keyed: str, language: Language
) -> Goodbye:
    """The advice for a safety answer, spoken twice, or an apology with what to do next.

    ``step`` is the step in the URL. Promises nothing, because nothing could be stored.
    """
    place = re.sub(r"\.\d+$", "", step.partition("-")[0])
    advice = _ADVICE_AGAIN.get(place) or (_ADVICE.get(place) if keyed in {"1", "3"} else None)
    words = advice + advice if advice else SORRY
    said = words.about(**prompt_facts.facts).spoken_in(language)
    return Goodbye((Spoken(said, language),), slow=False, outcome="fault")
