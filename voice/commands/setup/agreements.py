"""Business associate agreements, and what the calendar may hold."""

from voice.agreements import event_detail, open_agreements
from voice.commands.setup.answers import Answers
from voice.commands.setup.terminal import choose_setting, say

_ANSWERS = {
    "yes": "yes, it is signed",
    "no": "no, although HIPAA applies to the clinic",
    "not-needed": "none needed: HIPAA does not apply to the clinic",
}


def ask_agreements(answers: Answers) -> None:
    """Ask for each agreement that the line needs, and whether events hold answers."""
    say(
        "Callers' answers are health data. Where HIPAA applies, the clinic needs a business\n"
        "associate agreement with each company that carries them; your lawyer decides.\n"
        "docs/operations.md has the facts. Until this is answered, events hold no answers."
    )
    say("\nThe keys that callers press pass through Twilio (Security or Enterprise Edition).")
    choose_setting(answers, "baa_twilio", "Agreement with Twilio", _ANSWERS)
    if answers.settings().uses_google:
        say("\nGoogle keeps the events (Workspace; a free Gmail account has no agreement).")
        choose_setting(answers, "baa_google", "Agreement with Google", _ANSWERS)
    say()
    detail = {
        "full": "events hold the caller's answers",
        "minimal": "events hold the number to call and the video link only",
    }
    choose_setting(answers, "calendar_detail", "What staff see in the calendar", detail)
    settings = answers.settings()
    if event_detail(settings) != settings.calendar_detail:
        named = " and ".join(
            f"{name} is {answer}" for name, answer in open_agreements(settings).items()
        )
        say(f"Events stay minimal: {named}.")
