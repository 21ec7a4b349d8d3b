"""The public address of the line, which Twilio calls."""

from typing import Literal
from urllib.parse import urlsplit

from voice.commands.setup.answers import Answers
from voice.commands.setup.terminal import ask_setting, say
from voice.setting_types import LOOPBACK

_SECONDS = 8.0


def ask_address(answers: Answers) -> None:
    """Ask for the address, and tell who answers there."""
    say(
        "The https address that a web server passes on to the line's port 8000, such as\n"
        "https://line.example.org. docs/deployment.md has recipes for the web server."
    )
    address = ask_setting(answers, "public_base_url", "Public address", needed=True).rstrip("/")
    if urlsplit(address).hostname in LOOPBACK:
        say("Only this computer can reach that address: good for a trial, not for Twilio.")
    said = {
        "line": "The line answers there.",
        "nobody": "Nobody answers there yet. Start the line and its web server, then run "
        "`screening-line check`.",
        "no certificate": "Something answers there without a valid certificate: look at the log of "
        "your web server, which gets it. `screening-line check` tries it again.",
        "other": "Something else answers there: let the web server pass the address on to the "
        "line's port, without a redirect or a sign-in. `screening-line check` tries it again.",
    }
    say(said[answerer(address)])


def answerer(address: str) -> Literal["line", "nobody", "no certificate", "other"]:
    """Who answers at a public address: a line of this kind refuses an unsigned request with 403."""
    import requests  # noqa: PLC0415  # slow import

    try:
        with requests.post(
            f"{address}/voice/status", data="", timeout=_SECONDS, allow_redirects=False
        ) as came:
            refused = came.status_code == requests.codes.forbidden
        with requests.get(f"{address}/healthz", timeout=_SECONDS, allow_redirects=False) as came:
            healthy = came.status_code == requests.codes.ok
    except requests.exceptions.SSLError:
        return "no certificate"
    except requests.exceptions.RequestException:
        return "nobody"
    return "line" if refused and healthy else "other"
