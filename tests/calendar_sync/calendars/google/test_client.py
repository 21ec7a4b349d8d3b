"""What a request to Google takes besides itself: a connection of its own, but no TLS context."""

from pathlib import Path
from threading import get_ident

import httplib2
import pytest
from stand_ins.google.server import Google
from support.google_clinic import calendar_at

_REQUESTS = 12
"""More than there are threads."""


async def test_each_request_has_a_new_connection_and_each_thread_one_tls_context(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that idles may be dead, and a TLS context takes ten times the rest of it."""
    made, connected = list[int](), list[int]()

    class Connection(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]  # untyped
        """Notes its thread when it is made, which makes the context, and when it connects."""

        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            made.append(get_ident())

        def connect(self) -> None:
            super().connect()
            connected.append(get_ident())

    monkeypatch.setitem(httplib2.SCHEME_TO_CONNECTION, "http", Connection)
    with calendar_at(google, tmp_path) as calendar:
        for _ in range(_REQUESTS):
            await calendar.changes(None)
    assert len(connected) == _REQUESTS
    assert sorted(made) == sorted(set(connected))
