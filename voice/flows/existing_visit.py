"""A visit that is already booked: staff help, on the phone now or by calling back."""

from voice.dialogue.call import Call
from voice.dialogue.turns import Ending
from voice.flows.transfer import transfer_to_staff
from voice.language import Text

OUR_STAFF = Text(
    "Our staff will help you keep, move, or cancel your visit.",
    "Nuestro personal le ayudará a confirmar, cambiar o cancelar su cita.",
)


def existing_visit(call: Call) -> Ending | None:
    """Transfer the caller to staff; None when the caller would rather book a new visit."""
    call.say(OUR_STAFF)
    return transfer_to_staff(call, why="visit")
