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
    from datetime import datetime

    from dipp_pipeline.house import House
    from dipp_pipeline.landing.history import KnownReturn
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


region_argument = click.argument("region_slug", metavar="REGION")

return_argument = click.argument("return_path", metavar="RETURN")
"""The return's path under its region's folder."""


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
@click.option(
    "--marked-up",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Put a marked-up copy of each file with problems there.",
)
@json_option
@debug_option
def check(files: tuple[Path, ...], region_slug: str | None, as_json: bool, marked_up: Path | None) -> None:
    """Validate returns without storing anything."""
    settings = _settings(None)
    _check_region(region_slug)
    from dipp_pipeline.reports.check import check_files
    from dipp_pipeline.reports.text import show_checked

    checked = check_files(files, region_slug, settings, marked_up)
    if as_json:
        click.echo(json.dumps([result.as_json() for result in checked], indent=1))
    else:
        for result in checked:
            show_checked(result)
    sys.exit(0 if all(result.clean for result in checked) else 1)


@main.command()
@home_option
@json_option
@debug_option
def status(home: Path | None, as_json: bool) -> None:
    """Show the programme, region by region."""
    settings = _settings(home)
    from dipp_pipeline.reports.status import progress_json, summarise, summarise_returns
    from dipp_pipeline.reports.text import show_status

    summary = summarise(settings.database) if settings.database.exists() else None
    returns = summarise_returns(settings.warehouse)
    if as_json:
        release, regions = (summary.release_id, progress_json(summary)) if summary else (None, [])
        click.echo(json.dumps({"release_id": release, "regions": regions, **returns.as_json()}, indent=1))
    elif summary is None:
        click.echo(f"Nothing is published in {settings.home} yet. Run: dipp refresh --home {settings.home}")
    else:
        show_status(summary, returns)


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
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--region", "region_slug", metavar="SLUG", help="Whose PDUs can be chosen. Default: all of them.")
@debug_option
def template(file: Path, region_slug: str | None) -> None:
    """Write an empty return (.xlsx) with drop-down lists."""
    from dipp_pipeline.programme.seeds import load_programme
    from dipp_pipeline.settings import seeds
    from dipp_pipeline.template.workbook import write_template

    programme = load_programme(seeds())
    if file.suffix.lower() != ".xlsx":
        raise click.BadParameter(f'"{file}" does not end in .xlsx.')
    _check_region(region_slug)
    write_template(file, programme, programme.region_by_slug[region_slug] if region_slug else None)
    click.echo(f"The template is {file}. Check it when it is filled in: {sys.argv[0]} check {file}")


@main.command()
@region_argument
@click.argument("return_path", metavar="[RETURN]", required=False)
@home_option
@json_option
@debug_option
def history(region_slug: str, return_path: str | None, home: Path | None, as_json: bool) -> None:
    """Show every version of a region's returns, or of one with all that each changed."""
    settings = _settings(home)
    from dipp_pipeline.reports.history import history_of_region
    from dipp_pipeline.reports.text import show_history

    versions = history_of_region(settings, region_slug, return_path)
    if not versions:
        raise click.ClickException(f"Nothing of {'/'.join(filter(None, (region_slug, return_path)))} is known.")
    if as_json:
        click.echo(json.dumps([version.as_json() for version in versions], indent=1))
    else:
        show_history(versions, in_full=return_path is not None)


@main.command()
@region_argument
@click.argument("measure_code", metavar="MEASURE")
@home_option
@json_option
@debug_option
def explain(region_slug: str, measure_code: str, home: Path | None, as_json: bool) -> None:
    """Show the cases behind a measure, or a core question, of a region, and the cells that say so."""
    settings = _settings(home)
    from dipp_pipeline.reports.explain import explain as explained
    from dipp_pipeline.reports.text import show_explanation

    explanation = explained(settings, region_slug, measure_code)
    if as_json:
        click.echo(json.dumps(explanation.as_json(), indent=1))
    else:
        show_explanation(explanation)


