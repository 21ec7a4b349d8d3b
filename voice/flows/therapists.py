"""Names the therapist of a time and lets callers choose one, where the clinic has several."""

from collections.abc import Sequence

from voice.dialogue.call import Call
from voice.dialogue.effects import FindOffers, Opening
from voice.dialogue.questions import Choice
from voice.dialogue.replay import Therapist
from voice.language import NOTHING, Text


class Anyone(Choice):
    """The choice offered beside the therapists; their keys are 1 to 5."""

    BACK = "8", Text("To go back", "Para regresar")


WHOM = Text("Which therapist?", "¿Con quién?")
ONE = Text("For {therapist}", "Con {therapist}")
WITH = Text("with {therapist}", "con {therapist}")
WITH_SENTENCE = Text("With {therapist}.", "Con {therapist}.")
NONE_OPEN = Text("I have no open time with {therapist}.", "No tengo horarios con {therapist}.")
OTHER_LANGUAGE = Text(
    "I have no open time with a therapist who speaks English. These are with our other therapists.",
    "No tengo ningún horario con un terapeuta que hable español."
    " Estos son con nuestros otros terapeutas.",
)
CHANGED = Text("It is with another therapist now.", "Su terapeuta cambió.")


def first_times_with(clinician: str) -> FindOffers:
    """The first search for a therapist's times; "" for anyone's."""
    return FindOffers("any", "", clinician)


def choosable(call: Call) -> list[Therapist]:
    """Those who take new visits."""
    return [one for one in call.prompt_facts.therapists if one.offered]


def choose(call: Call, search: FindOffers) -> FindOffers:
    """What to search for once the caller has chosen a therapist."""
    offered = choosable(call)
    names = [ONE.about(therapist=one.spoken) for one in offered]
    picked = call.choose("times.therapist", WHOM, offered, lambda: names, Anyone)
    return search if isinstance(picked, Anyone) else first_times_with(picked.id)


def all_with(call: Call, openings: Sequence[Opening]) -> Text:
    """Whose times these all are, as a sentence before them; nothing if they are of several."""
    return sentence(call, openings[0]) if len({one.clinician for one in openings}) == 1 else NOTHING


def named(call: Call, opening: Opening) -> Text:
    """The therapist's name as the end of an offer; nothing where nobody is named."""
    name = _name(call, opening.clinician)
    return WITH.about(therapist=name) if name else NOTHING


def sentence(call: Call, opening: Opening) -> Text:
    """The same as a sentence of its own."""
    name = _name(call, opening.clinician)
    return WITH_SENTENCE.about(therapist=name) if name else NOTHING


def none_open(call: Call, clinician: str) -> Text:
    """That the therapist whom the caller asked for has no open time."""
    return NONE_OPEN.about(therapist=_name(call, clinician) or NOTHING)


def _name(call: Call, clinician: str) -> Text | None:
    team = call.prompt_facts.therapists if len(call.prompt_facts.therapists) > 1 else ()
    return next((one.spoken for one in team if one.id == clinician), None)
