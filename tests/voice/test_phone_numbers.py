"""A caller's number is kept; number tables only decide whether to offer texts."""

import pytest

from voice.phone_numbers import domestic, keyed, textable, usable

CALLERS = (
    "+14255550123",
    "+17872345678",  # Puerto Rico
    "+16714775678",  # Guam
    "+18765550123",  # Jamaica
    "+16135550123",  # Canada
    "+18005550123",  # toll-free
    "+18612345678",  # an area code younger than the table
    "+12332345678",
    "+19992345678",
    "+442079460000",
    "+525512345678",
    "+6834002",
    "+861012345678",
)
WITHHELD = (
    "",
    "+",
    " ",
    "anonymous",
    "Anonymous",
    "unknown",
    "client:jane",
    "sip:+14255550123@sip.example.org",
    "4255550123",
    "72345",
    "+266696687",
    "+7378742833",
    "+17378742833",
    "+7378742883",
    "+17378742883",
    "+2562533",
    "+8656696",
    "+86282452253",
    "+0",
    "+10000000000",
    "+1425555012",
    "+142555501234",
    "+19115550123",
    "+14259115550",
    "+19005550123",
    "+1425555012\u0663",
    "+123456789012345678",
)


@pytest.mark.parametrize("number", CALLERS)
def test_a_number_that_rang_is_kept(number: str) -> None:
    """A number of any country and area code is kept, as staff can call it."""
    assert usable(number) == number


@pytest.mark.parametrize("number", WITHHELD)
def test_what_is_no_number_is_withheld(number: str) -> None:
    """SIP addresses, words, service codes and numbers of a wrong length count as withheld."""
    assert usable(number) == ""


def test_our_own_numbers_are_nobodys() -> None:
    """The clinic's own number, shown on a forwarded call, does not count as the caller's."""
    assert usable("+14255550123", own={"+14255550123", "+14255550124"}) == ""


@pytest.mark.parametrize("number", [each for each in CALLERS if each.startswith("+1")])
def test_every_number_of_the_plan_can_be_keyed(number: str) -> None:
    """Every US number can be entered, with or without the leading 1."""
    assert keyed(number[2:]) == keyed(number[1:]) == number


@pytest.mark.parametrize("digits", ["", "555", "0255550123", "4251550123", "9115550123"])
def test_other_digits_are_asked_for_again(digits: str) -> None:
    """Digits that form no valid number are asked for again."""
    assert keyed(digits) == ""


def test_texts_are_tried_where_they_may_arrive() -> None:
    """Texts are offered in the US and its territories, including unlisted area codes."""
    may = {
        "+14255550123",
        "+17872345678",
        "+16714775678",
        "+18612345678",
        "+12332345678",
        "+19992345678",
    }
    assert {number for number in CALLERS if textable(number)} == may
    assert not any(textable(number) for number in WITHHELD)
    assert domestic("+18005550123")
    assert not domestic("+442079460000")
