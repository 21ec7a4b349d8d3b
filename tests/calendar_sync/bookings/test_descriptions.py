"""Our line in a description is found by its text, both in plain text and in Google's HTML."""

import pytest

from calendar_sync.bookings.descriptions import line_digest, with_line, words_digest

OURS = "CHECK: another booking is at this time too"
NEW = "CHECK: A & B"


def without(description: str) -> str:
    """The description after our line is removed."""
    return with_line(description, "", {line_digest(OURS)}.__contains__)


def replaced(description: str) -> str:
    """The description with our line replaced by another."""
    return with_line(description, NEW, {line_digest(OURS)}.__contains__)


@pytest.mark.parametrize(
    ("description", "left"),
    [
        (f"{OURS}\nCALL: 1", "CALL: 1"),
        (f"{OURS}\r\nCALL: 1", "CALL: 1"),
        (f"{OURS}<br>CALL: 1", "CALL: 1"),
        (f"{OURS}<br />CALL: 1<br>note", "CALL: 1<br>note"),
        (f"CALL: 1<br>{OURS}<br>note", "CALL: 1<br>note"),
        (f"CALL: 1<br>{OURS}", "CALL: 1"),
        (f"CALL: 1\n{OURS}", "CALL: 1"),
        (f"<span>{OURS}</span><br>CALL: 1", "CALL: 1"),
        (f"<b>CHECK:</b>{OURS.removeprefix('CHECK:')}<br>CALL: 1", "CALL: 1"),
        ("CHECK:&nbsp;another&#32;booking is at this time too<br>CALL: 1", "CALL: 1"),
        ("CHECK:\xa0another booking  is at this time too\u200b\nCALL: 1", "CALL: 1"),
        (f"<ul><li>{OURS}</li><li>CALL: 1</li></ul>", "<ul><li>CALL: 1</li></ul>"),
        (f"<ul><li>{OURS}</li></ul>note", "note"),
        (f"<p>{OURS}</p><p>CALL: 1</p>", "<p>CALL: 1</p>"),
        (f"<div>{OURS}<br></div><div>CALL: 1</div>", "<div>CALL: 1</div>"),
        (f"<html-blob>{OURS}<br>CALL: 1</html-blob>", "<html-blob>CALL: 1</html-blob>"),
        (f"<b>{OURS}<br>CALL: 1</b>", "<b>CALL: 1</b>"),
        (f"note<br>{OURS}<br>more<br>{OURS}", "note<br>more"),
        (OURS, ""),
        (f"{OURS}<br>", ""),
    ],
)
def test_our_line_goes_and_everything_else_stays(description: str, left: str) -> None:
    """Our line is removed however it is marked up, and the text around it does not change."""
    assert without(description) == left


@pytest.mark.parametrize(
    "description",
    [
        "",
        "CHECK: insurance first",
        "CHECK: insurance first<br>CALL: 1",
        f"{OURS} - called, all fine<br>CALL: 1",
        f"see {OURS}",
        f"<ul><li>{OURS}: no</li></ul>",
        "pain < 3 & > 1, from <jane@example.org> <br",
        "<a href='https://x.test/?a=1&b=2'>link</a>",
    ],
)
def test_a_description_without_our_line_stays_to_the_letter(description: str) -> None:
    """A line that begins like ours, or has more text, belongs to staff."""
    assert without(description) == description


@pytest.mark.parametrize(
    ("description", "with_ours"),
    [
        ("", NEW),
        ("note", f"{NEW}\nnote"),
        ("CHECK: insurance first\nnote", f"{NEW}\nCHECK: insurance first\nnote"),
        ("note<br>more", "CHECK: A &amp; B<br>note<br>more"),
        ("<html-blob>note</html-blob>", "<html-blob>CHECK: A &amp; B<br>note</html-blob>"),
        (f"{OURS}\nnote", f"{NEW}\nnote"),
        (f"note<br><b>{OURS}</b><br>more", "note<br><b>CHECK: A &amp; B</b><br>more"),
        (f"<ul><li>{OURS}</li><li>x</li></ul>", "<ul><li>CHECK: A &amp; B</li><li>x</li></ul>"),
    ],
)
def test_another_line_replaces_ours_where_it_stands(description: str, with_ours: str) -> None:
    """A new line replaces ours in place, or comes first, in the format of the rest."""
    assert replaced(description) == with_ours


@pytest.mark.parametrize("description", [f"{OURS}\nnote", f"<p>{OURS}</p>", f"x<br><i>{OURS}</i>"])
def test_the_line_that_should_be_there_is_left_alone(description: str) -> None:
    """Nothing is written when nothing has changed."""
    assert with_line(description, OURS, {line_digest(OURS)}.__contains__) == description


def test_a_description_is_ours_until_staff_change_what_is_seen() -> None:
    """Conversion to HTML keeps the description ours; bold text or list items make it staff's."""
    plain = "CALL: 1   TEXTS: yes\nFOOT: a & b"
    known = words_digest(plain)
    assert known
    assert words_digest("CALL: 1 &nbsp; TEXTS: yes<br>FOOT: a &amp; b") == known
    assert words_digest("<p>CALL: 1 TEXTS: yes</p><p>FOOT: a &amp; b</p>") == known
    for changed in (
        "<b>CALL: 1</b> TEXTS: yes<br>FOOT: a &amp; b",
        "<ul><li>CALL: 1 TEXTS: yes</li><li>FOOT: a &amp; b</li></ul>",
        plain + "\nnote",
        "",
    ):
        assert words_digest(changed) != known
