"""The first words of a call."""

from support.caller import Caller

from voice.dialogue import speech


async def test_the_emergency_sentence_comes_before_everything(caller: Caller) -> None:
    """Who this is, then what to do in an emergency, over within eight seconds."""
    await caller.hears("BodyFix Physical Therapy. If this is an emergency, hang up and call 9 1 1.")
    assert caller.seconds <= 8


async def test_the_first_choice_can_be_used_within_ten_seconds(caller: Caller) -> None:
    """A caller in pain waits no longer for the key that books; Spanish comes right before it."""
    await caller.hears("For a free video screening, press 1.")
    said = " ".join(caller.heard)
    assert speech.seconds(said[: said.index("press 1") + len("press 1")]) <= 10.0


async def test_the_greeting_names_every_way_in(caller: Caller) -> None:
    """A booked visit, a person, Spanish in a Spanish voice, learning; and nothing is recorded."""
    await caller.hears("For a booked visit, press 2. For a person, press 0.")
    await caller.hears("Calls are not recorded.").hears("Para español, oprima nueve.")
    languages = {segment.language for _, segment in caller.segments if "español" in segment.words}
    assert languages == {"es-US"}


async def test_spanish_is_offered_right_after_the_emergency_sentence(caller: Caller) -> None:
    """Who does not understand English waits for no English menu."""
    await caller.hears("call 9 1 1. Para español, oprima nueve. For a free video screening")


async def test_half_a_second_of_silence_follows_each_key(caller: Caller) -> None:
    """The keypad may be on the handset, which has to go back to the ear; silence needs none."""
    await caller.presses("1").hears("6 safety questions")
    assert '<break time="500ms" />6 safety questions' in caller.documents[-1].body
    assert "500ms" not in caller.documents[0].body
    await caller.stays_silent()
    assert "500ms" not in caller.documents[-1].body


async def test_one_leads_to_the_safety_questions(caller: Caller) -> None:
    """Booking begins with safety, whatever the caller is in a hurry for."""
    await caller.presses("1").hears("6 safety questions").hears("chest pain")


async def test_a_wrong_key_is_said_and_the_choices_come_again_shorter(caller: Caller) -> None:
    """The second try is short, the third offers help, the fourth is a person."""
    await caller.presses("6").hears("Sorry, 6 is not one of the choices. To book, press 1.")
    await caller.presses("5").hears("For more time, and slower speech, press 7.")
    await caller.presses("4").hears("Let me get you a person. The clinic is closed now.")
    await caller.hears("To have our staff call you, press 1.")


async def test_nine_changes_the_language_of_everything(caller: Caller) -> None:
    """A Spanish caller hears Spanish from the next word on, and 9 leads back."""
    await caller.presses("9").hears("Si es una emergencia, cuelgue y llame al 9 1 1.")
    await caller.presses("1").hears("¿tiene dolor de pecho")
    await caller.presses("9").hears("do you have chest pain")


async def test_slower_speech_is_not_offered_once_it_is_on(caller: Caller) -> None:
    """The help before the third attempt names a person alone."""
    await caller.presses("7").hears("I will speak slower and wait longer.")
    await caller.presses("5").hears("5 is not one of the choices.")
    await caller.presses("5").hears("For a person, press 0.")
    assert "slower speech" not in " ".join(caller.heard)


async def test_seven_speaks_slower_and_waits_twice_as_long(caller: Caller) -> None:
    """More time for those who need it, for the rest of the call."""
    await caller.presses("7").hears("I will speak slower and wait longer.")
    await caller.presses("1").hears("do you have chest pain").hears_everything()
    document = caller.documents[-1].body
    assert 'timeout="20"' in document
    assert '<prosody rate="85%">' in document


async def test_star_says_it_all_again(caller: Caller) -> None:
    """Nothing is lost by asking again, and no miss is counted."""
    for _ in range(3):
        await caller.presses("*").hears("BodyFix Physical Therapy. If this is an emergency")
    await caller.presses("1").hears("do you have chest pain")
