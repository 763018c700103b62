"""The cells of a sheet row by row, as every writer asks for them."""

from collections.abc import Callable, Iterator

from dipp_pipeline.spreadsheets.cells import ROW, TEXT, column_index
from dipp_pipeline.spreadsheets.sheet import Sheet, cells_as, overlaid

Write = Callable[[str], str]
"""How a text, or an error, is written."""


def written_rows(sheet: Sheet, write_text: Write, write_error: Write) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something: each one's number and its cells as written, "" for a blank.

    A text is written once for all the cells of a column that have it.
    """
    cells = sheet.cells.with_columns(cells_as(sheet.cells.drop(ROW), lambda _, text: write_text(text)))
    errors = sheet.errors.with_columns(cells_as(sheet.errors.select(TEXT), lambda _, text: write_error(text)))
    places = [column_index(letters) for letters in sheet.letters]
    blank = [""] * (places[-1] + 1 if places else 0)
    for number, *texts in overlaid(cells, errors).iter_rows():
        row = blank.copy()
        for place, text in zip(places, texts, strict=True):
            row[place] = text or ""
        yield number, row
