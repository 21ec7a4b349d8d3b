"""Logging: one JSON object per line, with phone numbers masked."""

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

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


def write_logs(style: Literal["json", "plain"]) -> None:
    """Configure logging for this process, including that of libraries.

    "json" writes INFO and above to standard output, for a log collector; "plain" writes WARNING
    and above to standard error, for a person at a terminal.
    """
    first: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
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
