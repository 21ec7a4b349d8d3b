"""The words that the clinician signs: in an emergency, the safety questions, the advice after each.

The summary, which is signed with them, is in ``summary_wording.py``. The questions were drawn from
published red-flag guidance. A changed word needs a new entry in ``clinical_signatures.toml``.

How to change a question:
- Its order: move its name within BEFORE_BOOKING; the most urgent question comes first.
- When it is asked: move its name to AFTER_BOOKING, or back. There it can only flag, not stop.
- What a yes does: ``Stop(advice)`` ends the call with that advice and no booking. ``Flag(note)``
  lets the booking go on: the caller is told to see their doctor, and staff read "ask first: note"
  in the event and are asked to call. Replace one with the other in the question.
- Its words: give it a new name too, so that a call under way is asked the new question.
"Not sure" and silence count as a yes, always.

A sign is one thing to look for, however many words describe it ("hot, red, or swollen"). A prompt
has at most MAX_SIGNS of them and takes at most MAX_SECONDS with its keys; a test counts both.
Short sentences, plain words.
"""

from dataclasses import dataclass

from voice.language import NOTHING, Text

MAX_SIGNS = 3
MAX_SECONDS = 17.0
"""At 165 words a minute."""

EMERGENCY = Text(
    "If this is an emergency, hang up and call 9 1 1.",
    "Si es una emergencia, cuelgue y llame al 9 1 1.",
)


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do now; ``words`` are also the last words of the call. ``after`` is said once.

    ``to_staff``: whether a key leads to staff. ``offers_call``: whether 1 asks for a call-back.
    """

    words: Text
    after: Text = NOTHING
    to_staff: bool = True
    offers_call: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """The call ends with this advice; nothing is booked."""

    advice: Advice


@dataclass(frozen=True, slots=True)
class Flag:
    """The booking goes on; ``note`` is what staff read."""

    note: str


@dataclass(frozen=True, slots=True, eq=False)
class SafetyQuestion:
    """One question: its permanent name, its signs, and what follows anything but a clear no.

    Each is its own, also as a key: a replay looks up every one, and all its words would be hashed.
    """

    name: str
    lead: Text
    signs: tuple[Text, ...]
    then: Stop | Flag

    @property
    def words(self) -> Text:
        """The whole question."""
        words = self.lead
        for sign in self.signs:
            words = words.then(sign)
        return words


CALL_911 = Advice(
    Text(
        "This may be an emergency. Hang up and call 9 1 1 now. Do not drive. Do not wait for us.",
        "Esto puede ser una emergencia. Cuelgue y llame ya al 9 1 1."
        " No maneje. No espere por nosotros.",
    ),
    to_staff=False,
)
EMERGENCY_ROOM = Advice(
    Text(
        "You need a doctor now. Go to an emergency room now."
        " Have someone drive you, or call 9 1 1. Do not wait for a video screening.",
        "Necesita atención médica ahora. Vaya ahora a una sala de emergencias."
        " Pida que alguien le lleve, o llame al 9 1 1. No espere a la cita por video.",
    ),
)
DOCTOR_TODAY = Advice(
    Text(
        "A doctor should see this today. Call your doctor now."
        " If you can not get in, go to urgent care or an emergency room.",
        "Un médico debe verlo hoy. Llame a su médico ahora. Si no le atienden, vaya a"
        " un centro de atención inmediata, urgent care, o una sala de emergencias.",
    ),
    after=Text("I have not booked a visit.", "No reservé ninguna cita."),
    offers_call=True,
)
UNSURE = Text("To be safe, I take that as a yes.", "Lo tomaré como un sí, por seguridad.")
NO_ANSWER = Text(
    "I did not hear an answer. To be safe:",
    "No oí una respuesta. Para su seguridad:",
)
IF_YES = Text(
    "If your answer to my question is yes, or you are not sure, do this.",
    "Si su respuesta a mi pregunta es sí, o no está seguro, haga esto.",
)
FLAGGED = Text(
    "Please tell your doctor about that this week.",
    "Por favor, hable de eso con su médico esta semana.",
)
STAFF_WILL_SEE = Text("{clinician} will see it too.", "{clinician} también lo verá.")
"""Said only after it was stored."""
STAYS_BOOKED = Text("Your visit stays booked.", "Su cita sigue en pie.")

CHEST = SafetyQuestion(
    "chest",
    Text("Right now, do you have", "¿Tiene ahora"),
    (
        Text("chest pain,", "dolor de pecho,"),
        Text("trouble breathing,", "falta de aire"),
        Text("or sudden bad belly pain?", "o dolor de estómago fuerte y repentino?"),
    ),
    Stop(CALL_911),
)
STROKE = SafetyQuestion(
    "stroke",
    Text("In the last few days, all at once:", "En los últimos días,"),
    (
        Text(
            "did your face droop, speech slur, or one side go weak?",
            "¿de repente se le cayó un lado de la cara? ¿Le costó hablar o se le debilitó un lado?",
        ),
        Text(
            "Or did a foot turn cold, and pale or blue?",
            "¿O se puso frío un pie, y pálido o azulado?",
        ),
    ),
    Stop(CALL_911),
)
BLADDER = SafetyQuestion(
    "toilet",
    Text(
        "In the last two weeks, is any of this new or worse?",
        "En las últimas dos semanas, ¿algo de esto es nuevo o peor?",
    ),
    (
        Text("It is hard to pee.", "Le cuesta orinar."),
        Text("You leak pee or stool.", "Se le escapa orina o excremento."),
        Text(
            "You are numb where you sit or wipe.",
            "Tiene dormida la parte donde se sienta o se limpia.",
        ),
    ),
    Stop(EMERGENCY_ROOM),
)
BOTH_LEGS = SafetyQuestion(
    "both_legs",
    Text("In the last two weeks,", "En las últimas dos semanas,"),
    (
        Text(
            "is there new or worse pain, weakness, or numbness in both legs?",
            "¿tiene dolor, debilidad o adormecimiento nuevo o peor en ambas piernas?",
        ),
        Text(
            "Or can you no longer lift the front of a foot?",
            "¿O ya no puede levantar la punta de un pie?",
        ),
    ),
    Stop(EMERGENCY_ROOM),
)
SKIN = SafetyQuestion(
    "skin",
    NOTHING,
    (
        Text(
            "Is a leg or foot newly hot, red, or swollen?",
            "¿Tiene desde hace poco un pie o pierna hinchada, caliente o roja?",
        ),
        Text(
            "Do you have a sore or black skin on your foot?",
            "¿Una llaga o piel negra en el pie?",
        ),
        Text("Or a fever?", "¿O fiebre?"),
    ),
    Stop(DOCTOR_TODAY),
)
INJURY = SafetyQuestion(
    "injury",
    NOTHING,
    (
        Text(
            "Did a fall or crash in the last two weeks start this?",
            "¿Empezó con una caída o choque en las últimas dos semanas?",
        ),
        Text("Or can you not take four steps?", "¿O no puede dar cuatro pasos?"),
    ),
    Stop(DOCTOR_TODAY),
)
HISTORY = SafetyQuestion(
    "history",
    Text("One more, for your visit.", "Una más, para su cita."),
    (
        Text("Have you had cancer?", "¿Ha tenido cáncer?"),
        Text(
            "Are you losing weight, and do not know why?",
            "¿Está bajando de peso sin saber por qué?",
        ),
        Text(
            "Or does pain keep you up all night?",
            "¿O el dolor no le deja dormir en toda la noche?",
        ),
    ),
    Flag("past cancer, unexplained weight loss, or pain all night"),
)

BEFORE_BOOKING = (CHEST, STROKE, BLADDER, BOTH_LEGS, SKIN, INJURY)
"""Asked before any time is offered, in this order."""
AFTER_BOOKING = (HISTORY,)
"""Asked after "you are booked"."""
EARLIER_QUESTIONS = {
    "heart": CALL_911,
    "bladder": EMERGENCY_ROOM,
    "legs": EMERGENCY_ROOM,
    "leg": DOCTOR_TODAY,
    "cancer": DOCTOR_TODAY,
}
"""Names that were retired, for a call that was under way when the wording changed: a yes stays."""

SAFETY_NET = Text(
    "One more thing. Go to an emergency room right away if any of this starts. You can not pee."
    " You leak pee or stool. You go numb where you sit or wipe. Or both legs get weak.",
    "Una cosa más. Vaya de inmediato a una sala de emergencias si empieza algo de esto."
    " No puede orinar. Se le escapa orina o excremento."
    " Se le duerme la parte donde se sienta o se limpia. O se le debilitan las dos piernas.",
)
