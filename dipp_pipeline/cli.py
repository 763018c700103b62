"""The command `dipp`: parses, calls, prints.

Each command imports what it needs when it runs, so that help comes at once.
"""

import gc
import json
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dipp_pipeline import __version__
from dipp_pipeline.errors import REPORT, DippError, machine_faults_told
from dipp_pipeline.interrupts import STOPPED, is_stopped, say_stopped, stop_when_asked

if TYPE_CHECKING:
    from datetime import datetime

    from dipp_pipeline.home import Home, Lock
    from dipp_pipeline.landing.history import Return

Command = TypeVar("Command", bound=Callable[..., Any])

PUBLICATION_FAILED = 1
PROBLEMS_IN_FORCE = 3


class Dipp(click.Group):
    """A group whose commands show a sentence for whatever goes wrong, and a traceback only with --debug."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            with machine_faults_told():
                return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            say_stopped()
            sys.exit(STOPPED)
        except Exception as error:
            if isinstance(error.__cause__, BrokenPipeError):
                sys.exit(1)
            if context.find_root().meta.get("debug"):
                raise
            raise click.ClickException(error_message(error)) from None


def error_message(error: Exception) -> str:
    """Advice as it is; of what nobody foresaw what it was, and how to report it."""
    if isinstance(error, DippError):
        return str(error)
    what = str(error).strip().partition("\n")[0]
    if not isinstance(error, RuntimeError) or not what:  # ours hold the name of what was raised in another process
        what = f"{type(error).__name__}: {what}" if what else type(error).__name__
    return f"Something unexpected happened ({what}). {REPORT}"


@click.group(cls=Dipp)
@click.version_option(__version__, prog_name="dipp")
def main() -> None:
    """From raw spreadsheets to published findings of the Dynamic Inspection of Public Protection."""


def run() -> None:
    """What the command `dipp` calls: main, and then out, without the second that Python takes to take Dagster apart."""
    stop_when_asked()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # whatever a file is called
    try:
        main()
    except SystemExit as ended:
        with suppress(BrokenPipeError):
            sys.stdout.flush()
            sys.stderr.flush()
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        os._exit(STOPPED if is_stopped() else code)


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
        type=click.Path(path_type=Path),
        help="The home folder. Default: DIPP_HOME, else dipp_home in this folder.",
    )(command)


def json_option(command: Command) -> Command:
    """Some commands can be scripted."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")(command)


def kind_option(default: str) -> Callable[[Command], Command]:
    """Some commands take any kind of return."""
    return click.option("--kind", metavar="KIND", help=f"Which kind of return it is, such as staff-survey. {default}")


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
    from dipp_pipeline.home import home_to_refresh

    opened = home_to_refresh(home, _say)
    with opened.locked("dipp refresh", _say) as lock:
        sys.exit(_refresh(opened, lock, as_json, strict))


@main.command()
@home_option
@debug_option
def demo(home: Path | None) -> None:
    """Put the sample programme into a new home, refresh it and show its findings."""
    import shutil

    from dipp_pipeline.home import open_home
    from dipp_pipeline.settings import SETTINGS_FILE

    opened = open_home(home)
    if opened.path.exists() and not (opened.path.is_dir() and not any(opened.path.iterdir())):
        raise click.UsageError(f"{opened.path} is in use already. Give another folder with --home.")
    shutil.copytree(Path(__file__).parent / "demo" / "incoming", opened.incoming)
    (opened.path / SETTINGS_FILE).write_text("is_sample = true\n", "utf-8")
    opened = open_home(home)
    with opened.locked("dipp demo", _say) as lock:
        code = _refresh(opened, lock, as_json=False, strict=False)
    if opened.database.exists():
        from dipp_pipeline.reports.findings import read_findings
        from dipp_pipeline.reports.text import show_findings

        click.echo()
        show_findings(read_findings(opened, None))
    click.echo(f"\nThe returns are in    {opened.incoming}")
    click.echo(f"Pages for a browser   {opened.published / 'site' / 'index.html'}")
    click.echo(f"The workbook          {opened.published / 'dipp_findings.xlsx'}")
    click.echo(f"For BI tools          {opened.database}")
    click.echo(f"One region's          {_dipp('findings', 'west-midlands', home=opened)}")
    click.echo(f"See the programme     {_dipp('status', home=opened)}")
    click.echo(f"See how it was made   {_dipp('ui', home=opened)}")
    sys.exit(code)


