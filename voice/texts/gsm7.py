"""The length of a text in septets of the GSM 7-bit alphabet, the only characters used here.

Source: 3GPP TS 23.038 section 6.2.1. It has é, ñ and ¿ but not á, í, ó and ú; one
character outside it turns the whole text into 16-bit units, of which only 70 fit in a message.
"""

import unicodedata

ONE_MESSAGE = 160
"""Septets."""
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
_LIKE = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-",
    "\u00b4": "'", "`": "'", "\u0131": "i",
    "ç": "c", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "œ": "oe", "Œ": "OE", "ð": "d",
    "Ð": "D", "þ": "th", "Þ": "Th",
}  # fmt: skip


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


def nearest(text: str) -> str:
    """The text in letters of the alphabet: without an accent that it lacks, or a plain likeness.

    A letter that has no likeness is left out.
    """
    return "".join(_nearest_letter(letter) for letter in unicodedata.normalize("NFC", text))


def _nearest_letter(letter: str) -> str:
    if letter in _BASIC + _EXTENDED:
        return letter
    if letter in _LIKE:
        return _LIKE[letter]
    decomposed = unicodedata.normalize("NFKD", letter)
    return "".join(each for each in decomposed if each in _BASIC)
