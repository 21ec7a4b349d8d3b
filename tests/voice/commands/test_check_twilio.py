"""The check of a Twilio number reports every mistake with a remedy."""

import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import ACCOUNT, SERVICE, Twilio
from support.text_clinic import BASE, settings_at

from voice.commands.check_twilio import look
from voice.commands.fallback_twiml import document
from voice.commands.findings import Line
from voice.twilio_signature import sign


@pytest.fixture
def outside() -> Generator["Outside"]:
    """The server at the line's public address."""
    with Outside(("127.0.0.1", 0), _Request) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Outside(ThreadingHTTPServer):
    """A line, or some other server."""

    answers: tuple[int, int] | None = None
    """Of a signed and an unsigned request; None: as a line answers."""

    @property
    def base(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Request(BaseHTTPRequestHandler):
    server: Outside  # pyright: ignore[reportIncompatibleVariableOverride]  # it is always ours

    def do_POST(self) -> None:  # http.server's name
        """Respond with 200 to a request signed with the test token."""
        self.rfile.read(int(self.headers["Content-Length"]))
        fields = [
            ("AccountSid", ACCOUNT), ("CallSid", "CA" + "0" * 32), ("CallStatus", "in-progress"),
        ]  # fmt: skip
        good = sign(self.server.base + self.path, fields, "token")
        signed = self.headers.get("X-Twilio-Signature") == good
        yes, no = self.server.answers or (200, 403)
        self.send_response(yes if signed else no)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as in the base
        """Log nothing."""


def pointed(twilio: Twilio, base: str) -> Twilio:
    """Point the number's webhooks to this address, and its fallback to a current TwiML Bin."""
    number = twilio.resources.number or {}
    for field, value in number.items():
        if isinstance(value, str):
            number[field] = value.replace(BASE, base)
    current = document(settings_at(twilio.url, public_base_url=base))
    number["voice_fallback_url"] = twilio.bin_address(current)
    return twilio


async def check(twilio: Twilio, base: str, **more: object) -> list[Line]:
    """Check the line at this address."""
    service = {"twilio_messaging_service_sid": SERVICE}
    return await look(settings_at(twilio.url, public_base_url=base, **{**service, **more}))


def said(lines: list[Line], state: str = "wrong") -> str:
    """All lines of one state, as one text."""
    return "\n".join(says for each, says in lines if each == state)


async def test_a_good_set_up_is_all_ok(twilio: Twilio, outside: Outside) -> None:
    """Sign-in, number, fallback, service, registration, countries and address are checked."""
    number = pointed(twilio, outside.base).resources.number or {}
    number["voice_url"] += "#ct=2000&rt=6000&rc=2&rp=ct,5xx"
    lines = await check(twilio, outside.base)
    assert said(lines) == said(lines, "note") == ""
    assert len(lines) == 11


async def test_a_wrong_token_or_key_is_told(twilio: Twilio, outside: Outside) -> None:
    """The token signs every call, so it is tested even when a key signs in."""
    pointed(twilio, outside.base)
    lines = await check(twilio, outside.base, twilio_auth_token=SecretStr("old"))
    assert "does not accept the token; check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN" in said(lines)
    lines = await check(twilio, outside.base, twilio_api_key_secret=SecretStr("old"))
    assert "API key: Twilio does not accept it" in said(lines)


async def test_each_mistake_at_twilio_has_its_remedy(twilio: Twilio, outside: Outside) -> None:
    """Wrong webhooks, overrides, numbers and services each get their remedy."""
    resources = pointed(twilio, outside.base).resources
    number = resources.number or {}
    good = dict(number)
    for change, words in (
        ({"voice_url": "https://demo.twilio.com/welcome"}, f"to {outside.base}/voice/incoming"),
        ({"voice_fallback_url": ""}, '"Primary handler fails" is nothing; store the output of'),
        ({"voice_fallback_url": "https://x.example/f"}, "is https://x.example/f; store the output"),
        ({"status_callback": None}, '"Call status changes" is nothing'),
        ({"sms_url": "https://demo.twilio.com/sms"}, f"to {outside.base}/sms/incoming, HTTP POST"),
        ({"voice_method": "GET"}, "is {base}/voice/incoming, HTTP GET; in Twilio"),
        ({"status_callback_method": "GET"}, "/voice/status, HTTP POST"),
        ({"sms_method": "GET"}, "/sms/incoming, HTTP POST"),
        ({"voice_application_sid": "AP1"}, "a TwiML app for calls overrides"),
        ({"trunk_sid": "TK1"}, "a SIP trunk overrides"),
        ({"capabilities": {"voice": True, "sms": False}}, "it cannot send texts"),
    ):
        number.update({**good, **change})
        lines = said(await check(twilio, outside.base))
        assert words.format(base=outside.base) in lines
        assert len(lines.splitlines()) == 1
    number.update(good)
    resources.senders = []
    assert "lacks the clinic's number; add" in said(await check(twilio, outside.base))
    resources.service["use_inbound_webhook_on_number"] = False
    assert "replies go to nobody" in said(await check(twilio, outside.base))
    resources.campaign = "IN_PROGRESS"
    assert "the registration is IN_PROGRESS" in said(await check(twilio, outside.base), "note")
    resources.account["type"] = "Trial"
    assert "a trial account; upgrade" in said(await check(twilio, outside.base))
    resources.account["status"] = "suspended"
    assert "the account is suspended" in said(await check(twilio, outside.base))
    resources.number = None
    assert "is not in this account; set CLINIC_NUMBER" in said(await check(twilio, outside.base))


async def test_the_fallback_document_is_compared_with_what_twilio_has(
    twilio: Twilio, outside: Outside
) -> None:
    """An old one is wrong; one that cannot be read, or that is on this computer, a note."""
    number = pointed(twilio, outside.base).resources.number or {}
    old = await check(twilio, outside.base, clinic_email="new@lakeside.example")
    assert "does not hold the current document; replace it with the output of" in said(old)
    pretty = document(settings_at(twilio.url, public_base_url=outside.base)).replace("><", ">\n  <")
    number["voice_fallback_url"] = twilio.bin_address(pretty)
    assert "the current document" in said(await check(twilio, outside.base), "ok")
    twilio.bins.clear()
    assert "cannot be read; compare it with" in said(await check(twilio, outside.base), "note")
    number["voice_fallback_url"] = f"{outside.base}/voice/fallback"
    assert "callers hear nothing of it when it is down" in said(
        await check(twilio, outside.base), "note"
    )
    number["voice_fallback_method"] = "GET"
    assert "is HTTP GET; in Twilio's console" in said(await check(twilio, outside.base))


async def test_countries_that_nobody_calls_are_a_note(twilio: Twilio, outside: Outside) -> None:
    """They cost money when a key is stolen."""
    pointed(twilio, outside.base).resources.countries["DE"] = True
    lines = await check(twilio, outside.base)
    assert "calls to other countries are allowed (1, such as DE); nobody needs them" in said(
        lines, "note"
    )


async def test_an_account_that_may_not_text_the_us_is_wrong(
    twilio: Twilio, outside: Outside
) -> None:
    """Other countries are a note, and so is an account that does not tell."""
    texted = pointed(twilio, outside.base).resources.texted
    texted["DE"] = True
    assert "texts: to other countries are allowed (1, such as DE)" in said(
        await check(twilio, outside.base), "note"
    )
    twilio.faults = [Fault("GeoPermissions", "code", code=20404)]
    assert "does not tell the countries allowed (404)" in said(
        await check(twilio, outside.base), "note"
    )
    texted["US"] = False
    assert "the account may not text the US; in Twilio's console switch on" in said(
        await check(twilio, outside.base)
    )


@pytest.mark.parametrize("sid", [SERVICE, ""])
async def test_a_toll_free_number_has_its_verification_read(
    twilio: Twilio, outside: Outside, sid: str
) -> None:
    """With and without a messaging service; the registration of other numbers does not count."""
    number = "+18005550100"
    resources = pointed(twilio, outside.base).resources
    (resources.number or {})["phone_number"] = number
    resources.senders = [number] if sid else []
    for states, kind, words in (
        ([], "note", "is not begun"),
        (["IN_REVIEW"], "note", "is in review"),
        (["TWILIO_REJECTED", "TWILIO_APPROVED"], "ok", "the toll-free number is verified"),
    ):
        resources.verifications = states
        lines = await check(
            twilio, outside.base, clinic_number=number, twilio_messaging_service_sid=sid
        )
        assert words in said(lines, kind)
        assert "A2P" not in said(lines, kind)


async def test_texts_without_a_service_or_switched_off_are_notes(
    twilio: Twilio, outside: Outside
) -> None:
    """Missing texts are only a note, as calls still work."""
    pointed(twilio, outside.base)
    alone = await check(twilio, outside.base, twilio_messaging_service_sid="")
    assert f"set TWILIO_MESSAGING_SERVICE_SID={SERVICE}" in said(alone, "note")
    twilio.resources.senders = []
    alone = await check(twilio, outside.base, twilio_messaging_service_sid="")
    assert "registration cannot be seen" in said(alone, "note")
    off = await check(twilio, outside.base, texts="off")
    assert "TEXTS=off" in said(off, "note")
    assert said(off) == ""


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((403, 403), "another PUBLIC_BASE_URL or token"),
        ((200, 200), "is not this line"),
        ((301, 301), "without a redirect"),
        ((502, 502), "pass that address to the line's port"),
    ],
)
async def test_what_stands_between_twilio_and_the_line_is_told(
    twilio: Twilio, outside: Outside, answers: tuple[int, int], words: str
) -> None:
    """Another token, another site, a redirect or a proxy without the line is reported."""
    pointed(twilio, outside.base)
    outside.answers = answers
    assert words in said(await check(twilio, outside.base))


async def test_a_line_that_is_not_up_yet_and_a_twilio_that_is_away_are_notes() -> None:
    """The check is meant to run before the first start."""
    nobody = "http://127.0.0.1:9"
    lines = await look(settings_at(nobody, public_base_url=nobody))
    assert [state for state, _ in lines] == ["note", "note"]