@main.command()
@click.argument("region_slug", metavar="[REGION]", required=False)
@home_option
@json_option
@debug_option
def findings(region_slug: str | None, home: Path | None, as_json: bool) -> None:
    """Show the published findings, national or of a region."""
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.reports.findings import read_findings
    from dipp_pipeline.reports.text import show_findings

    published = read_findings(existing_home(home), region_slug)
    if as_json:
        _print_json(published.as_json())
    else:
        show_findings(published)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--region", "region_slug", metavar="SLUG", help="Default: the nearest folder above with a region's slug.")
@kind_option("Default: told by the folder that it lies in.")
@click.option(
    "--marked-up",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Put a marked-up copy of each file with problems there.",
)
@json_option
@debug_option
def check(
    files: tuple[Path, ...], region_slug: str | None, kind: str | None, as_json: bool, marked_up: Path | None
) -> None:
    """Validate returns without storing anything."""
    from dipp_pipeline.home import open_home
    from dipp_pipeline.reports.check import check_files
    from dipp_pipeline.reports.text import show_checked

    home = open_home(None)
    _check_region(home, region_slug)
    _check_kind(home, kind)
    checked = check_files(files, region_slug, home, marked_up, kind)
    if as_json:
        _print_json([result.as_json() for result in checked])
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
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.reports.status import progress_json, summarise, summarise_returns
    from dipp_pipeline.reports.text import show_status

    opened = existing_home(home)
    summary = summarise(opened.database) if opened.database.exists() else None
    returns = summarise_returns(opened.warehouse)
    if as_json:
        release, regions = (summary.release_id, progress_json(summary)) if summary else (None, [])
        _print_json({"release_id": release, "regions": regions, **returns.as_json()})
    elif summary is None:
        click.echo(f"Nothing is published in {opened.path} yet. Run: {_dipp('refresh', home=opened)}")
    else:
        show_status(summary, returns)


@main.command()
@home_option
@click.option("--port", default=3000, show_default=True, help="The port on loopback.")
@debug_option
def ui(home: Path | None, port: int) -> None:
    """Serve the Dagster web page, with its daemon, to this machine alone."""
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.orchestration.refresh import prepare_dagster_home

    opened = existing_home(home)
    prepare_dagster_home(opened)
    click.echo(f"Dagster will be at http://127.0.0.1:{port}. Stop it with Ctrl+C.", err=True)
    environment = os.environ | {"DIPP_HOME": str(opened.path), "DAGSTER_HOME": str(opened.dagster)}
    served = [sys.executable, "-m", "dagster", "dev", "-m", "dipp_pipeline.definitions"]
    os.execve(sys.executable, [*served, "-h", "127.0.0.1", "-p", str(port)], environment)  # so that signals reach it


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--region", "region_slug", metavar="SLUG", help="Whose PDUs can be chosen. Default: all of them.")
@kind_option("Default: case scores.")
@click.option("--force", is_flag=True, help="Write over a file that is there, without asking.")
@debug_option
def template(file: Path, region_slug: str | None, kind: str | None, force: bool) -> None:
    """Write an empty return (.xlsx) with drop-down lists."""
    from dipp_pipeline.home import open_home
    from dipp_pipeline.template.workbook import write_template

    home = open_home(None)
    if file.suffix.lower() != ".xlsx":
        raise click.BadParameter(f'"{file}" does not end in .xlsx.')
    _check_region(home, region_slug)
    _check_kind(home, kind)
    if file.exists() and not force:
        click.confirm(f"{file} is there already. Write over it?", abort=True, err=True)
    programme = home.programme.of(kind) if kind else home.programme
    write_template(file, programme, programme.region_by_slug[region_slug] if region_slug else None)
    check_it = _dipp("check", file, *(("--kind", kind) if kind else ()))
    click.echo(f"The template is {file}. Check it when it is filled in: {check_it}")


