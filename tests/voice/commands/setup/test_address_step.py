"""The public address of the line."""

from stand_ins.twilio.server import Twilio
from support.text_clinic import settings_at

from voice.commands.check_twilio import look
from voice.commands.setup.address import answerer


async def test_an_address_without_a_valid_certificate_is_told(twilio: Twilio) -> None:
    """Twilio refuses it too, and the remedy is not to start the line."""
    base = twilio.url.replace("http://", "https://")
    assert answerer(base) == "no certificate"
    lines = await look(settings_at(twilio.url, public_base_url=base))
    assert any("has no valid certificate" in says for state, says in lines if state == "wrong")
