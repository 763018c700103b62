"""Where the rows and cells of the sample programme ended, held against a count by other readers than the pipeline's."""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import openpyxl
import pytest
import xlrd

from dipp_pipeline.reports.status import Returns, summarise_returns
from tests.homes import DEMO, Home
from tests.returns import PROGRAMME

pytestmark = pytest.mark.thorough

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class OtherSheet:
    """A sheet as another reader gives it, with no blank cell but an empty text."""

    visible: bool
    rows: Rows


def by_openpyxl(file: Path) -> list[OtherSheet]:
    return [
        OtherSheet(
            sheet.sheet_state == "visible",
            [["" if value is None else str(value).strip() for value in row] for row in sheet.values],
        )
        for sheet in openpyxl.load_workbook(file).worksheets
    ]


def by_xlrd(file: Path) -> list[OtherSheet]:
    return [
        OtherSheet(
            sheet.visibility == 0,
            [[str(value).strip() for value in sheet.row_values(row)] for row in range(sheet.nrows)],
        )
        for sheet in xlrd.open_workbook(file).sheets()
    ]


def by_csv(file: Path) -> list[OtherSheet]:
    return [
        OtherSheet(True, [[text.strip() for text in row] for row in csv.reader(file.open("r", encoding="utf-8-sig"))])
    ]


READERS: Mapping[str, Callable[[Path], list[OtherSheet]]] = {".xlsx": by_openpyxl, ".xls": by_xlrd, ".csv": by_csv}

COUNTED = sorted(file for file in DEMO.glob("*/*.*") if file.suffix in READERS)


@pytest.mark.parametrize("file", COUNTED, ids=lambda file: file.name)
def test_every_row_and_cell_of_a_return_is_counted_where_it_ended(published_demo: Home, file: Path):
    region, path = file.parent.name, file.name

    returns = summarise_returns(published_demo.warehouse).reconciled
    (found,) = (asdict(entry) for entry in returns if entry.return_path == path)

    assert found == {"region_slug": region, "return_path": path, "version": 1, "cells_corrected": 0} | counted(file)[0]


@pytest.mark.parametrize("file", COUNTED, ids=lambda file: file.name)
def test_every_cell_that_is_ignored_is_ignored_for_its_reason(published_demo: Home, file: Path):
    reasons = counted(file)[1]
    with duckdb.connect(str(published_demo.warehouse), read_only=True) as warehouse:
        found = warehouse.execute(
            f"select {', '.join(reasons)} from stg_versions inner join stg_returns using (return_id)"
            " where return_path = ?",
            [file.name],
        ).fetchall()

    assert found == [tuple(reasons.values())]


def test_every_return_in_force_is_reconciled(published_demo: Home):
    entries = summarise_returns(published_demo.warehouse).reconciled

    assert [(entry.region_slug, entry.return_path) for entry in entries] == sorted(
        (file.relative_to(DEMO).parts[0], "/".join(file.relative_to(DEMO).parts[1:])) for file in DEMO.rglob("*.*")
    )
    assert all(
        entry.rows_read == entry.cases_accepted + entry.cases_quarantined + entry.identical_dropped + entry.rows_skipped
        for entry in entries
    )
    assert all(entry.cells_read == entry.cells_used + entry.cells_ignored for entry in entries)


def test_nothing_is_reconciled_without_a_warehouse(tmp_path: Path):
    assert summarise_returns(Home(tmp_path).warehouse) == Returns()


def counted(file: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Rows and cells by where they must end, and ignored cells by reason.

    In the sample programme every row with a well-formed case reference is a sound case, and no other row is.
    """
    rows = dict.fromkeys(("rows_read", "rows_skipped"), 0)
    reasons = dict.fromkeys(
        (
            "cells_in_headings",
            "cells_in_skipped_rows",
            "cells_in_ignored_columns",
            "cells_in_personal_columns",
            "cells_in_other_sheets",
        ),
        0,
    )
    used, cases = 0, []
    for sheet in READERS[file.suffix](file):
        filled = [sum(map(bool, row)) for row in sheet.rows]
        headings = next((place for place, row in enumerate(sheet.rows) if is_heading_row(row)), None)
        if headings is None or not sheet.visible:
            reasons["cells_in_other_sheets"] += sum(filled)
            continue
        columns = [PROGRAMME.column_for_heading(heading) for heading in sheet.rows[headings]]
        reasons["cells_in_headings"] += sum(filled[: headings + 1])
        for row, cells in zip(sheet.rows[headings + 1 :], filled[headings + 1 :], strict=True):
            values = {name: value for name, value in zip(columns, row, strict=False) if name and value}
            rows["rows_read"] += cells > 0
            if not re.fullmatch(r"[A-Za-z]\d{6}", "".join(values.get("case_reference", "").split())):
                rows["rows_skipped"] += cells > 0
                reasons["cells_in_skipped_rows"] += cells
                continue
            used += len(values)
            cases.append(values)
            personal = sum(
                bool(value) and heading.strip().casefold() in PROGRAMME.personal_headings
                for heading, value in zip(sheet.rows[headings], row, strict=False)
            )
            reasons["cells_in_personal_columns"] += personal
            reasons["cells_in_ignored_columns"] += cells - len(values) - personal
    accepted = len({case["case_reference"].upper() for case in cases})
    ignored = sum(reasons.values())
    ended = {
        **rows,
        "cases_accepted": accepted,
        "cases_quarantined": 0,
        "identical_dropped": len(cases) - accepted,
        "cells_read": used + ignored,
        "cells_used": used,
        "cells_ignored": ignored,
    }
    return ended, reasons


def is_heading_row(row: Sequence[str]) -> bool:
    columns = [PROGRAMME.column_for_heading(heading) for heading in row]
    return sum(name in PROGRAMME.field_by_name and PROGRAMME.field_by_name[name].required for name in columns) >= 5
