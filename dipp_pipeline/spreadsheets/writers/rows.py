"""The cells of a sheet row by row, as every writer asks for them."""

from collections.abc import Callable, Iterator

from dipp_pipeline.spreadsheets.cells import Sheet


def written_rows(sheet: Sheet, write: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
    """The sheet's rows of cells as written; a text is written once for all the cells of a column that have it."""
    columns = []
    for column in sheet.columns:
        written = {code: write(column.texts[code]) for code in dict.fromkeys(column.codes)}
        columns.append(map(written.__getitem__, column.codes))
    return zip(*columns, strict=True)
