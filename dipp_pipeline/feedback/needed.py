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
from dipp_pipeline.programme.model import Programme


def needed_copies(
    returns: Sequence[Return], clashes: Sequence[Mapping[str, Any]], programme: Programme, originals: Path, folder: Path
) -> Iterator[MarkedUpCopy]:
    """A copy of each return whose latest version has problems; `clashes` are the rows of `report_clashes`."""
    clashes_of: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for clash in clashes:
        clashes_of[clash["return_id"]].append(clash)
    for return_ in returns:
        version, own = return_.latest, programme.of_return(return_.region_slug, return_.path)
        if return_.withdrawn or version.purged or version.reading is None:
            continue
        issues = _landed_issues(version.reading.folder)
        if version is return_.in_force:
            issues += [_elsewhere(clash, own) for clash in clashes_of[return_.return_id]]
        if issues:
            original = originals / (version.original or "none")
            yield MarkedUpCopy(original, copy_of(return_, folder), Path(return_.path).name, own.kind.record, issues)


def _elsewhere(clash: Mapping[str, Any], programme: Programme) -> Issue:
    """The problem of a record that another return in force keeps (R04)."""
    rule, kind = programme.rules["R04"], programme.kind
    facts = {**kind.words, "region": clash["keeper_region_name"], "path": clash["keeper_return_path"]}
    place = clash["sheet"], clash["cell"], clash["row_number"]
    return Issue(rule.code, rule.severity, rule.says("", facts), *place, kind.key_column)


def copy_of(return_: Return, folder: Path) -> Path:
    """Where the marked-up copy of a return is, if it has one."""
    return marked_up_path(folder, Path(return_.region_slug or "_no_region", return_.path))


def _landed_issues(folder: Path) -> list[Issue]:
    names = [name for name in Issue.__dataclass_fields__ if name in ISSUES.names]
    return [Issue(**row) for row in parquet.read_table(folder / "issues.parquet", columns=names).to_pylist()]
