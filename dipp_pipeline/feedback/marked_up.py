"""The marked-up return: a copy for the sender in which every problem is listed, linked, coloured and noted.

Here is what is tried, and what follows when a hostile file defeats it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.errors import MachineError, machine_faults_told
from dipp_pipeline.feedback.copies import Copy, NotCopied, copy_of_cells, no_copy
from dipp_pipeline.feedback.layout import copy_in_layout
from dipp_pipeline.feedback.marks import Painter, mark_cells
from dipp_pipeline.feedback.problems import in_order, list_problems
from dipp_pipeline.feedback.workbook import saved
from dipp_pipeline.intake.issues import Issue, numbered_sheet
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from dipp_pipeline.spreadsheets.sheet import Sheet

_NEVER_OPENED = ("F01", "F02")


def mark_up(original: Path, target: Path, title: str, record: str, issues: Sequence[Issue], limits: Limits) -> None:
    """Write the marked-up return, an .xlsx whatever the original is. The same inputs give the same bytes.

    To be called in a process under limits of time and memory. The list of problems is written first by itself, so that
    a file that ends the process leaves that much; a better copy replaces it. `target` is whole at every moment.
    Raises MachineError where it cannot be written.
    """

    def put(copied: Copy) -> None:
        content = _marked(copied, title, record, issues)
        with machine_faults_told():
            atomic.write_bytes(target, content)

    put(no_copy("copying it takes more time or memory than any return should"))
    try:
        sheets = _sheets(original, issues, limits)
    except Exception:
        put(no_copy("the file could not be read"))
        return
    issues = _with_names(issues, sheets)
    why = ""
    attempts: Sequence[Callable[[str], Copy]] = (
        lambda _: copy_in_layout(original, sheets),
        lambda why: copy_of_cells(sheets, why),
        no_copy,
    )
    for attempt in attempts:
        try:
            put(attempt(why))
            break
        except NotCopied as reason:
            why = str(reason)
        except MachineError:
            raise
        except Exception:  # a hostile file can make openpyxl raise anything
            why = "it could not be copied"


def _sheets(original: Path, issues: Sequence[Issue], limits: Limits) -> Sequence[Sheet]:
    """The sheets of the original. Raises NotCopied, OSError and whatever a reader does on a hostile file."""
    if any(issue.rule_code in _NEVER_OPENED for issue in issues):
        raise NotCopied("it was refused unread")
    return read_sheets(original, limits)


def _with_names(issues: Sequence[Issue], sheets: Sequence[Sheet]) -> Sequence[Issue]:
    """The issues with the names of sheets that were stored by their number."""
    names = {numbered_sheet(number): sheet.name for number, sheet in enumerate(sheets, 1)}
    return [replace(issue, sheet=names.get(issue.sheet or "", issue.sheet)) for issue in issues]


def _marked(copied: Copy, title: str, record: str, issues: Sequence[Issue]) -> bytes:
    painter = Painter()
    listed = in_order(issues, copied)
    by_sheet = defaultdict(list)
    for issue in listed:
        by_sheet[issue.sheet].append(issue)
    for name, sheet in copied.sheets.items():
        mark_cells(sheet, by_sheet[name], painter)
    list_problems(copied, title, record, issues, listed, painter)
    return saved(copied.book)
