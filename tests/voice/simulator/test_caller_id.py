"""What a request says about the caller: https://www.twilio.com/docs/voice/twiml."""

import re

from support.tiny_line import play

from voice.simulator.caller_id import WITHHELD, CallerId


def test_every_request_of_a_call_has_the_fields_that_twilio_always_sends() -> None:
    """CallSid, AccountSid, From, To, CallStatus, ApiVersion, Direction."""
    line = play({"/voice/incoming": "<Redirect>/next</Redirect>", "/next": ""}).line
    first, second = line.posted[0][1], line.posted[1][1]
    assert re.fullmatch("CA[0-9a-f]{32}", first["CallSid"])
    assert re.fullmatch("AC[0-9a-f]{32}", first["AccountSid"])
    assert (first["From"], first["To"]) == ("+14255550123", "+14252025687")
    assert (first["ApiVersion"], first["Direction"]) == ("2010-04-01", "inbound")
    assert (first["CallStatus"], second["CallStatus"]) == ("ringing", "in-progress")
    assert first["CallSid"] == second["CallSid"]


def test_what_twilio_does_not_know_of_a_place_is_an_empty_field() -> None:
    """Fields for an unknown place are sent empty, and are signed."""
    fields = dict(CallerId("+14255550123").fields("ringing"))
    assert (fields["FromCity"], fields["FromCountry"]) == ("", "US")
    assert dict(CallerId(WITHHELD).fields("ringing"))["FromCountry"] == ""


def test_the_attestation_is_there_only_when_the_carrier_signed() -> None:
    """https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir."""
    assert "StirVerstat" not in dict(CallerId("+14255550123").fields("ringing"))
    signed = CallerId("+14255550123", stir_verstat="TN-Validation-Passed-A")
    assert dict(signed.fields("ringing"))["StirVerstat"] == "TN-Validation-Passed-A"


def test_the_end_of_a_call_is_told_with_its_length() -> None:
    """https://www.twilio.com/docs/voice/api/call-resource#statuscallback: whole seconds."""
    told = play({"/voice/incoming": "<Pause length='61'/>"}).line.fields("/voice/status")
    assert (told["CallStatus"], told["CallDuration"], told["Duration"]) == ("completed", "61", "2")


def test_every_call_is_another_call() -> None:
    """Random ids keep two calls from sharing a journal."""
    assert CallerId("+14255550123").call_sid != CallerId("+14255550123").call_sid
