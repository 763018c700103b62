"""What a kind of return is: one line of kinds.csv, from which every stage takes what is its own.

The rules that a return is judged by follow from its kind's fields, questions and key (see validation/rules.py); what
its fields and questions are is in model.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ROW_KEY = "row_key"
"""The column of the canonical key of a record: the values of its key's fields, with a space between."""

COLUMNS_OF_EVERY_KIND = frozenset({"return_id", "version", "sheet", "row", ROW_KEY, "case_pseudonym"})
"""What stands beside the fields of a landed row, so that no field can be called so."""

TABLES_OF_EVERY_KIND = frozenset(
    {
        *("keys", "columns", "changes", "issues", "corrections"),
        *("returns", "versions", "build", "settings", "published_columns"),
        *("former_release", "former_returns", "former_figures", "release_returns", "release_figures"),
        *("milestone", "milestone_findings", "milestone_profile"),
    }
)
"""What lies beside the rows and answers of a kind in the warehouse, so that no table of a kind can be called so."""


@dataclass(frozen=True)
class ReturnKind:
    """A kind of return. A row of it is a record, such as a case."""

    name: str
    folder: str | None
    """The folder under a region's that its returns lie in; None of the kind that lies anywhere else."""
    title: str
    """What a return of it is called: Case scoring return."""
    label: str
    """What its returns hold, in words: case scores."""
    record: str
    """What a row of it is, in a word: case."""
    fields_file: str
    questions_file: str | None
    key: tuple[str, ...]
    """The fields by which a record is known: in a return, among the returns of its region, and from one version to the
    next. None where the rows are answers of people who are not known."""
    key_is_case_reference: bool
    """Whether the key is one field, a case reference: known by it in all regions, and by a pseudonym once landed."""
    question_set: str | None
    """The field that says which questions a record is asked; None where each is asked all."""
    answers_required: bool
    """Whether every question has a column, and is answered where it applies."""
    headings_of_table: int
    """How many headings of required fields make a heading row."""
    questions_head_table: bool
    """Whether headings of all fields and of questions count among them."""
    cells_of_row: int
    """A row with fewer filled cells is a title or a footnote, unless it begins with a well-formed case reference."""
    rows_table: str
    """The landed table of its accepted rows."""
    answers_table: str | None
    """The landed table of their answers; None where it has no questions."""

    @property
    def case_reference(self) -> str | None:
        """The field that holds a case reference, if one does."""
        return self.key[0] if self.key_is_case_reference else None

    @property
    def records(self) -> str:
        """What its rows are, in a word: cases."""
        return f"{self.record}s"

    @property
    def words(self) -> Mapping[str, str]:
        """What the sentences of rules call its returns and records, by placeholder."""
        return {"label": self.label, "record": self.record}

    @property
    def key_column(self) -> str | None:
        """The field at whose cell a problem of the whole key is told, if there is a key."""
        return self.key[-1] if self.key else None

    @property
    def is_anonymous(self) -> bool:
        """Whether its rows are people's answers, so that few of them are a secret."""
        return not self.key
