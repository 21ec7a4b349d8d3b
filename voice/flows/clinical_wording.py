"""The words that the clinician signs: in an emergency, and the safety questions.

The summary, which is signed with them, stands in ``summary_wording.py``. Everything here was drawn
from published red-flag guidance. A changed word needs a new line in ``clinical_signatures.toml``.
Short sentences, plain words; every part of a question is answered by the same yes.
"""

from dataclasses import dataclass

from voice.language import Text

EMERGENCY = Text(
    "If this is an emergency, hang up and call 9 1 1.",
    "Si es una emergencia, cuelgue y llame al 9 1 1.",
)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a caller should do now; ``promise`` is added once staff's call-back is stored."""

    words: Text
    promise: Text


@dataclass(frozen=True, slots=True)
class SafetyQuestion:
    """One question; anything but a clear no leads to its advice."""

    name: str
    words: Text
    advice: Advice


CALL_911 = Advice(
    Text(
        "This can be an emergency. Hang up now and call 9 1 1."
        " Do not drive. Do not wait for us to call.",
        "Esto puede ser una emergencia. Cuelgue ahora y llame al 9 1 1."
        " No maneje. No espere a que le llamemos.",
    ),
    Text(
        "Our staff will see that you called.",
        "Nuestro personal verá que llamó.",
    ),
)
EMERGENCY_ROOM = Advice(
    Text(
        "This needs a doctor now. Please go to an emergency room today."
        " Do not wait for a video call. If it gets worse, call 9 1 1.",
        "Esto necesita un médico ahora. Vaya hoy a una sala de emergencias."
        " No espere una cita de video. Si empeora, llame al 9 1 1.",
    ),
    Text(
        "I have not booked a visit. Our staff will see that you called.",
        "No he hecho ninguna cita. Nuestro personal verá que llamó.",
    ),
)
DOCTOR_TODAY = Advice(
    Text(
        "A doctor should see this today. Call your doctor now."
        " If you can not get in, go to urgent care or an emergency room.",
        "Un médico debe ver esto hoy. Llame a su médico ahora."
        " Si no le atienden, vaya a urgencias o a una sala de emergencias.",
    ),
    Text(
        "I have not booked a visit. Our staff will see that you called.",
        "No he hecho ninguna cita. Nuestro personal verá que llamó.",
    ),
)
TELL_YOUR_DOCTOR = Advice(
    Text(
        "Please tell your doctor about this before you see us.",
        "Por favor, hable de esto con su médico antes de vernos.",
    ),
    Text(
        "I have not booked a visit yet. Our staff will see that you called.",
        "Todavía no he hecho ninguna cita. Nuestro personal verá que llamó.",
    ),
)
UNSURE = Text("To be safe, I will take that as a yes.", "Para su seguridad, lo tomaré como un sí.")

SAFETY_QUESTIONS = (
    SafetyQuestion(
        "heart",
        Text(
            "Right now, any chest pain, trouble breathing, or sudden bad belly pain?"
            " Did your face droop, your speech slur, or one side weaken, all at once?"
            " Or did a leg turn cold, and pale or blue?",
            "¿Ahora, dolor de pecho, falta de aire o fuerte dolor de vientre?"
            " ¿De golpe se le cayó la cara, habló mal o perdió fuerza un lado?"
            " ¿O una pierna quedó fría, y pálida o azul?",
        ),
        CALL_911,
    ),
    SafetyQuestion(
        "bladder",
        Text(
            "Is any of this new, or worse, in the last two weeks? It is hard to start to pee."
            " You leak pee or stool. Or you are numb where you sit or wipe.",
            "¿Algo de esto es nuevo, o peor, en las últimas dos semanas?"
            " Le cuesta empezar a orinar. Se le escapa orina o heces."
            " O no siente donde se sienta o se limpia.",
        ),
        EMERGENCY_ROOM,
    ),
    SafetyQuestion(
        "legs",
        Text(
            "Is pain, weakness, or numbness now in both legs, and getting worse?"
            " Or can you no longer lift the front of your foot?",
            "¿Tiene ahora dolor, debilidad o falta de sensación en las dos piernas, y empeora?"
            " ¿O ya no puede levantar la punta del pie?",
        ),
        EMERGENCY_ROOM,
    ),
    SafetyQuestion(
        "leg",
        Text(
            "Is one leg or foot newly swollen, hot, or red? Do you have a fever, or an open sore?"
            " Did a bad fall or crash start this? Or can you not stand on that foot?",
            "¿Se le hinchó, calentó o enrojeció hace poco una pierna o un pie?"
            " ¿Tiene fiebre o una llaga abierta? ¿Empezó con una caída fuerte o un choque?"
            " ¿O no puede apoyar ese pie?",
        ),
        DOCTOR_TODAY,
    ),
    SafetyQuestion(
        "cancer",
        Text(
            "Have you ever had cancer? Are you losing weight and do not know why?"
            " Or does the pain last all night, however you lie?",
            "¿Ha tenido cáncer? ¿Está bajando de peso sin saber por qué?"
            " ¿O el dolor dura toda la noche, se acueste como se acueste?",
        ),
        TELL_YOUR_DOCTOR,
    ),
)

SAFETY_NET = Text(
    "One more thing. Go to an emergency room right away if any of this starts."
    " You can not pee. You leak. You go numb between your legs. Or both legs get weak.",
    "Una cosa más. Vaya de inmediato a una sala de emergencias si empieza algo de esto."
    " No puede orinar. Se le escapa. No siente entre las piernas. O se debilitan las dos piernas.",
)
