"""A clinic keeps its number and forwards it to one at Twilio."""

import re

from stand_ins.twilio.server import Twilio
from support.text_clinic import settings_at

from voice.commands.fallback_twiml import document
from voice.texts.sender import Accepted
from voice.texts.twilio_sender import TwilioAccess, TwilioSender

KEPT, AT_TWILIO = "+12065550199", "+14252025687"


async def test_texts_and_transfers_come_from_the_number_at_twilio() -> None:
    """Twilio refuses to text or dial from a number that it does not have (21606, 13214)."""
    with Twilio() as twilio:
        settings = settings_at(
            twilio.url,
            clinic_number=KEPT,
            twilio_number=AT_TWILIO,
            staff_number="+12065550142",
        )
        access = TwilioAccess(settings)
        sent = await TwilioSender(access).send("+14255550123", "Hello", 1)
        access.close()
        assert isinstance(sent, Accepted)
        assert twilio.last().sender == AT_TWILIO
    assert re.findall(r'callerId="([^"]+)"', document(settings)) == [AT_TWILIO]
    assert {KEPT, AT_TWILIO} <= settings.own_numbers


def test_without_one_the_clinics_number_is_the_one_at_twilio() -> None:
    """TWILIO_NUMBER is only for a number that is forwarded."""
    assert settings_at("", clinic_number=KEPT).line_number == KEPT
