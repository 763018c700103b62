"""What a column's cells take, as a spreadsheet holds to it: drop-down lists, limits, and words for what is refused."""

from collections.abc import Mapping, Sequence

from openpyxl.worksheet.datavalidation import DataValidation

from dipp_pipeline.programme.model import Field, Programme
from dipp_pipeline.template.columns import FIRST_ROW, LAST_ROW, TemplateColumn
from dipp_pipeline.template.conditions import excel_date

LISTS = "Lists"
"""The sheet on which each column's list stands under the same letter. Excel cuts lists within a validation at 255."""

# Excel calls a file damaged whose titles and texts are longer.
_LONGEST_TITLE, _LONGEST_ERROR, _LONGEST_PROMPT = 32, 225, 255

_LONGEST_TEXT = "32767"  # of a cell
_LARGEST_NUMBER = "999999999999999"  # of those that a spreadsheet holds exactly


def validation(column: TemplateColumn, programme: Programme, cells: Mapping[str, str]) -> DataValidation:
    """The validation of all of a column's cells; `cells` says where each field stands in the first record's row."""
    if column.choices:
        rule = _from_list(column)
        error = "Choose from the list of the cell: Alt and the down arrow open it."
    else:
        rule = _limited(programme.field_by_name[column.name], column, programme, cells)
        error = f"{column.about} {column.takes}".strip()
    rule.allow_blank = bool(column.choices)  # Excel would take anything while a cell that a formula looks at is blank
    title = _cut(column.label, _LONGEST_TITLE)
    rule.showErrorMessage, rule.errorTitle, rule.error = True, title, _cut(error, _LONGEST_ERROR)
    if column.prompt:
        rule.showInputMessage, rule.promptTitle, rule.prompt = True, title, _cut(column.prompt, _LONGEST_PROMPT)
    rule.add(column.cells)
    return rule


def _from_list(column: TemplateColumn) -> DataValidation:
    last_row = FIRST_ROW + len(column.choices) - 1
    letter = column.letter
    return DataValidation("list", formula1=f"{LISTS}!${letter}${FIRST_ROW}:${letter}${last_row}")


def _limited(field: Field, column: TemplateColumn, programme: Programme, cells: Mapping[str, str]) -> DataValidation:
    match field.type:
        case "date":
            return DataValidation("date", *_date_limits(field, programme, cells), operator="between")
        case "integer":
            lowest, highest = field.minimum or f"-{_LARGEST_NUMBER}", field.maximum or _LARGEST_NUMBER
            return DataValidation("whole", lowest, highest, operator="between")
        case "decimal":
            lowest, highest = field.minimum or f"-{_LARGEST_NUMBER}", field.maximum or _LARGEST_NUMBER
            return DataValidation("decimal", lowest, highest, operator="between")
        case "text":
            return DataValidation("textLength", field.maximum or _LONGEST_TEXT, operator="lessThanOrEqual")
        case _:
            return DataValidation("custom", _is_case_reference_and_stands_once(column))


def _date_limits(field: Field, programme: Programme, cells: Mapping[str, str]) -> tuple[str, str]:
    """The first and the last day; MAX and MIN pass over a cell that is still blank."""
    firsts = [excel_date(field.minimum or "1900-01-01")]
    firsts += [cells[earlier.name] for earlier in programme.dates_not_after[field.name]]
    lasts = [excel_date(field.maximum) if field.maximum else "TODAY()"]
    lasts += [cells[field.not_after]] if field.not_after else []
    return _the_one("MAX", firsts), _the_one("MIN", lasts)


def _the_one(function: str, values: Sequence[str]) -> str:
    return f"{function}({','.join(values)})" if len(values) > 1 else values[0]


def _is_case_reference_and_stands_once(column: TemplateColumn) -> str:
    """A letter and six digits; see programme/case_reference.py. Validations take no array of the digits."""
    cell, letter = column.first_cell, column.letter
    digits = f"MID({cell},2,6)"
    conditions = (
        f"LEN({cell})=7",
        f'ISNUMBER(FIND(UPPER(LEFT({cell},1)),"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))',
        f"ISNUMBER(-{digits})",
        f'TEXT({digits},"000000")={digits}',  # any other number, such as 1E+003, comes out changed
        f"COUNTIF(${letter}${FIRST_ROW}:${letter}${LAST_ROW},{cell})=1",
    )
    return f"AND({','.join(conditions)})"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
