"""Six short questions about the foot, from the article. Each may be skipped; none is scored."""

from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Entry, Question
from voice.language import Text

Answers = tuple[tuple[str, str], ...]
"""(label, answer) pairs as staff read them."""


class Side(Choice):
    """Which foot."""

    LEFT = "1", Text("For left", "El izquierdo")
    RIGHT = "2", Text("For right", "El derecho")
    BOTH = "3", Text("For both", "Los dos")
    SKIPPED = "#"


class Since(Choice):
    """How long it has lasted."""

    WEEKS = "1", Text("For weeks", "Semanas")
    MONTHS = "2", Text("For months", "Meses")
    YEARS = "3", Text("For years", "Años")
    SKIPPED = "#"


class YesNo(Choice):
    """A plain yes or no; skipped is neither."""

    YES = "1", Text("Yes", "Sí")
    NO = "2", Text("No", "No")
    SKIPPED = "#"


INTRODUCTION = Text(
    "Six short questions. To skip one, press pound.",
    "Seis preguntas cortas. Para saltar una, oprima la tecla numeral, o gato.",
)
SIDE = Question("foot.side", Text("Which foot?", "¿Qué pie?"), Side)
SINCE = Question("foot.since", Text("For how long?", "¿Desde hace cuánto?"), Since)
NUMB = Question(
    "foot.numb",
    Text("Is it numb, or does it tingle?", "¿Lo siente dormido o con hormigueo?"),
    YesNo,
    wait=6,
)
STEADY = Question(
    "foot.steady",
    Text(
        "Are you less steady, or weaker on one side?",
        "¿Tiene menos equilibrio, o siente más débil un lado?",
    ),
    YesNo,
    wait=6,
)
BACK = Question(
    "foot.back",
    Text(
        "Is your low back stiff, or the back of your leg tight?",
        "¿Siente rígida la espalda baja, o tensa la pierna por detrás?",
    ),
    YesNo,
    wait=6,
)
PAIN = Entry(
    "foot.pain",
    Text(
        "From 0 to 10, how bad is the pain?",
        "Del 0 al 10, ¿cuánto le duele?",
    ),
    max_digits=2,
    least=1,
    finish="",
    wait=4,
    short=Text("Key in a number from 0 to 10.", "Marque un número del 0 al 10."),
)
WORST = 10


def triage(call: Call) -> Answers:
    """Ask all; returns the answers in words. No answer ends the call."""
    call.say(INTRODUCTION)
    return (
        ("Foot", call.ask(SIDE).for_staff),
        ("How long", call.ask(SINCE).for_staff),
        ("Numb or tingling", call.ask(NUMB).for_staff),
        ("Less steady, or weaker on one side", call.ask(STEADY).for_staff),
        ("Low back stiff, or back of leg tight", call.ask(BACK).for_staff),
        ("Pain, 0 to 10", pain(call)),
    )


def pain(call: Call) -> str:
    """A number from 0 to 10, or skipped."""
    keyed = call.ask_digits(PAIN)
    if keyed and int(keyed) > WORST:
        call.say(Text("Ten is the most.", "Diez es lo máximo."))
        keyed = call.ask_digits(PAIN)
    in_range = keyed.isdigit() and int(keyed) <= WORST
    return str(int(keyed)) if in_range else "skipped"
