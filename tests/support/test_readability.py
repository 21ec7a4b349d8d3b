"""The Spanish readability check counts syllables as a Spanish speaker does."""

import pytest
from support.readability import spanish_index, spanish_syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("pie", 1), ("y", 1), ("hay", 1), ("muy", 1), ("día", 2), ("oír", 2), ("peor", 2),
        ("sigue", 2), ("país", 2), ("ciudad", 2), ("huir", 1), ("adiós", 2), ("mayo", 2),
        ("video", 3), ("ciático", 3), ("guitarra", 3), ("pingüino", 3), ("todavía", 4),
        ("emergencia", 4), ("aeropuerto", 5), ("911", 6), ("Ñandú", 2),
    ],
)  # fmt: skip
def test_syllables(word: str, syllables: int) -> None:
    """Two strong vowels separate, an unaccented weak one joins, and u is silent in gue."""
    assert spanish_syllables(word) == syllables


def test_the_index_is_the_published_formula() -> None:
    """Two sentences, six words, thirteen syllables, worked out by hand."""
    assert spanish_index("¿Tiene dolor ahora? Llame al médico.") == pytest.approx(
        206.835 - 62.3 * 13 / 6 - 6 / 2
    )


def test_hard_words_and_long_sentences_make_it_fall() -> None:
    """Medical jargon is refused where the same content in plain words passes."""
    hard = "La claudicación neurológica intermitente bilateral requiere evaluación hospitalaria."
    plain = "Si se le debilitan las dos piernas, vaya ya a una sala de emergencias."
    assert spanish_index(hard) < 30
    assert spanish_index(plain) > 65
