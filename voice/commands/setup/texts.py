"""Texts: the messaging service that sends them, and their registration."""

import asyncio
from contextlib import closing
from typing import Any

from voice.commands.messaging_services import SenderPool, services
from voice.commands.setup.answers import Answers
from voice.commands.setup.terminal import agree, choose_setting, say
from voice.commands.setup.webhooks import change_number, keep_before
from voice.commands.twilio_number import Number
from voice.texts.twilio_sender import RequestFailed, TwilioAccess

_NO_SERVICE = """
No messaging service sends from this number. US phone companies block texts from a number that is
not registered (A2P 10DLC, 10 to 15 business days; toll-free verification, 3 to 5). Register it in
Twilio's console under Messaging, put the number into a messaging service, then run
`screening-line setup --only twilio` again. Calls and bookings work without texts.
"""


def ask_texts(answers: Answers, number: Number) -> None:
    """Find the number's messaging service, and decide whether to text."""
    found = asyncio.run(_services(answers))
    if isinstance(found, RequestFailed):
        say(f"\nTwilio cannot be asked for messaging services ({found.status or found.why}).")
        found = []
    service = next((each for each in found if number.number in each.senders), None)
    is_registered = service is not None and "VERIFIED" in service.campaigns
    if service is None:
        say(_NO_SERVICE)
        answers.put("twilio_messaging_service_sid", "")
    else:
        state = "registered" if is_registered else "not registered yet, so texts are blocked"
        say(f"\nThe messaging service {service.name} sends from this number ({state}).")
        answers.put("twilio_messaging_service_sid", service.sid)
        _reply_to_the_number(answers, service)
    meanings = {
        "on": "patients who agree get texts",
        "off": "nobody gets texts; staff call patients",
    }
    choose_setting(answers, "texts", "Texts", meanings, "on" if is_registered else "off")


def _reply_to_the_number(answers: Answers, service: SenderPool) -> None:
    """A service's own address for replies would win over the number's."""
    if service.defers_to_number:
        return
    say("Replies to its texts do not reach the line: it does not defer to the number's webhook.")
    fields: dict[str, Any] = {"use_inbound_webhook_on_number": True}
    if answers.dry_run:
        say("Would set that at Twilio.")
    elif agree("Set that now?", default=True):
        keep_before({service.sid: dict.fromkeys(fields, False)})
        change_number(answers.settings(), service.sid, fields)


async def _services(answers: Answers) -> list[SenderPool] | RequestFailed:
    with closing(TwilioAccess(answers.settings())) as access:
        return await services(access)
