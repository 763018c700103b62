"""What the command shows to a person: sentences and tables on standard output."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Column, Table

from dipp_pipeline.intake.issues import grouped
from dipp_pipeline.spreadsheets.ranges import cell_ranges

if TYPE_CHECKING:
    from dipp_pipeline.approval import Listed, Proposal
    from dipp_pipeline.intake.issues import Issue
    from dipp_pipeline.orchestration.command import Refreshed
    from dipp_pipeline.orchestration.erasure import ErasureReport
    from dipp_pipeline.privacy.retention import Purged
    from dipp_pipeline.release.kept import Kept
    from dipp_pipeline.reports.check import Checked
    from dipp_pipeline.reports.explain import Explanation
    from dipp_pipeline.reports.findings import Finding, Findings
    from dipp_pipeline.reports.history import Change, VersionReport
    from dipp_pipeline.reports.status import HeldVersion, Returns, Summary


LONGEST_BAR, SHORTEST_BAR = 40, 10
"""Characters of a bar from 0 to 100 per cent. Where there is no room for the shortest there is none."""

_NARROWEST_MEASURE = 24
_BESIDE_A_BAR = _NARROWEST_MEASURE + len(" Counted of relevant Per cent 95% interval ")

REVISIONS = 40
"""So many revisions are shown before someone decides; all are in the table `revisions` afterwards."""

RANGES = 5
"""So many ranges of cells are named for a problem that many share; --json names every cell."""


def show_refreshed(refreshed: "Refreshed") -> None:
    """What came of a refresh."""
    summary = refreshed.summary
    if summary is None:
        return
    if not refreshed.error:
        is_held = any(at.edition == "internal" for at in refreshed.held_back)
        unchanged = "In force is release" if is_held else "Nothing new. In force is release"
        what = "Published release" if refreshed.changed else unchanged
        click.echo(f"{what} {summary.release_id}: {refreshed.database}")
    cases, refused, held = summary.cases, summary.returns_refused, summary.returns_held
    click.echo(
        f"Returns: {summary.returns_received}, of which {refreshed.unchanged} unchanged, {refused} refused and "
        f"{held} held. Cases: {cases['accepted']} accepted, {cases['quarantined']} quarantined, "
        f"{cases['identical_dropped']} identical dropped."
    )
    if summary.issues:
        click.echo(f"Problems: {_occurrences(summary.issues)}")
    others = [
        f"{label} of {number} {'region' if number == 1 else 'regions'}"
        for label, number in (
            ("staff surveys", sum(region.staff_survey_received for region in summary.regions)),
            ("staffing", sum(region.staffing_received for region in summary.regions)),
            ("recommendations", sum(region.recommendations_received for region in summary.regions)),
        )
        if number
    ]
    if others:
        problems = f" Problems: {_occurrences(summary.other_issues)}" if summary.other_issues else ""
        click.echo(f"Besides: {', '.join(others)}.{problems}")
    show_held(refreshed.held)
    if refreshed.public:
        included = [region.region_name for region in refreshed.public.regions if region.status == "included"]
        click.echo(f"Public edition: release {refreshed.public.release_id} of {', '.join(included)}.")
    for at in refreshed.held_back:
        click.echo(
            f"The {at.edition} edition is held at release {at.release_id} since {at.since:%Y-%m-%d %H:%M} UTC: "
            "what is new is built and tested, and is not published before dipp rollback --undo"
            f"{' --public, or another decision on an approval' if at.edition == 'public' else ''}."
        )
    if refreshed.unsafe:
        click.echo(f"The tables by characteristic stay as they were. {refreshed.unsafe}")
    if refreshed.feedback:
        click.echo(f"Marked-up returns: {refreshed.feedback}")


def _occurrences(issues: Mapping[str, int]) -> str:
    return ", ".join(f"{rule} {times}" for rule, times in issues.items())


def show_findings(published: "Findings") -> None:
    """Findings as a table, with a bar from 0 to 100 per cent where there is room for one."""
    who = published.region_name or f"{published.regions_included} of {published.regions_expected} regions"
    status = f" ({published.status})" if published.status else ""
    click.echo(f"{who}{status}, {published.cases_inspected} cases inspected. Release {published.release_id}.\n")
    room = shutil.get_terminal_size((10_000, 0)).columns  # of what is no terminal there is plenty
    bar = min(LONGEST_BAR, room - _BESIDE_A_BAR)
    has_bar = bar >= SHORTEST_BAR
    table = _table((), ("Counted of relevant", "Per cent", "95% interval"))
    table.columns.insert(0, Column("Measure", min_width=_NARROWEST_MEASURE))
    if has_bar:
        table.add_column(f"0{'50':>{bar // 2 + 1}}{'100':>{bar - bar // 2 - 2}}", no_wrap=True)
    for finding in published.findings:
        table.add_row(
            finding.measure_title,
            f"{finding.counted_cases} of {finding.relevant_cases}",
            "" if finding.percentage_rounded is None else str(finding.percentage_rounded),
            _interval(finding),
            *([_bar(finding, bar)] if has_bar else []),
        )
    _show(table, max(room, _BESIDE_A_BAR))
    if has_bar:
        solid, shaded, mark = _bar_marks()
        click.echo(
            f"\n{solid} up to the lower end of the 95% interval, {shaded} the interval, {mark} the percentage itself."
        )


def _interval(finding: "Finding") -> str:
    """The ends in whole numbers, rounded half up as percentages are."""
    if finding.lower_95 is None or finding.upper_95 is None:
        return ""
    ends = (Decimal(end).quantize(Decimal(1), ROUND_HALF_UP) for end in (finding.lower_95, finding.upper_95))
    return " to ".join(map(str, ends))


def _bar(finding: "Finding", length: int) -> str:
    """Solid up to the interval, shaded across it, with a mark at the percentage."""
    if finding.percentage is None or finding.lower_95 is None or finding.upper_95 is None:
        return "no relevant case"[:length]
    solid, shaded, mark = _bar_marks()
    middles = [(place + 0.5) * 100 / length for place in range(length)]
    bar = [solid if at < finding.lower_95 else shaded if at <= finding.upper_95 else " " for at in middles]
    bar[min(int(finding.percentage * length / 100), length - 1)] = mark
    return "".join(bar)


def _bar_marks() -> tuple[str, str, str]:
    """What bars are made of: solid, shaded, the mark. Where output cannot show them, of what it can."""
    try:
        "█▒│".encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return "#", "-", "|"
    return "█", "▒", "│"


def show_held(held: Sequence["HeldVersion"]) -> None:
    """Versions that wait for acceptance."""
    for entry in held:
        lost = "many rows" if entry.cases_lost is None else f"{entry.cases_lost} of {entry.cases_in_force} cases"
        click.echo(
            f"Held: {entry.region_slug}/{_printable(entry.return_path)}, version {entry.version}, which would lose "
            f"{lost}. dipp accept lets it come into force."
        )


def show_status(summary: "Summary", returns: "Returns") -> None:
    """The programme, region by region, and where every row and cell of the returns in force ended."""
    progress = _table(
        ("Region", "Status"),
        ("Returns", "Refused", "Held", "Cases", "Accepted", "Quarantined", "Survey", "Staffing", "Recommendations"),
    )
    for region in summary.regions:
        counts = (
            region.returns_received,
            region.returns_refused,
            region.returns_held,
            region.cases_received,
            region.cases_accepted,
            region.cases_quarantined,
        )
        others = (region.staff_survey_received, region.staffing_received, region.recommendations_received)
        received = ("yes" if is_received else "" for is_received in others)
        progress.add_row(region.region_name, region.status.replace("_", " "), *map(str, counts), *received)
    _show(progress)
    if returns.reconciled:
        headings = ("Rows", "Accepted", "Quarantined", "Identical", "Skipped", "Cells", "Used", "Ignored", "Corrected")
        reconciled = _table(("Return in force",), headings)
        for entry in returns.reconciled:
            name = _printable(f"{entry.region_slug}/{entry.return_path}")
            reconciled.add_row(name, *map(str, astuple(entry)[3:]))
        click.echo()
        _show(reconciled)
    show_held(returns.held)
    click.echo(f"Release {summary.release_id}")


def show_checked(checked: "Checked") -> None:
    """What is wrong with a file."""
    counts = checked.counts
    click.echo(
        f"{_printable(checked.file)}: {checked.outcome}. {checked.record.capitalize()}s: {counts.received} received, "
        f"{counts.accepted} accepted, {counts.quarantined} quarantined, {counts.identical_dropped} identical dropped."
    )
    for alike in grouped(checked.issues).values():
        issue, where = alike[0], _where(alike)
        click.echo(f"  {issue.rule_code} {issue.severity}  {f'{where}: ' if where else ''}{issue.message}")
    if checked.marked_up:
        click.echo(f"  Marked-up copy: {_printable(str(checked.marked_up))}")


def _where(alike: Sequence["Issue"]) -> str:
    """The sheet and the cells of problems that are told together: Case scores!A2:A85 (84 cells)."""
    cells = [issue.cell for issue in alike if issue.cell]
    ranges = cell_ranges(cells)
    more = f" and {len(ranges) - RANGES} more" if len(ranges) > RANGES else ""
    count = f" ({len(cells):,} cells)" if len(cells) > 1 else ""
    places = f"{', '.join(ranges[:RANGES])}{more}{count}"
    return "!".join(filter(None, (alike[0].sheet, places)))


def show_history(versions: Sequence["VersionReport"], record_of: Callable[[str], str], in_full: bool) -> None:
    """The versions of returns; in full with all that each changed.

    `record_of` says what a row of a return is called, by its path.
    """
    for version in versions:
        lost = f", {version.cases_lost} of the version before lost" if version.cases_lost else ""
        click.echo(
            f"{_printable(version.return_path)}, version {version.version}: {version.outcome.replace('_', ' ')}. "
            f"Arrived {version.received_at:%Y-%m-%d %H:%M} UTC, SHA-256 {version.content_sha256[:12] or 'none'}. "
            f"{record_of(version.return_path).capitalize()}s: {version.cases_received} received, "
            f"{version.cases_accepted} accepted, {version.cases_quarantined} quarantined, "
            f"{version.identical_dropped} identical dropped{lost}."
        )
        if in_full:
            for change in version.changes:
                click.echo(f"  {_printable(_change(change))}")
            condition = " if it is accepted" if version.outcome == "held" else ""
            for measure in version.measures:
                click.echo(
                    f"  {measure.measure_code}: {measure.counted_before} of {measure.relevant_before} -> "
                    f"{measure.counted_after} of {measure.relevant_after} in the region{condition}"
                )
        elif version.changes:
            click.echo(f"  {len(version.changes)} changes. Name the return to see them.")


def _change(change: "Change") -> str:
    record = f"case {change.case_pseudonym}" if change.case_pseudonym else change.row_key
    where = f"{change.sheet}!{change.cell}: {record}"
    if change.column_name is None:
        return f"{where} {'added' if change.change == 'case_added' else 'no longer accepted'}"
    before, after = (value if value is not None else "blank" for value in (change.value_before, change.value_after))
    return f"{where} {change.column_name}: {before} -> {after}"


def show_explanation(explanation: "Explanation") -> None:
    """A figure and the cells behind it."""
    share = "" if explanation.percentage_rounded is None else f", {explanation.percentage_rounded} per cent"
    click.echo(
        f"{explanation.region_name}, {explanation.figure_code} ({explanation.title}): {explanation.counted_cases} of "
        f"{explanation.relevant_cases} relevant cases{share}; {explanation.cases_inspected} inspected. Release "
        f"{explanation.release_id}{'' if explanation.published else ', which is NOT published'}."
    )
    table = _table(("Case", "Counts", "Question", "Answer", "Cell", "Return"), ("Version",))
    for entry in explanation.evidence:
        table.add_row(
            entry.case_pseudonym,
            "yes" if entry.is_counted else "no",
            entry.question_code,
            entry.answer + (" (corrected)" if entry.is_corrected else ""),
            f"{entry.sheet}!{entry.cell}",
            _printable(entry.return_path),
            str(entry.version),
        )
    _show(table)


def show_proposal(proposal: "Proposal") -> None:
    """What approving a region would publish."""
    what = "enters" if proposal.is_new else "is in"
    click.echo(
        f"{proposal.region_name} {what} the public edition with {proposal.cases} cases; it then has {proposal.regions} "
        f"region{'' if proposal.regions == 1 else 's'}."
    )
    if proposal.under_other_keys:
        click.echo(
            f"Approved under another key of pseudonyms: {', '.join(proposal.under_other_keys)}. A case that this "
            "region holds too would be counted twice. Approve them again as well."
        )
    if proposal.cannot_be_told:
        click.echo(f"What would change cannot be told. {proposal.cannot_be_told}")
        return
    if not proposal.revisions:
        click.echo("No figure that is public would change.")
        return
    click.echo(f"{len(proposal.revisions)} public figures would change:")
    for row in proposal.revisions[:REVISIONS]:
        old, new = ("none" if row[value] is None else row[value] for value in ("old_value", "new_value"))
        click.echo(f"  {row['table_name']} {row['row_key']} {row['column_name']}: {old} -> {new} ({row['reason']})")
    if len(proposal.revisions) > REVISIONS:
        click.echo(f"  and {len(proposal.revisions) - REVISIONS} more")


def show_approvals(approvals: Sequence["Listed"]) -> None:
    """All that was decided of the public edition."""
    table = _table(("Decided", "Region", "By", "From", "State"), ())
    for entry in approvals:
        row = (entry.decided_at, entry.region_slug, entry.by, entry.begins_at, entry.state.replace("_", " "))
        table.add_row(*map(_printable, row))
    _show(table)


def show_releases(releases: Sequence["Kept"]) -> None:
    """The releases that are kept."""
    table = _table(("Release", "Published (UTC)", "Edition", "State"), ("Regions", "Cases"))
    for kept in releases:
        table.add_row(
            kept.release_id,
            f"{kept.published_at:%Y-%m-%d %H:%M:%S}",
            kept.edition,
            kept.state.replace("_", " "),
            *("" if number is None else str(number) for number in (kept.regions_included, kept.cases_inspected)),
        )
    _show(table)


def show_erased(report: "ErasureReport") -> None:
    """What an erasure did, what still holds the case and what to do about it, and the proof."""
    erased, proof = report.erased, report.proof
    click.echo(f"Scrubbed {len(erased.originals)} stored originals and read {len(erased.returns)} returns again.")
    for file in report.scrubbed:
        click.echo(f"{_printable(str(file))} was scrubbed too.")
    for sentence in (*report.failed, *_left_to_do(report)):
        click.echo(sentence)
    if report.is_complete:
        click.echo(
            f"Nothing of the case is left in what the pipeline keeps: {proof.searched} files of the home were opened "
            "and searched."
        )


def _left_to_do(report: "ErasureReport") -> Iterator[str]:
    """What still holds the case or may hold it, and what to do about each."""
    how = "Take the case out of it yourself" + ("" if report.scrub_incoming else ", or use --scrub-incoming")
    for file in report.holding:
        yield f"{_printable(str(file))} still holds the case. {how}, and erase again."
    for path in report.misnamed:
        yield f"{_printable(str(path))} is named after the case. Rename it, and erase again."
    for file in (*report.erased.unsearched, *report.unsearched):
        yield (
            f"{_printable(str(file))} is over a limit and was not searched. Raise the limit, or delete it if it may "
            "hold the case, and erase again."
        )
    what = "Mend what else is said here" if report.failed or report.refresh_code else "Delete it"
    for file in report.proof.left:
        if file not in report.erased.failed and file not in report.erased.unsearched:
            yield f"{_printable(str(file))} STILL HOLDS something of the case. {what}, and erase again."
    if report.refresh_code:
        yield (
            "The refresh failed, so that the case may still be in what is published. Mend that, and erase again. Until "
            "then each refresh tries to finish the erasure."
        )


def show_purged(purged: "Purged") -> None:
    """What a purge deleted, and what it left."""
    click.echo(f"Purged {purged.versions} versions. Their hashes, arrivals and counts stay in the history.")
    for known, version in purged.still_needed:
        outcome = known.outcome(version)
        first = "Refresh" if outcome == "unread" else "Withdraw the return"
        click.echo(
            f"{known.region_slug}/{_printable(known.path)}, version {version.number}, is as old and stays, since it is "
            f"{outcome.replace('_', ' ')}. {first} first if it must go."
        )
    for file in purged.incoming:
        click.echo(f"{_printable(str(file))} still has a content that was purged. Delete it.")


def _table(texts: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for heading in texts:
        table.add_column(heading, no_wrap=True)
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _show(table: Table, room: int = 10_000) -> None:
    """As wide as it is, wherever it goes, but for texts that may be wrapped: a count must not be cut off."""
    width = min(Console(width=10_000).measure(table).maximum, room)
    Console(width=width, markup=False, emoji=False).print(table)


def _printable(text: str) -> str:
    """A file's name as one line, whatever characters it has."""
    return "".join(character if character.isprintable() else "?" for character in text)
