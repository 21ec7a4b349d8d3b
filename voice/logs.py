"""What the line writes about itself: one JSON object a line, and no phone number in it."""

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:\+|%2B)?(?:\d{5,13}|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{2})(\d{2})(?![0-9A-Za-z])"
)
"""Seven to fifteen digits in a row, or a US number as people write it."""


def masked(text: str) -> str:
    """The text with all but the last two digits of each phone number taken out."""
    return _NUMBER.sub(r"··\1", text)


def _mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Every text that is to be written, whoever wrote it."""
    return {name: masked(said) if isinstance(said, str) else said for name, said in event.items()}


def write_logs(style: Literal["json", "plain"]) -> None:
    """From here on everything logged in this process is written in this style.

    "json" goes to standard output from INFO on, for the machine that keeps logs; "plain" goes to
    standard error from WARNING on, for a person at a terminal.
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
    # The queue tells of every start and end, and one job starts every two seconds.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
