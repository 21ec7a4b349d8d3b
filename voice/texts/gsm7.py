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
_LETTERS = frozenset(_BASIC + _EXTENDED)
_LIKE = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2039": "'", "\u203a": "'",
    "\u02bb": "'", "\u02bc": "'", "\u2032": "'", "\u00b4": "'", "`": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"', "\u00ab": '"',
    "\u00bb": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-",
    "\u2015": "-", "\u2212": "-", "\u2044": "/", "\u00d7": "x", "\u00b7": ".", "\u2022": "-",
    "\u0131": "i", "œ": "oe", "Œ": "OE", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ŋ": "n",
    "Ŋ": "N", "ẞ": "SS", "©": "(c)", "®": "(R)",
}  # fmt: skip


def septets(text: str) -> int:
    """The length of a text. Raises ValueError for a character that the alphabet lacks."""
    if missing := set(text) - _LETTERS:
        message = f"not in the alphabet of text messages: {' '.join(sorted(missing))}"
        raise ValueError(message)
    return len(text) + sum(map(text.count, _EXTENDED))


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
    if letter in _LETTERS:
        return letter
    if letter in _LIKE:
        return _LIKE[letter]
    decomposed = unicodedata.normalize("NFKD", letter)
    if decomposed != letter:
        return "".join(map(_nearest_letter, decomposed))
    # Strokes and hooks are no accents to Unicode, but its names tell: L WITH STROKE.
    plain, found, _ = unicodedata.name(letter, "").partition(" WITH ")
    return _named(plain) if found else ""


def _named(name: str) -> str:
    try:
        return _nearest_letter(unicodedata.lookup(name))
    except KeyError:
        return ""
