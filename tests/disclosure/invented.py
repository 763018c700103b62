"""Cases invented at random, as returns that a home takes in, and the counts that must come of them.

The counts are made here from the cases alone, so that those of the pipeline's SQL are put to the test.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.homes import SEEDS
from tests.returns import PROGRAMME, write_csv

Case = Mapping[str, str]
"""Field or question to its canonical value."""

AGES = {"18-25": range(18, 26), "26-35": range(26, 36), "36-55": range(36, 56), "56+": range(56, 111)}
CHARACTERISTICS = {
    name: PROGRAMME.field_by_name[name].allowed if name != "age_band" else tuple(AGES)
    for name in (
        "sex",
        "age_band",
        "ethnicity",
        "sentence_type",
        "risk_of_serious_harm",
        "practitioner_grade",
        "question_set",
    )
}
MEASURES = tuple(csv.DictReader((SEEDS / "measures.csv").open(encoding="utf-8")))
QUESTIONS = tuple(csv.DictReader((SEEDS / "questions.csv").open(encoding="utf-8")))

_LIKELY = {
    "sex": (9, 88, 1, 2),
    "ethnicity": (8, 9, 4, 70, 3, 6),
    "sentence_type": (30, 35, 30, 5),
    "risk_of_serious_harm": (10, 50, 36, 4),
    "practitioner_grade": (60, 30, 10),
    "question_set": (88, 12),
    "practitioner_inexperienced": (30, 70),
    "child_safeguarding_concern": (70, 30),
    "domestic_abuse_concern": (60, 40),
}
_PDUS_OF_A_REGION = 8


def cases_of(region_slug: str, number: int, chance: random.Random, first: int = 0) -> list[Case]:
    """So many cases of a region, some categories and PDUs being rare."""
    region = PROGRAMME.region_by_slug[region_slug]
    slugs = [pdu.slug for pdu in PROGRAMME.pdus if pdu.region_code == region.code][:_PDUS_OF_A_REGION]
    place = 10_000 * (PROGRAMME.regions.index(region) + 1) + first
    return [_case(f"R{place + case:06}", chance.choice(slugs), chance) for case in range(number)]


def judged_otherwise(case: Case, chance: random.Random) -> Case:
    """The same person, of another category and with other answers perhaps."""
    return _case(case["case_reference"], case["pdu"], chance)


def region_of(case: Case) -> str:
    """The slug of its region."""
    codes = {pdu.slug: pdu.region_code for pdu in PROGRAMME.pdus}
    return next(region.slug for region in PROGRAMME.regions if region.code == codes[case["pdu"]])


def write_return(file: Path, cases: Sequence[Case]) -> None:
    """The cases as a return."""
    names = PROGRAMME.column_names
    pdus = {pdu.slug: pdu.name for pdu in PROGRAMME.pdus}
    rows = [[pdus[case[name]] if name == "pdu" else case.get(name, "") for name in names] for case in cases]
    file.parent.mkdir(parents=True, exist_ok=True)
    write_csv(file, {"Case scores": [[PROGRAMME.label(name) for name in names], *rows]})


def true_counts(cases: Mapping[str, Sequence[Case]]) -> Mapping[tuple[str, str, str], int]:
    """Region code, "" of the nation, characteristic and category to cases."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for region_slug, its_cases in cases.items():
        for case in its_cases:
            for characteristic, category in categories(case):
                counts[PROGRAMME.region_by_slug[region_slug].code, characteristic, category] += 1
                counts["", characteristic, category] += 1
    return counts


def true_figures(cases: Mapping[str, Sequence[Case]]) -> Mapping[tuple[str, str, str], tuple[int, int]]:
    """Characteristic, category and measure to relevant and counted cases of all regions."""
    relevant: Counter[tuple[str, str, str]] = Counter()
    counted: Counter[tuple[str, str, str]] = Counter()
    for its_cases in cases.values():
        for case in its_cases:
            for measure, counts in _figures(case):
                for characteristic, category in categories(case):
                    relevant[characteristic, category, measure] += 1
                    counted[characteristic, category, measure] += counts
    return {key: (relevant[key], counted[key]) for key in relevant}


def categories(case: Case) -> Iterator[tuple[str, str]]:
    """What a case is, by every characteristic, its PDU among them."""
    yield "pdu", case["pdu"]
    for characteristic in CHARACTERISTICS:
        if characteristic == "age_band":
            yield characteristic, next(band for band, ages in AGES.items() if int(case["age"]) in ages)
        else:
            yield characteristic, case[characteristic]


def _figures(case: Case) -> Iterator[tuple[str, bool]]:
    answers = {question["core_equivalent"]: case[question["question_code"]] for question in _questions(case)}
    for measure in MEASURES:
        given = [answers[code] for code in measure["question_code"].split()]
        if "not_applicable" not in given:
            yield measure["measure_code"], all(answer in measure["counted_answers"].split() for answer in given)


def _case(reference: str, pdu: str, chance: random.Random) -> Case:
    facts = {
        field.name: chance.choices(field.allowed or ("true", "false"), _LIKELY.get(field.name))[0]
        for field in PROGRAMME.fields
        if field.type in ("choice", "boolean")
    }
    band = chance.choices(tuple(AGES), (15, 35, 42, 8))[0]
    case = {
        **facts,
        "case_reference": reference,
        "pdu": pdu,
        "start_date": "2025-05-24",
        "assessed_on": "2025-11-08",
        "age": str(chance.choice(AGES[band])),
    }
    return {**case, **{question["question_code"]: _answer(question, case, chance) for question in _questions(case)}}


def _questions(case: Case) -> Iterator[Mapping[str, str]]:
    return (question for question in QUESTIONS if question["question_set"] == case["question_set"])


def _answer(question: Mapping[str, str], case: Case, chance: random.Random) -> str:
    if not _applies(question["applies_when"], case):
        return "not_applicable"
    if question["answer_type"] == "oversight_answer":
        return chance.choices(("yes", "no_ineffective", "no_absent"), (40, 35, 25))[0]
    prompt = question["kind"] == "prompt"
    return chance.choices(("yes", "no", "not_applicable"), (55, 45, 4 if prompt else 0))[0]


def _applies(condition: str, case: Case) -> bool:
    if condition.startswith("risk_of_serious_harm"):
        return case["risk_of_serious_harm"] in ("high", "very_high") or case["practitioner_inexperienced"] == "true"
    return not condition or case[condition] == "true"
