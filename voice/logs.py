"""Logging: one JSON object per line, with phone numbers masked and no values in tracebacks."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Literal

import psycopg
import structlog
from structlog.types import EventDict, ExcInfo, Processor, WrappedLogger

from voice.errors import ReportedError

log = structlog.get_logger(__name__)

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:\+|%2B)?(?:\d{5,13}|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{2})(\d{2})(?![0-9A-Za-z])"
)
"""Seven to fifteen digits in a row, or a US number as people write it; the last two are kept."""


_FLOWS = Path(__file__).parent / "flows"


@lru_cache(maxsize=1024)
def masked(text: str) -> str:
    """The text with all but the last two digits of each phone number masked.

    Most texts of a line were in an earlier one, such as the SID of the call.
    """
    return _NUMBER.sub(r"··\1", text)


def _mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Mask every string of a log event, including those of libraries."""
    return {name: masked(said) if isinstance(said, str) else said for name, said in event.items()}


def _exception_text(exc_info: ExcInfo) -> str:
    """The traceback: types, files, lines and functions, and only messages that hold no values.

    The message of an unexpected error may quote an answer or the steps of a call, which tell one.
    So do the functions of the flow that led there; only the innermost of them is shown.
    """
    return "\n".join(_traceback_lines(exc_info[1], set()))


def _traceback_lines(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    """The lines of an error, after those of the one that led to it."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _traceback_lines(before, seen)
        yield "This led to:"
    yield "Traceback (most recent call last):"
    frames = traceback.extract_tb(error.__traceback__)
    in_flows = [frame for frame in frames if Path(frame.filename).parent == _FLOWS]
    shown = [frame for frame in frames if frame not in in_flows[:-1]]
    for line in traceback.format_list(shown):
        yield line.rstrip("\n")
    said = _message(error)
    yield f"{type(error).__module__}.{type(error).__qualname__}{said and f': {said}'}"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from (f"  {line}" for line in _traceback_lines(each, seen))


def _message(error: BaseException) -> str:
    """What may be logged of an error's message.

    DETAIL of a database error quotes the row. The message of a DataError (SQLSTATE class 22) has
    the value, so only its code is kept.
    """
    if isinstance(error, psycopg.DataError):
        return f"SQLSTATE {error.sqlstate}"
    if isinstance(error, psycopg.Error):
        return error.diag.message_primary or str(error)
    return str(error) if isinstance(error, OSError | ReportedError) else ""


class _FirstLine(logging.Filter):
    """Keeps asyncio's message and drops what it adds: the representation of tasks and errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the message; the traceback stays."""
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return True


_ASYNCIO = _FirstLine()


_OUTPUT = logging.StreamHandler()
"""Where all lines go: those of libraries, and our own."""


class _Logger:
    """Writes our own lines; named after the module that logs."""

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, line: str) -> None:
        """Write one line, never in the middle of another; what cannot be written is lost."""
        _OUTPUT.acquire()
        try:
            _OUTPUT.stream.write(f"{line}\n")
            _OUTPUT.flush()
        except (OSError, ValueError):
            pass  # a full disk, a closed pipe: the call goes on
        finally:
            _OUTPUT.release()

    debug = info = warning = error = critical = write


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Log an error that ends the process; Python itself would print its message."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("stopped by an unexpected error", exc_info=(kind, error, trace))


def write_logs(style: Literal["json", "plain"]) -> None:
    """Configure logging for this process, including that of libraries.

    "json" writes INFO and above to standard output, for a log collector; "plain" writes WARNING
    and above to standard error, for a person at a terminal.
    """
    first: list[Processor] = [
        structlog.processors.ExceptionRenderer(_exception_text),
        _mask,  # before what no caller has a say in: the time alone takes as long as the rest
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if style == "plain":
        last = structlog.dev.ConsoleRenderer(colors=False)
    level = logging.INFO if style == "json" else logging.WARNING
    _OUTPUT.stream = sys.stdout if style == "json" else sys.stderr
    _OUTPUT.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[_OUTPUT], level=level, force=True)
    # The queue logs every start and end of a job, and one starts every two seconds.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    logging.getLogger("asyncio").addFilter(_ASYNCIO)
    if style == "json":
        sys.excepthook = _log_uncaught
    # Our own lines, one for each turn, do not pass through the standard library's logging, which
    # would make each of them take twice as long.
    structlog.configure(
        processors=[*first, last],
        logger_factory=_Logger,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
