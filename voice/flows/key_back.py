"""A spoken number to key back, asked while unusually many calls come in: most robots do not listen.

It follows what to do in an emergency and the safety questions, and comes before a time is held.
"""

from dataclasses import replace

from voice.dialogue.call import Call
from voice.dialogue.limit_results import KeyBack
from voice.dialogue.questions import Entry
from voice.language import Text

TRIES = 3
KEY_BACK = Entry(
    "key_back",
    Text(
        "Many calls are coming in. To go on, please key in {digits}.",
        "Hay muchas llamadas. Para continuar, marque {digits}.",
    ),
    max_digits=2,
    finish="",
    wait=6,
    short=Text("Please key in {digits}.", "Por favor, marque {digits}."),
)
ANOTHER = Text("That was another number.", "Ese fue otro número.")


def keyed_back(call: Call, asked: KeyBack) -> bool:
    """Whether the caller keys the digits within three tries."""
    said = " ".join(asked.digits)
    spoken = Text(said, said)
    entry = replace(
        KEY_BACK,
        words=KEY_BACK.words.about(digits=spoken),
        short=KEY_BACK.short.about(digits=spoken),
        max_digits=len(asked.digits),
        least=len(asked.digits),
    )
    for _ in range(TRIES):
        if call.ask_digits(entry) == asked.digits:
            return True
        call.say(ANOTHER)
    return False
