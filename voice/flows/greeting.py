"""The greeting and main menu: book, a booked visit, or stay on the line for the summary."""

from voice.dialogue.call import Call
from voice.dialogue.effects import HEARD
from voice.dialogue.limit_results import OverLimit
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.flows.booking import OVER_LIMIT, booking, over_limit
from voice.flows.clinical_wording import EMERGENCY
from voice.flows.education import education
from voice.flows.existing_visit import existing_visit
from voice.flows.safety import AllClear, not_asked_yet, safety
from voice.flows.second_visit import AS_MANY_AS_MAY_BE, for_whom
from voice.flows.triage import triage
from voice.flows.urgency import look_soon
from voice.language import Text


class MainMenu(Choice):
    """Where a call goes from the main menu."""

    BOOK = "1", Text("For a free video screening", "Para una cita gratis por video")
    VISIT = "2", Text("For a booked visit", "Si ya tiene cita")
    STAY = ""


class KnownCallerMenu(Choice):
    """The same keys for a caller who has a coming visit, which is offered first."""

    VISIT = "2", Text("For your booked visit", "Para su cita reservada")
    BOOK = MainMenu.BOOK.value
    STAY = ""


GREETING = Question(
    "greeting",
    Text("{clinic}.", "{clinic}.").then(EMERGENCY),
    MainMenu,
    at_once=True,
    after=Text(
        "For a person, press 0.¦ Or stay on the line to learn about foot pain."
        " Calls are not recorded.",
        "Para hablar con alguien, oprima 0.¦ O espere para aprender sobre el dolor en los pies."
        " No grabamos llamadas.",
    ),
    aside=Text("For English, press 9.", "Para español, oprima nueve."),
    short=Text(
        "To book, press 1.¦ For a booked visit, press 2.¦ For a person, press 0.",
        "Para una cita, oprima 1.¦ Si ya tiene cita, oprima 2.¦ Para hablar con alguien, oprima 0.",
    ),
)
GREETING_KNOWN = Question(
    "greeting.known",
    GREETING.words,
    KnownCallerMenu,
    at_once=True,
    after=GREETING.after,
    aside=GREETING.aside,
    short=GREETING.short,
)


def main_flow(call: Call) -> Ending:
    """A whole call, from the greeting to its end."""
    known = call.vouched and call.has_visit
    match call.ask(GREETING_KNOWN) if known else call.ask(GREETING):
        case MainMenu.BOOK | KnownCallerMenu.BOOK:
            return screening(call, heard=())
        case MainMenu.VISIT | KnownCallerMenu.VISIT:
            return existing_visit(call) or screening(call, heard=())
        case MainMenu.STAY | KnownCallerMenu.STAY:
            heard = education(call)
            return screening(call, heard) if isinstance(heard, tuple) else heard


def screening(call: Call, heard: tuple[int, ...]) -> Ending:
    """Safety, then triage, then times: no path skips a safety question."""
    match safety(call):
        case AllClear(chart=safe):
            whom = for_whom(call)
            if isinstance(whom, OverLimit):
                words = AS_MANY_AS_MAY_BE if call.vouched else OVER_LIMIT
                return over_limit(call, call.caller, words)
            if not isinstance(whom, tuple):
                return whom
            answers = triage(call)
            chart = (*safe, *not_asked_yet(), *whom, *answers, *look_soon(answers))
            return booking(call, (*chart, summary_heard(heard)))
        case stopped:
            return stopped


def summary_heard(parts: tuple[int, ...]) -> tuple[str, str]:
    """The chart line for the parts of the summary that the caller heard to the end."""
    return HEARD, f"summary parts {', '.join(map(str, parts))}" if parts else "no summary"
