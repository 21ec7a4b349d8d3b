"""What Twilio does when a line fails: https://www.twilio.com/docs/usage/webhooks (fallback)."""

import asyncio

import pytest
from support.tiny_line import BASE, TOKEN, TimedHandset, play

from voice.simulator.caller_id import CallerId
from voice.simulator.player import Ended, Player
from voice.simulator.transport import InProcess
from voice.simulator.twiml_document import InvalidTwimlError, parse

SORRY = "<Say>Sorry, please call again.</Say><Hangup/>"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, "broken"), 11200),
        ((302, ""), 11200),
        ((204, ""), 11200),
        ((200, "no XML"), 12100),
        ((200, " <?xml version='1.0'?><Response/>"), 12100),
        ((200, "\n<Response/>"), 12100),
        ((200, "<Response>"), 12100),
        ((200, "<Answer/>"), 12100),
        ("<Sing/>", 12200),
        ("<Say>A<audio/></Say>", 12200),
        ("<Say><break time='long'/></Say>", 12200),
        ("<Say><prosody rate='odd'>A</prosody></Say>", 12200),
        ("<Gather input='speech'/>", 12200),
        ("<Gather method='GET'/>", 12200),
        ("<Gather numDigits='0'/>", 12200),
        ("<Gather timeout='soon'/>", 12200),
        ("<Gather finishOnKey='A'/>", 13310),
        ("<Gather><Dial/></Gather>", 13320),
        ("<Dial><Sip>sip:a@b</Sip></Dial>", 12200),
        ("<Say>" + "a" * 65536 + "</Say>", 11750),
    ],
)
def test_a_document_that_twilio_refuses_leads_to_the_fallback(
    answer: str | tuple[int, str], code: int
) -> None:
    """The fallback is told the code and the address: https://www.twilio.com/docs/api/errors."""
    played = play({"/voice/incoming": answer, "/voice/fallback": SORRY})
    told = played.line.fields("/voice/fallback")
    assert (told["ErrorCode"], told["ErrorUrl"]) == (str(code), f"{BASE}/voice/incoming")
    assert played.handset.words == ["Sorry, please call again."]
    assert played.ended is Ended.LINE_HUNG_UP
    assert [alarm.code for alarm in played.player.alarms] == [code]


def test_json_is_no_document() -> None:
    """https://www.twilio.com/docs/api/errors/12300: the content type decides."""
    played = play({"/voice/incoming": "", "/voice/fallback": ""}, content_type="application/json")
    assert [alarm.code for alarm in played.player.alarms] == [12300, 12300]


def test_a_fallback_that_fails_too_ends_the_call_with_twilios_words() -> None:
    """https://www.twilio.com/docs/availability-reliability: an application error is spoken."""
    played = play({"/voice/incoming": (500, ""), "/voice/fallback": (500, "")})
    assert played.handset.words == ["We are sorry, an application error has occurred. Goodbye."]
    assert played.ended is Ended.APPLICATION_ERROR
    assert played.line.paths == ["/voice/incoming", "/voice/fallback"]


def test_an_address_elsewhere_is_not_asked() -> None:
    """The player signs requests only for its own line."""
    away = "<Redirect>https://other.example/a</Redirect>"
    played = play({"/voice/incoming": away, "/voice/fallback": SORRY})
    assert played.line.fields("/voice/fallback")["ErrorUrl"] == "https://other.example/a"


def test_an_exception_in_the_line_is_a_server_error() -> None:
    """An application that raises is answered with 500."""

    async def broken(*_: object) -> None:
        raise RuntimeError

    player = Player(InProcess(broken, BASE, TOKEN), TimedHandset([]), CallerId("+14255550123"))
    assert asyncio.run(player.call()) is Ended.APPLICATION_ERROR
    assert [alarm.why for alarm in player.alarms] == ["HTTP 500"] * 3


def test_an_application_that_answers_nothing_is_a_fault() -> None:
    """No response counts as Twilio's error 11200."""

    async def silent(*_: object) -> None:
        return

    player = Player(InProcess(silent, BASE, TOKEN), TimedHandset([]), CallerId("+14255550123"))
    assert asyncio.run(player.call()) is Ended.APPLICATION_ERROR


def test_a_face_can_only_press_keys_that_a_phone_has() -> None:
    """A key such as A is a bug in the handset."""
    with pytest.raises(ValueError, match="'A' is not a key of a phone"):
        play({"/voice/incoming": "<Pause/>"}, (0.5, "A"))


def test_what_is_wrong_with_a_document_is_said() -> None:
    """The error names the verb and what was expected."""
    with pytest.raises(
        InvalidTwimlError, match=r"<Pause length='x'> is not a whole number of at least 0"
    ):
        parse(b"<Response><Pause length='x'/></Response>")
