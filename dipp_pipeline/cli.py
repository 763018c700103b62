"""The command `dipp`: parses, calls, prints.

Each command imports what it needs when it runs, so that help comes at once.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dipp_pipeline import __version__

if TYPE_CHECKING:
    from dipp_pipeline.checking import Checked
    from dipp_pipeline.publishing.summary import Summary
    from dipp_pipeline.refreshing import Refreshed
    from dipp_pipeline.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

PUBLICATION_FAILED = 1
PROBLEMS_IN_FORCE = 3


class Dipp(click.Group):
    """A group whose commands show one sentence for whatever goes wrong, and a traceback only with --debug."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.exit(1)
        except Exception as error:
            if context.find_root().meta.get("debug"):
                raise
            raise click.ClickException(f"{error or type(error).__name__} (--debug shows where)") from None


@click.group(cls=Dipp)
@click.version_option(__version__, prog_name="dipp")
def main() -> None:
    """From raw case scoring spreadsheets to published findings of the Dynamic Inspection of Public Protection."""


def run() -> None:
    """What the command `dipp` calls: main, and then out, without the second that Python takes to take Dagster apart."""
    try:
        main()
    except SystemExit as ended:
        with suppress(BrokenPipeError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else int(ended.code is not None))


def debug_option(command: Command) -> Command:
    """Every command can show its traceback."""

    def remember(context: click.Context, _: click.Parameter, debug: bool) -> bool:
        context.find_root().meta["debug"] = debug
        return debug

    return click.option(
        "--debug", is_flag=True, callback=remember, expose_value=False, help="Show a traceback if something goes wrong."
    )(command)


def home_option(command: Command) -> Command:
    """Most commands work on a home."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        help="The home folder. Default: DIPP_HOME, else dipp_home in this folder.",
    )(command)


def json_option(command: Command) -> Command:
    """Some commands can be scripted."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")(command)


@main.command()
@home_option
@json_option
@click.option(
    "--strict", is_flag=True, help="Exit with 3 if a case is quarantined or a return's latest version refused."
)
@debug_option
def refresh(home: Path | None, as_json: bool, strict: bool) -> None:
    """Take in what is new, validate, land, build, test and publish."""
    sys.exit(_refresh(_settings(home), as_json, strict))


@main.command()
@home_option
@debug_option
def demo(home: Path | None) -> None:
    """Put the sample programme into a new home, refresh it and say where everything is."""
    import shutil

    settings = _settings(home)
    if settings.incoming.exists():
        raise click.UsageError(f"{settings.home} is in use already. Give another folder with --home.")
    shutil.copytree(Path(__file__).parent / "demo" / "incoming", settings.incoming)
    code = _refresh(settings, as_json=False, strict=False)
    click.echo(f"\nThe returns are in    {settings.incoming}")
    click.echo(f"The findings are in   {settings.database}")
    click.echo(f"See the programme:    {sys.argv[0]} status --home {settings.home}")
    click.echo(f"See how it was made:  {sys.argv[0]} ui --home {settings.home}")
    sys.exit(code)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--region", "region_slug", metavar="SLUG", help="Default: the nearest folder above with a region's slug.")
@json_option
@debug_option
def check(files: tuple[Path, ...], region_slug: str | None, as_json: bool) -> None:
    """Validate returns without storing anything."""
    settings = _settings(None)
    from dipp_pipeline.programme.loading import load_programme
    from dipp_pipeline.settings import seeds

    regions = load_programme(seeds()).region_by_slug
    if region_slug is not None and region_slug not in regions:
        raise click.BadParameter(f'"{region_slug}" is no region. Use one of {", ".join(sorted(regions))}.')
    from dipp_pipeline.checking import check_files

    checked = check_files(files, region_slug, settings)
    if as_json:
        click.echo(json.dumps([result.as_json() for result in checked], indent=1))
    else:
        for result in checked:
            _print_checked(result)
    sys.exit(0 if all(result.clean for result in checked) else 1)


@main.command()
@home_option
@json_option
@debug_option
def status(home: Path | None, as_json: bool) -> None:
    """Show the programme, region by region."""
    settings = _settings(home)
    from dipp_pipeline.publishing.summary import progress_json, summarise

    summary = summarise(settings.database) if settings.database.exists() else None
    if as_json:
        release, regions = (summary.release_id, progress_json(summary)) if summary else (None, [])
        click.echo(json.dumps({"release_id": release, "regions": regions}, indent=1))
    elif summary is None:
        click.echo(f"Nothing is published in {settings.home} yet. Run: dipp refresh --home {settings.home}")
    else:
        _print_progress(summary)


