"""The workbook of a release: a cover, the contents, notes, and one sheet a published table.

Made by the rules of the Government Analysis Function for spreadsheets that everyone can read. They advise against
filters and panes that stand still: magnified, a pane leaves no room for what scrolls.
"""

from collections.abc import Iterator, Sequence

from dipp_pipeline.release import words
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.readers_order import in_readers_order
from dipp_pipeline.release.workbook import values
from dipp_pipeline.release.workbook.sheets import PROSE_WIDTH, Column, Line, Link, Sheet, Table, Workbook
from dipp_pipeline.warehouse.project import Model

COVER, CONTENTS, NOTES = "cover", "contents", "notes"

_LONGEST_NAME = 31

_SHORTHAND = {
    "[c]": "Confidential: withheld, since so few cases or people are counted that the figure, or another that could be "
    "worked out from it, could give someone away.",
    "[u]": "Low reliability: the figure is of few cases. It stands in the column Marker, beside the figures.",
    "[x]": "Not available: there is no value, such as those of a region that is not inspected yet.",
    "[z]": "Not applicable: there can be no value, such as a percentage where no case is relevant, or the region of a "
    "figure of the nation. A table that has no rows yet has one row of [z].",
}


def findings_workbook(contents: Contents) -> Workbook:
    """The workbook of a release, every mart of it a sheet."""
    marts = in_readers_order(contents.marts)
    names = sheet_names([mart.name for mart in marts])
    tables = [_table_sheet(mart, name, contents) for mart, name in zip(marts, names, strict=True)]
    about = contents.about
    return Workbook(
        title=values.text(words.title(contents)),
        author=values.text(about["publisher"]),
        description=values.text(f"{words.release_named(contents)}. {words.status(contents)}"),
        keywords=_keywords(contents),
        made_at=about["published_at"],
        sheets=[_cover(contents), _contents(tables, contents), _notes(contents), *tables],
    )


def sheet_names(tables: Sequence[str]) -> Sequence[str]:
    """A name for the sheet of each table: its own, cut and numbered where it is too long or taken."""
    names: list[str] = []
    taken = {COVER, CONTENTS, NOTES}
    for table in tables:
        number, name = 1, table[:_LONGEST_NAME]
        while name in taken:
            number += 1
            name = f"{table[: _LONGEST_NAME - len(str(number)) - 1]}_{number}"
        taken.add(name)
        names.append(name)
    return names


def _keywords(contents: Contents) -> Sequence[str]:
    keywords = ["probation", "public protection", "inspection", "England and Wales", contents.about["status"]]
    return [*keywords, words.SAMPLE_BANNER.lower()] if contents.about["is_sample"] else keywords


def _cover(contents: Contents) -> Sheet:
    return Sheet(COVER, [Line(values.text(words.title(contents)), "title"), *_cover_lines(contents)])


def _cover_lines(contents: Contents) -> Iterator[Line]:
    about = contents.about
    yield Line(
        "Findings of the inspection of all twelve probation regions of England and Wales on how well they keep people "
        "safe. Each table of the release is a sheet of its own.",
        "prose",
    )
    yield from _banner(contents)
    yield Line("Where to begin", "heading")
    yield Line(Link("Contents: every table, with a link to its sheet", sheet=CONTENTS))
    yield Line(Link("Notes: shorthand, and how to read the figures", sheet=NOTES))
    for heading, text in (
        ("Status", words.outlook(contents)),
        ("Release", f"{words.release_named(contents)}, instrument version {about['instrument_version']}."),
        ("Edition", words.edition(contents)),
        ("Next update", about["next_update"]),
        ("Publisher", about["publisher"]),
        ("Contact", about["contact"]),
    ):
        yield Line(heading, "heading")
        yield Line(values.text(text), "prose")
    yield Line("Licence", "heading")
    yield Line(_licence(about["licence"]), "prose")
    yield Line("How to cite", "heading")
    yield Line(values.text(words.citation(contents)), "prose")


def _licence(licence: str) -> str | Link:
    address = words.LICENCE_ADDRESSES.get(licence)
    return Link(licence, address=address) if address else values.text(licence)


def _banner(contents: Contents) -> Iterator[Line]:
    if contents.about["is_sample"]:
        yield Line(f"{words.SAMPLE_BANNER}: nothing follows from these figures.", "banner")


def _contents(tables: Sequence[Sheet], contents: Contents) -> Sheet:
    listed = Table(
        CONTENTS,
        [Column("Sheet", "text", 30), Column("What it shows", "text", 70), Column("Rows", "text", 50)],
        [[Link(sheet.name, sheet=sheet.name), *_told(sheet, contents)] for sheet in tables],
    )
    lines = [
        Line("Contents", "title"),
        Line("This sheet has one table: every table of the release, with a link to its sheet."),
        *_banner(contents),
    ]
    return Sheet(CONTENTS, lines, listed)


def _told(sheet: Sheet, contents: Contents) -> Sequence[str]:
    (mart,) = (mart for mart in contents.marts if sheet.table and mart.name == sheet.table.name)
    return mart.description, mart.grain


def _notes(contents: Contents) -> Sheet:
    shorthand = Table(
        NOTES,
        [Column("Shorthand", "text", 14), Column("What it means", "text", PROSE_WIDTH)],
        [[sign, meaning] for sign, meaning in _SHORTHAND.items()],
    )
    lines = [
        Line("Notes", "title"),
        Line("This sheet has one table: the shorthand that stands in a cell where there is no figure."),
        *_banner(contents),
        Line("Percentages are of relevant cases: those to which a measure applies and which answer it."),
        Line("They are shown with one decimal and stored in full. Beside each stands its 95 per cent interval."),
        Line("Column headings are the names that the data dictionary explains, with spaces in place of underscores."),
    ]
    return Sheet(NOTES, lines, shorthand)


def _table_sheet(mart: Model, name: str, contents: Contents) -> Sheet:
    rows = values.cells(mart, contents.rows(mart.name))
    return Sheet(name, list(_table_lines(mart, contents)), Table(mart.name, values.columns(mart, rows), rows))


def _table_lines(mart: Model, contents: Contents) -> Iterator[Line]:
    count = contents.tables[mart.name].num_rows
    yield Line(values.heading(mart.name), "title")
    yield Line(mart.description)
    yield from _banner(contents)
    yield Line(f"This sheet has one table, {_counted(count)}: {mart.grain}.")
    yield Line(f"{words.release_named(contents)}, {contents.about['edition']} edition.")
    yield Line(words.status(contents))
    yield Line(Link("Notes: what [c], [u], [x] and [z] mean", sheet=NOTES))
    yield Line(Link("Contents: every table, with a link to its sheet", sheet=CONTENTS))


def _counted(rows: int) -> str:
    match rows:
        case 0:
            return "which has no rows yet"
        case 1:
            return "of 1 row"
        case _:
            return f"of {rows:,} rows"
