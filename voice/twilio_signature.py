"""Decides whether a request came from Twilio; nothing else in the project does."""

import base64
import hmac
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote_plus

from fastapi import Request

from voice.refusals import refused
from voice.request_body import bounded_body
from voice.settings import Settings

MAX_BYTES = 16 * 1024
"""A text of 1,600 characters, the longest that Twilio passes on, takes up to 15 kB encoded."""
MAX_FIELDS = 100
_HEADER = "x-twilio-signature"
_SIGNATURE = re.compile(rb"[A-Za-z0-9+/]{27}=")
_SIGNED_PATHS = b"/voice/", b"/sms/"
_NOT_SIGNED = "not signed by Twilio for this line"
Form = dict[str, str]
Fields = Iterable[tuple[str, str]]


async def signed_form(settings: Settings, request: Request) -> Form | None:
    """The form fields of a request that Twilio signed for our public URL and our account.

    None for every other request, which is counted; without a signature that could be one, its
    body is not read.
    """
    form = await _signed_form(settings, request)
    if form is None:
        refused(_NOT_SIGNED)
    return form


def unsigned(method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> str:
    """Why a request is refused by its head alone; "" for one that `signed_form` has to look at.

    `headers` have their names in lower case.
    """
    if method != b"POST" or not target.startswith(_SIGNED_PATHS):
        return ""
    name = _HEADER.encode()
    is_signed = any(each == name and _SIGNATURE.fullmatch(value) for each, value in headers)
    return "" if is_signed else _NOT_SIGNED


async def _signed_form(settings: Settings, request: Request) -> Form | None:
    signature = request.headers.get(_HEADER, "")
    if not _SIGNATURE.fullmatch(signature.encode("latin-1")):
        return None
    body = await bounded_body(request, MAX_BYTES)
    if body is None:
        return None
    fields = form_fields(body.decode("ascii", "replace"))
    if len(fields) > MAX_FIELDS:
        return None
    url = settings.public_base_url.rstrip("/") + request.scope["raw_path"].decode("ascii")
    if query := request.scope["query_string"]:
        url += "?" + query.decode("ascii", "replace")
    if not is_twilios(url, fields, signature, settings.tokens):
        return None
    form = dict(fields)
    ours = form.get("AccountSid") == settings.twilio_account_sid
    return form if ours else None


def form_fields(body: str) -> list[tuple[str, str]]:
    """The decoded fields of a form, in their order; like `parse_qsl` with blank values kept.

    A webhook has 30 fields, of which few need decoding: `parse_qsl` takes three times as long.
    """
    pairs = (field.partition("=") for field in body.split("&") if field)
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


def sign(url: str, fields: Fields, token: str) -> str:
    """The X-Twilio-Signature of a form POST.

    ``url`` is the full URL with its query and without a fragment, ``fields`` the decoded form
    fields in any order (empty ones count, a repeated name counts once for each distinct value).
    Base64 of HMAC-SHA1 over the URL and the sorted names and values:
    https://www.twilio.com/docs/usage/security#validating-requests
    """
    joined = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.digest(token.encode(), joined.encode("utf-8", "surrogatepass"), "sha1")
    return base64.b64encode(digest).decode("ascii")


def is_twilios(url: str, fields: Fields, signature: str | None, tokens: Iterable[str]) -> bool:
    """Whether one of the account's tokens made this signature; compared in constant time.

    Several tokens are accepted while the token is being rotated. No setting skips this check.
    """
    if not signature:
        return False
    given, fields = signature.encode("utf-8", "surrogatepass"), list(fields)
    right = (sign(url, fields, token).encode("ascii") for token in tokens)
    return any(hmac.compare_digest(each, given) for each in right)
