"""Excel workbooks (.xlsx, .xlsm): values by calamine, formula errors and the date system from the workbook's XML.

calamine is fast and right about dates, but gives `#REF!` and a formula whose result was never stored as blanks. Where a
sheet's XML shows any error or formula, those cells are found in it and put in their places (see excel_sheet.py). What
calamine would not find, not understand or take too much memory for is first written out for it plainly.
"""

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from xml.sax.saxutils import quoteattr

from python_calamine import CalamineError, CalamineSheet, load_workbook

from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import Refusal
from dipp_pipeline.spreadsheets.limits import MOST_MERGED_ROWS, MOST_RELATIONSHIPS
from dipp_pipeline.spreadsheets.readers.excel_sheet import SpecialCells, scan, special_cells, write_plainly
from dipp_pipeline.spreadsheets.readers.zipped import Package, damaged, overfull, start_tags
from dipp_pipeline.spreadsheets.sheet import Sheet, SheetBuilder

_STYLES, _STRINGS = "xl/styles.xml", "xl/sharedStrings.xml"
_WORKBOOK = "xl/workbook.xml"
"""Where calamine looks for them, whatever the workbook says."""

_OTHER_SHEETS = frozenset({"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})

_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Row = list[Any]
NumberedRow = tuple[int, Row]
"""A row's number, from 0, and its cells."""


@dataclass(frozen=True)
class _BookSheet:
    name: str
    visible: bool
    part: str


@dataclass(frozen=True)
class _Book:
    """What a workbook says of itself."""

    sheets: Sequence[_BookSheet]
    """Its worksheets; charts and dialogs are none."""
    epoch_1904: bool
    shared: Mapping[str, str]
    """Where calamine looks for styles and shared strings, and where they are."""
    plain: bool
    """Whether calamine finds its parts."""


@dataclass(frozen=True)
class _Relationship:
    identity: str
    kind: str
    target: str
    """As it is written."""
    part: str
    """The part that it leads to."""


def read(path: Path, limits: Limits) -> Iterator[Sheet]:
    """The worksheets of the workbook. Raises Refusal (F01, F02)."""
    content = path.read_bytes()  # calamine takes no path whose bytes are not UTF-8
    package = Package(content, limits)
    book = _book(package)
    if len(book.sheets) > limits.sheets:
        raise Refusal("F02", "sheets", limit=limits.sheets)
    for part in filter(package.name, {*book.shared, *book.shared.values()}):
        _expand(package, part)
    scanned = [scan(package.xml(sheet.part)) for sheet in book.sheets]
    special = [
        special_cells(package.xml(sheet.part)) if found.special else SpecialCells()
        for sheet, found in zip(book.sheets, scanned, strict=True)
    ]
    reaches_far = any(found.last_row > limits.rows for found in scanned)
    numbers: Sequence[Sequence[int] | None] = [None] * len(book.sheets)
    if reaches_far or package.transcoded or not book.plain or any(cells.unknown_errors for cells in special):
        content, numbers = _plain_copy(package, book)
    return _sheets(content, book, numbers, special)


def _expand(package: Package, part: str) -> None:
    """Make sure that a part is what the zip says of it, before calamine trusts that."""
    for _ in package.xml(part):
        pass


def _sheets(
    content: bytes, book: _Book, numbers: Sequence[Sequence[int] | None], special: Sequence[SpecialCells]
) -> Iterator[Sheet]:
    try:
        with load_workbook(BytesIO(content)) as calamine:
            for sheet, row_numbers, cells in zip(book.sheets, numbers, special, strict=True):
                builder = SheetBuilder(sheet.name)
                stored = _stored(calamine.get_sheet_by_name(sheet.name), row_numbers)
                _build(builder, _with_special(stored, cells) if cells.places else stored)
                yield builder.sheet(sheet.visible, book.epoch_1904)
    except CalamineError:
        raise damaged() from None


def _build(builder: SheetBuilder, rows: Iterable[NumberedRow]) -> None:
    next_row = 0
    for row, cells in rows:
        if row < next_row:
            raise damaged()
        if row > next_row:
            builder.add([], row - next_row)
        builder.add(cells)
        next_row = row + 1


def _stored(sheet: CalamineSheet, numbers: Sequence[int] | None) -> Iterator[NumberedRow]:
    """The rows as calamine gives them. Of merged cells only the first holds a value, whatever is left in the others."""
    if sheet.start is None or sheet.end is None:
        return
    left: Row = [None] * sheet.start[1]
    covered = _covered(sheet, numbers[-1] if numbers else sheet.end[0])
    for row, given in zip(count() if numbers is None else numbers, sheet.iter_rows(), strict=False):
        cells: Row = left + given if left else given
        for start, stop in covered.get(row, ()):
            cells[start:stop] = [None] * (min(stop, len(cells)) - start)
        yield row, cells


def _covered(sheet: CalamineSheet, last_row: int) -> Mapping[int, Sequence[tuple[int, int]]]:
    """Row to the columns, from and up to, in which its cells are part of a merged one and not its first."""
    covered = defaultdict(list)
    merged_rows = 0
    for (first_row, first_column), (end_row, end_column) in sheet.merged_cell_ranges or ():
        rows = range(first_row, min(end_row, last_row) + 1)
        merged_rows += len(rows)
        if merged_rows > MOST_MERGED_ROWS:
            raise Refusal("F02", "merged_cells", sheet=sheet.name)
        for row in rows:
            covered[row].append((first_column + (row == first_row), end_column + 1))
    return covered


def _with_special(stored: Iterable[NumberedRow], special: SpecialCells) -> Iterator[NumberedRow]:
    """The rows with special cells in their places, some of which lie where calamine saw nothing."""
    waiting = groupby(special.by_row(), itemgetter(0))
    upcoming = next(waiting, None)
    for row, cells in stored:
        while upcoming and upcoming[0] < row:
            yield upcoming[0], _put([], upcoming[1])
            upcoming = next(waiting, None)
        if upcoming and upcoming[0] == row:
            _put(cells, upcoming[1])
            upcoming = next(waiting, None)
        yield row, cells
    while upcoming:
        yield upcoming[0], _put([], upcoming[1])
        upcoming = next(waiting, None)


def _put(cells: Row, special: Iterable[tuple[int, int, object]]) -> Row:
    for _, column, value in special:
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = value
    return cells


def _book(package: Package) -> _Book:
    documents = (found for found in _relationships(package, "") if found.kind == "officeDocument")
    workbook = next((found.part for found in documents), "")
    related = {found.identity: found for found in _relationships(package, workbook)}
    parts = {found.kind: found.part for found in related.values()}
    shared = {place: parts.get(kind, place) for kind, place in (("styles", _STYLES), ("sharedStrings", _STRINGS))}
    plain = _finds(package, workbook, _WORKBOOK)
    plain = plain and all(_finds(package, part, place) for place, part in shared.items() if package.name(part))
    sheets: dict[str, _BookSheet] = {}
    epoch_1904 = False
    for tag, attributes in start_tags(package.xml(workbook)):
        if tag == "workbookPr":  # recent Excel adds one of its own, which says nothing of dates
            epoch_1904 = epoch_1904 or attributes.get("date1904") in ("1", "true", "on")
        elif tag == "sheet":
            found = related.get(attributes.get("id", ""))
            if found is None or found.part in sheets:
                raise damaged()
            if found.kind not in _OTHER_SHEETS:
                visible = attributes.get("state", "visible") == "visible"
                sheets[found.part] = _BookSheet(attributes.get("name", ""), visible, found.part)
                plain = plain and _finds(package, found.part, _where_calamine_looks(found.target))
    return _Book(list(sheets.values()), epoch_1904, shared, plain)


def _finds(package: Package, part: str, place: str) -> bool:
    """Whether calamine finds a part at the place where it looks for it."""
    return (package.name(part) or "").lower() == place.lower()


def _where_calamine_looks(target: str) -> str:
    return target.removeprefix("/") if target.startswith(("/xl/", "xl/")) else f"xl/{target}"


def _relationships(package: Package, part: str) -> Iterator[_Relationship]:
    """What a part refers to; the part "" is the package itself."""
    folder, _, name = part.rpartition("/")
    for place, (tag, attributes) in enumerate(start_tags(package.xml(join(folder, "_rels", f"{name}.rels")))):
        if place > MOST_RELATIONSHIPS:
            raise overfull()
        if tag == "Relationship":
            target = attributes.get("Target", "")
            within = target.replace("\\", "/")
            resolved = within.lstrip("/") if within.startswith("/") else normpath(join(folder, within))
            kind = attributes.get("Type", "").rpartition("/")[2]
            yield _Relationship(attributes.get("Id", ""), kind, target, resolved)


def _plain_copy(package: Package, book: _Book) -> tuple[bytes, Sequence[Sequence[int]]]:
    """The workbook as calamine copes with it, and of each sheet the numbers that its rows had."""
    sheets = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{place}" r:id="s{place}"/>'
        for place, sheet in enumerate(book.sheets, 1)
    )
    targets = [(f"s{place}", "worksheet", f"worksheets/sheet{place}.xml") for place in range(1, len(book.sheets) + 1)]
    date_system = f'<workbookPr date1904="{int(book.epoch_1904)}"/>'
    workbook = f'<workbook xmlns:r="{_RELATIONSHIP}">{date_system}<sheets>{sheets}</sheets></workbook>'
    copy, numbers = BytesIO(), []
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("_rels/.rels", _relationship_list(("w", "officeDocument", _WORKBOOK)))
        archive.writestr(_WORKBOOK, workbook)
        archive.writestr("xl/_rels/workbook.xml.rels", _relationship_list(*targets))
        for name, part in book.shared.items():
            if package.name(part):
                with archive.open(name, "w") as written:
                    written.writelines(package.xml(part))
        for place, sheet in enumerate(book.sheets, 1):
            with archive.open(f"xl/worksheets/sheet{place}.xml", "w") as written:
                numbers.append(write_plainly(partial(package.xml, sheet.part), written.write))
    return copy.getvalue(), numbers


def _relationship_list(*relationships: tuple[str, str, str]) -> str:
    """The XML of relationships, each of identity, kind and target."""
    listed = (
        f'<Relationship Id="{identity}" Type="{_RELATIONSHIP}/{kind}" Target="{target}"/>'
        for identity, kind, target in relationships
    )
    return f"<Relationships>{''.join(listed)}</Relationships>"
