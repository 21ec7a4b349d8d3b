"""Points the number at Twilio to this line, and can put back what stood there."""

import asyncio
import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from voice.commands.fallback_twiml import document
from voice.commands.setup.answers import Answers
from voice.commands.setup.terminal import agree, ask, say
from voice.commands.twilio_number import (
    Number,
    bin_is_current,
    is_bin,
    is_set,
    wanted_fields,
)
from voice.errors import ReportedError
from voice.private_file import replace_private
from voice.setting_types import LOOPBACK
from voice.settings import Settings
from voice.texts.twilio_sender import RequestFailed, TwilioAccess

BEFORE = Path("twilio-before.json")
"""What stood at Twilio before setup changed it."""


class TwilioError(ReportedError):
    """Twilio refused a change; the text says what stands there now."""


def set_webhooks(answers: Answers, number: Number) -> None:
    """Show what stands there and what will, ask, and set it."""
    settings = answers.settings()
    if not settings.public_base_url:
        say("\nThe number's addresses need the public address: run the step `address` first.")
        return
    if urlsplit(settings.public_base_url).hostname in LOOPBACK and not settings.twilio_api_url:
        say(f"\nTwilio cannot reach {settings.public_base_url}, so the number is left as it is.")
        return
    fallback = _ask_fallback(number, settings)
    wanted = wanted_fields(settings, fallback)
    changes = {name: new for name, new in wanted.items() if not is_set(number, name, new)}
    if not changes:
        say("\nThe number's addresses are those of this line already.")
        return
    say("\nThe number's settings at Twilio:")
    for name, new in changes.items():
        say(f"  {name}: {number.fields[name] or 'nothing'} -> {new or 'nothing'}")
    if answers.dry_run:
        say("Would set these at Twilio.")
        return
    if not agree("Set these now?", default=True):
        return
    keep_before({number.sid: dict(number.fields)})
    change_number(settings, number.sid, changes)
    say(f"Set. What stood there is in {BEFORE}; `screening-line setup --undo-twilio` restores it.")


def _ask_fallback(number: Number, settings: Settings) -> str:
    """The address of the fallback document: that of a TwiML Bin, or "" for the line's own."""
    there = number.fields["voice_fallback_url"] or ""
    if is_bin(there, settings):
        current = bin_is_current(there, settings)
        if current:
            say("\nThe fallback document at Twilio is the current one.")
            return there
        why = "cannot be read" if current is None else "is not the current one"
        say(f"\nThe fallback document at Twilio {why}.")
    say(
        "\nWhile this computer is down, Twilio reads a document to callers that it stores itself.\n"
        "Only you can store it: in Twilio's console open Developer tools, TwiML Bins, make one,\n"
        "and paste this (`screening-line fallback-twiml` prints it again):\n"
    )
    say(document(settings))
    say("\nThen copy the Bin's address here. Without one callers hear Twilio's own error.")
    while True:
        given = ask(
            "Address of the TwiML Bin (Enter: none yet)", there if is_bin(there, settings) else ""
        )
        if not given or is_bin(given, settings):
            return given
        say("It looks like https://handler.twilio.com/twiml/EH... with 32 characters after EH.")


def keep_before(found: dict[str, dict[str, Any]]) -> None:
    """Add what stands at Twilio, by SID, to the file; what an earlier run kept stays. Mode 0600."""
    replace_private(BEFORE, json.dumps({**found, **_kept()}, indent=1))


def undo(settings: Settings, *, dry_run: bool) -> list[str]:
    """Put back everything that the file keeps, and delete it; one line for each thing.

    Raises TwilioError.
    """
    kept = _kept()
    if not kept:
        message = f"There is nothing to put back: no {BEFORE} here."
        raise TwilioError(message)
    said: list[str] = []
    for sid, fields in kept.items():
        said += [f"{sid} {name}: {value or 'nothing'}" for name, value in fields.items()]
        if not dry_run:
            change_number(
                settings,
                sid,
                {name: "" if value is None else value for name, value in fields.items()},
            )
    if dry_run:
        return ["Would put back at Twilio:", *said]
    BEFORE.unlink()
    return ["Put back at Twilio:", *said]


def change_number(settings: Settings, sid: str, fields: dict[str, Any]) -> None:
    """Change fields of a number, PN..., or of a messaging service, MG... Raises TwilioError."""

    def change(twilio: Any) -> object:  # noqa: ANN401  # twilio ships no types
        if sid.startswith("MG"):
            return twilio.messaging.v1.services(sid).update(**fields)
        return twilio.incoming_phone_numbers(sid).update(**fields)

    with closing(TwilioAccess(settings)) as access:
        done = asyncio.run(access.ask(change))
    if isinstance(done, RequestFailed):
        message = (
            f"Twilio did not change {sid} ({done.code or done.status or done.why}). "
            "Run `screening-line check` to see what stands there now, then try again."
        )
        raise TwilioError(message)


def _kept() -> dict[str, dict[str, Any]]:
    try:
        read: dict[str, dict[str, Any]] = json.loads(BEFORE.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        message = f"{BEFORE} cannot be read ({type(error).__name__}). Nothing was changed."
        raise TwilioError(message) from error
    return read
