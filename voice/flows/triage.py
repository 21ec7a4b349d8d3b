"""Six short questions about the foot, from the article. Each may be skipped; none is scored."""

from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Entry, Question
from voice.language import Text

Answers = tuple[tuple[str, str], ...]
"""(label, answer) pairs as staff read them."""


class Side(Choice):
    """Which foot."""

    LEFT = "1", Text("For left", "El izquierdo"), Text("Left", "Izquierdo")
    RIGHT = "2", Text("For right", "El derecho"), Text("Right", "Derecho")
    BOTH = "3", Text("For both", "Los dos"), Text("Both", "Los dos")
    SKIPPED = "#"


class Since(Choice):
    """How long it has lasted."""

    WEEKS = "1", Text("For weeks", "Semanas"), Text("Weeks", "Semanas")
    MONTHS = "2", Text("For months", "Meses"), Text("Months", "Meses")
    YEARS = "3", Text("For years", "Años"), Text("Years", "Años")
    SKIPPED = "#"


class YesNo(Choice):
    """A plain yes or no; skipped is neither."""

    YES = "1", Text("Yes", "Sí")
    NO = "2", Text("No", "No")
    SKIPPED = "#"


INTRODUCTION = Text(
    "Six short questions. To skip all, press pound.",
    "Seis preguntas cortas. Para saltarlas, la tecla numeral.",
)
SKIP_ONE = Text("To skip one, press pound.", "Para saltar una, numeral.")
SIDE = Question("foot.side", Text("Which foot?", "¿Qué pie?"), Side, terse=True)
SINCE = Question("foot.since", Text("For how long?", "¿Hace cuánto?"), Since, terse=True)
NUMB = Question(
    "foot.numb",
    Text("Is it numb, or does it tingle?", "¿Lo siente dormido o con hormigueo?"),
    YesNo,
    wait=6,
    terse=True,
)
STEADY = Question(
    "foot.steady",
    Text(
        "Are you less steady, or weaker on one side?",
        "¿Tiene menos equilibrio, o un lado más débil?",
    ),
    YesNo,
    wait=6,
    terse=True,
)
BACK = Question(
    "foot.back",
    Text(
        "Is your low back stiff, or the back of your leg tight?",
        "¿Siente rígida la espalda baja, o tensa la pierna por detrás?",
    ),
    YesNo,
    wait=6,
    terse=True,
)
PAIN = Entry(
    "foot.pain_level",
    Text(
        "From 1 to 10, how bad is the pain?",
        "Del 1 al 10, ¿cuánto le duele?",
    ),
    max_digits=2,
    least=1,
    finish="",
    wait=3,
    short=Text("Key in a number from 1 to 10.", "Marque un número del 1 al 10."),
)
"""From 1, since 0 asks for a person here as everywhere."""
WORST = 10
UNSTEADY_LABEL, PAIN_LABEL = "Less steady, or weaker on one side", "Pain, 1 to 10"
LABELS = (
    "Foot",
    "How long",
    "Numb or tingling",
    UNSTEADY_LABEL,
    "Low back stiff, or back of leg tight",
    PAIN_LABEL,
)


def triage(call: Call) -> Answers:
    """Ask all; returns the answers in words. No answer ends the call.

    Pound at the first question skips all of them, at a later one that question.
    """
    call.say(INTRODUCTION)
    side = call.ask(SIDE)
    if side is Side.SKIPPED:
        return tuple((label, "skipped") for label in LABELS)
    call.say(SKIP_ONE)
    answers = (
        side.for_staff,
        call.ask(SINCE).for_staff,
        call.ask(NUMB).for_staff,
        call.ask(STEADY).for_staff,
        call.ask(BACK).for_staff,
        pain(call),
    )
    return tuple(zip(LABELS, answers, strict=True))


def pain(call: Call) -> str:
    """A number from 1 to 10, or skipped."""
    keyed = call.ask_digits(PAIN)
    if keyed and int(keyed) > WORST:
        call.say(Text("Ten is the most.", "Diez es lo máximo."))
        keyed = call.ask_digits(PAIN)
    in_range = keyed.isdigit() and 1 <= int(keyed) <= WORST
    return str(int(keyed)) if in_range else "skipped"
