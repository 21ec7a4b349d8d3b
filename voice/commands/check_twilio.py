"""What `screening-line check` asks Twilio: one line each, with the remedy for each failure."""

import asyncio
import re
from typing import Any, Literal
from urllib.parse import urldefrag

from pydantic import SecretStr

from voice.settings import Settings
from voice.texts.twilio_errors import REMEDIES
from voice.texts.twilio_sender import RequestFailed, TwilioAccess
from voice.twilio_signature import sign

Line = tuple[Literal["ok", "note", "wrong"], str]

_OUTSIDE = 8.0
"""How many seconds the line may take to answer a request from outside."""
_TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)")
_WHERE = "in Twilio's console, Phone Numbers, the number, set"
_REGISTER = (
    "until it is registered phone companies block all texts (error 30034), so register it in "
    "Twilio's console (A2P 10DLC: 10 to 15 business days), or set TEXTS=off"
)
_WEBHOOKS = {  # field: its name in the console, our path
    "voice_url": ('"A call comes in"', "/voice/incoming"),
    "voice_fallback_url": ('"Primary handler fails"', "/voice/fallback"),
    "status_callback": ('"Call status changes"', "/voice/status"),
    "sms_url": ('"A message comes in"', "/sms/incoming"),
}


async def look(settings: Settings) -> list[Line]:
    """Check the account, its number, its texts, and the line from outside."""
    lines = [await _token(settings)]
    if lines[0][0] != "note":
        access = TwilioAccess(settings)
        try:
            lines += await _number(settings, access)
            lines += await _texts(settings, access)
        finally:
            access.close()
    return [*lines, *await asyncio.to_thread(_from_outside, settings)]


async def _token(settings: Settings) -> Line:
    """The auth token signs every call, even if an API key is used to sign in."""
    plain = settings.model_copy(update={"twilio_api_key_secret": SecretStr("")})
    access = TwilioAccess(plain)
    try:
        said = await access.ask(
            lambda twilio: _account(twilio.api.v2010.accounts(settings.twilio_account_sid).fetch())
        )
    finally:
        access.close()
    if isinstance(said, RequestFailed):
        if said.status in {401, 403, 404}:
            return "wrong", f"sign-in: Twilio does not accept the token; {REMEDIES[20003]}"
        return "note", f"sign-in: Twilio cannot be asked ({said.why}); {_TRY_AGAIN}"
    status, kind = said
    if status != "active":
        return "wrong", f"sign-in: the account is {status}; {REMEDIES[20005]}"
    if kind == "Trial":
        return "wrong", f"sign-in: a trial account; {REMEDIES[21608]}"
    return "ok", "sign-in: the account and its token match"


_TRY_AGAIN = "check this computer's internet connection and try again in a minute"


def _account(account: Any) -> tuple[str, str]:  # noqa: ANN401  # twilio ships no types
    return str(account.status), str(account.type)


async def _number(settings: Settings, access: TwilioAccess) -> list[Line]:
    number = settings.clinic_number
    names = [*_WEBHOOKS, *map(_method, _WEBHOOKS), *_IN_THE_WAY, "capabilities"]
    found = await access.ask(
        lambda twilio: [
            {name: getattr(each, name) for name in names}
            for each in twilio.incoming_phone_numbers.list(phone_number=number, limit=1)
        ]
    )
    if isinstance(found, RequestFailed):
        return [("wrong", f"API key: Twilio does not accept it ({found.status}); make a new one")]
    if not found:
        remedy = "set CLINIC_NUMBER to a number of this account, or buy or port it there"
        return [("wrong", f"number: {number} is not in this account; {remedy}")]
    [there] = found
    lines: list[Line] = [("ok", f"number: {number} is in the account")]
    lines += [_webhook(settings, there, field) for field in _fields(settings)]
    for field, what in _IN_THE_WAY.items():
        if there[field]:
            lines.append(("wrong", f"number: {what} overrides the webhooks; remove it there"))
    if settings.sends_texts and not (there["capabilities"] or {}).get("sms", True):
        lines.append(("wrong", "number: it cannot send texts; buy one that can, or set TEXTS=off"))
    return lines


_IN_THE_WAY = {
    "voice_application_sid": "a TwiML app for calls",
    "trunk_sid": "a SIP trunk",
    "sms_application_sid": "a TwiML app for texts",
}


def _fields(settings: Settings) -> list[str]:
    return [field for field in _WEBHOOKS if field != "sms_url" or settings.sends_texts]


