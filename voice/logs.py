"""Logging: one JSON object per line, with phone numbers masked and no values of rows."""

import logging
import re
import sys
import traceback
from typing import Literal

import psycopg
import structlog
from structlog.types import EventDict, ExcInfo, Processor, WrappedLogger

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:\+|%2B)?(?:\d{5,13}|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{2})(\d{2})(?![0-9A-Za-z])"
)
"""Seven to fifteen digits in a row, or a US number as people write it; the last two are kept."""


def masked(text: str) -> str:
    """The text with all but the last two digits of each phone number masked."""
    return _NUMBER.sub(r"··\1", text)


def _mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Mask every string of a log event, including those of libraries."""
    return {name: masked(said) if isinstance(said, str) else said for name, said in event.items()}


def _exception_text(exc_info: ExcInfo) -> str:
    """The traceback, without the DETAIL of database errors, which quotes the row: health answers.

    The values of a DataError (SQLSTATE class 22) are in its message, so only its code is kept.
    """
    text = "".join(traceback.format_exception(*exc_info))
    waiting: list[BaseException | None] = [exc_info[1]]
    seen: set[int] = set()
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        waiting += [error.__cause__, error.__context__]
        if isinstance(error, BaseExceptionGroup):
            waiting += error.exceptions
        if isinstance(error, psycopg.Error) and str(error):
            # In a group of exceptions every line is indented by spaces and bars.
            lines = r"\n[ |]*".join(map(re.escape, str(error).split("\n")))
            text = _without_values(error).join(re.split(lines, text))
    return text.rstrip()


def _without_values(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.DataError):
        return f"SQLSTATE {error.sqlstate}"
    return error.diag.message_primary or str(error)


def write_logs(style: Literal["json", "plain"]) -> None:
    """Configure logging for this process, including that of libraries.

    "json" writes INFO and above to standard output, for a log collector; "plain" writes WARNING
    and above to standard error, for a person at a terminal.
    """
    first: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_exception_text),
    ]
    last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if style == "plain":
        last = structlog.dev.ConsoleRenderer(colors=False)
    here = logging.StreamHandler(sys.stdout if style == "json" else sys.stderr)
    here.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _mask, last],
        )
    )
    logging.basicConfig(
        handlers=[here], level=logging.INFO if style == "json" else logging.WARNING, force=True
    )
    # The queue logs every start and end of a job, and one starts every two seconds.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
