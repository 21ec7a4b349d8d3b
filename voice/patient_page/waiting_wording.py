"""What the page says about the waiting list and an offered time, in English and in Spanish."""

from voice.language import Text

EARLIER = Text("Would you like an earlier time?", "¿Quiere una hora antes?")
EARLIER_WHY = Text(
    "We can text you when an earlier time opens, at most two texts a day. Your visit stays as it is"
    " until you take one. Reply STOP to end all texts.",
    "Podemos enviarle un mensaje de texto cuando se abra una hora antes, como máximo dos al día."
    " Su cita queda igual hasta que tome otra. Responda STOP para no recibir más mensajes.",
)
JOIN = Text("Text me about earlier times", "Avísenme por mensaje")
ON_THE_LIST = Text(
    "You are on the waiting list. We will text you when an earlier time opens.",
    "Está en la lista de espera. Le enviaremos un mensaje cuando se abra una hora antes.",
)
LEAVE = Text("Leave the waiting list", "Salir de la lista de espera")

OFFER = Text("A time is open for you", "Hay una hora para usted")
UNTIL = Text("It is held for you until {time}.", "Se la guardamos hasta las {time}.")
NOW_ON = Text(
    "Your visit is on {time}. It stays there unless you take this one.",
    "Su cita es el {time}. Queda igual si no toma esta.",
)
TAKE = Text("Take this time", "Tomar esta hora")
DECLINE = Text("Not this time", "Esta no")

GONE = Text("That time has gone", "Esa hora ya no está disponible")
VISIT_STANDS = Text("Your visit stands: {time}.", "Su cita sigue en pie: {time}.")
NOTHING_BOOKED = Text("Nothing is booked.", "No hay ninguna cita reservada.")
STILL_WAITING = Text("You are still on the waiting list.", "Usted sigue en la lista de espera.")
NOT_WAITING = Text(
    "You are not on the waiting list any more.", "Usted ya no está en la lista de espera."
)

SAFETY = Text("First, a few safety questions", "Primero, unas preguntas de seguridad")
SAFETY_WHY = Text(
    "You answered them more than 14 days ago. Please answer each of them again.",
    "Las contestó hace más de 14 días. Por favor, conteste otra vez cada una.",
)
ANSWER_ALL = Text(
    "Please answer every question. Nothing is booked yet.",
    "Por favor, conteste todas las preguntas. Aún no se reservó nada.",
)
GO_ON = Text("Go on", "Continuar")
STOP = Text("Please read this now", "Por favor, lea esto ahora")
NOT_TAKEN = Text("We did not book this time for you.", "No reservamos esta hora para usted.")
CALL_911 = Text("Call 911", "Llamar al 911")
