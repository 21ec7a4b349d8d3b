"""The command `screening-line`.

Each command imports what it runs only when it runs: `--help` needs neither a web server nor a
database driver, and `serve` never loads the simulator.
"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from voice import cli_database
from voice.errors import ReportedError

if TYPE_CHECKING:
    from voice.settings import Settings

cli = typer.Typer(
    help="The phone line of a physical-therapy clinic: it books free video screenings by keypad.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli_database.add_commands(cli)
Host = Annotated[str, typer.Option(help="Address to listen on.")]
StaffPhone = Literal["answers", "voicemail", "busy", "no-answer", "failed"]
"""The values of voice.simulator.handset.Staff; a live line does not import the simulator."""
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


class NotSignedError(ReportedError):
    """No clinician answers for the words yet."""


def main() -> None:
    """Run a command; a fault is told in its own words, without a traceback."""
    try:
        cli()
    except ReportedError as fault:
        sys.exit(f"{fault}")


@cli.command()
def demo(port: Port = 8000) -> None:
    """Try the whole line on this computer: no account, no settings."""
    from voice.clock import utc_now
    from voice.logs import write_logs
    from voice.server import Demo, held_port, serve
    from voice.settings import Settings
    from voice.simulator.demo_clock import DemoClock, with_demo_defaults
    from voice.simulator.page.router import add_phone
    from voice.simulator.running_demo import remove_demo_file, write_demo_file

    settings = with_demo_defaults(Settings.load("demo", port), utc_now().date())
    write_logs("plain")

    def once_up() -> None:
        write_demo_file(settings)
        typer.echo(what_next(settings))

    typer.echo("Starting the line (the first time takes some seconds) ...")
    with held_port("127.0.0.1", port) as held:
        try:
            page = Demo(DemoClock(), add_phone)
            serve(settings, held, worker=True, once_up=once_up, demo=page)
        finally:
            remove_demo_file(settings)
    typer.echo("Stopped. The next demo goes on with the same bookings.")


def what_next(settings: "Settings") -> str:
    """The last words of a demo that has started."""
    from voice import clinical_signoff

    lines = [
        "",
        f"Screening Line answers at {settings.public_base_url} (this computer only).",
        f"Place a call in the browser: {settings.public_base_url}/phone",
        "In another terminal, in this folder:",
        "  .venv/bin/screening-line call        call the line; type the keys of the phone",
        "  .venv/bin/screening-line callbacks   see who wants to be called back",
        f"Bookings are kept in {settings.data_dir}/, the calendar is a local diary. Stop: Ctrl-C.",
    ]
    if clinical_signoff.unsigned():
        lines.append(
            "DRAFT, not for patients: no clinician has signed the safety and summary wording yet."
        )
    return "\n".join(lines)


@cli.command("serve")
def serve_live(
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    worker: Annotated[bool, typer.Option(help="Do the jobs in this process too.")] = True,
) -> None:
    """Answer calls from Twilio."""
    from voice.logs import write_logs
    from voice.server import held_port, serve
    from voice.settings import Settings

    settings = Settings.load("live")
    _signed_or_allowed(settings)
    with held_port(host, port) as held:
        write_logs("json")
        serve(settings, held, worker=worker, once_up=lambda: None)


@cli.command()
def worker() -> None:
    """Do the jobs of a line that runs with `serve --no-worker`."""
    from voice.logs import write_logs
    from voice.server import work_only
    from voice.settings import Settings

    settings = Settings.load("live")
    write_logs("json")
    work_only(settings, once_up=lambda: None)


@cli.command()
def call(
    *,
    keys: Annotated[
        str | None, typer.Option(help='Keys to press, such as "1 2 2"; prints a transcript.')
    ] = None,
    caller: Annotated[str | None, typer.Option(help="The number that calls, in E.164.")] = None,
    withheld: Annotated[bool, typer.Option("--withheld", help="Call without a number.")] = False,
    staff: Annotated[StaffPhone, typer.Option(help="What the clinic's phone does.")] = "no-answer",
    fast: Annotated[bool, typer.Option("--fast", help="Do not wait for the speech.")] = False,
) -> None:
    """Call the demo from this terminal; without a running demo, one starts for the call."""
    from voice.logs import write_logs
    from voice.settings import Settings
    from voice.simulator.call_command import call_options, place_call
    from voice.simulator.handset import Staff

    write_logs("plain")
    outcome = Staff(staff)
    wanted = call_options(caller=caller, withheld=withheld, keys=keys, staff=outcome, fast=fast)
    place_call(Settings.load("demo"), wanted)


@cli.command()
def check() -> None:
    """Say what keeps `serve` from starting, and what to do about it."""
    from voice.commands import check as checks

    findings = checks.check()
    for finding in findings:
        typer.echo(f"{finding.state:>5}  {finding.says}")
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


@cli.command()
def authorize_google(
    client: Annotated[Path, typer.Argument(help="The client file from Google's console.")],
    credentials: Annotated[Path, typer.Option(help="The file to write.")] = Path(
        "google-credentials.json"
    ),
    make_calendar: Annotated[
        str, typer.Option(help="Make a calendar of this name, and one to invite patients from.")
    ] = "",
) -> None:
    """Sign in to Google Calendar with a browser, once."""
    from voice.commands.authorize_google import AuthorizeOptions, authorize
    from voice.settings import Settings

    settings = Settings.load("demo")
    asyncio.run(
        authorize(settings, AuthorizeOptions(client, credentials, make_calendar), typer.echo)
    )


@cli.command()
def callbacks(
    done: Annotated[int | None, typer.Option(help="Take this request off the list.")] = None,
    demo: Annotated[bool | None, typer.Option(help="Of the demo; else the live line.")] = None,
) -> None:
    """Who wants to be called back, the longest waiting first."""
    from voice.commands import call_back_list

    settings = _of_demo_or_live(demo)
    if done is not None:
        was_open = asyncio.run(call_back_list.mark_done(settings, done))
        typer.echo(f"Request {done} is done." if was_open else f"No open request {done}.")
        return
    for line in asyncio.run(call_back_list.lines(settings)):
        typer.echo(line)


@cli.command("jobs")
def show_jobs(
    *,
    retry: Annotated[bool, typer.Option("--retry", help="Try again now what failed.")] = False,
    demo: Annotated[bool | None, typer.Option(help="Of the demo; else the live line.")] = None,
) -> None:
    """What waits and what failed: jobs, texts, and what keeps texts from going out."""
    from voice.commands import job_list

    settings = _of_demo_or_live(demo)
    if retry:
        typer.echo(asyncio.run(job_list.retry(settings)))
        return
    for line in asyncio.run(job_list.lines(settings)):
        typer.echo(line)


def _of_demo_or_live(demo: bool | None) -> "Settings":  # noqa: FBT001  # as typer gives it
    """The settings of the line that is meant: a demo that runs, unless told otherwise."""
    from voice.settings import Settings
    from voice.simulator.running_demo import running_demo

    settings = Settings.load("demo")
    if demo is None:
        demo = running_demo(settings.data_dir) is not None
    return settings if demo else Settings.load("live")


def _signed_or_allowed(settings: "Settings") -> None:
    """Raises NotSignedError when patients would hear words that no clinician answers for."""
    from voice import clinical_signoff

    missing = clinical_signoff.unsigned()
    if not missing:
        return
    if settings.unsigned_wording == "refuse":
        message = (
            "The line does not start: "
            + "; ".join(missing)
            + ". Have it signed, or set UNSIGNED_WORDING=allow for a trial without patients."
        )
        raise NotSignedError(message)
    typer.echo("Warning: " + "; ".join(missing) + ".", err=True)
