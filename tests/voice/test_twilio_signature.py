"""A request without a valid Twilio signature has no effect."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message
from twilio.request_validator import RequestValidator

from voice.settings import Settings
from voice.twilio_signature import Form, form_fields, is_twilios, sign, signed_form, unsigned

URL = "https://example.com/myapp.php?foo=1&bar=2"
FIELDS = [
    ("Digits", "1234"),
    ("To", "+18005551212"),
    ("From", "+14158675310"),
    ("Caller", "+14158675310"),
    ("CallSid", "CA1234567890ABCDE"),
]


def test_the_published_example_comes_out_as_published() -> None:
    """The signature that Twilio's documentation publishes is reproduced."""
    assert sign(URL, FIELDS, "12345") == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_an_empty_value_counts_as_its_bare_name() -> None:
    """An empty value is signed as its bare name, since Twilio often sends empty fields."""
    fields = [("Body", ""), ("CallSid", "CA1"), ("From", "+14255550123")]
    signature = sign("https://example.com/voice/answer", fields, "12345")
    assert signature == "ICJdGZMaYUaIIx8ezockkF1O1HE="


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(TEXT.filter(bool), TEXT, max_size=6), TEXT)
def test_it_signs_as_twilios_own_library_does(fields: dict[str, str], token: str) -> None:
    """Signatures agree with Twilio's own library for any fields and token."""
    theirs = RequestValidator(token).compute_signature("https://example.com/x?y=1", fields)
    assert sign("https://example.com/x?y=1", fields.items(), token) == theirs


@given(st.text(st.sampled_from("ab=&+%2B3fé"), max_size=40))
def test_it_reads_a_form_as_the_standard_library_does(body: str) -> None:
    """Whatever is in it: empty fields, missing values, and encodings that are none."""
    assert form_fields(body) == parse_qsl(body, keep_blank_values=True)


@pytest.mark.parametrize(
    "signature", [None, "", "L/OH5YylLD5NRKLltdqwSvS0BnX=", "é", "\ud800", "x" * 10_000]
)
def test_a_missing_wrong_or_malformed_signature_is_refused(signature: str | None) -> None:
    """A malformed signature is refused and never raises an error."""
    assert not is_twilios(URL, FIELDS, signature, ["12345"])


def test_any_change_breaks_it() -> None:
    """Changing the address, a value, the set of fields or the token breaks the signature."""
    right = sign(URL, FIELDS, "12345")
    assert is_twilios(URL, FIELDS, right, ["12345"])
    assert not is_twilios(URL.replace("https", "http"), FIELDS, right, ["12345"])
    assert not is_twilios(URL.replace("bar=2", "bar=3"), FIELDS, right, ["12345"])
    assert not is_twilios(URL, [*FIELDS, ("Extra", "1")], right, ["12345"])
    assert not is_twilios(URL, FIELDS[1:], right, ["12345"])
    assert not is_twilios(URL, FIELDS, right, ["54321"])


def test_two_tokens_hold_while_one_is_being_changed() -> None:
    """Two tokens are accepted during a token change, so that no call is lost."""
    right = sign(URL, FIELDS, "old")
    assert is_twilios(URL, FIELDS, right, ["new", "old"])


def test_another_hash_is_no_signature() -> None:
    """A SHA-256 signature of the same request is not accepted."""
    joined = URL + "".join(name + value for name, value in sorted(FIELDS))
    other = hmac.digest(b"12345", joined.encode(), hashlib.sha256)
    assert not is_twilios(URL, FIELDS, base64.b64encode(other).decode(), ["12345"])


async def asked(
    body: bytes, signature: str | None, *, length: bool = True
) -> tuple[Form | None, int]:
    """The outcome of a request, and how many chunks of its body were read."""
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)] or [b""]
    read = 0

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {
            "type": "http.request",
            "body": pieces[read - 1],
            "more_body": read < len(pieces),
        }

    headers = [(b"content-length", b"%d" % len(body))] if length else []
    if signature is not None:
        headers.append((b"x-twilio-signature", signature.encode("latin-1")))
    scope = {
        "type": "http", "method": "POST", "path": "/voice/incoming", "query_string": b"",
        "raw_path": b"/voice/incoming", "headers": headers,
    }  # fmt: skip
    form = await signed_form(SETTINGS, Request(scope, receive))
    return form, read


SETTINGS = Settings.load("demo")


def signed(fields: list[tuple[str, str]]) -> tuple[bytes, str]:
    """The body and signature of a form that Twilio would send."""
    url = SETTINGS.public_base_url + "/voice/incoming"
    return urlencode(fields).encode(), sign(url, fields, SETTINGS.tokens[0])


@pytest.mark.parametrize("signature", [None, "", "short", "x" * 10_000, "A" * 28, "é" * 27 + "="])
async def test_without_a_signature_that_could_be_one_no_body_is_read(signature: str | None) -> None:
    """Without a plausible signature the body is not read, as hashing it would delay callers."""
    assert await asked(b"a=b&" * 100, signature) == (None, 0)


@pytest.mark.parametrize(
    ("method", "target", "signature", "is_refused"),
    [
        (b"POST", b"/voice/turn?at=safety", None, True),
        (b"POST", b"/sms/incoming", b"short", True),
        (b"POST", b"/voice/incoming", b"A" * 27 + b"=", False),
        (b"GET", b"/voice/incoming", None, False),
        (b"POST", b"/visit/voice/", None, False),
    ],
)
def test_a_head_shows_that_a_webhook_is_not_signed(
    method: bytes,
    target: bytes,
    signature: bytes | None,
    is_refused: bool,  # noqa: FBT001
) -> None:
    """Only what Twilio posts needs its signature; whether it is right, the head does not show."""
    headers = [(b"host", b"x")]
    if signature is not None:
        headers.append((b"x-twilio-signature", signature))
    assert bool(unsigned(method, target, headers)) == is_refused


@pytest.mark.parametrize("length", [True, False])
async def test_a_body_has_a_largest_size_and_number_of_fields(length: bool) -> None:  # noqa: FBT001
    """A body over the limits is refused even when signed; at the limit it is answered."""
    account = [("AccountSid", SETTINGS.twilio_account_sid)]
    assert (await asked(*signed([*account, ("Body", "x" * 15_000)]), length=length))[0]
    form, read = await asked(*signed([*account, ("Body", "x" * 100_000)]), length=length)
    assert form is None
    assert read == (0 if length else 17)
    many = [(f"f{number}", "") for number in range(99)]
    assert (await asked(*signed([*account, *many]), length=length))[0]
    assert (await asked(*signed([*account, *many, ("one", "more")]), length=length))[0] is None


async def test_the_longest_text_that_twilio_passes_on_fits() -> None:
    """A text of 1,600 characters fits, even at nine encoded bytes a character."""
    account = ("AccountSid", SETTINGS.twilio_account_sid)
    form, _ = await asked(*signed([account, ("Body", "痛" * 1600)]))
    assert form
    assert form["Body"] == "痛" * 1600
