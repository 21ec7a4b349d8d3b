"""What every route that Twilio posts to does first: read the form, and see that it is Twilio's."""

from urllib.parse import parse_qsl

from fastapi import Request

from voice.settings import Settings
from voice.twilio_signature import is_twilios

MOST_BYTES = 64 * 1024
Form = dict[str, str]


async def signed_form(settings: Settings, request: Request) -> Form | None:
    """The form, when one of our tokens signed it for our public address and our account."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    fields = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True)
    address = settings.public_base_url.rstrip("/") + request.scope["raw_path"].decode("ascii")
    if query := request.scope["query_string"]:
        address += "?" + query.decode("ascii", "replace")
    signature = request.headers.get("X-Twilio-Signature")
    if not is_twilios(address, fields, signature, settings.tokens):
        return None
    form = dict(fields)
    ours = form.get("AccountSid") == settings.twilio_account_sid
    return form if ours else None
