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

    def __init__(self, seen: Path, kill: tuple[str, str, int] | None) -> None:
        self._file = os.open(seen, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._known: set[str] = set()
        self._name, self._side, self._left = kill or ("", "", 0)

    @contextmanager
    def at(self, name: str) -> Generator[None]:
        """Around one effect."""
        if name and name not in self._known:
            self._known.add(name)
            os.write(self._file, f"{name}\n".encode())
        dying = name and name == self._name
        if dying:
            self._left -= 1
        if dying and self._left == 0 and self._side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        yield
        if dying and self._left == 0 and self._side == "after":
            os.kill(os.getpid(), signal.SIGKILL)


def install(seen: Path, kill: list[Any] | None) -> None:
    """Note every point's name in the file, and die at one: [name, "before" or "after", nth]."""
    points = _Points(seen, (kill[0], kill[1], kill[2]) if kill else None)
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
