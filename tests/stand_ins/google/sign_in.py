"""The stand-in's token endpoint, for refresh tokens and for service accounts.

Source: RFC 6749 section 6 and RFC 7523, and Google's guides "Using OAuth 2.0 for web server
applications" and "for server to server applications".
"""

import base64
import itertools
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from stand_ins.google.discovery import SCOPE
from stand_ins.google.events import Account
from stand_ins.google.refusals import Refusal, named

LEAST = frozenset({"calendar.app.created", "calendar.freebusy"})


class SignIn:
    """Who may sign in, and with which scopes."""

    def __init__(self) -> None:
        self.scopes: frozenset[str] = LEAST | {"calendar.events.owned"}
        self.revoked = False
        self.given: dict[str, Account] = {}
        self._numbers = itertools.count(1)

    def credentials(self, token_uri: str, *, service: bool) -> dict[str, str]:
        """An authorized user's file, or a service account's."""
        if service:
            return {
                "type": "service_account",
                "client_email": "line@clinic.iam.example.org",
                "private_key_id": "1",
                "private_key": _key(),
                "token_uri": token_uri,
            }
        return {
            "type": "authorized_user",
            "client_id": "client",
            "client_secret": "not-a-secret",
            "refresh_token": "refresh",
            "token_uri": token_uri,
        }

    def token(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """Source: guide "Refreshing an access token" and the message of a revoked one."""
        if self.revoked:
            raise _Denied(400, "invalid_grant", "Token has been expired or revoked.")
        if form["grant_type"] == ["authorization_code"]:
            return self._first(form)
        service = form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        scopes = self.scopes
        if service:
            claims = form["assertion"][0].split(".")[1]
            said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
            scopes = frozenset(each.removeprefix(SCOPE) for each in said["scope"].split())
        elif form.get("refresh_token") != ["refresh"]:
            raise _Denied(400, "invalid_grant", "Bad Request")
        token = f"ya29.{next(self._numbers)}"
        self.given[token] = Account(scopes, is_service=service)
        wide = " ".join(SCOPE + scope for scope in sorted(scopes))
        return {"access_token": token, "expires_in": 3599, "token_type": "Bearer", "scope": wide}

    def _first(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """Source: guide for installed apps: a refresh token only for offline access; PKCE."""
        if form["code"] != ["code"] or "code_verifier" not in form:
            raise _Denied(400, "invalid_grant", "Malformed auth code.")
        answer = self.token({"grant_type": ["refresh_token"], "refresh_token": ["refresh"]})
        return {**answer, "refresh_token": "refresh"}

    def account(self, authorization: str) -> Account:
        """Who sends a request. Raises Refusal."""
        account = self.given.get(authorization.removeprefix("Bearer "))
        if account is None or self.revoked:
            raise named(401)
        return account

    def forget(self) -> None:
        """Every access token ends now; a refresh gives a new one."""
        self.given.clear()


class _Denied(Refusal):
    """An answer of the token endpoint, in OAuth's own envelope."""

    def body(self) -> bytes:
        """Source: RFC 6749 section 5.2."""
        return json.dumps({"error": self.reason, "error_description": self.message}).encode()


@cache
def _key() -> str:
    """A key that signs for a service account that does not exist."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
