"""The clinic's article in under two minutes, for those who stay on the line."""

import re

import pytest
from support.caller import Caller
from support.pure_call import CLINIC

from voice.dialogue import speech
from voice.flows.education import CALL_ANY_TIME, NEXT
from voice.flows.summary_wording import SUMMARY, TOLD
from voice.language import PAUSE, Language
from voice.simulator.player import Ended

LANGUAGES: tuple[Language, ...] = ("en", "es")
FRAME = (
    "Your back can cause it, writes Doctor Joel Spring, physical therapist.",
    "Any key skips a part.",
    "Next, nerves.",
    "Next, muscle and fascia.",
    "Last, what you can do.",
    "This is not medical advice.",
)
"""Sentences that tell no claim: who speaks, how to skip, what comes next, what this is not."""
TOLD_BY = {
    "foot pain lasts for weeks, months or years, and that is common": (
        "weeks, months, or even years? That is common",
        "semanas, meses o hasta años que le duele el pie? Es común",
    ),
    "the spinal cord ends in the low back": (
        "Your spinal cord ends in your low back",
        "La médula espinal termina en la espalda baja",
    ),
    "nerves go from the neck to the arms, from the low back to hips and legs": (
        "nerves run to your hips and legs. From the neck, to your arms",
        "salen nervios a las caderas y las piernas, y del cuello, a los brazos",
    ),
    "the low back should bend forward and back": (
        "should bend forward and back",
        "debe doblarse hacia adelante y atrás",
    ),
    "it turns a little": (
        "turn a little",
        "girar un poco",
    ),
    "in top athletes the low back muscles work first": (
        "back muscles work first",
        "los músculos de la espalda trabajan primero",
    ),
    "they brace the body, so arms and legs can do more": (
        "brace the body, so arms and legs can do more",
        "firmeza, y brazos y piernas rinden más",
    ),
    "a back that neither moves nor is supported makes legs tight, stiff or inflamed": (
        "does not move and is not supported, your legs may get tight, stiff, or inflamed",
        "no se mueve y no tiene apoyo, las piernas pueden ponerse tensas, rígidas o inflamadas",
    ),
    "that leads to trouble in the feet": (
        "lead to foot trouble",
        "afectar los pies",
    ),
    "the sciatic nerve is the thickest": (
        "sciatic nerve, the thickest in your body",
        "nervio ciático, el más grueso del cuerpo",
    ),
    "there is one on each side": (
        "runs down each side",
        "baja por cada lado",
    ),
    "a stiff or tight back presses on it or on the nerves that feed it": (
        "stiff or tight back may press on it, or on nerves that feed it",
        "rígida o tensa puede presionarlo, o presionar los nervios que lo forman",
    ),
    "feet go numb or tingle": (
        "feet may go numb or tingle",
        "pies dormidos o con hormigueo",
    ),
    "balance suffers, and the feet work more": (
        "may lose balance",
        "perder equilibrio",
    ),
    "mostly one side gets weaker, and that foot and ankle work more": (
        "get weaker, mostly on one side. Then foot and ankle work more",
        "fuerza, casi siempre de un lado. Así, pie y tobillo trabajan más",
    ),
    "fascia lies between skin and muscles": (
        "between your skin and muscles",
        "entre la piel y los músculos",
    ),
    "it stretches less than muscle, but can tighten": (
        "stretches less than muscle, but can get tight",
        "Se estira menos que el músculo, pero puede tensarse",
    ),
    "it runs from the back down the leg to the bottom of the foot": (
        "from your back, down your leg, to the bottom of your foot",
        "desde la espalda, por la pierna, hasta la planta del pie",
    ),
    "tightness in one place tightens others": (
        "Tightness in one place may tighten others",
        "Si una zona se tensa, otras pueden tensarse",
    ),
    "the muscles under it move less, and get tight and sore": (
        "may move less, and get tight and sore",
        "pueden moverse menos, tensarse y doler",
    ),
    "the whole body should be looked at": (
        "Have your whole body looked at",
        "Haga que le revisen todo el cuerpo",
    ),
    "the cause may be anywhere from the back down and not hurt, so treating the foot fails": (
        (
            "from your back down, even where it does not hurt."
            " So you may treat your foot, and see no results"
        ),
        (
            "de la espalda para abajo, aunque ahí no duela."
            " Así, puede tratarse el pie sin ver resultados"
        ),
    ),
    "find someone who treats the cause, not the symptoms": (
        "looks for the cause, not just the symptoms",
        "encuentre la causa, no solo los síntomas",
    ),
    "when he started he treated what people felt, and it took too long": (
        "first started, he treated what people felt. Getting better took longer than it should",
        "empezó, trataba lo que la gente sentía. Tardaban más de lo debido en mejorar",
    ),
    "now he looks at the whole body and treats the cause; you should too": (
        "looks at the whole body, and treats the cause. You should too",
        "revisa todo el cuerpo y trata la causa. Usted también debería hacerlo",
    ),
}
"""Each claim of the article in brief, and the words that tell it in English and in Spanish."""


