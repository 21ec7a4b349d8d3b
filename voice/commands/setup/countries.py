"""Calls to other countries, which the line never places."""

import asyncio
from contextlib import closing

from voice.commands.calling_permissions import access_for, close, open_countries
from voice.commands.setup.answers import Answers
from voice.commands.setup.terminal import agree, say
from voice.settings import Settings
from voice.texts.twilio_sender import RequestFailed


def close_countries(answers: Answers) -> None:
    """Forbid calls to countries other than the US and Canada, if that is wanted."""
    settings = answers.settings()
    found = asyncio.run(_open(settings))
    if isinstance(found, RequestFailed) or not found:
        return
    say(
        f"\nThe account may call {len(found)} other countries ({', '.join(found[:12])}"
        f"{' ...' if found[12:] else ''}). The line calls the clinic's phone only."
    )
    if answers.dry_run:
        say("Would forbid calls to them at Twilio.")
        return
    if agree("Forbid calls to them?", default=True):
        failed = asyncio.run(_close(settings, found))
        where = "in Twilio's console, Voice, Geographic permissions"
        say(f"Twilio did not change it ({failed.status}); do it {where}." if failed else "Done.")


async def _open(settings: Settings) -> list[str] | RequestFailed:
    with closing(access_for(settings)) as access:
        return await open_countries(access)


async def _close(settings: Settings, countries: list[str]) -> RequestFailed | None:
    with closing(access_for(settings)) as access:
        return await close(access, countries)
