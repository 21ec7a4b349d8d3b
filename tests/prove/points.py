"""Effect points by name, and the death of this process before or after one of them.

A point is where the line has an effect on something outside its memory: a statement that writes, a
commit, a request to Google or Twilio, an answer. They are found at the edges of the libraries, so
every effect of the line has one, whatever its code looks like.
"""

import functools
import os
import re
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import googleapiclient.http
import psycopg
import starlette.responses
import twilio.http.http_client

_WRITES = re.compile(
    r"(INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)|(procrastinate_\w+?)(?:_v\d)?\(", re.IGNORECASE
)
_LAST: "WeakKeyDictionary[object, str]" = WeakKeyDictionary()
"""What each connection wrote last: its commit is named after it."""


class _Points:
    """Which points were met, and where to die."""

    def __init__(self, seen: Path, died: Path, kills: list[tuple[str, str, int]]) -> None:
        self._file = os.open(seen, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._known: set[str] = set()
        self._died = died
        self._kills = {(name, side): nth for name, side, nth in kills}

    @contextmanager
    def at(self, name: str) -> Generator[None]:
        """Around one effect."""
        if name and name not in self._known:
            self._known.add(name)
            os.write(self._file, f"{name}\n".encode())
        self._die(name, "before")
        yield
        self._die(name, "after")

    def _die(self, name: str, side: str) -> None:
        left = self._kills[name, side] = self._kills.get((name, side), 0) - 1
        if left == 0:
            self._died.write_text(f"{side} {name}")
            os.kill(os.getpid(), signal.SIGKILL)


def install(seen: Path, died: Path, kills: list[tuple[str, str, int]]) -> None:
    """Note every point's name in `seen`, and die at the first of `kills` that is met.

    Each is a name, "before" or "after", and how many times it is to be met; `died` says which.
    """
    points = _Points(seen, died, [(name, side, nth) for name, side, nth in kills])
    _around_async(psycopg.AsyncCursor, "execute", points, _statement)
    _around_async(psycopg.AsyncTransaction, "__aexit__", points, _commit)
    _around_async(starlette.responses.Response, "__call__", points, _answer)
    _around(googleapiclient.http.HttpRequest, "execute", points, _google)
    _around(twilio.http.http_client.TwilioHttpClient, "request", points, _twilio)


def _statement(cursor: Any, query: object, *_: object) -> str:  # noqa: ANN401  # psycopg's own
    text = query if isinstance(query, str) else repr(query)
    wrote = [" ".join(filter(None, found)).lower() for found in _WRITES.findall(text)]
    if wrote:
        _LAST[cursor.connection] = ", ".join(dict.fromkeys(wrote))
        return f"sql {_LAST[cursor.connection]}"
    return ""


def _commit(transaction: Any, kind: object, *_: object) -> str:  # noqa: ANN401  # psycopg's own
    wrote = _LAST.get(transaction.connection, "")
    return f"commit {wrote}" if wrote and kind is None else ""


def _answer(_: object, scope: dict[str, Any], *__: object) -> str:
    at = re.search(rb"at=([a-z_.]+)", scope.get("query_string", b""))
    return f"answer {scope['path']} {at[1].decode() if at else ''}".strip()


def _google(request: Any, *_: object) -> str:  # noqa: ANN401  # Google's own
    return f"google {request.methodId}"


def _twilio(_: object, method: str, url: str, *__: object) -> str:
    return f"twilio {method} {url.rpartition('/')[2]}"


def _around(owner: type, name: str, points: _Points, named: Callable[..., str]) -> None:
    real = getattr(owner, name)

    @functools.wraps(real)
    def wrapped(*args: Any, **more: Any) -> Any:  # noqa: ANN401  # whatever it takes and gives
        with points.at(named(*args)):
            return real(*args, **more)

    setattr(owner, name, wrapped)


def _around_async(owner: type, name: str, points: _Points, named: Callable[..., str]) -> None:
    real = getattr(owner, name)

    @functools.wraps(real)
    async def wrapped(*args: Any, **more: Any) -> Any:  # noqa: ANN401  # whatever it takes and gives
        with points.at(named(*args)):
            return await real(*args, **more)

    setattr(owner, name, wrapped)
