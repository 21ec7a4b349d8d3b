"""The first two steps: the clinic's facts, and when it is open."""

from voice.commands.setup.answers import Answers
from voice.commands.setup.terminal import NONE, ask_setting, say


def ask_facts(answers: Answers) -> None:
    """Name, email, time zone, clinician, and phones; the number itself comes with Twilio."""
    ask_setting(answers, "clinic_name", "Name of the clinic, as callers hear it", needed=True)
    ask_setting(answers, "clinic_email", "Email address offered to callers", needed=True)
    ask_setting(
        answers,
        "clinic_time_zone",
        "Time zone",
        needed=True,
        suggested="America/Los_Angeles",
    )
    say(f"\nThe clinician may be named to callers. {NONE} or Enter: callers hear none.")
    name = ask_setting(answers, "clinician_name", "Clinician in writing, such as Dr. Ann Lee")
    if name:
        spoken = name.replace("Dr. ", "Doctor ", 1)
        ask_setting(answers, "clinician_spoken_en", "As callers hear it", suggested=spoken)
        ask_setting(
            answers, "clinician_spoken_es", "The same in Spanish, such as La doctora Ann Lee"
        )
    say(
        "\nIn opening hours key 0 rings a phone at the clinic; without one callers get a call-back."
    )
    ask_setting(answers, "staff_number", "Phone that key 0 rings")
    say("\nA call that another phone of the clinic forwards must not be taken for a patient's.")
    ask_setting(answers, "clinic_phones", "The clinic's other phones, with commas between")


def ask_hours(answers: Answers) -> None:
    """Opening hours, closed days, and the length of a screening."""
    say("Screenings are offered in these hours, except where the calendar is busy.")
    ask_setting(
        answers, "opening_hours", "Opening hours", needed=True, suggested="Mon-Fri 09:00-17:00"
    )
    say("\nClosed days: dates like 2026-12-24; us-federal stands for every federal holiday.")
    ask_setting(answers, "closed_dates", "Closed days", suggested="us-federal")
    ask_setting(answers, "screening_minutes", "Minutes of a screening", needed=True, suggested="20")
