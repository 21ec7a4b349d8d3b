"""Signing in to Google and asking it, with the real client, in threads of our own.

The client blocks, so it has its own few threads; each question has a fresh connection, because a
shared one breaks under threads and after it was idle; nothing is repeated here, because repeating
is the jobs' work. Importing this module costs 0.2 s: the line does so only when it is needed.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, cast

import google_auth_httplib2
import httplib2
from google.oauth2.credentials import Credentials as UserCredentials
from google.oauth2.service_account import Credentials as ServiceCredentials
from googleapiclient.discovery import build

from calendar_sync.calendars.google.errors import Trouble, trouble
from calendar_sync.errors import CalendarError

SCOPE = "https://www.googleapis.com/auth/"
SCOPES = (SCOPE + "calendar.events.owned", SCOPE + "calendar.freebusy")
"""The least for a service account or a calendar made by hand; one that the line made itself needs
only calendar.app.created instead of the first."""

_GOOGLE = "https://www.googleapis.com/calendar/v3/"
_TOKENS = "https://oauth2.googleapis.com/token"
_AT_ONCE = 8
_PATIENCE = 8.0
"""Seconds for one question with all its parts: signing in again, asking, reading."""


class CredentialsError(CalendarError):
    """The file of GOOGLE_CREDENTIALS_FILE cannot be used as it is."""


class GoogleAccess:
    """One account at Google, to be asked from the event loop."""

    def __init__(self, file: Path, api_url: str = "", *, timeout: float = 3.0) -> None:
        """`api_url` with its slash at the end; "" is Google's. `timeout` in seconds of silence.

        Raises CredentialsError.
        """
        self._credentials, self.is_service = _read(file)
        self._url = api_url or _GOOGLE
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="google")
        self._building = Lock()

    async def ask(
        self, question: Callable[[Any], Any], *, etag: str | None = None
    ) -> dict[str, Any] | Trouble:
        """Google's answer to one request, made by `question` from the client; never raises.

        With `etag` the request is only carried out while the event has that version.
        """
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, self._ask, question, etag)
        try:
            return await asyncio.wait_for(asked, _PATIENCE)
        except TimeoutError:
            # The thread goes on and may still have its effect: nobody knows.
            return Trouble("unknown", "Google took too long")

    def close(self) -> None:
        """Let the threads end; what they are doing may still happen."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, question: Callable[[Any], Any], etag: str | None) -> dict[str, Any] | Trouble:
        http = httplib2.Http(timeout=self._timeout)
        signed = google_auth_httplib2.AuthorizedHttp(self._credentials, http=http)
        try:
            with self._building:
                request = question(self._client)
            if etag is not None:
                request.headers["If-Match"] = etag
            answer = request.execute(http=signed, num_retries=0)
        except BaseException as error:  # noqa: BLE001  # httplib2 raises whatever it likes
            return trouble(error)
        finally:
            http.close()
        if answer == "":  # what the client makes of 204
            return {}
        return answer if isinstance(answer, dict) else Trouble("unknown", "no answer of Google's")

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401  # the client is made at run time and has no types
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
    """The client's resources, such as `events()`: making one takes 5 ms, so each is made once."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401  # as above
        self._client = client

    def __getattr__(self, name: str) -> Callable[[], Any]:
        """The resource of this name, kept from now on."""
        resource = getattr(self._client, name)()

        def kept() -> Any:  # noqa: ANN401  # as above
            return resource

        setattr(self, name, kept)
        return kept


def _read(file: Path) -> tuple[UserCredentials | ServiceCredentials, bool]:
    """The credentials of a file of either kind. Raises CredentialsError."""
    try:
        said = json.loads(file.read_text("utf-8"))
        if said["type"] == "service_account":
            return _service(said), True
        # Google's own reader of these files replaces token_uri by its own.
        user = cast("Callable[..., UserCredentials]", UserCredentials)(
            None,
            refresh_token=said["refresh_token"],
            token_uri=said.get("token_uri") or _TOKENS,
            client_id=said["client_id"],
            client_secret=said["client_secret"],
            scopes=said.get("scopes"),
        )
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}); set GOOGLE_CREDENTIALS_FILE anew."
        raise CredentialsError(message) from error
    except (ValueError, KeyError, TypeError) as error:
        message = (
            f"{file} is no credentials file of Google: {type(error).__name__}. Make a new one with "
            "`screening-line authorize-google`, or download the service account's JSON key again."
        )
        raise CredentialsError(message) from error
    return user, False


def _service(said: dict[str, Any]) -> ServiceCredentials:
    make = cast("Callable[..., ServiceCredentials]", ServiceCredentials.from_service_account_info)
    return make(said, scopes=list(SCOPES))
