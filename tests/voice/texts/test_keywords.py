"""What a patient's text means, however it is written."""

import pytest

from voice.texts.answers import REPLIES
from voice.texts.keywords import START_WORDS, STOP_WORDS, Meaning, meaning_of
from voice.texts.messages import TEXTS


@pytest.mark.parametrize("word", sorted(STOP_WORDS))
@pytest.mark.parametrize("form", ["{}", " {} \n", "{}!", "\u201c{}.\u201d", "{}\ufe0f"])
def test_every_stop_word_counts_in_any_form(word: str, form: str) -> None:
    """Capitals, spaces and punctuation do not matter; a stop word must be alone, as at Twilio."""
    for said in (word, word.upper(), word.title()):
        assert meaning_of(form.format(said)) == "stop"


@pytest.mark.parametrize("word", sorted(START_WORDS))
def test_every_start_word_counts(word: str) -> None:
    """Start words count in any case; YES is also an answer, so the context decides."""
    assert meaning_of(word.upper() + " ") == ("yes" if word == "yes" else "start")


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
        ("S\u00ed", "confirm"),
        ("Confirmed", "confirm"),
        ("Yes, thank you!", "confirm"),
        ("OK, see you then", "confirm"),
        ("s\u00ed gracias, ah\u00ed estar\u00e9", "confirm"),
        ("ok but can I come later", "other"),
        ("thank you", "other"),
        ("yes, my chest hurts", "emergency"),
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
    """Suicide comes first, then danger signs anywhere, then other stop phrases, C and M."""
    assert meaning_of(body) == meaning


QUOTED = [
    form.about(
        name="BodyFix", number="425-202-5687", when="Thu Dec 3, 10:00 AM PT", time="10:00 AM PT",
        link="https://line.example.org/visit/die-pee-911", video="https://v.example", code="123456",
    ).spoken_in(language)
    for form in (*REPLIES, *(form for forms in TEXTS.values() for form in forms))
    for language in ("en", "es")
]  # fmt: skip


@pytest.mark.parametrize(
    "form",
    [
        "Liked \u201c{}\u201d", "Loved \u201c{}\u201d", "Le gust\u00f3 \u201c{}\u201d",
        "\U0001f44d to \u201c{}\u201d", "Removed a like from \u201c{}\u201d", 'Laughed at "{}"',
        "Disliked \u201c{}\u201d", "Emphasized \u201c{}\u201d", "Questioned \u201c{}\u201d",
        "Reacted \U0001f44d to \u201c{}\u201d", "Removed \u2764\ufe0f from \u201c{}\u201d",
        "\u200b\U0001f44d\u200b to \u201c\u200a{}\u200a\u201d",
        "Removed an exclamation from \u201c{}\u201d", "\U0001f602 a \u201c{}\u201d",
        '\u2764\ufe0f to "{}"', "No le gust\u00f3 \u201c{}\u201d", "Me gust\u00f3 \u201c{}\u201d",
        "Le encant\u00f3 \u00ab{}\u00bb", "Se ri\u00f3 de \u201c{}\u201d",
        "Enfatiz\u00f3 \u201c{}\u201d", "Exclam\u00f3 \u201c{}\u201d",
        "Cuestion\u00f3 \u201c{}\u201d", "Reaccion\u00f3 con \U0001f44d a \u201c{}\u201d",
        "Reaccion\u00f3 a \u201c{}\u201d con \U0001f44d",
        "Quit\u00f3 un me gusta de \u201c{}\u201d",
        "Elimin\u00f3 un \u201cme encanta\u201d de \u201c{}\u201d",
    ],
)  # fmt: skip
def test_a_reaction_to_any_text_of_ours_means_nothing(form: str) -> None:
    """A phone's reaction quotes our own "emergency" and "911", sometimes truncated."""
    for text in QUOTED:
        assert meaning_of(form.format(text)) == "reaction", text
        for cut in (3, 6, 9, 20):
            assert meaning_of(form.format(text[:-cut] + "\u2026")) == "reaction", text


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("Liked an image", "reaction"),
        ("Le gust\u00f3 una imagen", "reaction"),
        ('To "clarify": can I come later?', "other"),
        ('A "friend" told me to move it', "other"),
        ("I liked the screening", "other"),
        ("Loved it, thank you", "other"),
        ("Me gusta la hora", "other"),
    ],
)
def test_what_is_no_quote_is_no_reaction(body: str, meaning: Meaning) -> None:
    """A patient's own words are read even if they begin like a reaction."""
    assert meaning_of(body) == meaning


@pytest.mark.parametrize("text", QUOTED)
def test_a_danger_sign_beside_our_own_words_counts(text: str) -> None:
    """A danger sign counts in a reply that quotes us and in a reaction to the patient's words."""
    assert meaning_of(f"{text} - I have chest pain") == "emergency"
    assert meaning_of(f"no puedo respirar\n> {text}") == "emergency"
    assert meaning_of("Liked \u201cI have chest pain\u201d") == "emergency"
