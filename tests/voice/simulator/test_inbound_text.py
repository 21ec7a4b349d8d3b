"""A patient's text, field by field, and the line's reply."""

import pytest

from voice.simulator.inbound_text import TextMessage, messages_of
from voice.simulator.transport import Answer


def test_a_text_has_twilios_fields() -> None:
    """The request has sender, recipient and body, with a new id."""
    first, second = (TextMessage("+14255550123", "C") for _ in range(2))
    told = dict(first.fields())
    assert (told["From"], told["To"], told["Body"]) == ("+14255550123", "+14252025687", "C")
    assert told["MessageSid"] == told["SmsSid"] == told["SmsMessageSid"] == first.sid
    assert first.sid != second.sid
    assert (told["NumSegments"], told["FromCountry"]) == ("1", "US")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<Response><Message>Thank you.</Message></Response>", ["Thank you."]),
        (200, b"<Response><Message><Body>One</Body></Message><Message>2</Message></Response>",
         ["One", "2"]),
        (200, b"<Response />", []),
        (200, b"<Response", []),
        (503, b"<Response><Message>Thank you.</Message></Response>", []),
    ],
)  # fmt: skip
def test_only_a_message_is_an_answer(status: int, body: bytes, said: list[str]) -> None:
    """Empty and malformed documents and errors send no reply."""
    assert messages_of(Answer(status, "text/xml", body)) == said
