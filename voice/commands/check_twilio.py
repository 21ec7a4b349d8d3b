"""What `screening-line check` asks Twilio: one line each, with the remedy for each failure."""

import asyncio
from contextlib import closing
from typing import Any

from pydantic import SecretStr

from voice.commands import check_texts
from voice.commands.calling_permissions import open_countries
from voice.commands.findings import Line
from voice.commands.twilio_number import (
    IN_THE_WAY,
    WEBHOOKS,
    Number,
    bin_is_current,
    is_bin,
    is_set,
    method_of,
    numbers,
    wanted_fields,
)
from voice.settings import Settings
from voice.texts.twilio_errors import REMEDIES
from voice.texts.twilio_sender import RequestFailed, TwilioAccess
from voice.twilio_signature import sign

_OUTSIDE = 8.0
"""How many seconds the line may take to answer a request from outside."""
_WHERE = "in Twilio's console, Phone Numbers, the number, set"
_SETUP = "or run `screening-line setup --only twilio`"
_BIN = "store the output of `screening-line fallback-twiml` in a TwiML Bin"


async def look(settings: Settings) -> list[Line]:
    """Check the account, its number, its texts, and the line from outside."""
    lines = [await account_and_token(settings)]
    if lines[0][0] != "note":
        with closing(TwilioAccess(settings)) as access:
            lines += await _number(settings, access)
            lines += await check_texts.look(settings, access)
            lines += await _countries(access)
    return [*lines, *await asyncio.to_thread(_from_outside, settings)]


async def account_and_token(settings: Settings) -> Line:
    """Whether they match; the auth token signs every call, even if an API key signs in."""
    plain = settings.model_copy(update={"twilio_api_key_secret": SecretStr("")})
    with closing(TwilioAccess(plain)) as access:
        said = await access.ask(
            lambda twilio: _account(twilio.api.v2010.accounts(settings.twilio_account_sid).fetch())
        )
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
    wanted = settings.line_number
    found = await numbers(access, wanted)
    if isinstance(found, RequestFailed):
        return [("wrong", "API key: Twilio does not accept it; make a new one")]
    if not found:
        name = "TWILIO_NUMBER" if settings.twilio_number else "CLINIC_NUMBER"
        remedy = (
            f"set {name} to a number of this account, or buy or port it there; if it forwards to "
            "one of this account, set TWILIO_NUMBER to that"
        )
        return [("wrong", f"number: {wanted} is not in this account; {remedy}")]
    [there] = found
    lines: list[Line] = [("ok", f"number: {wanted} is in the account")]
    lines += [_webhook(settings, there, field) for field in _fields(settings)]
    lines.append(await asyncio.to_thread(_fallback, settings, there))
    for field, what in IN_THE_WAY.items():
        if there.fields[field]:
            lines.append(("wrong", f"number: {what} overrides the webhooks; remove it there"))
    if settings.sends_texts and not there.sends_texts:
        lines.append(("wrong", "number: it cannot send texts; buy one that can, or set TEXTS=off"))
    return lines


def _fields(settings: Settings) -> list[str]:
    """The webhooks that the line needs; the fallback is checked apart."""
    needless = set() if settings.sends_texts else {"sms_url"}
    return [field for field in WEBHOOKS if field not in {*needless, "voice_fallback_url"}]


def _webhook(settings: Settings, there: Number, field: str) -> Line:
    """Where Twilio posts, and how."""
    words, path = WEBHOOKS[field]
    wanted = wanted_fields(settings)
    if is_set(there, field, wanted[field]) and is_set(there, method_of(field), "POST"):
        return "ok", f"webhook {words}: {path}"
    method = there.fields[method_of(field)] or "POST"
    now = f"{there.fields[field]}, HTTP {method}" if there.fields[field] else "nothing"
    where = f"{_WHERE} {words} to {settings.public_base_url}{path}, HTTP POST, {_SETUP}"
    return "wrong", f"webhook {words} is {now}; {where}"


def _fallback(settings: Settings, there: Number) -> Line:
    """What callers hear when the line does not answer. Blocks."""
    words, path = WEBHOOKS["voice_fallback_url"]
    address = there.fields["voice_fallback_url"] or ""
    if is_bin(address, settings):
        current = bin_is_current(address, settings)
        if current:
            return "ok", f"fallback {words}: a TwiML Bin with the current document"
        if current is None:
            says = f"fallback {words}: the TwiML Bin {address} cannot be read"
            return "note", f"{says}; compare it with `screening-line fallback-twiml`"
        says = f"fallback {words}: the TwiML Bin {address} does not hold the current document"
        return "wrong", f"{says}; replace it with the output of `screening-line fallback-twiml`"
    if is_set(there, "voice_fallback_url", f"{settings.public_base_url}{path}"):
        if not is_set(there, "voice_fallback_method", "POST"):
            return "wrong", f"fallback {words} is HTTP GET; {_WHERE} HTTP POST, {_SETUP}"
        says = (
            f"fallback {words} is on this computer, so callers hear nothing of it when it is down"
        )
        return "note", f"{says}; {_BIN} and {_WHERE} {words} to it, {_SETUP}"
    remedy = f"{_BIN} and {_WHERE} {words} to it, {_SETUP}"
    return "wrong", f"fallback {words} is {address or 'nothing'}; {remedy}"


async def _countries(access: TwilioAccess) -> list[Line]:
    found = await open_countries(access)
    if isinstance(found, RequestFailed):
        return [("note", f"countries: Twilio does not tell which may be called ({found.status})")]
    if not found:
        return [("ok", "countries: calls to the US and Canada only")]
    where = "in Twilio's console, Voice, Geographic permissions, untick them"
    says = f"countries: calls to other countries are allowed ({len(found)}, such as {found[0]})"
    return [("note", f"{says}; nobody needs them: {where}, {_SETUP}")]


def _from_outside(settings: Settings) -> list[Line]:
    """A signed request must get 200 and an unsigned one 403; neither has an effect."""
    address = f"{settings.public_base_url}/voice/status"
    form = {
        "AccountSid": settings.twilio_account_sid,
        "CallSid": "CA" + "0" * 32,
        "CallStatus": "in-progress",
    }
    signature = sign(address, form.items(), (*settings.tokens, "")[0])
    try:
        signed, unsigned = _post(address, form, signature), _post(address, form, "")
    except _CertificateError:
        remedy = "look at the log of your web server, which gets the certificate"
        return [("wrong", f"from outside: {address} has no valid certificate; {remedy}")]
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


class _CertificateError(Exception):
    """The public address has no valid certificate."""


def _post(address: str, form: dict[str, str], signature: str) -> int:
    """The HTTP status of the response; 0 without a response. Raises _CertificateError."""
    import requests  # noqa: PLC0415  # comes with Twilio's client, as slow to load

    headers = {"X-Twilio-Signature": signature} if signature else {}
    try:
        with requests.post(
            address, data=form, headers=headers, timeout=_OUTSIDE, allow_redirects=False
        ) as came:
            return int(came.status_code)
    except requests.exceptions.SSLError as error:
        raise _CertificateError from error
    except requests.exceptions.RequestException:
        return 0
