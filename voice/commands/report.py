"""What the command `report` prints of a period: tables with the funnel as bars, CSV, or an SVG."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from html import escape
from pathlib import Path

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Table

from voice.commands.call_back_list import connected
from voice.errors import ReportedError
from voice.figures import Figures, figures
from voice.settings import Settings

DEFAULT_DAYS = 30
_WIDTH, _ROW, _LEFT, _BAR = 720, 48, 220, 400
"""Pixels of the SVG: its width, each row's height, and where bars start and how long they get."""
_FUNNEL = "How far calls got"
_LONGEST = 32
"""Characters of the longest bar in a terminal of 80 columns."""


class ReportError(ReportedError):
    """The period ends before it begins, or the picture cannot be written."""


async def read(settings: Settings, first: date, last: date) -> Figures:
    """The figures of these days in the clinic's zone, both included. Raises ReportError."""
    if last < first:
        message = f"The period ends ({last}) before it begins ({first})."
        raise ReportError(message)
    begin, end = (
        datetime.combine(day, time(), settings.zone) for day in (first, last + timedelta(days=1))
    )
    async with connected(settings) as conn:
        return await figures(conn, begin, end)


def tables(found: Figures, first: date, last: date) -> Group:
    """For a terminal, one table for each part that has something in it."""
    shown = [_table(found, title, counts) for title, counts in _parts(found) if counts]
    return Group(f"{first} to {last}: {found.calls} calls", *shown)


def _table(found: Figures, title: str, counts: dict[str, int]) -> Table:
    """What was counted, how often, and in the funnel the share of all calls as a bar."""
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for words, count in counts.items():
        row = [words, _share(found, title, count)]
        if title != _FUNNEL:
            table.add_row(*row)
            continue
        bar = ProgressBar(max(found.calls, 1), count, _LONGEST, complete_style="default",
                          finished_style="default")  # fmt: skip
        table.add_row(*row, bar)
    return table


def csv_text(found: Figures) -> str:
    """Lines of part, what is counted, count; with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("part", "what", "count"))
    for title, counts in _parts(found):
        writer.writerows((title, words, count) for words, count in counts.items())
    return text.getvalue()


def svg(found: Figures, first: date, last: date) -> str:
    """A bar for each stage of a call, as long as its share of all calls."""
    most = max(found.calls, 1)
    height = _ROW * (len(found.funnel) + 1) + 16
    title = f"Calls from {first} to {last}"
    rows = [
        f'<text x="{_LEFT - 12}" y="{y + 23}" text-anchor="end">{escape(stage)}</text>'
        f'<rect x="{_LEFT}" y="{y + 4}" width="{max(2, round(_BAR * count / most))}" height="28"'
        f' rx="4" fill="#0d6b5e"/>'
        f'<text x="{_LEFT + 12 + round(_BAR * count / most)}" y="{y + 23}">{count}</text>'
        for y, (stage, count) in zip(range(_ROW, height, _ROW), found.funnel.items(), strict=False)
    ]
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
        f' viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title"'
        ' font-family="system-ui, sans-serif" font-size="15" fill="#1c2624">'
    )
    return "\n".join(
        [
            root,
            f'<title id="title">{escape(title)}</title>',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text x="16" y="30" font-size="18" font-weight="600">{escape(title)}</text>',
            *rows,
            "</svg>\n",
        ]
    )


def write_svg(file: Path, picture: str) -> None:
    """Write the picture. Raises ReportError."""
    try:
        file.write_text(picture, "utf-8")
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}. Give --svg another file."
        raise ReportError(message) from error


def _parts(found: Figures) -> Iterator[tuple[str, dict[str, int]]]:
    """Each part of the report with its counts, in the order of a call."""
    yield _FUNNEL, dict(found.funnel)
    yield "How calls ended", dict(found.endings)
    yield "Where callers hung up", dict(found.hung_up)
    yield "Stopped at the safety question", dict(found.stops)
    yield "Flagged at the safety question", dict(found.flags)
    changed = {"moved": found.moved, "canceled": found.canceled}
    yield "Visits changed by patients", {way: count for way, count in changed.items() if count}
    yield "Texts", dict(found.texts)
    yield (
        "Call-backs",
        {
            "asked for": found.call_backs_opened,
            "done": found.call_backs_done,
            "waiting now": found.call_backs_waiting,
        },
    )


def _share(found: Figures, title: str, count: int) -> str:
    """The count; in the funnel with its share of all calls."""
    if title != _FUNNEL or not found.calls:
        return str(count)
    return f"{count}  {round(100 * count / found.calls):>3} %"
