"""Security headers of the patient's page, and its protection against forged forms.

Whoever has the link may see and change the visit. Its token has 128 random bits, so guesses need
no limit.

A site that does not know the link cannot send a form to it. Against one that does, each form
carries a key that only the patient's own browser can have: the page sets a random value in a
cookie that no other site's requests carry (SameSite=Strict), and the form's key is the HMAC of the
token under that value. So there is no secret for us to keep or to share between processes.

A browser also says where a form was sent from. `Sec-Fetch-Site` must be "same-origin" if it is
sent. `Origin` is compared only if it names a site: because our pages send no referrer, browsers
send "null" with our own forms.
"""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request, Response

from voice.request_body import bounded_body

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}
COOKIE, FIELD = "visit", "key"
MAX_BYTES = 16 * 1024
MAX_FIELDS = 20
_COOKIE_LENGTH = 22


def browser_key(request: Request) -> str:
    """The random value in this browser's cookie; a new one if it has none."""
    brought = request.cookies.get(COOKIE, "")
    return brought if len(brought) == _COOKIE_LENGTH else secrets.token_urlsafe(16)


def give_key(response: Response, key: str, public_url: str) -> None:
    """Set the cookie for these pages only, until the browser is closed."""
    public = urlsplit(public_url)
    response.set_cookie(
        COOKIE,
        key,
        path=f"{public.path}/visit",
        secure=public.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def form_key(key: str, token: str) -> str:
    """The key that a form from this browser must carry to change this visit."""
    return hmac.new(key.encode(), token.encode(), sha256).hexdigest()


def is_ours(request: Request, form: Mapping[str, str], token: str, public_url: str) -> bool:
    """Whether the form was sent by this visit's own page in this browser."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    here = {_origin(public_url), f"{request.url.scheme}://{request.headers.get('host', '')}"}
    if request.headers.get("origin", "null") not in here | {"null"}:
        return False
    brought = request.cookies.get(COOKIE, "")
    expected = form_key(brought, token).encode()
    return bool(brought) and hmac.compare_digest(expected, form.get(FIELD, "").encode())


async def form_of(request: Request) -> dict[str, str] | None:
    """The fields of a form, the first of each name; None if it is larger than any of ours."""
    body = await bounded_body(request, MAX_BYTES)
    if body is None:
        return None
    try:
        fields = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError:
        return None
    return dict(reversed(fields))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
