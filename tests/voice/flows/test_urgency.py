"""Which answers set an event's color, and that the rule matches the questions' words."""

import pytest
from support.pure_call import PureCall

from voice.bootstrap import Line
from voice.dialogue.effects import LOOK_SOON, Book
from voice.flows.triage import Answers
from voice.flows.urgency import look_soon

CALM = {
    "Foot": "right",
    "How long": "years",
    "Numb or tingling": "yes",
    "Less steady, or weaker on one side": "no",
    "Low back stiff, or back of leg tight": "yes",
    "Pain, 1 to 10": "7",
}


def answers(**other: str) -> Answers:
    """These answers, with another value for `unsteady` or `pain`."""
    labels = {"unsteady": "Less steady, or weaker on one side", "pain": "Pain, 1 to 10"}
    return tuple({**CALM, **{labels[name]: said for name, said in other.items()}}.items())


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        (answers(), ""),
        (answers(unsteady="skipped", pain="skipped"), ""),
        (answers(pain="8"), "pain 8 of 10"),
        (answers(pain="10"), "pain 10 of 10"),
        (answers(unsteady="yes"), "less steady or weaker"),
        (answers(unsteady="yes", pain="9"), "less steady or weaker, pain 9 of 10"),
        ((), ""),
    ],
)
def test_why_staff_may_want_to_look_soon(said: Answers, reasons: str) -> None:
    """Strong pain, unsteadiness or weakness is a reason; how long it has lasted is not."""
    assert look_soon(said) == (((LOOK_SOON, reasons),) if reasons else ())


def test_the_event_knows_the_label(line: Line) -> None:
    """The call and the calendar use the same chart label."""
    assert line.clinic.chart_labels.look_soon == LOOK_SOON


def test_a_whole_call_reaches_the_rule() -> None:
    """If a question is reworded for staff, the rule must be updated."""
    call = PureCall().presses("1", *"222222", "2", "3", "1", "1", "1", "9#", "1", "1")
    assert call.words == "One moment, please."
    [book] = [each for each in call.effects if isinstance(each, Book)]
    assert (LOOK_SOON, "less steady or weaker, pain 9 of 10") in book.chart
