"""What a patient's text means, however it is written."""

import pytest

from voice.texts.keywords import START_WORDS, STOP_WORDS, Meaning, meaning_of


@pytest.mark.parametrize("word", sorted(STOP_WORDS))
@pytest.mark.parametrize("form", ["{}", " {} \n", "{}!", "\u201c{}.\u201d", "{}\ufe0f"])
def test_every_stop_word_counts_in_any_form(word: str, form: str) -> None:
    """Capitals, spaces, punctuation; alone, as it counts for Twilio."""
    for said in (word, word.upper(), word.title()):
        assert meaning_of(form.format(said)) == "stop"


@pytest.mark.parametrize("word", sorted(START_WORDS))
def test_every_start_word_counts(word: str) -> None:
    """In any capitals."""
    assert meaning_of(word.upper() + " ") == "start"


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("stop texting me", "stop"),
        ("Opt out", "stop"),
        ("Please don't stop by before 9", "other"),
        ("No más mensajes", "stop"),
        ("alto", "stop"),
        ("cancel my appointment please", "other"),
        ("in the end it works", "other"),
        ("c", "confirm"),
        ("C.", "confirm"),
        (" Confirmo! ", "confirm"),
        ("m", "move"),
        ("HELP", "help"),
        ("info", "help"),
        ("", "other"),
        ("\U0001f44d", "other"),
        ("I have chest pain", "emergency"),
        ("Dolor de PECHO", "emergency"),
        ("call 911?", "emergency"),
        ("stop it hurts, my heart", "emergency"),
        ("no puedo respirar", "emergency"),
        ("quiero quitarme la vida", "crisis"),
        ("I want to die", "crisis"),
        ("Stop. I will KILL MYSELF", "crisis"),
        ("thinking of suicide, chest pain", "crisis"),
        ("me quiero matar", "crisis"),
        ("ya no quiero vivir", "crisis"),
        ("voy a hacerme daño", "crisis"),
        ("will I die of this?", "emergency"),
        ("my phone may die", "emergency"),
        ("it is killing me", "other"),
        ("I can't pee since monday", "emergency"),
        ("x" * 10_000, "other"),
        ("\x00\ud800", "other"),
    ],
)
def test_what_a_text_means(body: str, meaning: Meaning) -> None:
    """Words of suicide first, then danger signs, anywhere; then a stop in other words, C and M."""
    assert meaning_of(body) == meaning
