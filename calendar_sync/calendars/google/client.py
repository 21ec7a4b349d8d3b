"""Authenticated requests to Google, with its own client library, in a few threads of our own.

The client blocks, hence the threads. Each request has a fresh connection, because a shared one
breaks under threads and after idling. Each thread keeps its TLS context, though: making one reads
all CA certificates, which takes ten times as long as the rest of a request. Nothing is retried
here: the jobs retry. Importing this module takes 0.2 s, so the line does it only when needed.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock, local
from typing import Any, cast, get_args

import google_auth_httplib2
import httplib2
from google.oauth2.credentials import Credentials as UserCredentials
from google.oauth2.service_account import Credentials as ServiceCredentials
from googleapiclient.discovery import build
from prometheus_client import Counter

from calendar_sync.calendars.google.errors import Kind, RequestFailure, failure_of
from calendar_sync.errors import CalendarError

SCOPE = "https://www.googleapis.com/auth/"
SCOPES = (SCOPE + "calendar.events.owned", SCOPE + "calendar.freebusy")
"""The minimum for a service account or a calendar made by hand; for one that the line created,
calendar.app.created replaces the first."""

_GOOGLE = "https://www.googleapis.com/calendar/v3/"
_TOKENS = "https://oauth2.googleapis.com/token"
_MAX_THREADS = 8
_REQUEST_SECONDS = 8.0
"""For one request with all its parts: a new access token, the request, reading the answer."""


ERRORS = Counter(
    "screening_line_google_errors_total", "Requests that Google did not carry out.", ["kind"]
)
for _kind in get_args(Kind):
    ERRORS.labels(_kind)  # shown as zero before the first one


class CredentialsError(CalendarError):
    """GOOGLE_CREDENTIALS_FILE cannot be used as it is."""


class _Http(local):
    """The HTTP client of a thread: it makes one of these for itself at its first request."""

    def __init__(self, credentials: UserCredentials | ServiceCredentials, timeout: float) -> None:
        self._http = httplib2.Http(timeout=timeout)
        self.signed = google_auth_httplib2.AuthorizedHttp(credentials, http=self._http)

    def disconnect(self) -> None:
        """Close the connections; the objects stay with their TLS contexts, and connect anew."""
        for connection in self._http.connections.values():
            connection.close()


class GoogleAccess:
    """One Google account; its requests are awaited from the event loop."""

    def __init__(self, file: Path, api_url: str = "", *, timeout: float = 3.0) -> None:
        """`api_url` ends with a slash; "" is Google's. `timeout` is in seconds without data.

        Raises CredentialsError.
        """
        self._credentials, self.is_service = _read(file)
        self._url = api_url or _GOOGLE
        self._timeout = timeout
        self._http = _Http(self._credentials, timeout)
        self._threads = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="google")
        self._building = Lock()

    async def ask(
        self, build_request: Callable[[Any], Any], *, etag: str | None = None
    ) -> dict[str, Any] | RequestFailure:
        """Send the request that `build_request` makes with the client; never raises.

        With `etag` the request takes effect only while the event has that version.
        """
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._threads, self._ask, build_request, etag)
        try:
            answer = await asyncio.wait_for(running, _REQUEST_SECONDS)
        except TimeoutError:
            # The thread goes on, and the request may still take effect.
            answer = RequestFailure("unknown", "Google took too long")
        if isinstance(answer, RequestFailure):
            ERRORS.labels(answer.kind).inc()
        return answer

    def close(self) -> None:
        """Let the threads end; requests that are under way may still take effect."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(
        self, build_request: Callable[[Any], Any], etag: str | None
    ) -> dict[str, Any] | RequestFailure:
        try:
            with self._building:
                request = build_request(self._client)
            if etag is not None:
                request.headers["If-Match"] = etag
            answer = request.execute(http=self._http.signed, num_retries=0)
        except BaseException as error:  # noqa: BLE001  # httplib2 raises all kinds of errors
            return failure_of(error)
        finally:
            self._http.disconnect()
        if answer == "":  # the client returns this for 204
            return {}
        return (
            answer
            if isinstance(answer, dict)
            else RequestFailure("unknown", "the answer is not Google's")
        )

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401  # the client is built at run time and has no types
        return _Resources(
            build(
                "calendar",
                "v3",
                http=httplib2.Http(timeout=self._timeout),
                client_options={"api_endpoint": self._url},
                static_discovery=True,
                cache_discovery=False,
            )
        )


class _Resources:
    """The client's resources, such as `events()`: building one takes 5 ms, so each is cached."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401  # untyped client
        self._client = client

    def __getattr__(self, name: str) -> Callable[[], Any]:
        """A function that returns the resource of this name, built once."""
        resource = getattr(self._client, name)()

        def cached() -> Any:  # noqa: ANN401  # untyped client
            return resource

        setattr(self, name, cached)
        return cached


def _read(file: Path) -> tuple[UserCredentials | ServiceCredentials, bool]:
    """Credentials from a file of either kind, and whether it is a service account's.

    Raises CredentialsError.
    """
    try:
        content = json.loads(file.read_text("utf-8"))
        if content["type"] == "service_account":
            return _service(content), True
        # Google's own reader of these files would replace token_uri.
        user = cast("Callable[..., UserCredentials]", UserCredentials)(
            None,
            refresh_token=content["refresh_token"],
            token_uri=content.get("token_uri") or _TOKENS,
            client_id=content["client_id"],
            client_secret=content["client_secret"],
            scopes=content.get("scopes"),
        )
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}); fix GOOGLE_CREDENTIALS_FILE."
        raise CredentialsError(message) from error
    except (ValueError, KeyError, TypeError) as error:
        message = (
            f"{file} is not a Google credentials file: {type(error).__name__}. Make a new one with "
            "`screening-line authorize-google`, or download the service account's JSON key again."
        )
        raise CredentialsError(message) from error
    return user, False


def _service(content: dict[str, Any]) -> ServiceCredentials:
    make = cast("Callable[..., ServiceCredentials]", ServiceCredentials.from_service_account_info)
    return make(content, scopes=list(SCOPES))
