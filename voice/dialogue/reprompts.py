"""What is said after no input, a wrong key, or a key that means the same everywhere."""

from voice.language import Text

NO_KEY = Text("Sorry, I did not hear a key.", "Perdón, no oí ninguna tecla.")
NOT_A_CHOICE = Text("Sorry, {key} is not one of the choices.", "Perdón, {key} no es una opción.")
MORE_TIME = Text(
    "For more time, and slower speech, press 7.",
    "Para tener más tiempo y que hable más despacio, oprima 7.",
)
FOR_A_PERSON = Text("For a person, press 0.", "Para hablar con una persona, oprima 0.")
GIVE_UP = Text("Let me get you a person.", "Le comunico con una persona.")
OFFER_SLOWER = Text("For slower speech, press 7.", "Más despacio, oprima 7.")
"""Left out of every prompt once speech is slow, see `replay.Replay`."""
SLOWER = Text("I will speak slower and wait longer.", "Hablaré más despacio y esperaré más.")
SILENT = Text(
    "I will stop here, since I do not hear a key. In an emergency, call 9 1 1."
    "¦ Please call again at any time.¦ Or email {email}. Goodbye.",
    "Termino aquí, porque no oigo ninguna tecla. En caso de emergencia, llame al 9 1 1."
    "¦ Vuelva a llamar cuando quiera.¦ O escriba a {email}. Adiós.",
)
CALL_AGAIN = Text(
    "I will stop here. Please call again at any time.¦ Or email {email}."
    "¦ In an emergency, call 9 1 1. Goodbye.",
    "Termino aquí. Vuelva a llamar cuando quiera.¦ O escriba a {email}."
    "¦ En caso de emergencia, llame al 9 1 1. Adiós.",
)
PRESS = Text("press {key}", "oprima {key}")
KEY_ALONE = Text("{key}", "{key}")
