"""The only place that decides whether a request is Twilio's."""

import base64
import hmac
from collections.abc import Iterable

Fields = Iterable[tuple[str, str]]


def sign(url: str, fields: Fields, token: str) -> str:
    """The X-Twilio-Signature of a form POST.

    ``url`` is the whole address with its query and without a fragment, ``fields`` the decoded form
    fields in any order (empty ones count, a repeated name counts once for each distinct value).
    Base64 of HMAC-SHA1 over the url and the sorted names and values:
    https://www.twilio.com/docs/usage/security#validating-requests
    """
    joined = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.digest(token.encode(), joined.encode("utf-8", "surrogatepass"), "sha1")
    return base64.b64encode(digest).decode("ascii")


def is_twilios(url: str, fields: Fields, signature: str | None, tokens: Iterable[str]) -> bool:
    """Whether one of the account's tokens made this signature; compared in constant time.

    Several tokens hold while a token is being changed. There is no switch that skips this check.
    """
    if not signature:
        return False
    given, fields = signature.encode("utf-8", "surrogatepass"), list(fields)
    right = (sign(url, fields, token).encode("ascii") for token in tokens)
    return any(hmac.compare_digest(each, given) for each in right)
