"""<Dial> follows https://www.twilio.com/docs/voice/twiml/dial, with a simulated outcome."""

import pytest
from support.tiny_line import BASE, Played, play

from voice.simulator.handset import Kind, Staff

WHISPER = (
    '<Gather action="/pressed" numDigits="1" actionOnEmptyResult="true">'
    "<Say>To take the call, press 1.</Say></Gather>"
)


def dial(outcome: Staff, pressed: str = "") -> Played:
    """A line that calls staff for 20 seconds with a whisper."""
    number = '<Number url="/whisper">+14255550199</Number>'
    documents = {
        "/voice/incoming": f'<Dial timeout="20" action="/dialled">{number}</Dial><Say>Never.</Say>',
        "/whisper": WHISPER,
        "/pressed": pressed,
        "/dialled": "<Say>After the talk.</Say>",
    }
    return play(documents, outcome=outcome)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Staff.BUSY, "busy"), (Staff.NO_ANSWER, "no-answer"), (Staff.FAILED, "failed")],
)
def test_who_is_not_reached_is_told_to_the_action(outcome: Staff, status: str) -> None:
    """DialCallStatus gives the reason, and verbs after the Dial are not run."""
    played = dial(outcome)
    told = played.line.fields("/dialled")
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, "false")
    assert told["DialCallDuration"] == "0"
    assert played.handset.words == ["After the talk."]


def test_an_unanswered_phone_rings_as_long_as_it_may() -> None:
    """An unanswered call rings until the timeout."""
    assert dial(Staff.NO_ANSWER).handset.seconds_of(Kind.RINGING) == [20.0]


def test_staff_who_answer_hear_the_whisper_and_talk() -> None:
    """https://www.twilio.com/docs/voice/twiml/number#url: both are connected after the whisper."""
    played = dial(Staff.ANSWERS)
    told = played.line.fields("/dialled")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "true")
    assert told["DialCallDuration"] == "30"
    assert played.line.fields("/pressed")["Digits"] == "1"
    assert played.handset.seconds_of(Kind.TALK) == [30.0]


def test_the_whisper_is_a_call_of_its_own() -> None:
    """https://www.twilio.com/docs/voice/twiml: a dialled leg names its parent call."""
    played = dial(Staff.ANSWERS)
    leg, call = played.line.fields("/whisper"), played.line.fields("/voice/incoming")
    assert leg["ParentCallSid"] == call["CallSid"] != leg["CallSid"]
    assert leg["CallSid"] == played.line.fields("/dialled")["DialCallSid"]
    assert (leg["Direction"], leg["To"]) == ("outbound-dial", "+14255550199")
    paths = [document.url.removeprefix(BASE) for document in played.player.documents]
    assert paths == ["/voice/incoming", "/whisper", "/pressed", "/dialled"]


def test_a_voicemail_box_does_not_take_the_call() -> None:
    """https://www.twilio.com/docs/voice/twiml/number#url: a Hangup in the whisper refuses it."""
    told = dial(Staff.VOICEMAIL, pressed="<Hangup/>").line.fields("/dialled")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "false")


def test_without_an_action_the_document_goes_on() -> None:
    """https://www.twilio.com/docs/voice/twiml/dial#action: the verb after it is run."""
    played = play({"/voice/incoming": "<Dial>+14255550199</Dial><Say>Going on.</Say>"})
    assert played.handset.words == ["Going on."]
    assert played.handset.seconds_of(Kind.RINGING) == [30.0]


def test_without_a_whisper_a_voicemail_box_takes_the_call() -> None:
    """https://www.twilio.com/docs/voice/twiml/dial: whoever answers is connected."""
    documents = {"/voice/incoming": '<Dial action="/dialled">+14255550199</Dial>', "/dialled": ""}
    told = play(documents, outcome=Staff.VOICEMAIL).line.fields("/dialled")
    assert told["DialBridged"] == "true"
