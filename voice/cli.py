"""The command `screening-line`.

Each command imports what it runs only when it runs: `--help` needs neither a web server nor a
database driver, and `serve` never loads the simulator.
"""

import asyncio
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from voice import cli_database, cli_setup, cli_staff
from voice.errors import ReportedError

if TYPE_CHECKING:
    from voice.settings import Settings

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli_staff.add_commands(cli)
cli_database.add_commands(cli)
cli_setup.add_commands(cli)
Host = Annotated[str, typer.Option(help="Address to listen on.")]
StaffPhone = Literal["answers", "voicemail", "busy", "no-answer", "failed"]
"""The values of voice.simulator.handset.Staff; a live line does not import the simulator."""
Quiet = Annotated[bool, typer.Option("--quiet", help="Do not print what happens on the line.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


def main() -> None:
    """Run a command; a ReportedError is printed without a traceback."""
    try:
        cli()
    except ReportedError as error:
        sys.exit(f"{error}")


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # as typer calls it
    if wanted:
        typer.echo(f"screening-line {version('screening-line')}")
        raise typer.Exit


@cli.callback()
def options(
    ctx: typer.Context,
    *,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Answer a clinic's phone line: it books free video screenings by keypad."""
    del show_version
    if ctx.invoked_subcommand not in {"serve", "worker"}:
        os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)  # only those count there


@cli.command()
def demo(*, port: Port = 8000, quiet: Quiet = False) -> None:
    """Try the whole line on this computer, without an account or settings."""
    from functools import partial

    from voice.clock import utc_now
    from voice.logs import write_logs
    from voice.server import Demo, held_port, serve
    from voice.settings import Settings
    from voice.simulator.demo_clock import DemoClock, with_demo_defaults
    from voice.simulator.page.router import add_phone
    from voice.simulator.running_demo import answering_demo, remove_demo_file, write_demo_file

    settings = with_demo_defaults(Settings.load("demo", port), utc_now().date())
    write_logs("plain")
    running = answering_demo(settings.data_dir)
    if running is not None:
        typer.echo(f"The demo is already running: open {running.url}/phone")
        typer.echo("To stop it, press Ctrl-C in the terminal where it was started.")
        return

    def once_up() -> None:
        write_demo_file(settings)
        typer.echo(what_next(settings))

    typer.echo("Starting the line (the first time takes a few seconds) ...")
    with held_port("127.0.0.1", port, f"make demo PORT={port + 1}") as held:
        try:
            say = None if quiet else typer.echo
            page = Demo(DemoClock(), partial(add_phone, say=say), once_up)
            serve(settings, held, worker=True, demo=page)
        finally:
            remove_demo_file(settings)
    typer.echo("Stopped. The next demo starts with the same bookings.")


def what_next(settings: "Settings") -> str:
    """What a demo prints when it has started."""
    from voice import clinical_signoff

    lines = [
        "",
        f"Screening Line answers at {settings.public_base_url} (this computer only).",
        f"Place a call in the browser: {settings.public_base_url}/phone",
        "In another terminal, in this folder:",
        "  .venv/bin/screening-line call        call the line and type the phone's keys",
        "  .venv/bin/screening-line callbacks   list who wants a call back",
        f"Bookings are kept in {settings.data_dir}/, in a local calendar. To stop: Ctrl-C.",
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
    worker: Annotated[bool, typer.Option(help="Also run jobs in this process.")] = True,
    workers: Annotated[
        int, typer.Option(help="Processes that answer calls on the port.", min=1, max=64)
    ] = 1,
) -> None:
    """Answer calls that Twilio sends."""
    from voice.shared_metrics import share_metrics

    share_metrics(workers)
    from voice.logs import write_logs
    from voice.server import held_port, serve
    from voice.settings import Settings
    from voice.start_warnings import start_warnings
    from voice.web_processes import web_processes

    settings = Settings.load("live")
    for each in start_warnings(settings):
        typer.echo(f"Warning: {each}", err=True)
    with held_port(host, port) as held:
        write_logs("json")
        with web_processes(held, workers - 1) as stop_others:
            serve(settings, held, worker=worker, before_stop=stop_others)


@cli.command()
def worker() -> None:
    """Run the jobs of a line that was started with `serve --no-worker`."""
    from voice.shared_metrics import share_metrics

    share_metrics()
    from voice.logs import write_logs
    from voice.server import work_only
    from voice.settings import Settings

    settings = Settings.load("live")
    write_logs("json")
    work_only(settings, once_up=lambda: None)


@cli.command()
def call(  # noqa: PLR0913  # one for each option
    *,
    keys: Annotated[
        str | None, typer.Option(help='Keys to press, such as "1 2 2"; prints a transcript.')
    ] = None,
    caller: Annotated[str | None, typer.Option(help="E.164; or known: a patient's.")] = None,
    withheld: Annotated[bool, typer.Option("--withheld", help="Call without a number.")] = False,
    staff: Annotated[StaffPhone, typer.Option(help="How the staff phone reacts.")] = "no-answer",
    fast: Annotated[bool, typer.Option("--fast", help="Do not wait for the speech.")] = False,
    quiet: Quiet = False,
) -> None:
    """Call the running demo from this terminal, or one started for this call."""
    from voice.clock import utc_now
    from voice.logs import write_logs
    from voice.settings import Settings
    from voice.simulator.call_command import CallFlags, call_options, place_call
    from voice.simulator.demo_clock import with_demo_defaults
    from voice.simulator.handset import Staff

    write_logs("plain")
    flags = CallFlags(withheld=withheld, fast=fast, quiet=quiet)
    wanted = call_options(caller, keys, Staff(staff), flags)
    place_call(with_demo_defaults(Settings.load("demo"), utc_now().date()), wanted)


@cli.command()
def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False
) -> None:
    """Check everything that a live line needs, and say how to fix what is wrong.

    Exits with 1 if anything is wrong, with 0 if there are only notes.
    """
    from voice.commands import findings
    from voice.commands.check import check

    found = check()
    typer.echo(findings.as_json(found) if as_json else findings.as_text(found))
    if findings.is_wrong(found):
        raise typer.Exit(1)


@cli.command()
def fallback_twiml() -> None:
    """Print what callers hear while this computer is down, for a TwiML Bin at Twilio."""
    from voice.commands import fallback_twiml as fallback
    from voice.settings import Settings

    typer.echo(fallback.document(Settings.load_only(fallback.NEEDED, "live")))


@cli.command()
def authorize_google(
    client: Annotated[Path, typer.Argument(help="The client file from Google's console.")],
    credentials: Annotated[Path, typer.Option(help="The file to write.")] = Path(
        "google-credentials.json"
    ),
    make_calendar: Annotated[
        str, typer.Option(help="Make a calendar with this name, and one that invites patients.")
    ] = "",
) -> None:
    """Sign in to Google Calendar with a browser, once."""
    from voice.commands.authorize_google import AuthorizeOptions, authorize
    from voice.settings import Settings

    settings = Settings.load("demo")
    asyncio.run(
        authorize(settings, AuthorizeOptions(client, credentials, make_calendar), typer.echo)
    )
