"""The privacy page: what is kept, why, how long, who sees it, and how to have it deleted.

Every sentence states what the program does: a change of what is kept changes it here, with the
date. Carriers look for the sentences on mobile numbers before they let a clinic send texts:
https://www.twilio.com/docs/api/errors/30932.
"""

from dataclasses import dataclass
from datetime import datetime

from voice.language import Text

TITLE = Text("Privacy", "Privacidad")
CHANGED_ON = datetime(2026, 11, 28)  # noqa: DTZ001  # a day, in no zone
CHANGED = Text("Last changed on {day}.", "Último cambio: {day}.")
INTRODUCTION = Text(
    "{clinic} answers calls to {number} with a program. You press keys; nothing that you say is"
    " listened to or recorded.",
    "{clinic} contesta las llamadas al {number} con un programa. Usted oprime teclas; nada de lo"
    " que dice se escucha ni se graba.",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing that is kept, why, and for how long."""

    what: Text
    why: Text
    how_long: Text


PERIODS = ("answer_days", "retention_days", "consent_years")
"""The settings whose figures the page names."""
KEPT_TITLE = Text("What we keep, why, and how long", "Qué guardamos, por qué y cuánto tiempo")
WHY = Text("Why", "Por qué")
HOW_LONG = Text("How long", "Cuánto tiempo")
WITH_VISIT = Text(
    "If you book a visit: {retention_days} days after it. If not: {answer_days} days.",
    "Si hace una cita: {retention_days} días después de ella. Si no: {answer_days} días.",
)
AFTER_VISIT = Text(
    "{retention_days} days after your visit.", "{retention_days} días después de su cita."
)
KEPT = (
    Kept(
        Text("The number that you call from or key in", "El número del que llama o que marca"),
        Text(
            "To call you back, and to find your visit when you call again.",
            "Para devolverle la llamada y para encontrar su cita cuando llame otra vez.",
        ),
        WITH_VISIT,
    ),
    Kept(
        Text(
            "The keys you press, such as your answers about your health",
            "Las teclas que oprime, como sus respuestas sobre su salud",
        ),
        Text(
            "To tell you when to get medical care at once, and so that the therapist is prepared.",
            "Para decirle cuándo necesita atención médica de inmediato y para que el fisioterapeuta"
            " esté preparado.",
        ),
        WITH_VISIT,
    ),
    Kept(
        Text(
            "The time of your visit, its video link, and its code",
            "La hora de su cita, su enlace de video y su clave",
        ),
        Text("To hold the visit.", "Para realizar la cita."),
        AFTER_VISIT,
    ),
    Kept(
        Text(
            "Your name and email, if you give them on your visit's page",
            "Su nombre y correo, si los escribe en la página de su cita",
        ),
        Text(
            "So that we know whom to greet, and to invite you if the clinic sends invitations.",
            "Para saber a quién saludar y para invitarle si la clínica envía invitaciones.",
        ),
        AFTER_VISIT,
    ),
    Kept(
        Text(
            "Whether you agreed to texts, when, and to which words",
            "Si aceptó recibir mensajes de texto, cuándo y con qué palabras",
        ),
        Text(
            "To send no text that you did not agree to, and to prove it.",
            "Para no enviar mensajes que no aceptó, y para poder demostrarlo.",
        ),
        Text(
            "{consent_years} years, also after you end texts or ask us to delete the rest.",
            "{consent_years} años, también si termina los mensajes o pide que borremos lo demás.",
        ),
    ),
    Kept(
        Text(
            "That you want no texts, if you replied STOP",
            "Que no quiere mensajes, si respondió STOP",
        ),
        Text("So that you get none.", "Para no enviarle ninguno."),
        Text(
            "{consent_years} years, also after you ask us to delete the rest.",
            "{consent_years} años, también después de pedir que borremos lo demás.",
        ),
    ),
    Kept(
        Text(
            "That you want us to call you, and why",
            "Que quiere que le llamemos, y por qué",
        ),
        Text("To call you.", "Para llamarle."),
        Text(
            "{answer_days} days after our call; {retention_days} days at most.",
            "{answer_days} días después de nuestra llamada; {retention_days} días como máximo.",
        ),
    ),
    Kept(
        Text(
            "When a call came and how it ended, without its number",
            "Cuándo llegó una llamada y cómo terminó, sin su número",
        ),
        Text("To count calls.", "Para contar las llamadas."),
        Text("{retention_days} days.", "{retention_days} días."),
    ),
    Kept(
        Text(
            "That you want a text when a time opens, and what you were offered",
            "Que quiere un mensaje cuando se abra un horario, y lo que se le ofreció",
        ),
        Text(
            "To offer you a time that opens, once and in your turn.",
            "Para ofrecerle un horario que se abra, una vez y en su turno.",
        ),
        WITH_VISIT,
    ),
    Kept(
        Text(
            "That you replied to a text; never what you wrote",
            "Que respondió a un mensaje; nunca lo que escribió",
        ),
        Text("To answer each reply once.", "Para contestar cada respuesta una sola vez."),
        Text("Two days.", "Dos días."),
    ),
)
IN_CALENDAR = Text(
    "Your visit is also in the clinic's calendar. The calendar is part of the clinic's own record"
    " of visits, and is kept as long as that.",
    "Su cita está también en el calendario de la clínica. El calendario es parte del registro de"
    " citas de la clínica, y se guarda tanto tiempo como ese registro.",
)

TEXTS_TITLE = Text("Text messages", "Mensajes de texto")
TEXTS = (
    Text(
        "You get texts about your visit only if you agree on the phone: about five for a visit,"
        " with the link, reminders, and changes. Message and data rates may apply. You can book"
        " without texts.",
        "Recibe mensajes de texto sobre su cita solo si los acepta por teléfono: unos cinco por"
        " cita, con el enlace, recordatorios y cambios. Puede haber cargos por mensajes y datos."
        " Puede reservar sin recibir mensajes.",
    ),
    Text(
        "Reply STOP to end them, HELP for help.",
        "Responda STOP para terminarlos, HELP para recibir ayuda.",
    ),
    Text(
        "We do not share or sell mobile numbers, or the consent to texts, to anyone: not to third"
        " parties, not to affiliates, not for marketing.",
        "No compartimos ni vendemos números de celular, ni el permiso para enviar mensajes, a"
        " nadie: ni a terceros, ni a empresas afiliadas, ni para publicidad.",
    ),
)

WHO_TITLE = Text("Who sees it", "Quién lo ve")
STAFF = Text(
    "The clinic's staff who prepare and hold your visit.",
    "El personal de la clínica que prepara y realiza su cita.",
)
TWILIO = Text(
    "Twilio, the company that carries our calls and texts, for that alone.",
    "Twilio, la empresa que transmite nuestras llamadas y mensajes, solo para eso.",
)
GOOGLE = Text(
    "Google, which hosts the clinic's calendar and the video screening, for that alone.",
    "Google, que aloja el calendario de la clínica y la cita por video, solo para eso.",
)
NOBODY_ELSE = Text(
    "Nobody else. There is no advertising, and no one counts or follows visitors of these pages.",
    "Nadie más. No hay publicidad, y nadie cuenta ni sigue a quienes visitan estas páginas.",
)

DELETE_TITLE = Text("See or delete what we keep", "Ver o borrar lo que guardamos")
DELETE = Text(
    "Call {number} or write to {email}. We will ask which phone number it is about. We show or"
    " delete it within 45 days, in the calendar and at Twilio too, and it costs nothing. Back-up"
    " copies lose it when newer ones replace them.",
    "Llame al {number} o escriba a {email}. Le preguntaremos de qué número de teléfono se trata."
    " Se lo mostramos o lo borramos en un plazo de 45 días, también en el calendario y en Twilio,"
    " sin costo. Las copias de seguridad lo pierden cuando otras más nuevas las reemplazan.",
)
