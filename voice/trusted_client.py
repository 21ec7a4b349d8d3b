"""Who may read the metrics and the reason why the line is not ready."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from fastapi import Request

_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def is_trusted(request: Request, token: str) -> bool:
    """Whether the request has the token, or comes from this computer and not through a proxy.

    A proxy on this computer passes on strangers' requests, so one that it forwarded, or that
    names another host, counts as a stranger's.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
    if any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(request.client.host if request.client else "") and _is_loopback(
        _host(request.headers.get("host", ""))
    )


def _host(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
