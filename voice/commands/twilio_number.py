"""The number at Twilio: the addresses that it calls, and what callers hear when they fail.

Source: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urlsplit
from xml.etree import ElementTree as ET

from voice.commands.fallback_twiml import document
from voice.settings import Settings
from voice.texts.twilio_sender import RequestFailed, TwilioAccess
from voice.twilio_signature import sign

RETRIES = "#ct=2000&rt=6000&rc=2&rp=ct,5xx"
"""Twilio tries a call's first request again while the line restarts; a repeated one has no second
effect. Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
WEBHOOKS = {  # field: its name in the console, our path
    "voice_url": ('"A call comes in"', "/voice/incoming"),
    "voice_fallback_url": ('"Primary handler fails"', "/voice/fallback"),
    "status_callback": ('"Call status changes"', "/voice/status"),
    "sms_url": ('"A message comes in"', "/sms/incoming"),
}
IN_THE_WAY = {
    "voice_application_sid": "a TwiML app for calls",
    "trunk_sid": "a SIP trunk",
    "sms_application_sid": "a TwiML app for texts",
}
"""What wins over the webhooks when it is set."""
_BIN = re.compile(r"/twiml/EH[0-9a-f]{32}")
_BINS = "handler.twilio.com"
_SECONDS = 8.0


def method_of(field: str) -> str:
    """The field that holds the HTTP method of a webhook."""
    return f"{field.removesuffix('_url')}_method"


FIELDS = (*WEBHOOKS, *map(method_of, WEBHOOKS), *IN_THE_WAY)


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the account; `fields` are those of FIELDS, None or "" for an empty one."""

    sid: str
    number: str
    name: str
    sends_texts: bool
    fields: dict[str, str | None]


async def numbers(access: TwilioAccess, number: str = "") -> list[Number] | RequestFailed:
    """The account's numbers, or only the one given in E.164; at most 200."""
    wanted = {"phone_number": number} if number else {}
    return await access.ask(
        lambda twilio: [
            _read(each) for each in twilio.incoming_phone_numbers.list(limit=200, **wanted)
        ]
    )


def wanted_fields(settings: Settings, fallback: str = "") -> dict[str, str]:
    """What the fields should be, so that calls and texts reach this line.

    `fallback` is the address of the fallback document; "" stands for the line's own.
    """
    wanted: dict[str, str] = {}
    for field, (_, path) in WEBHOOKS.items():
        wanted[field] = f"{settings.public_base_url}{path}"
        wanted[method_of(field)] = "POST"
    wanted["voice_url"] += RETRIES
    wanted["voice_fallback_url"] = fallback or wanted["voice_fallback_url"]
    return wanted | dict.fromkeys(IN_THE_WAY, "")


def is_set(number: Number, field: str, wanted: str) -> bool:
    """Whether a field has this value; what follows a # counts for the connection only."""
    there = number.fields[field] or ("POST" if field.endswith("_method") else "")
    return urldefrag(there).url == urldefrag(wanted).url


def is_bin(address: str, settings: Settings) -> bool:
    """Whether the address is that of a TwiML Bin, which Twilio serves itself."""
    parts = urlsplit(address)
    hosts = {_BINS, urlsplit(settings.twilio_api_url).netloc}
    return parts.netloc in hosts and bool(_BIN.fullmatch(parts.path))


def bin_is_current(address: str, settings: Settings) -> bool | None:
    """Whether a TwiML Bin holds the fallback document; None if it cannot be read.

    A Bin answers only signed requests. Source: https://help.twilio.com/articles/223132187. Blocks.
    """
    import requests  # noqa: PLC0415  # slow import

    address = f"{urldefrag(address).url}?AccountSid={settings.twilio_account_sid}"
    signature = sign(address, (), (*settings.tokens, "")[0])
    try:
        with requests.get(
            address,
            headers={"X-Twilio-Signature": signature},
            timeout=_SECONDS,
            allow_redirects=False,
        ) as came:
            if came.status_code != requests.codes.ok:
                return None
            return _canonical(came.text) == _canonical(document(settings))
    except (requests.exceptions.RequestException, ET.ParseError):
        return None


def _canonical(xml: str) -> str:
    return ET.canonicalize(xml, strip_text=True)


def _read(each: Any) -> Number:  # noqa: ANN401  # twilio ships no types
    return Number(
        sid=str(each.sid),
        number=str(each.phone_number),
        name=str(each.friendly_name or ""),
        sends_texts=bool((each.capabilities or {}).get("sms", True)),
        fields={name: getattr(each, name) for name in FIELDS},
    )
