"""The words of the answers to patients' texts."""

from voice.language import Text

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
    "{name}: to move or cancel your visit on {when}: {link}",
    "{name}: para cambiar o cancelar su cita del {when}: {link}",
)
MOVE_BY_PHONE = Text(
    "{name}: to move or cancel your visit on {when}, call {number}.",
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