@main.command()
@region_argument
@click.argument("return_path", metavar="[RETURN]", required=False)
@home_option
@json_option
@debug_option
def history(region_slug: str, return_path: str | None, home: Path | None, as_json: bool) -> None:
    """Show every version of a region's returns, or of one with all that each changed."""
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.reports.history import history_of_region
    from dipp_pipeline.reports.text import show_history

    opened = existing_home(home)
    versions = history_of_region(opened, region_slug, return_path)
    if not versions:
        raise click.ClickException(
            f"Nothing of {'/'.join(filter(None, (region_slug, return_path)))} ever arrived. "
            "Name it as in the drop folder."
        )
    if as_json:
        _print_json([version.as_json() for version in versions])
    else:
        of_region = partial(opened.programme.of_return, region_slug)
        show_history(versions, lambda path: of_region(path).kind.record, in_full=return_path is not None)


@main.command()
@region_argument
@click.argument("measure_code", metavar="MEASURE")
@home_option
@json_option
@debug_option
def explain(region_slug: str, measure_code: str, home: Path | None, as_json: bool) -> None:
    """Show the cases behind a measure, or a core question, of a region, and the cells that say so."""
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.reports.explain import explain as explained
    from dipp_pipeline.reports.text import show_explanation

    explanation = explained(existing_home(home), region_slug, measure_code)
    if as_json:
        _print_json(explanation.as_json())
    else:
        show_explanation(explanation)


@main.command()
@region_argument
@return_argument
@home_option
@debug_option
def withdraw(region_slug: str, return_path: str, home: Path | None) -> None:
    """Take a return out of force, until new bytes of it arrive."""
    from dipp_pipeline.home import existing_home

    opened = existing_home(home)
    with opened.locked("dipp withdraw", _say):
        return_ = _return(opened, region_slug, return_path)
        cases = return_.in_force.reading.counts.accepted if return_.in_force and return_.in_force.reading else 0
        return_.withdraw()
    how_many = "" if return_.to_read else f"{cases} "  # nobody knows before it is read again
    records = opened.programme_of(return_).kind.records
    click.echo(
        f"{return_path} is out of force. With the next refresh its {how_many}accepted {records} leave the findings. "
        "Its original and its history stay, and it comes into force again when new bytes of it arrive.\n"
        f"Run: {_dipp('refresh', home=opened)}"
    )


@main.command()
@region_argument
@return_argument
@home_option
@debug_option
def accept(region_slug: str, return_path: str, home: Path | None) -> None:
    """Let the held version of a return come into force, though it loses many cases."""
    from dipp_pipeline.home import existing_home

    opened = existing_home(home)
    with opened.locked("dipp accept", _say):
        return_ = _return(opened, region_slug, return_path)
        held = return_.held
        if return_.to_read:
            raise click.ClickException(f"{return_path} must be read again first. Run the refresh.")
        if held is None:
            raise click.ClickException(f"No version of {return_path} is held. dipp status shows which are.")
        held.accept()
    lost, records = held.reading.loss if held.reading else None, opened.programme_of(return_).kind.records
    click.echo(
        f"Version {held.number} of {return_path} is accepted. With the next refresh it is in force"
        + (f", and {lost.cases} of the {lost.of} {records} of the version before leave the findings" if lost else "")
        + ".\n"
        + f"Run: {_dipp('refresh', home=opened)}"
    )


