"""The length of a text in septets of the GSM 7-bit alphabet, the only characters used here.

Source: 3GPP TS 23.038 section 6.2.1. It has é, ñ and ¿ but not á, í, ó and ú; one
character outside it turns the whole text into 16-bit units, of which only 70 fit in a message.
"""

ONE_MESSAGE = 160
"""Septets."""
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"


def septets(text: str) -> int:
    """The length of a text. Raises ValueError for a character that the alphabet lacks."""
    missing = sorted({letter for letter in text if letter not in _BASIC + _EXTENDED})
    if missing:
        message = f"not in the alphabet of text messages: {' '.join(missing)}"
        raise ValueError(message)
    return len(text) + sum(text.count(letter) for letter in _EXTENDED)


def fits(text: str) -> bool:
    """Whether it can be sent as one message."""
    try:
        return septets(text) <= ONE_MESSAGE
    except ValueError:
        return False