@main.command()
@region_argument
@return_argument
@home_option
@debug_option
def withdraw(region_slug: str, return_path: str, home: Path | None) -> None:
    """Take a return out of force, until new bytes of it arrive."""
    settings = _settings(home)
    from dipp_pipeline.house import open_house

    house = open_house(settings)
    with house.alone():
        known = _known(house, region_slug, return_path)
        cases = known.in_force.reading.counts.accepted if known.in_force and known.in_force.reading else 0
        known.withdraw()
    how_many = "" if known.to_read else f"{cases} "  # nobody knows before it is read again
    click.echo(
        f"{return_path} is out of force. With the next refresh its {how_many}accepted cases leave the findings. Its "
        "original and its history stay, and it comes into force again when new bytes of it arrive.\n"
        f"Run: {sys.argv[0]} refresh --home {settings.home}"
    )


@main.command()
@region_argument
@return_argument
@home_option
@debug_option
def accept(region_slug: str, return_path: str, home: Path | None) -> None:
    """Let the held version of a return come into force, though it loses many cases."""
    settings = _settings(home)
    from dipp_pipeline.house import open_house

    house = open_house(settings)
    with house.alone():
        known = _known(house, region_slug, return_path)
        held = known.held
        if known.to_read:
            raise click.ClickException(f"{return_path} must be read again first. Run the refresh.")
        if held is None:
            raise click.ClickException(f"No version of {return_path} is held. dipp status shows which are.")
        held.accept()
    lost = held.reading.loss if held.reading else None
    click.echo(
        f"Version {held.number} of {return_path} is accepted. With the next refresh it is in force"
        + (f", and {lost.cases} of the {lost.of} cases of the version before leave the findings.\n" if lost else ".\n")
        + f"Run: {sys.argv[0]} refresh --home {settings.home}"
    )


@main.command()
@click.argument("case_reference")
@click.option("--scrub-incoming", is_flag=True, help="Take the case out of files in the drop folder too.")
@home_option
@debug_option
def erase(case_reference: str, scrub_incoming: bool, home: Path | None) -> None:
    """Remove a case from originals onward, rebuild, and prove that nothing of it is left."""
    from dipp_pipeline.programme.case_reference import case_reference as well_formed

    reference = well_formed(case_reference)
    if reference is None:
        raise click.BadParameter("A case reference is a letter and six digits.")
    settings = _settings(home)
    from dipp_pipeline.house import open_house
    from dipp_pipeline.privacy.erase import erase as erase_case
    from dipp_pipeline.privacy.proof import prove_erased
    from dipp_pipeline.reports.text import show_erased

    house = open_house(settings)
    erased = erase_case(house, reference, scrub_incoming)
    code = _refresh(settings, as_json=False, strict=False)
    proof = prove_erased(house, reference)
    show_erased(erased, proof)
    sys.exit(1 if proof.left or erased.unsearched else code)


@main.command()
@click.option("--before", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day, as yyyy-mm-dd.")
@home_option
@debug_option
def purge(before: "datetime", home: Path | None) -> None:
    """Delete the contents of versions that arrived before a day and are not needed any more."""
    settings = _settings(home)
    from dipp_pipeline.house import open_house
    from dipp_pipeline.privacy.retention import purge as purge_versions
    from dipp_pipeline.reports.text import show_purged

    show_purged(purge_versions(open_house(settings), before.date()))
    sys.exit(_refresh(settings, as_json=False, strict=False))


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
        from dipp_pipeline.reports.text import show_refreshed

        show_refreshed(refreshed)
    if refreshed.error:
        return PUBLICATION_FAILED
    summary = refreshed.summary
    return PROBLEMS_IN_FORCE if strict and summary and summary.has_problems else 0


def _check_region(slug: str | None) -> None:
    from dipp_pipeline.programme.seeds import load_programme
    from dipp_pipeline.settings import seeds

    regions = load_programme(seeds()).region_by_slug
    if slug is not None and slug not in regions:
        raise click.BadParameter(f'"{slug}" is no region. Use one of {", ".join(sorted(regions))}.')


def _known(house: "House", region_slug: str, return_path: str) -> "KnownReturn":
    known = house.history().find(region_slug, return_path)
    if known is None:
        raise click.ClickException(
            f'No return "{return_path}" of {region_slug} ever arrived. Name it as in the folder.'
        )
    return known
