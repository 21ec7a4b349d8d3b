"""Puts the line together: settings, database, calendar, texting, worker."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog
from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import free_times
from calendar_sync.clinic import ChartLabels, Clinic
from calendar_sync.clinician import DEFAULT_ID, Clinician
from voice.agreements import event_detail
from voice.background import run_in_background
from voice.calendar_setup import calendar_for, invitations_for, push_for
from voice.clinicians import clinicians_for, heard
from voice.clock import utc_now
from voice.database.connection import JOBS, new_pool, open_pool
from voice.database.data_key import field_cipher
from voice.database.pool_metrics import keep_measuring
from voice.database.waiting import with_database
from voice.deletion.retention import delete_old_data
from voice.dialogue import effects, speech
from voice.dialogue.recorded import NO_RECORDINGS
from voice.dialogue.replay import PromptFacts
from voice.dialogue.twiml import Phones
from voice.former_calendars import remember_calendars
from voice.language import Text
from voice.limits import Limits, limits_of
from voice.recent_offers import RecentOffers
from voice.recordings.library import Library, recordings_for
from voice.settings import Settings
from voice.summary import summary_of
from voice.texts.texting import Texting, texting_for
from voice.worker import work

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that answering a call needs."""

    settings: Settings
    clinic: Clinic
    prompt_facts: PromptFacts
    phones: Phones
    texting: Texting
    recordings: Library | None = None
    one_hold: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Kept while a time is held, so that calls of one process do not wait in the database."""
    recent_offers: RecentOffers = field(default_factory=RecentOffers)
    call_limits: dict[str, Limits] = field(default_factory=dict)
    """Limits of single calls of a demo's page, by CallSid; its other calls have none."""

    @property
    def pool(self) -> AsyncConnectionPool:
        """Database connections with the timeouts of a caller's turn."""
        return self.clinic.pool

    def limits_of(self, call_sid: str) -> Limits | None:
        """The limits of a call; None if it has none."""
        return self.call_limits.get(call_sid) or limits_of(self.settings)

    @property
    def now(self) -> Callable[[], datetime]:
        """The clock; returns aware UTC."""
        return self.clinic.now


def spoken_facts(settings: Settings) -> dict[str, Text]:
    """What fills the {marks} of the prompts: the clinic's own, the same in every call."""
    name = settings.clinic_name
    return {
        "clinic": Text(name, name),
        "clinician": Text(settings.clinician_spoken_en, settings.clinician_spoken_es),
        "email": speech.email(settings.clinic_email),
        "clinic_number": speech.phone_number(settings.clinic_number),
    }


def line_on(
    settings: Settings,
    pool: AsyncConnectionPool,
    now: Callable[[], datetime] = utc_now,
    clinicians: Sequence[Clinician] | None = None,
) -> Line:
    """Build a line on a migrated database; the settings name its clinicians if they are not given.

    A demo's page may change the list. Raises SettingsError.
    """
    texting = texting_for(settings, pool, now)
    calendar = calendar_for(settings, pool)
    if clinicians is None:
        clinicians = [*clinicians_for(settings, pool, calendar)]
    clinic = Clinic(
        pool=pool,
        calendar=clinicians[0].calendar if clinicians else calendar,
        rules=settings.rules,
        now=now,
        detail=event_detail(settings),
        chart_labels=ChartLabels(*effects.EVENT_LABELS),
        video_url=settings.video_url or None,
        makes_links=settings.uses_google,
        availability=settings.availability,
        notify=texting.notify,
        send_text=texting.send,
        check_delivery=texting.check_delivery,
        check_texts=texting.check,
        push=push_for(settings, calendar),
        invitations=invitations_for(settings, calendar),
        delete_old_data=partial(delete_old_data, pool, settings, now),
        summary=summary_of(pool, settings.zone) if settings.daily_summary == "on" else None,
        clinician_id=clinicians[0].id if clinicians else DEFAULT_ID,
        clinicians=clinicians,
    )
    facts = spoken_facts(settings)
    recordings = recordings_for(settings.recordings_dir, facts)
    prompt_facts = PromptFacts(
        facts,
        settings.zone,
        texts=texting.sender is not None,
        therapists=heard(clinic.clinicians),
    )
    phones = Phones(
        voices=(("en", settings.voice_en), ("es", settings.voice_es)),
        clinic=settings.line_number,
        staff=settings.staff_number,
        recorded=(recordings.recorded(settings.public_base_url) if recordings else NO_RECORDINGS),
        base_path=settings.base_path,
    )
    return Line(settings, clinic, prompt_facts, phones, texting, recordings)


async def _no_check(line: Line) -> None:
    del line


async def _read_busy_times(clinic: Clinic) -> None:
    """Read them once; if that fails, the worker does so within a minute."""
    try:
        for read in await free_times.refresh_all(clinic):
            log.warning("cannot read the calendar yet, so no times are offered", why=read.why)
    except Exception:
        log.exception("the busy times could not be stored yet")


@asynccontextmanager
async def open_line(
    settings: Settings,
    now: Callable[[], datetime] = utc_now,
    *,
    worker: bool = True,
    check_calls: Callable[[Line], Awaitable[None]] = _no_check,
    alone: bool = True,
) -> AsyncGenerator[Line]:
    """Open the line and everything it owns, until the context ends.

    `worker` also runs jobs in this process; one of them is `check_calls`. `alone` refuses an
    embedded data folder that another running line uses. A live line whose database is away opens
    without it: its pool is closed, so that callers hear the fallback response, until the database
    is there. Raises DatabaseError, when waiting would not help, or SettingsError.
    """
    cipher = field_cipher(settings)
    pool = new_pool(cipher=cipher)
    line = line_on(settings, pool, now)
    if line.recordings is not None:
        line.recordings.warn_of_unplayed()

    async def run(dsn: str, ready: Callable[[], None]) -> None:
        async with AsyncExitStack() as stack:
            pools: dict[str, AsyncConnectionPool] = {"calls": pool}
            if worker:
                # A line of their own, so that no job takes a connection that a caller waits for.
                for_jobs = open_pool(dsn, cipher=cipher, options=JOBS, size=12)
                job_pool = await stack.enter_async_context(for_jobs)
                pools["jobs"] = job_pool
                await remember_calendars(job_pool, settings)
                shared = line.clinic.clinicians if settings.is_demo else None
                jobs_line = line_on(settings, job_pool, now, shared)
                stack.callback(jobs_line.texting.close)
                clinic = replace(jobs_line.clinic, check_calls=partial(check_calls, jobs_line))
                await stack.enter_async_context(run_in_background(work(clinic)))
            stack.push_async_callback(pool.close)  # for good: nothing after this may raise
            pool.conninfo = dsn
            await pool.open()
            await stack.enter_async_context(run_in_background(keep_measuring(pools)))
            if not settings.is_demo:
                ready()  # Google may take its time; stored busy times are used until it answers
            await _read_busy_times(line.clinic)
            # What is loaded by now stays: looking through it for garbage would stop all turns.
            gc.freeze()
            ready()
            await asyncio.Event().wait()

    try:
        async with with_database(settings, run, alone=alone):
            yield line
    finally:
        line.texting.close()
