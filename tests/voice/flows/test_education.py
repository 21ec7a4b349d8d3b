"""The article in about a minute, for those who stay on the line."""

from support.caller import Caller

from voice.dialogue import speech
from voice.flows.clinical_wording import NOT_ADVICE, SUMMARY
from voice.flows.education import INVITATION
from voice.language import Language


async def test_staying_on_the_line_plays_four_parts_and_invites(caller: Caller) -> None:
    """Back and foot, nerves, muscle and fascia, what to do; then the way to book and to write."""
    await caller.stays_silent().hears("Any key skips a part").stays_silent().hears("Next, nerves")
    await caller.stays_silent().hears("Next, muscle and fascia").stays_silent()
    await caller.hears("Last, what you can do").stays_silent()
    await caller.hears("This is not medical advice. To book a free video screening, press 1")
    await caller.hears("email info, at B O D Y F I X P T, dot com").stays_silent()
    await caller.hears("5 safety questions")


def test_the_summary_takes_about_a_minute() -> None:
    """Between 45 and 75 seconds in all, in both languages."""
    languages: tuple[Language, ...] = ("en", "es")
    for language in languages:
        email = speech.email("info@bodyfixpt.com")
        parts = [*SUMMARY, (NOT_ADVICE + INVITATION).about(email=email)]
        assert 45 <= sum(speech.seconds(part.spoken_in(language)) for part in parts) <= 75


def test_the_summary_says_may_and_promises_nothing() -> None:
    """Every part speaks of what may be; none says what the caller has."""
    for part in SUMMARY[:3]:
        assert " may " in part.en
        assert " pued" in part.es
    whole = " ".join(part.en for part in SUMMARY).lower()
    for word in ("you have", "is caused", "will fix", "cure", "diagnos", "always"):
        assert word not in whole


async def test_any_key_skips_a_part_and_answers_nothing(caller: Caller) -> None:
    """A key during the summary is no answer to a later question."""
    await caller.stays_silent().presses("2").hears("Next, nerves").presses("5")
    await caller.hears("Next, muscle and fascia").presses("2").hears("Last, what you can do")
    await caller.presses("2").hears("This is not medical advice").presses("2")
    await caller.hears("any chest pain").hears_everything()
    assert "at=safety.heart&amp;turn=0" in caller.documents[-1].body


async def test_one_goes_straight_to_booking(caller: Caller) -> None:
    """Nobody has to hear it out."""
    await caller.stays_silent().presses("1").hears("5 safety questions")


async def test_a_spanish_caller_can_still_change_the_language(caller: Caller) -> None:
    """Nine and seven keep their meaning in the summary, and the part is told again."""
    await caller.stays_silent().hears("Any key skips").presses("9")
    await caller.hears("Cualquier tecla salta una parte")
