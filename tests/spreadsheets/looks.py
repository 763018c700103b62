"""The cells of a sheet as tests look at them: what each says, be it a text or a formula error."""

from dipp_pipeline.spreadsheets.cells import FormulaError, column_index
from dipp_pipeline.spreadsheets.sheet import Sheet

Said = str | FormulaError


def filled(sheet: Sheet) -> dict[tuple[int, str], Said]:
    """What every cell says that says something, by its row's number and its column's letters."""
    texts = {
        (number, letters): text
        for number, *row in sheet.cells.iter_rows()
        for letters, text in zip(sheet.letters, row, strict=True)
        if text is not None
    }
    errors = {(number, letters): FormulaError(text) for number, letters, text in sheet.errors.iter_rows()}
    assert texts.keys().isdisjoint(errors)
    return texts | errors


def rows_of(sheet: Sheet) -> list[list[Said]]:
    """The rows from the first on, all of one width, with "" for a blank."""
    cells = filled(sheet)
    width = max((column_index(letters) + 1 for letters in sheet.letters), default=0)
    rows: list[list[Said]] = [[""] * width for _ in range(max(sheet.cells["row"], default=0))]
    for (number, letters), said in cells.items():
        rows[number - 1][column_index(letters)] = said
    return rows
