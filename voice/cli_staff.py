"""The commands that staff use: `callbacks`, `jobs`, `report`, `recordings`, and so on."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from voice.commands.chosen_line import ChosenLine

Demo = Annotated[
    bool | None,
    typer.Option(
        "--demo/--live", help="Which line; without it, a running demo, else the one that exists."
    ),
]


def add_commands(cli: typer.Typer) -> None:
    """Add them to the command line."""
    cli.command("callbacks")(callbacks)
    cli.command("jobs")(jobs)
    cli.command("forget")(forget)
    cli.command("undo-flood")(undo_flood)
    cli.command("report")(report)
    cli.command("read-log")(read_log)
    cli.command("recordings")(recordings)
    cli.command("staff-link")(staff_link)
    cli.command("routing")(routing)


def callbacks(
    *,
    done: Annotated[
        str | None,
        typer.Option(
            metavar="NO",
            help="Mark a request done: its number in the list, or the caller's phone number.",
        ),
    ] = None,
    demo: Demo = None,
) -> None:
    """List who wants a call back, the longest waiting first."""
    from voice.commands import call_back_list

    line = _chosen(demo=demo)
    shown = (
        call_back_list.lines(line.settings)
        if done is None
        else call_back_list.mark_done(line.settings, done)
    )
    typer.echo("\n".join([f"Call-back requests of {line.name}:", *asyncio.run(shown)]))


def jobs(
    *,
    retry: Annotated[
        bool, typer.Option("--retry", help="Retry now whatever failed or waits for a retry.")
    ] = False,
    demo: Demo = None,
) -> None:
    """List jobs and texts that wait or failed, and what keeps texts from being sent."""
    from voice.commands import job_list

    line = _chosen(demo=demo)
    shown = job_list.retry(line.settings) if retry else job_list.lines(line.settings)
    typer.echo("\n".join([f"Jobs and texts of {line.name}:", *asyncio.run(shown)]))


def read_log(
    *,
    days: Annotated[int, typer.Option(help="How many days back.", min=1, max=3650)] = 30,
    demo: Demo = None,
) -> None:
    """List who read about people with `callbacks`, `jobs` or `forget`, and when."""
    from voice.commands import read_log as reads

    line = _chosen(demo=demo)
    shown = asyncio.run(reads.lines(line.settings, days))
    typer.echo("\n".join([f"Who read about callers of {line.name}:", *shown]))


def forget(
    number: Annotated[str, typer.Argument(help="The phone number, such as +14255550123.")],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Delete; without it, only what would be is shown.")
    ] = False,
    demo: Demo = None,
) -> None:
    """Delete everything about one person: here, in the calendars, and at Twilio.

    Without --yes nothing is deleted. What could not be deleted is said, with exit code 1; the same
    command continues then.
    """
    from voice.commands import forget as forgetting
    from voice.settings import Settings

    line = _chosen(demo=demo)
    settings = Settings.load("demo" if line.settings.is_demo else "live")
    typer.echo(f"One phone number at {line.name}:")
    typer.echo("\n".join(asyncio.run(forgetting.shown(settings, number, wanted=yes))))


def undo_flood(
    *,
    since: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"], help="When it began, in clinic time."
        ),
    ],
    number: Annotated[
        str | None, typer.Option(help="Only visits of this phone number, and all of them.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    demo: Demo = None,
) -> None:
    """Cancel coming visits that robots booked by phone; nobody is told of it."""
    from voice.clock import utc_now
    from voice.commands import undo_flood as flood

    line = _chosen(demo=demo)
    begin = since.replace(tzinfo=line.settings.zone)
    cancel, lines = asyncio.run(flood.found(line.settings, begin, number, utc_now()))
    typer.echo("\n".join([f"Visits booked by phone at {line.name}:", *lines]))
    if dry_run or not cancel:
        typer.echo(f"{len(cancel)} would be cancelled. Nothing was changed.")
        return
    if not yes:
        typer.confirm(f"Cancel {len(cancel)} visits?", abort=True)
    typer.echo("\n".join(asyncio.run(flood.undo(line.settings, cancel))))


def report(
    *,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; else 30 days back."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last day; else today."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of tables.")] = False,
    svg: Annotated[
        Path | None, typer.Option(help="Also write how far calls got to this file, as a picture.")
    ] = None,
    demo: Demo = None,
) -> None:
    """Count calls, texts, and call-backs of some days; nothing in it is about one person."""
    from rich.console import Console

    from voice.clock import utc_now
    from voice.commands import report as reports

    line = _chosen(demo=demo)
    until = last.date() if last else utc_now().astimezone(line.settings.zone).date()
    since = first.date() if first else until - timedelta(days=reports.DEFAULT_DAYS - 1)
    found = asyncio.run(reports.read(line.settings, since, until))
    if svg is not None:
        reports.write_svg(svg, reports.svg(found, since, until))
    if as_csv:
        typer.echo(reports.csv_text(found), nl=False)
        return
    typer.echo(f"Report of {line.name}:")
    Console(highlight=False).print(reports.tables(found, since, until))


def recordings(
    *,
    script: Annotated[
        bool, typer.Option("--script", help="Print the prompts to read, with their file names.")
    ] = False,
    language: Annotated[
        Literal["en", "es"] | None, typer.Option(help="Only this language's prompts.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Check the files in RECORDINGS_DIR; accept new ones."),
    ] = False,
) -> None:
    """Speak prompts in your own voice: print what to read, then check the files."""
    from voice.commands import recordings as own_voice
    from voice.settings import Settings

    if script == check:
        message = "choose one of --script and --check"
        raise typer.BadParameter(message)
    settings = Settings.load_only(own_voice.NEEDED, "demo")
    if script:
        typer.echo("\n".join(own_voice.script(settings, language)))
        return
    lines, fine = own_voice.check(settings)
    typer.echo("\n".join(lines))
    if not fine:
        raise typer.Exit(1)


def staff_link(*, demo: Demo = None) -> None:
    """Print a link that signs one browser in to the staff page (STAFF_PAGE=on)."""
    from voice.commands import staff_link as links
    from voice.simulator.running_demo import running_demo

    settings = _chosen(demo=demo).settings
    runs = running_demo(settings.data_dir) if settings.is_demo else None
    address = runs.url if runs else settings.public_base_url
    typer.echo("\n".join(asyncio.run(links.lines(settings, address))))


def routing(
    name: Annotated[
        str | None,
        typer.Argument(
            help="line, staff-first, after-hours or paused; setting: back to ROUTING."
            " Without it, the present state is shown."
        ),
    ] = None,
    *,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When ROUTING rules again: 17:00, or a date and time."),
    ] = None,
    demo: Demo = None,
) -> None:
    """Switch who answers the next calls: the line, staff first, or call-backs only."""
    from voice.clock import utc_now
    from voice.commands import routing as routings

    if name is None and until is not None:
        message = "give the routing that should be in force until then"
        raise typer.BadParameter(message)
    line = _chosen(demo=demo)
    shown = (
        routings.switch(line.settings, name, until, utc_now())
        if name
        else routings.shown(line.settings, utc_now())
    )
    typer.echo("\n".join([f"Calls to {line.name}:", *asyncio.run(shown)]))


def _chosen(*, demo: bool | None) -> "ChosenLine":
    from voice.commands.chosen_line import choose_line
    from voice.simulator.running_demo import running_demo

    return choose_line(demo=demo, demo_runs=lambda folder: running_demo(folder) is not None)
