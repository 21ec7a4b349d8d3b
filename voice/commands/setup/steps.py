"""The steps of `screening-line setup`, in order, and the walk through them."""

from collections.abc import Callable
from dataclasses import dataclass

from voice import clinical_signoff
from voice.commands.setup.address import ask_address
from voice.commands.setup.agreements import ask_agreements
from voice.commands.setup.alerts import ask_alerts
from voice.commands.setup.answers import Answers
from voice.commands.setup.clinic import ask_facts, ask_hours
from voice.commands.setup.terminal import ask, say


def _ask_number(answers: Answers) -> None:
    from voice.commands.setup.number import ask_number  # noqa: PLC0415  # slow import

    ask_number(answers)


def _ask_calendar(answers: Answers) -> None:
    from voice.commands.setup.google_calendar import ask_calendar  # noqa: PLC0415  # slow import

    ask_calendar(answers)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name on the command line, what it is about, how it is asked.

    It is done when all of `settings` are answered.
    """

    name: str
    about: str
    run: Callable[[Answers], None]
    settings: tuple[str, ...]

    def is_done(self, answers: Answers) -> bool:
        """Whether nothing is left to ask."""
        return answers.has(*self.settings)


STEPS = (
    Step(
        "clinic",
        "the clinic's name, email, time zone, clinician, phones",
        ask_facts,
        ("clinic_name", "clinic_email", "clinic_time_zone", "clinician_name", "staff_number",
         "clinic_phones"),
    ),
    Step("hours", "opening hours and closed days", ask_hours,
         ("opening_hours", "closed_dates", "screening_minutes")),
    Step("address", "the public address of this line", ask_address, ("public_base_url",)),
    Step(
        "twilio",
        "the account and the number at Twilio, texts, what callers hear when the line is down",
        _ask_number,
        ("twilio_account_sid", "twilio_auth_token", "clinic_number", "texts"),
    ),
    Step("calendar", "Google Calendar, the video room, and several therapists", _ask_calendar,
         ("google_credentials_file", "video_url", "clinicians")),
    Step(
        "alerts",
        "who is told when something is wrong, and the keys that encrypt",
        ask_alerts,
        ("alert_number", "alert_email", "alert_ping_url", "data_key_file",
         "backup_key_file"),
    ),
    Step("agreements", "HIPAA agreements, and what events hold", ask_agreements,
         ("baa_twilio", "calendar_detail")),
)  # fmt: skip


def walk(answers: Answers) -> None:
    """Run the steps that are not done; if some are done already, offer all of them first."""
    if any(step.is_done(answers) for step in STEPS):
        _offer(answers)
    else:
        for step in STEPS:
            run(step, answers)
    say(_what_is_left(answers))


def run(step: Step, answers: Answers) -> None:
    """Run one step."""
    say(f"\n--- {step.name}: {step.about} ---\n")
    step.run(answers)


def _offer(answers: Answers) -> None:
    """List the steps and run those that are chosen; Enter runs the first one that is left."""
    numbered = {str(number): each for number, each in enumerate(STEPS, 1)}
    names = numbered | {each.name: each for each in STEPS}
    _list(numbered, answers)
    while True:
        left = {no: each.name for no, each in numbered.items() if not each.is_done(answers)}
        say("\nLeft: " + (", ".join(f"{no} {name}" for no, name in left.items()) or "nothing"))
        given = ask("Step to go through, ? to list them, or q to finish", [*left, "q"][0])
        if given == "q":
            return
        if given in names:
            run(names[given], answers)
        else:
            _list(numbered, answers)


def _list(numbered: dict[str, Step], answers: Answers) -> None:
    say("\nThe steps:")
    for number, step in numbered.items():
        done = "done" if step.is_done(answers) else "    "
        say(f"  {number}  {done}  {step.name}: {step.about}")


def _what_is_left(answers: Answers) -> str:
    """What to do after setup."""
    lines = [
        f"screening-line setup --only {each.name}" for each in STEPS if not each.is_done(answers)
    ]
    if clinical_signoff.unsigned():
        lines.append(
            "have the clinician sign the wording (docs/going-live.md), or for a trial without\n"
            "     patients set UNSIGNED_WORDING=allow in .env"
        )
    lines += ["start the line: screening-line serve", "screening-line check", "call the number"]
    return "\n".join(["\nWhat is left:", *(f"  {no}. {line}" for no, line in enumerate(lines, 1))])