@main.command()
@click.argument("region_slug", metavar="[REGION]", required=False)
@click.option("--by", metavar="ROLE", help="The role of whoever decides it, and no name.")
@click.option("--from", "begins", metavar="2026-12-01T09:30", help="The end of an embargo, London time.")
@click.option("--revoke", is_flag=True, help="Take the region out of the public edition.")
@click.option("--list", "listed", is_flag=True, help="Show all that was decided.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
@json_option
@debug_option
def approve(
    region_slug: str | None,
    by: str | None,
    begins: str | None,
    revoke: bool,
    listed: bool,
    yes: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Let a region into the public edition as it stands now, from a time on, or take it out."""
    from dipp_pipeline import approval
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.reports.text import show_approvals, show_proposal

    opened = existing_home(home)
    if listed:
        approvals = approval.listed(opened)
        if as_json:
            _print_json([entry.as_json() for entry in approvals])
        else:
            show_approvals(approvals)
        return
    if region_slug is None or not by or not by.strip():
        raise click.UsageError("Name the region, and with --by the role of whoever decides it; or use --list.")
    if revoke and begins is not None:
        raise click.UsageError("A region is revoked at once: leave --from out.")
    _check_region(opened, region_slug)
    region = opened.programme.region_by_slug[region_slug]
    then = f"Run: {_dipp('refresh', home=opened)}"
    with opened.locked("dipp approve", _say):
        lifts = " The public edition is not held back any more." if opened.public.pin else ""
        if revoke:
            approval.revoke(opened, region, by)
            click.echo(f"{region.name} leaves the public edition with the next refresh.{lifts} {then}")
            return
        with approval.proposed(opened, region, by, _end_of_embargo(opened, begins)) as (proposal, entry):
            show_proposal(proposal)
            if not yes:
                click.confirm("Approve it?", abort=True, err=True)
            approval.decide(opened, entry)
    when = "with the next refresh" if begins is None else f"with the first refresh from {begins} on"
    click.echo(f"{region.name} is approved and goes into the public edition {when}.{lifts} {then}")


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
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.orchestration.erasure import erase_case
    from dipp_pipeline.reports.text import show_erased

    opened = existing_home(home)
    opened.check_drop_folder()
    with opened.locked("dipp erase", _say) as lock:
        refresh = partial(_refresh, opened, lock, as_json=False, strict=False)
        report = erase_case(opened, reference, scrub_incoming, refresh)
    show_erased(report)
    sys.exit(0 if report.is_complete else 1)


@main.command()
@click.option("--before", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day, as yyyy-mm-dd.")
@home_option
@debug_option
def purge(before: "datetime", home: Path | None) -> None:
    """Delete the contents of versions that arrived before a day and are not needed any more."""
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.intake.drop_folder import arrivals
    from dipp_pipeline.privacy.retention import purge as purge_versions
    from dipp_pipeline.privacy.retention import purge_copies
    from dipp_pipeline.reports.text import show_purged

    opened = existing_home(home)
    opened.check_drop_folder()
    with opened.locked("dipp purge", _say) as lock:
        dropped = [arrival.file for arrival in arrivals(opened.incoming, opened.programme)]
        returns = opened.history().returns
        show_purged(purge_versions(returns, opened.originals, opened.warehouse, dropped, before.date()))
        for copy in opened.approved_copies():
            if purge_copies(copy.returns, before.date()):
                opened.public.warehouse.unlink(missing_ok=True)
        sys.exit(_refresh(opened, lock, as_json=False, strict=False))


@main.command()
@home_option
@json_option
@debug_option
def releases(home: Path | None, as_json: bool) -> None:
    """Show the releases that are kept, of both editions."""
    from dipp_pipeline import rollback
    from dipp_pipeline.home import existing_home
    from dipp_pipeline.reports.text import show_releases

    kept = rollback.releases(existing_home(home))
    if as_json:
        _print_json([release.as_json() for release in kept])
    else:
        show_releases(kept)


@main.command("rollback")
@click.argument("release", metavar="[RELEASE]", required=False)
@click.option("--public", is_flag=True, help="The public edition. Without it the inspectorate's own.")
@click.option("--undo", is_flag=True, help="Let the next refresh publish again.")
@home_option
@debug_option
def roll_back(release: str | None, public: bool, undo: bool, home: Path | None) -> None:
    """Take an edition back to a release that is kept: the one before, or one named by its id or how that begins."""
    from dipp_pipeline import rollback
    from dipp_pipeline.home import existing_home

    if release is not None and (public or undo):
        raise click.UsageError("A release tells its edition, and is not named to undo: give RELEASE or an option.")
    opened = existing_home(home)
    edition = opened.public if public else opened.internal
    with opened.locked("dipp rollback", _say):
        if undo:
            rollback.undo(edition)
            click.echo(
                f"The next refresh publishes the {edition.name} edition again. Run: {_dipp('refresh', home=opened)}"
            )
            return
        try:
            edition = rollback.roll_back(opened, edition, release)
        except rollback.UnknownReleaseError as error:
            raise click.BadParameter(str(error)) from None
        options = ("--undo", *(("--public",) if edition.name == opened.public.name else ()))
        click.echo(
            f"In force of the {edition.name} edition is release {edition.in_force} again: {edition.database}\n"
            "Refreshes build and test what is new, and do not publish it. To let them publish again, run: "
            f"{_dipp('rollback', *options, home=opened)}"
        )


@main.command("publish-check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@debug_option
def publish_check(folder: Path, as_json: bool) -> None:
    """Verify the folder of a release, wherever it lies."""
    from dipp_pipeline.release.verify import check_release
    from dipp_pipeline.settings import shipped

    checked = check_release(folder, shipped("dbt_like_sql"))
    if as_json:
        _print_json({"folder": str(folder), **checked.as_json()})
    elif checked.problems:
        for problem in checked.problems:
            click.echo(problem.message)
    else:
        click.echo(
            f"{folder} is release {checked.release_id}, whole and as it was published: its {checked.files} files are "
            f"unchanged and agree, {len(checked.tests)} tests of its figures hold, and no case is named."
        )
    sys.exit(1 if checked.problems else 0)


def _refresh(home: "Home", lock: "Lock", as_json: bool, strict: bool) -> int:
    """Refresh a locked home, print what came of it, and return the exit code."""
    from dipp_pipeline.orchestration.command import refresh_home

    gc.disable()  # this process ends in seconds; looking for cycles would be a tenth of its time
    refreshed = refresh_home(home, lock, debug=bool(click.get_current_context().find_root().meta.get("debug")))
    if refreshed.error:
        _say(f"Error: {error_message(refreshed.error)}")
    if as_json:
        _print_json(refreshed.as_json())
    else:
        from dipp_pipeline.reports.text import show_refreshed

        show_refreshed(refreshed)
    if refreshed.error:
        return PUBLICATION_FAILED
    summary = refreshed.summary
    return PROBLEMS_IN_FORCE if strict and summary and summary.has_problems else 0


def _say(sentence: str) -> None:
    """Tell a person what standard output, which may be for a machine, does not hold."""
    click.echo(sentence, err=True)


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, indent=1))


def _dipp(*arguments: object, home: "Home | None" = None) -> str:
    """A command to type, as this one was called."""
    return shlex.join(map(str, (sys.argv[0], *arguments, *(("--home", home.path) if home else ()))))


def _check_region(home: "Home", slug: str | None) -> None:
    regions = home.programme.region_by_slug
    if slug is not None and slug not in regions:
        raise click.BadParameter(f'"{slug}" is no region. Use one of {", ".join(sorted(regions))}.')


def _check_kind(home: "Home", kind: str | None) -> None:
    kinds = home.programme.by_kind
    if kind is not None and kind not in kinds:
        raise click.BadParameter(f'"{kind}" is no kind of return. Use one of {", ".join(kinds)}.')


def _end_of_embargo(home: "Home", begins: str | None) -> "datetime | None":
    """The time that is given, London time to the minute, in UTC.

    Where the clocks change and there are two such times or none, the later one: an embargo does not end too soon.
    """
    from datetime import UTC, datetime

    from dipp_pipeline.programme.model import INSPECTORATE_TIME

    if begins is None:
        return None
    try:
        given = datetime.strptime(begins, "%Y-%m-%dT%H:%M").replace(tzinfo=INSPECTORATE_TIME)
    except ValueError:
        raise click.BadParameter(f'--from "{begins}" is no time. Give it as 2026-12-01T09:30, London time.') from None
    ends_at = max(given.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if ends_at <= home.clock():
        raise click.BadParameter(f"{begins} is past. Leave --from out to approve at once.")
    return ends_at


def _return(home: "Home", region_slug: str, return_path: str) -> "Return":
    return_ = home.history().find(region_slug, return_path)
    if return_ is None:
        raise click.ClickException(
            f'No return "{return_path}" of {region_slug} ever arrived. Name it as in the folder.'
        )
    return return_
