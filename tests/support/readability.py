"""How easy a Spanish text is to read: the Szigriszt-Pazos index and its syllables.

Formula: 206.835 - 62.3 * syllables / words - words / sentences (Szigriszt Pazos 1993), read on the
INFLESZ scale (Barrio-Cantalejo 2008): above 80 very easy, 65 to 80 quite easy, 55 to 65 normal.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+|\d+")
_DIGITS = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")


def spanish_index(text: str) -> float:
    """The Szigriszt-Pazos index of a text with at least one word; higher is easier."""
    words = _words(text)
    sentences = max(1, len(re.findall(r"[.?!:]+(?=\s|$)", text.strip())))
    syllables = sum(map(spanish_syllables, words))
    return 206.835 - 62.3 * syllables / len(words) - len(words) / sentences


def spanish_syllables(word: str) -> int:
    """The number of syllables of a Spanish word; for a number, those of its digits."""
    word = unicodedata.normalize("NFC", word.lower())
    if word.isdigit():
        return sum(spanish_syllables(_DIGITS[int(digit)]) for digit in word)
    word = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "g", word).replace("ü", "u")
    return max(1, len(_syllable_nuclei(word)))


def _words(text: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(text)]


def _syllable_nuclei(word: str) -> list[str]:
    """Count vowel groups, which end between two strong vowels and at an accented weak one."""
    nuclei: list[str] = []
    for run in re.findall(r"[aeiouáéíóú]+y?\b|[aeiouáéíóú]+|y(?![aeiouáéíóú])", word):
        nuclei += re.findall(r"[íú]|[iu]*[aeoáéó][iuy]*(?![íú])|[iu]*[aeoáéó]|[iu]+y?|y", run)
    return nuclei
