"""Every sentence of the patient's visit page, in English and in Spanish."""

from voice.language import Text

TITLE = Text("Your video screening", "Su cita por video")
OTHER_LANGUAGE = Text("Español", "English")
WITH = Text("With {therapist}", "Con {therapist}")
MINUTES = Text(
    "{minutes} minutes, by video. It is free.", "{minutes} minutos, por video. Es gratis."
)
HERE = Text("On this device's clock: {time}", "En el reloj de este dispositivo: {time}")

JOIN = Text("How to join", "Cómo entrar")
JOIN_NOW = Text("Join the video screening", "Entrar a la cita por video")
JOIN_LATER = Text(
    "The link to join will be here 15 minutes before, from {time}. Open this page again then.",
    "El enlace para entrar estará aquí 15 minutos antes ({time})."
    " Vuelva a abrir esta página a esa hora.",
)
CALLS_YOU = Text(
    "We will call you with the link before your visit.",
    "Le llamaremos con el enlace antes de su cita.",
)
READY = Text("What to have ready", "Qué tener listo")
READY_LIST = (
    Text("Room to walk a few steps", "Espacio para caminar unos pasos"),
    Text("Bare feet", "Los pies descalzos"),
    Text("Somebody to hold the phone, if you can", "Alguien que sostenga el teléfono, si puede"),
)
DEVICE = Text(
    "You need a phone, a tablet, or a computer with a camera.",
    "Necesita un teléfono, una tableta o una computadora con cámara.",
)

CALENDAR = Text("Put it in your calendar", "Agréguela a su calendario")
FILE = Text("Apple or Outlook", "Apple u Outlook")
GOOGLE = Text("Google Calendar", "Google Calendar")

CHANGE = Text("Change your visit", "Cambiar su cita")
MOVE = Text("Move to another time", "Cambiar a otra hora")
CANCEL = Text("Cancel this visit", "Cancelar esta cita")

WHO = Text("Your name and email", "Su nombre y correo")
WHO_WHY = Text(
    "Only if you like. Our staff will see them with your visit.",
    "Solo si lo desea. Nuestro personal los verá con su cita.",
)
WHO_INVITED = Text(
    "Only if you like. Our staff will see them with your visit, and Google Calendar will send an"
    " invitation to your email.",
    "Solo si lo desea. Nuestro personal los verá con su cita, y Google Calendar enviará una"
    " invitación a su correo.",
)
NAME = Text("Name", "Nombre")
EMAIL = Text("Email", "Correo electrónico")
SAVE = Text("Save", "Guardar")
SAVED = Text("Thank you. It is saved.", "Gracias. Se guardó.")
CHECK = Text("Please check what is marked.", "Por favor, revise lo que está marcado.")
NAME_WRONG = Text(
    "Please use at most 80 letters, on one line.",
    "Por favor, use 80 letras como máximo, en una línea.",
)
NAME_IS_ADDRESS = Text(
    "Please write only your name, without a link or an email address.",
    "Por favor, escriba solo su nombre, sin enlaces ni correos electrónicos.",
)
EMAIL_WRONG = Text(
    "This does not look like an email address. It should look like name@example.com.",
    "Esto no parece un correo electrónico. Debe ser como nombre@example.com.",
)

CALL_US = Text("Questions? Call us:", "¿Tiene preguntas? Llámenos:")
EMERGENCY = Text("In an emergency, call 911.", "En caso de emergencia, llame al 911.")
PRIVACY = Text("Privacy", "Privacidad")
BACK = Text("Back to your visit", "Volver a su cita")

MOVE_WHY = Text(
    "Your visit stays on {time} until you confirm another time.",
    "Su cita sigue siendo el {time} hasta que confirme otra hora.",
)
DAYS = Text("Choose a day", "Elija un día")
TIMES = Text("Choose a time", "Elija una hora")
MORNING = Text("Morning", "Mañana")
AFTERNOON = Text("Afternoon", "Tarde")
NO_TIMES = Text(
    "There is no other open time right now. Please call us.",
    "Por ahora no hay otro horario disponible. Por favor, llámenos.",
)
UNREADABLE = Text(
    "We can not see the schedule right now. Please try again in a few minutes, or call us.",
    "No podemos ver la agenda en este momento. Intente de nuevo en unos minutos, o llámenos.",
)
TAKEN = Text(
    "Sorry, that time was just taken. Please choose another one.",
    "Perdón, esa hora se acaba de ocupar. Por favor, elija otra.",
)
LAPSED = Text(
    "That time is not kept for you any more. Please choose again.",
    "Esa hora ya no está guardada para usted. Por favor, elija otra vez.",
)

