"""The command `forget`: what it would delete, does delete, and leaves, without naming anybody."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from voice import phone_numbers, read_log
from voice.bootstrap import Line, line_on
from voice.clock import utc_now
from voice.database.connection import JOBS, open_database, open_pool
from voice.database.data_key import field_cipher
from voice.deletion.forget import Outcome, forget, preview
from voice.errors import ReportedError
from voice.settings import Settings

_IN_BACKUPS = (
    "Back-ups made before now, until newer ones replace them (BACKUP_KEEP). If you restore one, run"
    " this command again."
)
_BY_HAND = (
    "What people wrote themselves: events, notes, emails. Search the calendar and the mailbox."
)
_AT_GOOGLE = (
    "The calendar's trash, for about 30 days: in Google Calendar, open Settings, Trash, and delete"
    " the events there."
)
_AT_TWILIO = (
    "Twilio's back-ups, which keep the words of messages for up to 30 days, and its log of requests"
    " to the line: Twilio deletes those by its own rules."
)


class ForgetError(ReportedError):
    """The number cannot be forgotten."""


class NotFinishedError(ReportedError):
    """Something could not be deleted yet."""


async def shown(settings: Settings, typed: str, *, wanted: bool) -> list[str]:
    """Delete what there is about a number if `wanted`, else only count it; lines to print.

    `typed` is the number as a person writes it. Raises ForgetError for one that is none or the
    clinic's, and NotFinishedError with the same lines when something is left.
    """
    number = phone_numbers.typed(typed)
    if not number:
        message = "That is not a phone number. Give it with its area code, such as +14255550123."
        raise ForgetError(message)
    if number in settings.own_numbers:
        message = "That is one of the clinic's own numbers. Nothing was deleted."
        raise ForgetError(message)
    async with (
        open_database(settings, alone=False) as dsn,
        open_pool(dsn, cipher=field_cipher(settings), options=JOBS, size=3) as pool,
    ):
        line = line_on(settings, pool)
        with closing(line.texting):
            return await _run(line, number, wanted=wanted)


async def _run(line: Line, number: str, *, wanted: bool) -> list[str]:
    clinic, settings = line.clinic, line.settings
    async with line.pool.connection() as conn:
        await read_log.record(conn, "forget --yes" if wanted else "forget", 1)
    if not wanted:
        return [*_preview(settings, await preview(clinic, number))]
    outcome = await forget(clinic, settings, number)
    lines = [*_receipt(settings, outcome, utc_now())]
    if outcome.problems:
        raise NotFinishedError("\n".join(lines))
    return lines


def _preview(settings: Settings, outcome: Outcome) -> Iterator[str]:
    yield "Would delete from the line's database (nothing was deleted):"
    yield from _counts(outcome)
    if not settings.is_demo:
        places = "Google and Twilio" if settings.uses_google else "Twilio"
        yield f"and what {places} keep about it."
    if outcome.coming:
        yield (
            f"Visits still to come among them: {outcome.coming}. They would be cancelled, and the"
            " line would tell nobody."
        )
    yield from _kept(settings, outcome)
    for problem in outcome.problems:
        yield f"Not now: {problem}."
    yield "To delete it, run the same command with --yes."


def _receipt(settings: Settings, outcome: Outcome, now: datetime) -> Iterator[str]:
    when = f"{now.astimezone(settings.zone):%Y-%m-%d %H:%M %Z}"
    if outcome.problems:
        yield f"Not finished, {when}. The line's database still has everything, because:"
        for problem in outcome.problems:
            yield f"  - {problem}"
        yield "Run the same command again; it continues. Until now it deleted:"
        yield from _counts(outcome)
        return
    yield f"Deleted everything about one phone number, {when}, by {read_log.os_user()}:"
    yield from _counts(outcome)
    if outcome.coming:
        yield f"Visits still to come among them: {outcome.coming}. The line told nobody."
    yield from _kept(settings, outcome)
    yield "Not deleted by this command:"
    for each in (*outcome.left, *_elsewhere(settings)):
        yield f"  - {each}"


def _counts(outcome: Outcome) -> Iterator[str]:
    found = [f"  {kind:<32} {count:>5}" for kind, count in outcome.counts.items() if count]
    yield from found or ["  nothing"]


def _kept(settings: Settings, outcome: Outcome) -> Iterator[str]:
    years = f"for {settings.consent_years} years (CONSENT_YEARS)"
    if outcome.kept.stops:
        yield f"Kept {years}: that a number replied STOP, so that it is never texted again."
    if outcome.kept.consents:
        yield (
            f"Kept {years}: consents to texts ({outcome.kept.consents}), with number, time, and"
            " wording, as proof that the texts were allowed."
        )


def _elsewhere(settings: Settings) -> Iterator[str]:
    yield from (_IN_BACKUPS, _BY_HAND)
    if settings.uses_google:
        yield _AT_GOOGLE
    if not settings.is_demo:
        yield _AT_TWILIO
