"""The greeting."""

from support.caller import Caller

from voice.dialogue import speech


async def test_the_emergency_sentence_comes_before_everything(caller: Caller) -> None:
    """The clinic's name and the emergency sentence take at most eight seconds."""
    await caller.hears("BodyFix Physical Therapy. If this is an emergency, hang up and call 9 1 1.")
    assert caller.seconds <= 8


async def test_the_first_choice_can_be_used_within_ten_seconds(caller: Caller) -> None:
    """A caller in pain reaches the key that books quickly; Spanish comes just before it."""
    await caller.hears("For a free video screening, press 1.")
    said = " ".join(caller.heard)
    assert speech.seconds(said[: said.index("press 1") + len("press 1")]) <= 10.0


async def test_the_greeting_names_every_way_in(caller: Caller) -> None:
    """It offers booked visits, a person, Spanish and the article; nothing is recorded."""
    await caller.hears("For a booked visit, press 2. For a person, press 0.")
    await caller.hears("Calls are not recorded.").hears("Para español, oprima nueve.")
    languages = {segment.language for _, segment in caller.segments if "español" in segment.words}
    assert languages == {"es-US"}


async def test_spanish_is_offered_right_after_the_emergency_sentence(caller: Caller) -> None:
    """A Spanish speaker need not wait for the English menu."""
    await caller.hears("call 9 1 1. Para español, oprima nueve. For a free video screening")


async def test_half_a_second_of_silence_follows_each_key(caller: Caller) -> None:
    """With the keypad on the handset, a caller needs time to put it back to the ear."""
    await caller.presses("1").hears("6 safety questions")
    assert '<break time="500ms" />6 safety questions' in caller.documents[-1].body
    assert "500ms" not in caller.documents[0].body
    await caller.stays_silent()
    assert "500ms" not in caller.documents[-1].body


async def test_one_leads_to_the_safety_questions(caller: Caller) -> None:
    """Booking always starts with the safety questions."""
    await caller.presses("1").hears("6 safety questions").hears("chest pain")


async def test_a_wrong_key_is_said_and_the_choices_come_again_shorter(caller: Caller) -> None:
    """The second attempt is shorter, the third offers help, and the fourth leads to a person."""
    await caller.presses("6").hears("Sorry, 6 is not one of the choices. To book, press 1.")
    await caller.presses("5").hears("For more time, and slower speech, press 7.")
    await caller.presses("4").hears("Let me get you a person. The clinic is closed now.")
    await caller.hears("To have our staff call you, press 1.")


async def test_nine_changes_the_language_of_everything(caller: Caller) -> None:
    """Everything after key 9 is Spanish, and 9 changes back."""
    await caller.presses("9").hears("Si es una emergencia, cuelgue y llame al 9 1 1.")
    await caller.presses("1").hears("¿Tiene ahora dolor de pecho")
    await caller.presses("9").hears("do you have chest pain")


async def test_slower_speech_is_not_offered_once_it_is_on(caller: Caller) -> None:
    """The help before the third attempt then offers only a person."""
    await caller.presses("7").hears("I will speak slower and wait longer.")
    await caller.presses("5").hears("5 is not one of the choices.")
    await caller.presses("5").hears("For a person, press 0.")
    await caller.presses("1").hears("6 safety questions. Right now").hears_everything()
    await caller.presses("5").hears("To hear it again, press star. For a person, press 0.")
    assert "slower speech" not in " ".join(caller.heard)


async def test_the_question_where_slower_speech_was_asked_for_does_not_offer_it_again(
    caller: Caller,
) -> None:
    """Star and key 7 say the introduction again, now without the offer, also in Spanish."""
    await caller.presses("9").presses("1").hears("Más despacio, oprima 7.").presses("7")
    await caller.hears("Hablaré más despacio y esperaré más.").presses("*")
    await caller.hears("6 preguntas de seguridad. ¿Tiene ahora dolor de pecho")


async def test_the_other_language_is_offered_last_to_whoever_changed_it(caller: Caller) -> None:
    """English is offered in English, after the choices that a Spanish speaker came for."""
    await caller.presses("9").hears("Para una cita gratis por video, oprima 1.")
    await caller.hears("No grabamos llamadas. For English, press 9.")


async def test_seven_speaks_slower_and_waits_twice_as_long(caller: Caller) -> None:
    """Slower speech and longer waits last for the rest of the call."""
    await caller.presses("7").hears("I will speak slower and wait longer.")
    await caller.presses("1").hears("do you have chest pain").hears_everything()
    document = caller.documents[-1].body
    assert 'timeout="20"' in document
    assert '<prosody rate="85%">' in document


async def test_star_says_it_all_again(caller: Caller) -> None:
    """A repeat does not count as a failed attempt."""
    for _ in range(3):
        await caller.presses("*").hears("BodyFix Physical Therapy. If this is an emergency")
    await caller.presses("1").hears("do you have chest pain")