@main.command()
@home_option
@click.option("--port", default=3000, show_default=True, help="The port on loopback.")
@debug_option
def ui(home: Path | None, port: int) -> None:
    """Serve the Dagster web page, with its daemon, to this machine alone."""
    import subprocess

    settings = _settings(home)
    from dipp_pipeline.orchestration.refresh import prepare_dagster_home

    prepare_dagster_home(settings)
    click.echo(f"Dagster will be at http://127.0.0.1:{port}. Stop it with Ctrl+C.", err=True)
    environment = os.environ | {"DIPP_HOME": str(settings.home), "DAGSTER_HOME": str(settings.dagster_home)}
    served = [sys.executable, "-m", "dagster", "dev", "-m", "dipp_pipeline.definitions"]
    sys.exit(subprocess.run([*served, "-h", "127.0.0.1", "-p", str(port)], env=environment, check=False).returncode)


@main.command()
@click.argument("region_slug", metavar="REGION")
@click.argument("return_path", metavar="RETURN")
@home_option
@debug_option
def withdraw(region_slug: str, return_path: str, home: Path | None) -> None:
    """Take a return out of force, until new bytes of it arrive.

    RETURN is its path under the region's folder.
    """
    settings = _settings(home)
    from dipp_pipeline.house import open_house

    house = open_house(settings)
    with house.alone():
        known = house.history().find(region_slug, return_path)
        if known is None:
            raise click.ClickException(
                f'No return "{return_path}" of {region_slug} ever arrived. Name it as in the folder.'
            )
        known.withdraw()
    click.echo(f"{return_path} is out of force. Run: dipp refresh --home {settings.home}")


def _settings(home: Path | None) -> "Settings":
    from dipp_pipeline.settings import load_settings

    return load_settings(home)


def _refresh(settings: "Settings", as_json: bool, strict: bool) -> int:
    """Refresh, print what came of it, and return the exit code."""
    from dipp_pipeline.refreshing import refresh_home

    refreshed = refresh_home(settings, debug=bool(click.get_current_context().find_root().meta.get("debug")))
    if refreshed.error:
        click.echo(f"Error: {refreshed.error}", err=True)
    if as_json:
        click.echo(json.dumps(refreshed.as_json(), indent=1))
    else:
        _print_refreshed(refreshed)
    if refreshed.error:
        return PUBLICATION_FAILED
    summary = refreshed.summary
    return PROBLEMS_IN_FORCE if strict and summary and summary.has_problems else 0


def _print_refreshed(refreshed: "Refreshed") -> None:
    summary = refreshed.summary
    if summary is None:
        return
    if not refreshed.error:
        what = "Published release" if refreshed.changed else "Nothing new. In force is release"
        click.echo(f"{what} {summary.release_id}: {refreshed.database}")
    cases, refused = summary.cases, summary.returns_refused
    click.echo(
        f"Returns: {summary.returns_received}, of which {refreshed.unchanged} unchanged and {refused} refused. "
        f"Cases: {cases['accepted']} accepted, {cases['quarantined']} quarantined, "
        f"{cases['identical_dropped']} identical dropped."
    )
    if summary.issues:
        click.echo("Problems: " + ", ".join(f"{rule} {times}" for rule, times in summary.issues.items()))


def _print_progress(summary: "Summary") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for heading in ("Region", "Status"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Returns", "Refused", "Cases", "Accepted", "Quarantined"):
        table.add_column(heading, justify="right", no_wrap=True)
    for region in summary.regions:
        counts = (
            region.returns_received,
            region.returns_refused,
            region.cases_received,
            region.cases_accepted,
            region.cases_quarantined,
        )
        table.add_row(region.region_name, region.status.replace("_", " "), *map(str, counts))
    Console().print(table)
    click.echo(f"Release {summary.release_id}")


def _print_checked(checked: "Checked") -> None:
    counts = checked.counts
    click.echo(
        f"{checked.file}: {checked.outcome}. Cases: {counts.received} received, {counts.accepted} accepted, "
        f"{counts.quarantined} quarantined, {counts.identical_dropped} identical dropped."
    )
    for issue in checked.issues:
        where = "!".join(filter(None, (issue.sheet, issue.cell)))
        click.echo(f"  {issue.rule_code} {issue.severity}  {f'{where}: ' if where else ''}{issue.message}")