@pytest.mark.parametrize("claim", TOLD_BY)
def test_every_claim_of_the_article_is_told(claim: str) -> None:
    """Each claim is in the part that the wording file names, in both languages."""
    [part] = [number for number, claims in enumerate(TOLD) if claim in claims]
    english, spanish = TOLD_BY[claim]
    assert english in SUMMARY[part].en
    assert spanish in SUMMARY[part].es


def test_the_table_names_twenty_five_claims_and_a_part_for_each() -> None:
    """Each claim is used once, and no part is without a claim."""
    named = [claim for claims in TOLD for claim in claims]
    assert len(named) == len(set(named)) == 25
    assert set(named) == set(TOLD_BY)
    assert len(TOLD) == len(SUMMARY)
    assert all(TOLD)


def test_the_summary_says_nothing_that_the_article_does_not() -> None:
    """Every sentence contains words of a claim, except those that introduce a part."""
    pieces = {piece for english, _ in TOLD_BY.values() for piece in re.split(r"[.?] ", english)}
    for part in SUMMARY:
        for sentence in re.split(r"(?<=[.?])\s", part.en.replace(PAUSE, "")):
            assert sentence in FRAME or any(piece in sentence for piece in pieces), sentence


def test_the_summary_takes_under_two_minutes() -> None:
    """It takes 90 to 115 seconds, and at most 20 for each part, in both languages."""
    for language in LANGUAGES:
        told = [part.about(**CLINIC.facts).spoken_in(language) for part in SUMMARY]
        parts = [speech.seconds(words) for words in told]
        assert max(parts) <= 20
        assert 90 <= sum(parts) <= 115


def test_the_summary_says_may_and_promises_nothing() -> None:
    """It says what may be the case, never what the caller has."""
    for part in SUMMARY[1:5]:
        assert " may " in part.en
        assert " pued" in part.es
    whole = " ".join(part.en for part in SUMMARY).lower()
    for word in ("you have", "is caused", "will fix", "cure", "diagnos", "always"):
        assert word not in whole


async def test_staying_on_the_line_plays_six_parts_and_asks_what_next(caller: Caller) -> None:
    """The article is followed by how to book, to hear it again, to write and to call."""
    await caller.stays_silent().hears("Has your foot hurt for weeks, months, or even years?")
    await caller.hears("Doctor Joel Spring, physical therapist").stays_silent()
    await caller.hears("Your low back should bend").stays_silent().hears("Next, nerves")
    await caller.stays_silent().hears("Next, muscle and fascia").stays_silent()
    await caller.hears("Last, what you can do").stays_silent()
    await caller.hears("You should too. This is not medical advice.").stays_silent()
    await caller.hears("To book your free video screening, press 1.")
    await caller.hears("Or email info, at B O D Y F I X P T, dot com.")
    await caller.hears("Or call 4 2 5. 2 0 2. 5 6 8 7. To hear this again, press star.")


async def test_who_only_listened_is_said_goodbye_to(caller: Caller) -> None:
    """After eight silent seconds the call ends with a goodbye that mentions 911."""
    for _ in range(8):
        await caller.stays_silent()
    await caller.hears("Call this number any time to book. In an emergency, call 9 1 1.")
    await caller.hears("Goodbye.").hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP
    assert NEXT.wait == 8
    assert "Adiós" in CALL_ANY_TIME.es


async def test_star_repeats_how_to_book_and_one_books(caller: Caller) -> None:
    """A caller can hear the address again, and can still book."""
    await caller.stays_silent()
    for _ in range(7):
        await caller.presses("5")
    await caller.hears("5 is not one of the choices").presses("*")
    await caller.hears("Thank you for listening. To book your free video screening, press 1.")
    await caller.presses("1").hears("safety questions")


async def test_any_key_skips_a_part_and_answers_nothing(caller: Caller) -> None:
    """A key during the summary does not answer a later question."""
    await caller.stays_silent().presses("2").hears("Your low back").presses("5")
    await caller.hears("Next, nerves").presses("2").hears("Next, muscle and fascia")
    await caller.presses("2").hears("Last, what you can do").presses("2").hears("not medical")
    await caller.presses("2").hears("Thank you for listening").presses("1")
    await caller.hears("chest pain").hears_everything()
    assert "at=safety.chest&amp;turn=0" in caller.documents[-1].body


async def test_one_goes_straight_to_booking(caller: Caller) -> None:
    """A caller need not hear the rest."""
    await caller.stays_silent().presses("1").hears("safety questions")


async def test_a_spanish_caller_can_still_change_the_language(caller: Caller) -> None:
    """Nine and seven still work in the summary, and the part is repeated."""
    await caller.stays_silent().hears("Any key skips").presses("9")
    await caller.hears("Cualquier tecla salta una parte")
