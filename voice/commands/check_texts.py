"""What `screening-line check` asks Twilio about texts: one line each, with its remedy.

Sources, under https://www.twilio.com/docs: /messaging/api/tollfree-verification-resource and
/api/errors/30649, which names the messaging geo permissions of the API.
"""

import re
from typing import Any
from urllib.parse import urldefrag

from voice.commands.findings import Line
from voice.commands.messaging_services import SenderPool, service, services
from voice.commands.twilio_number import numbers
from voice.settings import Settings
from voice.texts.twilio_errors import REMEDIES
from voice.texts.twilio_sender import RequestFailed, TwilioAccess

_TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)")
_HOME = frozenset({"US", "CA"})
_REGISTER = (
    "until it is registered phone companies block all texts (error 30034), so register it in "
    "Twilio's console (A2P 10DLC: 10 to 15 business days), or set TEXTS=off"
)


async def look(settings: Settings, access: TwilioAccess) -> list[Line]:
    """Whether texts are on, who sends them, whether that is registered, and to which countries."""
    if not settings.sends_texts:
        return [("note", "texts: off (TEXTS=off); staff call patients instead")]
    sid = settings.twilio_messaging_service_sid
    if not sid:
        sender = await _without_service(settings, access)
        return [sender, *await _countries(access)]
    found = await service(access, sid)
    if isinstance(found, RequestFailed):
        return [("wrong", f"texts: no messaging service {sid}; {REMEDIES[21705]}")]
    lines: list[Line] = []
    if settings.line_number in found.senders:
        lines.append(("ok", "texts: the messaging service sends from the clinic's number"))
    else:
        lines.append(("wrong", f"texts: the service lacks the clinic's number; {REMEDIES[21703]}"))
    wanted = f"{settings.public_base_url}/sms/incoming"
    if not found.defers_to_number and urldefrag(found.inbound_url).url != wanted:
        where = (
            'in Twilio\'s console, Messaging, the service, Integration, choose "Defer to sender"'
        )
        lines.append(("wrong", f"texts: replies go to {found.inbound_url or 'nobody'}; {where}"))
    is_toll_free = _TOLL_FREE.match(settings.line_number)
    registration = await _verification(settings, access) if is_toll_free else _registration(found)
    return [*lines, registration, *await _countries(access)]


async def _without_service(settings: Settings, access: TwilioAccess) -> Line:
    """Whether a service sends from the number anyway, else what the registration needs."""
    found = await services(access)
    for each in [] if isinstance(found, RequestFailed) else found:
        if settings.line_number in each.senders:
            says = f"texts: the messaging service {each.name} has the clinic's number"
            return "note", f"{says}; set TWILIO_MESSAGING_SERVICE_SID={each.sid}"
    if _TOLL_FREE.match(settings.line_number):
        return await _verification(settings, access)
    return (
        "note",
        f"texts: without a messaging service their registration cannot be seen; {_REGISTER}",
    )


def _registration(found: SenderPool) -> Line:
    if "VERIFIED" in found.campaigns:
        return "ok", "texts: registered for A2P 10DLC"
    state = found.campaigns[0] if found.campaigns else "not begun"
    return "note", f"texts: the registration is {state}; {_REGISTER}"


async def _verification(settings: Settings, access: TwilioAccess) -> Line:
    """Of a toll-free number, which is verified instead of registered."""
    found = await numbers(access, settings.line_number)
    sid = "" if isinstance(found, RequestFailed) or not found else found[0].sid
    states = await access.ask(
        lambda twilio: [
            str(each.status)
            for each in twilio.messaging.v1.tollfree_verifications.list(
                tollfree_phone_number_sid=sid, limit=20
            )
        ]
    )
    if not sid or isinstance(states, RequestFailed):
        return "note", f"texts: a toll-free number has to be verified; {REMEDIES[30032]}"
    if "TWILIO_APPROVED" in states:
        return "ok", "texts: the toll-free number is verified"
    state = states[0].lower().replace("_", " ") if states else "not begun"
    return "note", f"texts: the verification of the toll-free number is {state}; {REMEDIES[30032]}"


async def _countries(access: TwilioAccess) -> list[Line]:
    """The US has to be allowed; every other country is an expense that a stolen key could cause."""
    found = await access.ask(
        lambda twilio: _allowed(twilio.accounts.v1.messaging_geopermissions.fetch().permissions)
    )
    if isinstance(found, RequestFailed):
        return [("note", f"texts: Twilio does not tell the countries allowed ({found.status})")]
    if "US" not in found:
        return [("wrong", f"texts: the account may not text the US; {REMEDIES[21408]}")]
    others = sorted(found - _HOME)
    if not others:
        return [("ok", "texts: to the US and Canada only")]
    where = "in Twilio's console, Messaging, Settings, Geo permissions, untick them"
    says = f"texts: to other countries are allowed ({len(others)}, such as {others[0]})"
    return [("note", f"{says}; nobody needs them: {where}")]


def _allowed(permissions: Any) -> set[str]:  # noqa: ANN401  # twilio ships no types
    """ISO codes; an answer of another shape raises TypeError or KeyError."""
    return {str(each["country_code"]) for each in permissions if each["enabled"]}
