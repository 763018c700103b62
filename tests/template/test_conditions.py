import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipp_pipeline.programme.model import Field, ProgrammeError, Question
from dipp_pipeline.template.conditions import deciding_fields, does_not_apply
from tests.returns import PROGRAMME
from tests.template.spreadsheet import worked_out

CELLS = {field.name: f"${chr(ord('A') + place)}2" for place, field in enumerate(PROGRAMME.fields)}

Facts = Mapping[str, str | int | None]
"""Field to its canonical value, None where it is blank."""


def asked_when(condition: str, question_set: str = "core") -> Question:
    """A question of that condition."""
    return replace(PROGRAMME.questions[0], question_set=question_set, applies_when=condition)


def is_grey(question: Question, facts: Facts) -> bool:
    """What the formula says of a row in which the facts stand as the template writes them."""
    return bool(worked_out(does_not_apply(question, PROGRAMME, CELLS), typed_in(facts)))


def typed_in(facts: Facts) -> dict[str, object]:
    fields = PROGRAMME.field_by_name
    return {
        CELLS[name].replace("$", ""): as_typed(fields[name], value)
        for name, value in facts.items()
        if value is not None
    }


def as_typed(field: Field, value: str | int) -> object:
    match field.type:
        case "date":
            return date.fromisoformat(str(value))
        case "integer":
            return value
        case _:
            written = PROGRAMME.choices_of(field.name)[str(value)]
            return int(written) if written.isdigit() else written


def should_be_grey(question: Question, facts: Facts) -> bool:
    """What the contract says: the question is not asked of the case, as far as SQL can tell.

    Null is not asked, but for as long as a required field is blank it cannot be told.
    """
    asked = f"question_set = '{question.question_set}' and ({question.applies_when or 'true'})"
    answer = by_sqlite(asked, facts)
    if answer is None:
        return all(value is not None for name, value in facts.items() if PROGRAMME.field_by_name[name].required)
    return not answer


def by_sqlite(condition: str, facts: Facts) -> bool | None:
    bound = {name: {"true": 1, "false": 0}.get(str(value), value) for name, value in facts.items()}
    columns = ", ".join(f":{name} as {name}" for name in bound)
    with closing(sqlite3.connect(":memory:")) as database:
        query = f"select {condition.replace('date ', '')} from (select {columns})"
        (answer,) = database.execute(query, bound).fetchone()
    return None if answer is None else bool(answer)


VALUES: Mapping[str, Sequence[int | str]] = {
    "age": (17, 18, 24, 25, 26, 40),
    "assessed_on": ("2025-12-31", "2026-01-01", "2026-01-02"),
}
"""Around the limits that the conditions below set."""


def all_facts(names: Sequence[str]) -> Iterator[Facts]:
    """Every combination of the values of these fields and of the question set, blank ones too."""
    fields = [PROGRAMME.field_by_name[name] for name in dict.fromkeys(["question_set", *names])]
    values = [(None, *VALUES.get(field.name, field.allowed)) for field in fields]
    return (dict(zip((field.name for field in fields), row, strict=True)) for row in product(*values))


@pytest.mark.parametrize("question", PROGRAMME.questions, ids=lambda question: question.code)
def test_a_cell_is_grey_where_its_question_does_not_apply_and_nowhere_else(question):
    deciding = [field.name for field in deciding_fields(question, PROGRAMME)]

    different = [facts for facts in all_facts(deciding) if is_grey(question, facts) != should_be_grey(question, facts)]

    assert different == []


@pytest.mark.parametrize(
    "condition",
    [
        "not domestic_abuse_concern",
        "domestic_abuse_concern = false",
        "not (risk_of_serious_harm in ('high', 'very_high') and practitioner_inexperienced)",
        "risk_of_serious_harm not in ('low')",
        "risk_of_serious_harm <> 'low' and not child_safeguarding_concern = true",
        "risk_of_serious_harm > 'low'",
        "age < 25",
        "not age <= 25 or age in (17, 18)",
        "age not in (18, 40)",
        "age <> -3 and age >= 24.5",
        "assessed_on >= date '2026-01-01'",
        "assessed_on = date '2026-01-01' or assessed_on < date '2026-01-01' and age > 25",
        "mappa_category = '1'",
        "mappa_category <> 'none' and not mappa_level in ('1', '2')",
        "not (mappa_category = '4' or sex = 'female')",
        "mappa_level = '3' or domestic_abuse_concern",
        "domestic_abuse_concern OR (Not child_safeguarding_concern)",
        "question_set = 'core' and domestic_abuse_concern",
    ],
)
def test_a_condition_of_any_kind_means_in_the_spreadsheet_what_it_means_in_sql(condition):
    question = asked_when(condition)
    deciding = [field.name for field in deciding_fields(question, PROGRAMME)]

    different = [facts for facts in all_facts(deciding) if is_grey(question, facts) != should_be_grey(question, facts)]

    assert different == []


