"""A request is Twilio's, or nothing happens."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from voice.twilio_signature import is_twilios, sign

URL = "https://example.com/myapp.php?foo=1&bar=2"
FIELDS = [
    ("Digits", "1234"),
    ("To", "+18005551212"),
    ("From", "+14158675310"),
    ("Caller", "+14158675310"),
    ("CallSid", "CA1234567890ABCDE"),
]


def test_the_published_example_comes_out_as_published() -> None:
    """The one signature that Twilio's own pages print."""
    assert sign(URL, FIELDS, "12345") == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_an_empty_value_counts_as_its_bare_name() -> None:
    """Twilio sends empty fields all the time."""
    fields = [("Body", ""), ("CallSid", "CA1"), ("From", "+14255550123")]
    signature = sign("https://example.com/voice/answer", fields, "12345")
    assert signature == "ICJdGZMaYUaIIx8ezockkF1O1HE="


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(TEXT.filter(bool), TEXT, max_size=6), TEXT)
def test_it_signs_as_twilios_own_library_does(fields: dict[str, str], token: str) -> None:
    """Any fields, any token: the library agrees."""
    theirs = RequestValidator(token).compute_signature("https://example.com/x?y=1", fields)
    assert sign("https://example.com/x?y=1", fields.items(), token) == theirs


@pytest.mark.parametrize(
    "signature", [None, "", "L/OH5YylLD5NRKLltdqwSvS0BnX=", "é", "\ud800", "x" * 10_000]
)
def test_a_missing_wrong_or_malformed_signature_is_refused(signature: str | None) -> None:
    """Noise is a no, never a fault."""
    assert not is_twilios(URL, FIELDS, signature, ["12345"])


def test_any_change_breaks_it() -> None:
    """Another address, another value, a field more or less, another token."""
    right = sign(URL, FIELDS, "12345")
    assert is_twilios(URL, FIELDS, right, ["12345"])
    assert not is_twilios(URL.replace("https", "http"), FIELDS, right, ["12345"])
    assert not is_twilios(URL.replace("bar=2", "bar=3"), FIELDS, right, ["12345"])
    assert not is_twilios(URL, [*FIELDS, ("Extra", "1")], right, ["12345"])
    assert not is_twilios(URL, FIELDS[1:], right, ["12345"])
    assert not is_twilios(URL, FIELDS, right, ["54321"])


def test_two_tokens_hold_while_one_is_being_changed() -> None:
    """No call is lost on the day of the change."""
    right = sign(URL, FIELDS, "old")
    assert is_twilios(URL, FIELDS, right, ["new", "old"])


def test_another_hash_is_no_signature() -> None:
    """SHA-256 of the same words is not what this line was told to expect."""
    joined = URL + "".join(name + value for name, value in sorted(FIELDS))
    other = hmac.digest(b"12345", joined.encode(), hashlib.sha256)
    assert not is_twilios(URL, FIELDS, base64.b64encode(other).decode(), ["12345"])
