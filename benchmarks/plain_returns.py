"""Make plain returns: one workbook a region, clean cases, the same bytes for the same size."""

import datetime
import random
from pathlib import Path

import xlsxwriter

from dipp_pipeline.programme.model import Field, Programme
from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.settings import shipped

CASES_OF_A_REGION = 84
WRITTEN_ON = datetime.datetime(2025, 12, 1)


def make_returns(incoming: Path, factor: int) -> int:
    """Write the returns of all regions, each of `factor` times 84 cases; the number of cases."""
    programme = load_programme(shipped("dbt_like_sql") / "seeds")
    for place, region in enumerate(programme.regions):
        cases = factor * CASES_OF_A_REGION
        write_return(incoming / region.slug / "case scores.xlsx", programme, region.code, place * cases, cases, factor)
    return len(programme.regions) * factor * CASES_OF_A_REGION


def write_return(
    file: Path,
    programme: Programme,
    region_code: str,
    first: int,
    cases: int,
    seed: int,
    drawn_by: type[random.Random] = random.Random,
) -> None:
    """Write one region's return, whose cases are numbered from `first` on."""
    draw = drawn_by(f"{region_code} {seed}")
    file.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}) as workbook:
        workbook.set_properties({"created": WRITTEN_ON})
        sheet = workbook.add_worksheet("Case scores")
        columns = [*programme.fields, *programme.questions]
        sheet.write_row(0, 0, [programme.label(name) for name in programme.column_names])
        for row in range(cases):
            case = {field.name: _fact(field, programme, region_code, first + row, draw) for field in programme.fields}
            case |= _answers(case, programme, draw)
            for column, _ in enumerate(columns):
                sheet.write(row + 1, column, case.get(programme.column_names[column]))


def _fact(field: Field, programme: Programme, region_code: str, number: int, draw: random.Random) -> object:
    match field.type:
        case "case_reference":
            return f"{'ABCDEFGHJKLMNPQRSTUVWXYZ'[number % 24]}{number:06}"
        case "pdu":
            return draw.choice([pdu.name for pdu in programme.pdus if pdu.region_code == region_code])
        case "date":
            earliest = datetime.date(2025, 10, 1) if field.name == "assessed_on" else datetime.date(2025, 1, 1)
            return earliest + datetime.timedelta(days=draw.randrange(60))
        case "integer":
            return draw.randint(18, 80)
        case _:
            return draw.choice(list(programme.choices_of(field.name).values()))


def _answers(case: dict[str, object], programme: Programme, draw: random.Random) -> dict[str, str]:
    question_set = str(case["question_set"]).lower()
    applicable = {
        "child_safeguarding_concern": case["child_safeguarding_concern"] == "Yes",
        "domestic_abuse_concern": case["domestic_abuse_concern"] == "Yes",
        "": True,
    }
    high = case["risk_of_serious_harm"] in ("High", "Very high") or case["practitioner_inexperienced"] == "Yes"
    answers = {}
    for question in programme.questions:
        if question.question_set == question_set:
            choices = programme.choices_of(question.code)
            given = [written for value, written in choices.items() if value != "not_applicable"]
            applies = applicable.get(question.applies_when, high)
            answers[question.code] = draw.choice(given) if applies else choices["not_applicable"]
    return answers | _without_support(answers, programme)


def _without_support(answers: dict[str, str], programme: Programme) -> dict[str, str]:
    """ "No" to each summary question that is "Yes" though none of its prompts is, which would be a problem (W05)."""
    supported = {question.parent_code for question in programme.questions if answers.get(question.code) == "Yes"}
    parents = {question.parent_code for question in programme.questions} & answers.keys()
    return {parent: "No" for parent in parents - supported if answers[parent] == "Yes"}