def _webhook(settings: Settings, there: dict[str, Any], field: str) -> Line:
    """Where Twilio posts, and how; what follows a # are its own settings for the connection."""
    words, path = _WEBHOOKS[field]
    wanted = f"{settings.public_base_url}{path}"
    method = there[_method(field)] or "POST"
    if urldefrag(there[field] or "").url == wanted and method == "POST":
        return "ok", f"webhook {words}: {path}"
    now = f"{there[field]}, HTTP {method}" if there[field] else "nothing"
    return "wrong", f"webhook {words} is {now}; {_WHERE} {words} to {wanted}, HTTP POST"


def _method(field: str) -> str:
    """The field that holds the HTTP method of a webhook."""
    return f"{field.removesuffix('_url')}_method"


async def _texts(settings: Settings, access: TwilioAccess) -> list[Line]:
    if not settings.sends_texts:
        return [("note", "texts: off (TEXTS=off); staff call patients instead")]
    service = settings.twilio_messaging_service_sid
    if not service:
        if _TOLL_FREE.match(settings.clinic_number):
            says = f"texts: a toll-free number has to be verified; {REMEDIES[30032]}"
        else:
            says = (
                f"texts: without a messaging service their registration cannot be seen; {_REGISTER}"
            )
        return [("note", says)]
    asked = await access.ask(lambda twilio: _service(twilio.messaging.v1.services(service)))
    if isinstance(asked, RequestFailed):
        return [("wrong", f"texts: no messaging service {service}; {REMEDIES[21705]}")]
    senders, inbound, on_number, campaigns = asked
    lines: list[Line] = []
    if settings.clinic_number in senders:
        lines.append(("ok", "texts: the messaging service sends from the clinic's number"))
    else:
        lines.append(("wrong", f"texts: the service lacks the clinic's number; {REMEDIES[21703]}"))
    wanted = f"{settings.public_base_url}/sms/incoming"
    if not on_number and urldefrag(inbound or "").url != wanted:
        where = (
            'in Twilio\'s console, Messaging, the service, Integration, choose "Defer to sender"'
        )
        lines.append(("wrong", f"texts: replies go to {inbound or 'nobody'}; {where}"))
    if "VERIFIED" in campaigns:
        lines.append(("ok", "texts: registered for A2P 10DLC"))
    else:
        state = campaigns[0] if campaigns else "not begun"
        lines.append(("note", f"texts: the registration is {state}; {_REGISTER}"))
    return lines


def _service(service: Any) -> tuple[list[str], str | None, bool, list[str]]:  # noqa: ANN401  # untyped
    fetched = service.fetch()
    return (
        [str(each.phone_number) for each in service.phone_numbers.list(limit=100)],
        fetched.inbound_request_url,
        bool(fetched.use_inbound_webhook_on_number),
        [str(each.campaign_status) for each in service.us_app_to_person.list(limit=20)],
    )


def _from_outside(settings: Settings) -> list[Line]:
    """A signed request must get 200 and an unsigned one 403; neither has an effect."""
    address = f"{settings.public_base_url}/voice/status"
    form = {
        "AccountSid": settings.twilio_account_sid,
        "CallSid": "CA" + "0" * 32,
        "CallStatus": "in-progress",
    }
    signature = sign(address, form.items(), (*settings.tokens, "")[0])
    signed, unsigned = _post(address, form, signature), _post(address, form, "")
    if not signed or not unsigned:
        remedy = "start the line, and let your web server pass that address to its port"
        return [("note", f"from outside: nobody answers at {address}; {remedy}")]
    if (signed, unsigned) == (200, 403):
        return [("ok", "from outside: a signed request is answered, an unsigned one refused")]
    if unsigned not in {200, 403}:
        remedy = "pass that address to the line's port, without a redirect or a sign-in"
        return [("wrong", f"from outside: {address} answers {unsigned}; {remedy}")]
    if unsigned == 200:  # noqa: PLR2004  # HTTP
        return [("wrong", f"from outside: {address} is not this line; check PUBLIC_BASE_URL")]
    remedy = "the running line has another PUBLIC_BASE_URL or token; restart it with this .env"
    return [("wrong", f"from outside: a signed request to {address} gets {signed}; {remedy}")]


def _post(address: str, form: dict[str, str], signature: str) -> int:
    """The HTTP status of the response; 0 without a response."""
    import requests  # noqa: PLC0415  # comes with Twilio's client, as slow to load

    headers = {"X-Twilio-Signature": signature} if signature else {}
    try:
        with requests.post(
            address, data=form, headers=headers, timeout=_OUTSIDE, allow_redirects=False
        ) as came:
            return int(came.status_code)
    except requests.exceptions.RequestException:
        return 0
