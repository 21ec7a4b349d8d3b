"""After booking: the visit code, consent to texts, safety advice, goodbye."""

from dataclasses import replace

from support.caller import Caller
from support.patients import To, only_booking
from support.pure_call import CLINIC, PureCall

from voice.bootstrap import Line
from voice.simulator.player import Ended


async def test_the_visit_code_is_said_twice_in_two_groups(
    caller: Caller, line: Line, to_booked: To
) -> None:
    """The six digits are said one by one in groups of three."""
    await to_booked(caller)
    code = (await only_booking(line, caller)).visit_code or ""
    spoken = f"{' '.join(code[:3])}. {' '.join(code[3:])}."
    await caller.hears(f"Your visit code is {spoken} Again, {spoken}")


async def test_the_visit_code_can_be_heard_again(caller: Caller, line: Line, to_booked: To) -> None:
    """By star, by a wrong key, and by 8 at the question after it, which is then asked again."""
    await to_booked(caller)
    code = (await only_booking(line, caller)).visit_code or ""
    spoken = f"{' '.join(code[:3])}. {' '.join(code[3:])}."
    await caller.hears("To hear this again, press star.").presses("*")
    await caller.hears("You are booked.").hears(f"Your visit code is {spoken}")
    await caller.presses("5").hears(
        f"Sorry, 5 is not one of the choices. Your visit code is {spoken}"
    )
    await caller.hears("To go on, press 1.").presses("1")
    await caller.hears("Have you had cancer?").presses("8")
    await caller.hears(f"Your visit code is {spoken}").presses("1")
    await caller.hears("Have you had cancer?").presses("2")
    await caller.hears("text you about this visit")


async def test_consent_is_stored_with_time_number_and_wording(
    caller: Caller, line: Line, to_consent: To
) -> None:
    """A yes allows texts to the caller's number."""
    await to_consent(caller)
    await caller.hears("text you about this visit, at the number ending in 0 1 2 3?")
    await caller.hears("About five texts: the link, reminders, changes.")
    await caller.hears("Message and data rates may apply. Reply stop to end, help for help.")
    await caller.presses("1")
    await caller.hears("If it does not come, we will call you. Reply stop to end texts.")
    booking = await only_booking(line, caller)
    assert booking.text_number == "+14255550123"
    assert booking.text_consent_at is not None
    assert booking.text_wording == "2026-11-2"


async def test_without_consent_the_caller_hears_how_the_link_comes(
    caller: Caller, line: Line, to_consent: To
) -> None:
    """Staff will call with the link, and no consent is stored."""
    await to_consent(caller)
    await caller.presses("2")
    await caller.hears("No texts, then. We will call you with the video link before your visit.")
    assert (await only_booking(line, caller)).text_number is None


def test_a_line_that_sends_no_texts_does_not_ask_for_consent() -> None:
    """It says at once how the link comes."""
    call = PureCall(clinic=replace(CLINIC, texts=False))
    while "You are booked" not in call.words:
        assert not call.over
        call.presses({"greeting": "1", "confirm": "1"}.get(_step(call), "2"))
    call.presses("", "2")
    assert call.words.startswith("No texts, then. We will call you")


def _step(call: PureCall) -> str:
    return getattr(call.here, "step", "")


async def test_texts_can_go_to_another_number(caller: Caller, line: Line, to_consent: To) -> None:
    """The other number is entered, read back digit by digit, and corrected."""
    await to_consent(caller)
    await caller.presses("3").hears("Please enter your ten digit phone number")
    await caller.presses("4255550177#").hears("I have 4 2 5. 5 5 5. 0 1 7 7.").presses("2")
    await caller.presses("4255550178#").hears("I have 4 2 5. 5 5 5. 0 1 7 8.").presses("1")
    await caller.hears("A text with your link is on its way.")
    assert (await only_booking(line, caller)).text_number == "+14255550178"


async def test_every_booked_call_ends_with_the_safety_net(caller: Caller, to_consent: To) -> None:
    """No key interrupts the warning signs, how to change the visit, and the goodbye."""
    await to_consent(caller)
    await caller.presses("1").stays_silent()
    await caller.hears("Go to an emergency room right away if any of this starts.")
    await caller.hears("To change or cancel, call this number.").hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP


async def test_a_whole_booking_in_spanish(caller: Caller, line: Line) -> None:
    """Words, dates and times are Spanish from the first question to the goodbye."""
    await caller.presses("9").presses("1")
    for _ in range(6):
        await caller.hears("odas ").presses("2")
    await caller.hears("¿Qué pie?").presses("1").presses("1").presses("1").presses("1").presses("1")
    await caller.hears("¿cuánto le duele?").presses("5#")
    await caller.hears("El martes 1 de diciembre a las 9 de la mañana, oprima 2.").presses("2")
    await caller.hears("Para reservarla, oprima 1.").presses("1").hears("Su cita está confirmada.")
    await caller.stays_silent().hears("Una más, para su cita.").presses("2")
    await caller.hears("¿Puede BodyFix Physical Therapy enviarle mensajes de texto")
    await caller.presses("1").hears("Le enviamos un mensaje de texto con su enlace.").stays_silent()
    await caller.hears("Vaya de inmediato a una sala de emergencias").hears("Adiós.")
    assert (await only_booking(line, caller)).language == "es"