MOVE_ASK = Text("Move your visit?", "¿Cambiar su cita?")
FROM = Text("Now", "Ahora")
TO = Text("New time", "Nueva hora")
KEPT = Text(
    "We keep the new time for you for 5 minutes.",
    "Le guardamos la nueva hora por 5 minutos.",
)
MOVE_YES = Text("Yes, move my visit", "Sí, cambiar mi cita")
MOVE_OTHER = Text("Choose another time", "Elegir otra hora")
KEEP = Text("Keep my visit as it is", "Dejar mi cita como está")
MOVING = Text("We are moving your visit", "Estamos cambiando su cita")
MOVING_WHY = Text(
    "It stays on {time} until this page says that it is moved. The page updates by itself.",
    "Sigue siendo el {time} hasta que esta página diga que se cambió. La página se actualiza sola.",
)
LOOK_AGAIN = Text("Check again", "Actualizar")
MOVED = Text("Your visit is moved.", "Se cambió su cita.")
MEANWHILE = Text(
    "Nothing was changed: your visit has had another time since. Please look at it first.",
    "No se cambió nada: su cita ahora tiene otra hora. Por favor, véala primero.",
)
CHANGED = Text(
    "Sorry, your visit could not be moved. This is how it stands now.",
    "Perdón, su cita no se pudo cambiar. Así está ahora.",
)

CANCEL_ASK = Text("Cancel this visit?", "¿Cancelar esta cita?")
CANCEL_WHY = Text(
    "The time will be free for somebody else.", "La hora quedará libre para otra persona."
)
CANCEL_YES = Text("Yes, cancel my visit", "Sí, cancelar mi cita")
CANCEL_NO = Text("No, keep my visit", "No, dejar mi cita")
CANCELLED = Text("This visit is canceled", "Esta cita está cancelada")
BY_STAFF = Text("The clinic had to cancel it.", "La clínica tuvo que cancelarla.")
BOOK_AGAIN = Text("To book a new time, call us:", "Para hacer otra cita, llámenos:")
OVER = Text("This visit is over", "Esta cita ya pasó")
TOO_LATE = Text(
    "Your visit has begun, so it can not be changed here. Please call us.",
    "Su cita ya empezó, así que no se puede cambiar aquí. Por favor, llámenos.",
)
NOT_YET = Text("Your time is saved", "Su hora está guardada")
NOT_YET_WHY = Text(
    "It is not on the clinic's schedule yet. We will call or text you to make sure of it.",
    "Aún no está en la agenda de la clínica."
    " Le llamaremos o le enviaremos un mensaje de texto para confirmarla.",
)
NOT_BOOKED = Text("This time is not booked", "Esta hora no está reservada")

NO_VISIT = Text("This link does not open a visit", "Este enlace no abre ninguna cita")
NO_VISIT_WHY = Text(
    "It may be an old link, or a part of it is missing."
    " Please open the link in your newest text, or call us.",
    "Puede ser un enlace anterior, o le falta una parte."
    " Abra el enlace de su mensaje más reciente, o llámenos.",
)
NOT_DONE = Text("Nothing was changed", "No se cambió nada")
NOT_DONE_WHY = Text(
    "We could not tell that this came from your page. Please open the link in your text again."
    " The page needs cookies. Or call us.",
    "No pudimos comprobar que esto viene de su página. Abra otra vez el enlace de su mensaje."
    " La página necesita cookies. O llámenos.",
)
TOO_OFTEN = Text("Too many changes", "Demasiados cambios")
TOO_OFTEN_WHY = Text(
    "This visit was changed many times in the last hour. Your last change was not saved."
    " Please try again in an hour, or call us.",
    "Esta cita se cambió muchas veces en la última hora. Su último cambio no se guardó."
    " Inténtelo de nuevo en una hora, o llámenos.",
)
TROUBLE = Text(
    "Sorry, something went wrong on our side", "Perdón, hubo un problema de nuestra parte"
)
TROUBLE_WHY = Text(
    "Please open this page again in a few minutes. Only what it says then is final. Or call us.",
    "Abra esta página otra vez en unos minutos. Solo entonces será definitivo lo que diga."
    " O llámenos.",
)