CONDITIONS = st.recursive(
    st.sampled_from(
        [
            "domestic_abuse_concern",
            "risk_of_serious_harm in ('low', 'high')",
            "risk_of_serious_harm >= 'medium'",
            "age < 25",
            "assessed_on > date '2026-01-01'",
            "mappa_category = '2'",
            "mappa_level <> 'none'",
        ]
    ),
    lambda conditions: st.one_of(
        st.builds("not ({})".format, conditions),
        st.builds("({}) and {}".format, conditions, conditions),
        st.builds("({} or {})".format, conditions, conditions),
    ),
    max_leaves=6,
)


@given(CONDITIONS, st.sampled_from(["core", "adjusted"]), st.data())
def test_conditions_put_together_in_any_way_keep_their_meaning(condition, question_set, data):
    question = asked_when(condition, question_set)
    fields = dict.fromkeys(["question_set", *(field.name for field in deciding_fields(question, PROGRAMME))])
    facts = {
        name: data.draw(st.sampled_from([None, *VALUES.get(name, PROGRAMME.field_by_name[name].allowed)]))
        for name in fields
    }

    assert is_grey(question, facts) == should_be_grey(question, facts)


@given(CONDITIONS)
def test_nothing_is_grey_in_a_row_that_is_still_empty(condition):
    assert not is_grey(asked_when(condition), {})


def test_a_number_is_known_whether_it_stands_as_number_or_as_text():
    formula = does_not_apply(asked_when("mappa_category = '1'"), PROGRAMME, CELLS)
    core = typed_in({"question_set": "core"})
    cell = CELLS["mappa_category"].replace("$", "")

    assert not worked_out(formula, {**core, cell: 1})
    assert not worked_out(formula, {**core, cell: "1"})
    assert worked_out(formula, {**core, cell: 2})
    assert worked_out(formula, {**core, cell: "2"})


def test_a_word_that_is_in_no_list_tells_nothing():
    question = asked_when("risk_of_serious_harm <> 'low'")
    formula = does_not_apply(question, PROGRAMME, CELLS)

    cells = {**typed_in({"question_set": "core"}), CELLS["risk_of_serious_harm"].replace("$", ""): "Grave"}

    assert not worked_out(formula, cells)


def test_a_quotation_mark_in_a_value_stays_within_its_text():
    choices = {**PROGRAMME.choices, "sex": {"female": 'F"', "male": 'M"&"'}}
    formula = does_not_apply(asked_when("sex = 'female'"), replace(PROGRAMME, choices=choices), CELLS)
    core = typed_in({"question_set": "core"})
    cell = CELLS["sex"].replace("$", "")

    assert not worked_out(formula, {**core, cell: 'F"'})
    assert worked_out(formula, {**core, cell: 'M"&"'})


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ("age between 18 and 25", "age BETWEEN 18 AND 25"),
        ("age is null", "age IS NULL"),
        ("sex like 'f%'", "sex LIKE 'f%'"),
        ("age + 1 > 18", "age + 1 > 18"),
        ("18 < age", "18 < age"),
        ("start_date < assessed_on", "assessed_on"),
        ("assessed_on > '2026-01-01'", "'2026-01-01'"),
        ("assessed_on > date '2026-13-01'", "2026-13-01"),
        ("assessed_on > 45000", "45000"),
        ("age > date '2026-01-01'", "2026-01-01"),
        ("age > '18'", "'18'"),
        ("sex = 1", "1"),
        ("sex", "sex"),
        ("domestic_abuse_concern = 'true'", "'true'"),
        ("pdu = 'gwent'", "pdu"),
        ("domestic_abuse_concern and true", "TRUE"),
        ("sex in (select 'male')", "SELECT 'male'"),
        ("age in (18, null)", "NULL"),
        ("select 1", "SELECT 1"),
    ],
)
def test_a_condition_without_a_formula_is_an_error_that_names_question_condition_and_part(condition, part):
    question = asked_when(condition)

    with pytest.raises(ProgrammeError) as error:
        does_not_apply(question, PROGRAMME, CELLS)

    assert str(error.value).startswith(f'questions.csv: {question.code} applies when "{condition}", ')
    assert part in str(error.value).split('", and')[1]


@pytest.mark.parametrize("condition", ["age >", "(age > 1", "age > 1)", "age 'a"])
def test_a_condition_that_is_no_sql_is_an_error_that_names_question_and_condition(condition):
    with pytest.raises(ProgrammeError, match="which is no SQL condition") as error:
        does_not_apply(asked_when(condition), PROGRAMME, CELLS)

    assert f'{PROGRAMME.questions[0].code} applies when "{condition}"' in str(error.value)


def test_a_condition_over_what_is_no_field_is_an_error_that_names_it():
    with pytest.raises(ProgrammeError, match=r'applies by "mood", which is no field'):
        does_not_apply(asked_when("mood = 'good'"), PROGRAMME, CELLS)
