"""What every answer of the patient's page carries, and how a forged form is told from a real one.

Who has the link may see and change the visit, so the link is the key: 128 random bits. A billion
tries a second would take longer than the world is old, so guesses need no limit.

A site that does not know the link cannot even address a form to it. Against one that does, each
form carries a key that only the patient's own browser can have got: the page gives the browser a
random value in a cookie that no other site's requests carry (SameSite=Strict), and the form's key
is the HMAC of the link's token under that value. So there is no secret to keep on our side and
none to share between processes; and setting the cookie changes nothing, so GET stays harmless.

Besides, a browser says where a form was sent from. `Sec-Fetch-Site` must be "same-origin" where it
is sent. `Origin` is only compared when it names a site: as we ask for no referrer, browsers send
"null" with our own forms.
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
    """The random value of this browser; a new one when it brings none of ours."""
    brought = request.cookies.get(COOKIE, "")
    return brought if len(brought) == _COOKIE_LENGTH else secrets.token_urlsafe(16)


def give_key(response: Response, key: str, *, secure: bool) -> None:
    """Let the browser bring the value back, to these pages only, until it is closed."""
    response.set_cookie(COOKIE, key, path="/visit", secure=secure, httponly=True, samesite="strict")


def form_key(key: str, token: str) -> str:
    """What a form of this browser must carry to change this visit."""
    return hmac.new(key.encode(), token.encode(), sha256).hexdigest()


def is_ours(request: Request, form: Mapping[str, str], token: str, public_url: str) -> bool:
    """Whether this browser's own page of this visit sent the form."""
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
