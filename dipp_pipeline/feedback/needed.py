"""Which returns need a marked-up copy, and which problems it shows: those landed, and those of rule R04."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pyarrow import parquet

from dipp_pipeline.feedback.folder import MarkedUpCopy, marked_up_path
from dipp_pipeline.intake.issues import Issue
from dipp_pipeline.landing.history import Return
from dipp_pipeline.landing.tables import ISSUES
from dipp_pipeline.programme.model import CASE_REFERENCE, Rule


def needed_copies(
    returns: Sequence[Return], elsewhere: Mapping[str, Sequence[Issue]], originals: Path, folder: Path
) -> Iterator[MarkedUpCopy]:
    """A copy of each return whose latest version has problems; `elsewhere` are those of R04, by return."""
    for return_ in returns:
        version = return_.latest
        if return_.withdrawn or version.purged or version.reading is None:
            continue
        issues = _landed_issues(version.reading.folder)
        if version is return_.in_force:
            issues += elsewhere.get(return_.return_id, ())
        if issues:
            original = originals / (version.original or "none")
            yield MarkedUpCopy(original, copy_of(return_, folder), Path(return_.path).name, issues)


def cases_elsewhere(clashes: Sequence[Mapping[str, Any]], rule: Rule) -> Mapping[str, list[Issue]]:
    """Return to its cases that another return in force keeps, of the rows of `report_case_clashes`."""
    found: dict[str, list[Issue]] = defaultdict(list)
    for clash in clashes:
        keeper = {"region": clash["keeper_region_name"], "path": clash["keeper_return_path"]}
        place = clash["sheet"], clash["cell"], clash["row_number"]
        issue = Issue(rule.code, rule.severity, rule.says("", keeper), *place, CASE_REFERENCE)
        found[clash["return_id"]].append(issue)
    return found


def copy_of(return_: Return, folder: Path) -> Path:
    """Where the marked-up copy of a return is, if it has one."""
    return marked_up_path(folder, Path(return_.region_slug or "_no_region", return_.path))


def _landed_issues(folder: Path) -> list[Issue]:
    names = [name for name in Issue.__dataclass_fields__ if name in ISSUES.names]
    return [Issue(**row) for row in parquet.read_table(folder / "issues.parquet", columns=names).to_pylist()]
