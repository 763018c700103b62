"""Read the seeds once, check that they agree with themselves, and make the Programme of them."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import cast

from dipp_pipeline.programme.kinds import COLUMNS_OF_EVERY_KIND, TABLES_OF_EVERY_KIND, ReturnKind
from dipp_pipeline.programme.matching import heading_key, pdu_key, tidy, value_key
from dipp_pipeline.programme.model import (
    ADVICE_FILE,
    Field,
    Pdu,
    Programme,
    ProgrammeError,
    Question,
    Region,
    Rule,
    Severity,
    SupersededPdu,
)

Row = dict[str, str]

KINDS = "kinds.csv"
MEASURES = "measures.csv"
HEADING_SPELLINGS = "heading_spellings.csv"
VALUE_SPELLINGS = "value_spellings.csv"
STAGES = "stages.csv"
HEADLINE_TEMPLATES = "headline_templates.csv"
HEADLINE_PHRASES = "headline_phrases.csv"
CHARACTERISTICS = "characteristics.csv"
AGE_BAND = "age_band"
CHARACTERISTICS_OF_CASES = {
    *("sex", "ethnicity", "sentence_type", "risk_of_serious_harm", "practitioner_grade", "question_set"),
    AGE_BAND,
}
"""What cases are told apart by in `int_case_characteristics`: fields of a case, and bands of its field `age`."""

BOOLEAN = "boolean"
"""The list of values that all yes-or-no fields share."""

SITUATIONS = {"figure", "figure_so_far", "no_relevant_case", "higher_than_rest", "lower_than_rest"}
"""Those of a headline, as `int_headline_words` tells them apart."""

HEADLINE_WORDS = {
    *("phrase", "counted", "relevant", "percentage", "lower", "upper", "regions", "all_regions"),
    *("rest_counted", "rest_relevant", "rest_percentage", "difference_lower", "difference_upper"),
}
"""What stands in braces in a template of headlines, as `headlines` fills it in."""


@cache
def load_programme(seeds: Path) -> Programme:
    """The programme that the seeds of a folder describe, as the first kind of return sees it.

    Raises ProgrammeError, naming file and entry, where they contradict themselves.
    """
    regions = tuple(
        Region(row["region_code"], row["region_name"], row["region_slug"])
        for row in _unique(seeds / "regions.csv", "region_code", "region_slug")
    )
    region_codes = {region.code for region in regions}
    pdus = tuple(_pdus(seeds / "pdus.csv", region_codes))
    kinds = tuple(_kinds(seeds))
    fields = {kind.name: tuple(_fields(seeds / kind.fields_file, kind)) for kind in kinds}
    headings, spellings = _rows(seeds / HEADING_SPELLINGS), _rows(seeds / VALUE_SPELLINGS)
    answer_types = _answer_types(spellings, fields.values())
    questions = {
        kind.name: tuple(_questions(seeds / kind.questions_file, kind, answer_types) if kind.questions_file else ())
        for kind in kinds
    }
    for kind in kinds:
        _check_kind(kind, fields[kind.name], questions[kind.name])
    _check_folders_and_tables(kinds)
    _check_measures(seeds / MEASURES, questions[kinds[0].name], spellings)
    _check_stages(seeds, questions[kinds[0].name])
    _check_headlines(seeds)
    _check_characteristics(seeds, fields[kinds[0].name])
    _check_programme(seeds / "programme.csv", region_codes)
    _check_published(
        seeds / "published_figures.csv", region_codes, {row["measure_code"] for row in _rows(seeds / MEASURES)}
    )
    _check_headings(headings, fields.values())
    answered = {question.answer_type for own in questions.values() for question in own}
    _check_spellings(spellings, fields.values(), answered)
    rules = {rule.code: rule for rule in _rules(seeds / "rules.csv", _advice(seeds / ADVICE_FILE))}
    personal_headings = frozenset(heading_key(row["heading"]) for row in _rows(seeds / "personal_headings.csv"))
    pdu_names = _pdu_names(seeds, pdus, region_codes)
    superseded_pdus = _superseded(seeds / "superseded_pdus.csv", pdus)
    fingerprint = seeds_fingerprint(seeds)
    by_kind: dict[str, Programme] = {}
    for kind in kinds:
        own_fields, own_questions = fields[kind.name], questions[kind.name]
        lists = _value_lists(own_fields, own_questions)
        by_kind[kind.name] = Programme(
            kind=kind,
            by_kind=by_kind,
            regions=regions,
            pdus=pdus,
            fields=own_fields,
            questions=own_questions,
            rules=rules,
            field_headings=_headings(headings, own_fields),
            headings=_first(_rows_of(headings, {field.name for field in own_fields}), "field", "heading"),
            personal_headings=personal_headings,
            spellings=_spellings(spellings, lists),
            choices=_choices(spellings, lists),
            pdu_names=pdu_names,
            superseded_pdus=superseded_pdus,
            fingerprint=fingerprint,
        )
    return by_kind[kinds[0].name]


def seeds_fingerprint(seeds: Path) -> str:
    """SHA-256 over the seeds' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(seeds.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _unique(path: Path, *keys: str) -> list[Row]:
    rows = _rows(path)
    for key in keys:
        for value, times in Counter(row[key] for row in rows).items():
            if times > 1:
                raise ProgrammeError(f'{path.name}: {key} "{value}" stands {times} times. Give each entry its own.')
    return rows


def _pdus(path: Path, region_codes: set[str]) -> Iterator[Pdu]:
    for row in _unique(path, "pdu_slug"):
        if row["region_code"] not in region_codes:
            raise ProgrammeError(
                f'{path.name}: "{row["pdu_slug"]}" is in region "{row["region_code"]}", which is none.'
            )
        yield Pdu(row["pdu_slug"], row["pdu_name"], row["region_code"])


def _kinds(seeds: Path) -> Iterator[ReturnKind]:
    for place, row in enumerate(_unique(seeds / KINDS, "kind", "folder", "rows_table")):
        if bool(row["folder"]) is (place == 0):
            raise ProgrammeError(
                f'{KINDS}: "{row["kind"]}" must {"have no" if place == 0 else "have a"} folder: the returns of the '
                "first kind lie anywhere but in the folders of the others."
            )
        yield ReturnKind(
            name=row["kind"],
            folder=row["folder"] or None,
            title=row["title"],
            label=row["label"],
            record=row["record"],
            fields_file=_there(seeds, row["kind"], row["fields"]),
            questions_file=_there(seeds, row["kind"], row["questions"]) if row["questions"] else None,
            key=tuple(row["key"].split()),
            key_is_case_reference=row["key_is_case_reference"] == "yes",
            question_set=row["question_set"] or None,
            answers_required=row["answers_required"] == "yes",
            headings_of_table=_number(row, "headings_of_table"),
            questions_head_table=row["questions_head_table"] == "yes",
            cells_of_row=_number(row, "cells_of_row"),
            rows_table=row["rows_table"],
            answers_table=row["answers_table"] or None,
        )


def _number(row: Row, column: str) -> int:
    if not row[column].isdecimal() or int(row[column]) == 0:
        raise ProgrammeError(f'{KINDS}: "{row["kind"]}" has "{row[column]}" for {column}. Give it a number.')
    return int(row[column])


def _there(seeds: Path, kind: str, file: str) -> str:
    """The name of a file among the seeds."""
    if not (seeds / file).is_file():
        raise ProgrammeError(f'{KINDS}: "{kind}" is defined in "{file}", which is not there. Mend its name or add it.')
    return file


def _check_kind(kind: ReturnKind, fields: tuple[Field, ...], questions: tuple[Question, ...]) -> None:
    by_name = {field.name: field for field in fields}
    for name in filter(None, (*kind.key, kind.question_set)):
        if name not in by_name:
            raise ProgrammeError(f'{KINDS}: "{kind.name}" names "{name}", which is no field of {kind.fields_file}.')
        if not by_name[name].required:
            raise ProgrammeError(f'{kind.fields_file}: "{name}" tells which {kind.record} it is. Make it required.')
    if kind.key_is_case_reference and len(kind.key) != 1:
        raise ProgrammeError(f'{KINDS}: the key of "{kind.name}" is a case reference, and must be one field.')
    if bool(kind.questions_file) is not bool(kind.answers_table):
        raise ProgrammeError(f'{KINDS}: "{kind.name}" must have both questions and an answers_table, or neither.')
    heads = len(fields) + len(questions) if kind.questions_head_table else sum(field.required for field in fields)
    if kind.headings_of_table > heads:
        raise ProgrammeError(
            f'{KINDS}: "{kind.name}" asks for {kind.headings_of_table} headings of a table, and there are {heads}. '
            "Give a lower number."
        )
    for name in by_name.keys() & COLUMNS_OF_EVERY_KIND:
        raise ProgrammeError(
            f'{kind.fields_file}: "{name}" is a column of every landed table. Name the field otherwise.'
        )


def _check_folders_and_tables(kinds: Collection[ReturnKind]) -> None:
    for kind in kinds:
        if "/" in (kind.folder or ""):
            raise ProgrammeError(f'{KINDS}: the folder of "{kind.name}" is "{kind.folder}". Give it one of one name.')
    own = Counter(filter(None, (table for kind in kinds for table in (kind.rows_table, kind.answers_table))))
    for table, times in own.items():
        if times > 1 or table in TABLES_OF_EVERY_KIND:
            raise ProgrammeError(f'{KINDS}: "{table}" is another landed table already. Give it a name of its own.')


def _fields(path: Path, kind: ReturnKind) -> Iterator[Field]:
    """The fields of a file. Of a text that is a key the kind says whether it is a case reference."""
    known = {"text", "pdu", "choice", "date", "integer", "decimal", "boolean"}
    rows = _unique(path, "field")
    types = {row["field"]: row["type"] for row in rows}
    for row in rows:
        name, not_after = row["field"], row["not_after"]
        if row["type"] not in known:
            raise ProgrammeError(f'{path.name}: "{name}" has the unknown type "{row["type"]}".')
        if not_after and (not_after == name or (row["type"], types.get(not_after)) != ("date", "date")):
            raise ProgrammeError(
                f'{path.name}: "{name}" may not be after "{not_after}", and they are not two dates. Mend not_after.'
            )
        if row["type"] == "choice" and not row["values"].split():
            raise ProgrammeError(f'{path.name}: "{name}" is a choice of nothing. Give its values.')
        yield Field(
            name=name,
            required=row["required"] == "yes",
            type="case_reference" if name == kind.case_reference else row["type"],
            allowed=("true", "false") if row["type"] == "boolean" else tuple(row["values"].split()),
            minimum=row["min"] or None,
            maximum=row["max"] or None,
            description=row["description"],
            not_after=not_after or None,
        )


def _questions(path: Path, kind: ReturnKind, answer_types: Collection[str]) -> Iterator[Question]:
    """The questions of a file. One without sets or prompts leaves their columns out."""
    rows = _unique(path, "question_code")
    sets = {row["question_code"]: row.get("question_set", "") for row in rows}
    for row in rows:
        code, parent, core = row["question_code"], row.get("parent_code", ""), row.get("core_equivalent", "")
        if row.get("kind") == "prompt" and not parent:
            raise ProgrammeError(f'{path.name}: prompt "{code}" has no parent question.')
        if parent and sets.get(parent) != row.get("question_set", ""):
            raise ProgrammeError(f'{path.name}: "{code}" has the parent "{parent}", which is no question of its set.')
        if kind.question_set and sets.get(core) != "core":
            raise ProgrammeError(f'{path.name}: "{code}" counts with "{core}", which is no core question.')
        if row["answer_type"] not in answer_types:
            raise ProgrammeError(f'{path.name}: "{code}" has the unknown answer type "{row["answer_type"]}".')
        yield Question(
            code=code,
            question_set=row.get("question_set") or None,
            parent_code=parent or None,
            kind=row.get("kind", ""),
            answer_type=row["answer_type"],
            applies_when=row.get("applies_when", ""),
            stage=row["stage"],
            label=row["label"],
        )


def _rules(path: Path, advice: Mapping[str, Mapping[str, str]]) -> Iterator[Rule]:
    rows = _unique(path, "rule_code")
    for code in advice.keys() - {row["rule_code"] for row in rows}:
        raise ProgrammeError(f'{ADVICE_FILE}: "{code}" is no rule of {path.name}. Mend its code or take it out.')
    for row in rows:
        code = row["rule_code"]
        if code not in advice:
            raise ProgrammeError(f'{path.name}: "{code}" has no advice. Give it a line in {ADVICE_FILE}.')
        yield Rule(code, cast(Severity, row["severity"]), row["rule_name"], advice[code])


def _advice(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Rule code to situation to what is said."""
    advice: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows(path):
        code, situation = row["rule_code"], row["situation"]
        entry = f'{path.name}: "{code}", "{situation}"'
        if situation in advice[code]:
            raise ProgrammeError(f"{entry} stands twice. Keep one of them.")
        if not _can_be_filled(row["advice"]):
            raise ProgrammeError(f"{entry} has a brace that opens or closes no placeholder. Mend it.")
        advice[code][situation] = row["advice"]
    return advice


def _can_be_filled(advice: str) -> bool:
    """Whether its braces enclose names and nothing else."""
    try:
        return all(name.isidentifier() for name in _placeholders(advice))
    except ValueError:
        return False


def _placeholders(text: str) -> list[str]:
    """What stands in braces. Raises ValueError where one opens or closes nothing."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def _check_measures(path: Path, questions: tuple[Question, ...], spellings: list[Row]) -> None:
    answer_types = {question.code: question.answer_type for question in questions}
    measures = {row["measure_code"]: row for row in _unique(path, "measure_code", "measure_order")}
    for measure, row in measures.items():
        for code in row["question_code"].split():
            if code not in answer_types:
                raise ProgrammeError(f'{path.name}: "{measure}" counts "{code}", which is no question.')
        if partner := row["complement_of"]:
            entry = f'{path.name}: "{measure}" is the complement of "{partner}"'
            if partner not in measures:
                raise ProgrammeError(f"{entry}, which is no measure.")
            _check_complement(entry, row, measures[partner], answer_types, spellings)


def _check_complement(
    entry: str, row: Row, partner: Row, answer_types: Mapping[str, str], spellings: list[Row]
) -> None:
    """Of one question, since what some of several leave over is counted by no answer of theirs."""
    if row["question_code"] != partner["question_code"] or row["question_code"] not in answer_types:
        raise ProgrammeError(f"{entry}, and they are not of the same one question.")
    if partner["complement_of"]:
        raise ProgrammeError(f"{entry}, which is one itself. Name the measure that is none.")
    answers = {row["value"] for row in _rows_of(spellings, {answer_types[row["question_code"]]})} - {"not_applicable"}
    counted = row["counted_answers"].split() + partner["counted_answers"].split()
    if sorted(counted) != sorted(answers):
        raise ProgrammeError(f"{entry}, and together they do not count each answer to {row['question_code']} once.")


def _check_stages(seeds: Path, questions: tuple[Question, ...]) -> None:
    labels = {row["stage"]: row["stage_label"] for row in _unique(seeds / STAGES, "stage", "stage_label")}
    of_questions = {f'question "{question.code}"': question.stage for question in questions}
    of_measures = {f'measure "{row["measure_code"]}"': row["stage"] for row in _rows(seeds / MEASURES)}
    for entry, stage in (of_questions | of_measures).items():
        if not labels.get(stage):
            raise ProgrammeError(f'{STAGES}: "{stage}", the stage of {entry}, has no label. Give it a line.')


def _check_headlines(seeds: Path) -> None:
    templates = {row["situation"]: row["template"] for row in _unique(seeds / HEADLINE_TEMPLATES, "situation")}
    _check_listed(HEADLINE_TEMPLATES, templates, SITUATIONS, "situation")
    for situation, template in templates.items():
        entry = f'{HEADLINE_TEMPLATES}: "{situation}"'
        if not _can_be_filled(template):
            raise ProgrammeError(f"{entry} has a brace that opens or closes no placeholder. Mend it.")
        for unknown in sorted(set(_placeholders(template)) - HEADLINE_WORDS):
            raise ProgrammeError(f"{entry} asks for {{{unknown}}}. Use one of {', '.join(sorted(HEADLINE_WORDS))}.")
    phrases = {row["measure_code"]: row["phrase"] for row in _unique(seeds / HEADLINE_PHRASES, "measure_code")}
    _check_listed(HEADLINE_PHRASES, phrases, {row["measure_code"] for row in _rows(seeds / MEASURES)}, "measure")
    for measure, phrase in phrases.items():
        if {"{", "}"} & set(phrase):
            raise ProgrammeError(f'{HEADLINE_PHRASES}: "{measure}" has a brace, and nothing fills it. Take it out.')


def _check_characteristics(seeds: Path, fields: Iterable[Field]) -> None:
    """Every case has exactly one category of each characteristic, so that their counts add up."""
    field_by_name = {field.name: field for field in fields}
    categories: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(seeds / CHARACTERISTICS):
        if row["category"] in (before["category"] for before in categories[row["characteristic"]]):
            raise ProgrammeError(f'{CHARACTERISTICS}: "{row["category"]}" stands twice in {row["characteristic"]}.')
        categories[row["characteristic"]].append(row)
    if differing := sorted(categories.keys() ^ CHARACTERISTICS_OF_CASES):
        names = ", ".join(sorted(CHARACTERISTICS_OF_CASES))
        raise ProgrammeError(f'{CHARACTERISTICS}: "{differing[0]}" is one too many or missing. It takes {names}.')
    for name, rows in categories.items():
        if name == AGE_BAND:
            _check_age_bands(rows, field_by_name["age"])
        elif differing := sorted({row["category"] for row in rows} ^ set(field_by_name[name].allowed)):
            raise ProgrammeError(
                f'{CHARACTERISTICS}: the {name} "{differing[0]}" must be there where {name} of fields.csv takes it, '
                "and only there. Mend either."
            )


def _check_age_bands(rows: Iterable[Row], age: Field) -> None:
    expected = int(age.minimum or 0)
    for row in rows:
        if (row["least_age"], row["most_age"].isdigit()) != (str(expected), True):
            raise ProgrammeError(
                f'{CHARACTERISTICS}: the {AGE_BAND} "{row["category"]}" must begin at {expected}, where the one before '
                "ends, and end with a whole number. Mend it."
            )
        expected = int(row["most_age"]) + 1
    if str(expected - 1) != age.maximum:
        raise ProgrammeError(f"{CHARACTERISTICS}: the last {AGE_BAND} must end at {age.maximum}, as age in fields.csv.")


def _check_listed(file: str, words: Mapping[str, str], expected: Collection[str], what: str) -> None:
    """Each of the expected entries has its words, and no other entry has any."""
    for code in sorted(words.keys() - set(expected)):
        raise ProgrammeError(f'{file}: "{code}" is no {what}. Mend it or take it out.')
    for code in sorted(code for code in expected if not words.get(code)):
        raise ProgrammeError(f'{file}: the {what} "{code}" has no words. Give it a line.')


def _check_programme(path: Path, region_codes: Collection[str]) -> None:
    for row in _unique(path, "region_code"):
        _check_region(path, row, region_codes)
        _check_values(path, row, int, "publication_order", "cases_inspected_published")
        _check_values(path, row, date.fromisoformat, "report_published_on")


def _check_published(path: Path, region_codes: Collection[str], measure_codes: Collection[str]) -> None:
    counts, bounds = ("relevant_cases", "counted_cases", "percentage_rounded"), ("at_least", "below")
    for row in _rows(path):
        _check_region(path, row, region_codes)
        if row["measure_code"] not in measure_codes:
            raise ProgrammeError(
                f'{path.name}: "{row["published_text"]}" is of "{row["measure_code"]}", which is no measure.'
            )
        _check_values(path, row, int, *counts)
        _check_values(path, row, float, *bounds)
        _check_values(path, row, date.fromisoformat, "published_on")
        if not any(row[column] for column in (*counts, *bounds)):
            raise ProgrammeError(
                f'{path.name}: "{row["published_text"]}" has no count, percentage or bound to compare. Give it one.'
            )


def _check_region(path: Path, row: Row, region_codes: Collection[str]) -> None:
    if row["region_code"] not in region_codes:
        raise ProgrammeError(f'{path.name}: "{row["region_code"]}" is no region of regions.csv. Mend its code.')


def _check_values(path: Path, row: Row, read: Callable[[str], object], *columns: str) -> None:
    """Each of the columns is blank, or what `read` takes: the SQL models cast it."""
    for column in columns:
        try:
            if value := row[column]:
                read(value)
        except ValueError:
            raise ProgrammeError(f'{path.name}: "{row["region_code"]}" has "{value}" for {column}. Mend it.') from None


def _one_meaning(file: str, pairs: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Key to meaning, of (key, meaning, as written); ProgrammeError where a key has two meanings."""
    meanings: dict[str, str] = {}
    for key, meaning, written in pairs:
        if meanings.setdefault(key, meaning) != meaning:
            raise ProgrammeError(f'{file}: "{written}" stands for both "{meanings[key]}" and "{meaning}".')
    return meanings


def _check_headings(rows: list[Row], fields: Iterable[tuple[Field, ...]]) -> None:
    names = {field.name for own in fields for field in own}
    for row in rows:
        if row["field"] not in names:
            raise ProgrammeError(f'{HEADING_SPELLINGS}: "{row["heading"]}" is for "{row["field"]}", which is no field.')


def _headings(rows: list[Row], fields: tuple[Field, ...]) -> Mapping[str, str]:
    names = {field.name for field in fields}
    own_names = [(heading_key(name), name, name) for name in sorted(names)]
    spelt = [(heading_key(row["heading"]), row["field"], row["heading"]) for row in _rows_of(rows, names)]
    return _one_meaning(HEADING_SPELLINGS, own_names + spelt)


def _rows_of(rows: list[Row], fields: Collection[str]) -> list[Row]:
    return [row for row in rows if row["field"] in fields]


def _answer_types(rows: list[Row], fields: Iterable[tuple[Field, ...]]) -> Collection[str]:
    """The lists of values that are no field's: those of answers."""
    names = {field.name for own in fields for field in own}
    return {row["field"] for row in rows} - names - {BOOLEAN}


def _value_lists(fields: tuple[Field, ...], questions: tuple[Question, ...]) -> Mapping[str, Collection[str] | None]:
    """Name of each list of values that a kind of return uses to the values that it may have, None for any."""
    choices = {field.name: field.allowed for field in fields if field.type == "choice"}
    return {**choices, BOOLEAN: None, **{question.answer_type: None for question in questions}}


def _check_spellings(rows: list[Row], fields: Iterable[tuple[Field, ...]], answer_types: Collection[str]) -> None:
    choices: dict[str, set[str]] = defaultdict(set)
    for field in (field for own in fields for field in own if field.type == "choice"):
        choices[field.name].update(field.allowed)
    for row in rows:
        name = row["field"]
        if name in choices and row["value"] not in choices[name]:
            raise ProgrammeError(
                f'{VALUE_SPELLINGS}: "{name}: {row["spelling"]}" stands for "{row["value"]}", which is no value of '
                f"{name}."
            )
        if name not in choices and name not in answer_types and name != BOOLEAN:
            raise ProgrammeError(
                f'{VALUE_SPELLINGS}: "{row["spelling"]}" is for "{name}", which has no list of values.'
            )


def _spellings(rows: list[Row], lists: Mapping[str, Collection[str] | None]) -> Mapping[str, Mapping[str, str]]:
    spellings = {}
    for name, allowed in lists.items():
        spelt = [
            (value_key(row["spelling"]), row["value"], f"{name}: {row['spelling']}")
            for row in _spelt(rows, name, allowed)
        ]
        canonical = allowed or tuple(dict.fromkeys(value for _, value, _ in spelt))
        spellings[name] = _one_meaning(
            VALUE_SPELLINGS, spelt + [(value_key(value), value, value) for value in canonical]
        )
    return spellings


def _choices(rows: list[Row], lists: Mapping[str, Collection[str] | None]) -> Mapping[str, Mapping[str, str]]:
    """Name of a list to each of its values and its first spelling; one that has none is spelt as it is, with spaces."""
    return {
        name: {
            **_first(spelt := _spelt(rows, name, allowed), "value", "spelling"),
            **{
                value: value.replace("_", " ").capitalize()
                for value in allowed or ()
                if value not in {row["value"] for row in spelt}
            },
        }
        for name, allowed in lists.items()
    }


def _spelt(rows: list[Row], name: str, allowed: Collection[str] | None) -> list[Row]:
    """The spellings of a list of values: where two kinds have a field of that name, of the kind's own values."""
    return [row for row in _rows_of(rows, {name}) if allowed is None or row["value"] in allowed]


def _first(rows: Iterable[Row], key: str, value: str) -> Mapping[str, str]:
    """Key to the first value that stands with it."""
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row[key], row[value])
    return first


def _pdu_names(seeds: Path, pdus: tuple[Pdu, ...], region_codes: set[str]) -> Mapping[str, Mapping[str, Pdu]]:
    by_slug = {pdu.slug: pdu for pdu in pdus}
    codes = {row["pdu_slug"]: row["ndelius_code"] for row in _rows(seeds / "pdus.csv")}
    entries: dict[str, list[tuple[str, str, str]]] = {code: [] for code in sorted(region_codes)}
    for pdu in pdus:
        for written in filter(None, (pdu.name, codes[pdu.slug])):
            entries[pdu.region_code].append((pdu_key(written), pdu.slug, written))
    for row in _rows(seeds / "pdu_aliases.csv"):
        known = by_slug.get(row["pdu_slug"])
        if known is None or known.region_code != row["region_code"]:
            raise ProgrammeError(
                f'pdu_aliases.csv: "{row["recorded_name"]}" is for "{row["pdu_slug"]}", '
                f"which is no PDU of {row['region_code']}."
            )
        entries[known.region_code].append((pdu_key(row["recorded_name"]), known.slug, row["recorded_name"]))
    return {
        region: {key: by_slug[slug] for key, slug in _one_meaning("pdu_aliases.csv", spelt).items()}
        for region, spelt in entries.items()
    }


def _superseded(path: Path, pdus: tuple[Pdu, ...]) -> Mapping[str, SupersededPdu]:
    by_slug = {pdu.slug: pdu for pdu in pdus}
    superseded = {}
    for row in _unique(path, "recorded_name"):
        unknown = [slug for slug in row["successor_slugs"].split() if slug not in by_slug]
        if unknown:
            raise ProgrammeError(
                f'{path.name}: "{row["recorded_name"]}" is followed by "{unknown[0]}", which is no PDU.'
            )
        superseded[pdu_key(row["recorded_name"])] = SupersededPdu(
            name=tidy(row["recorded_name"]),
            superseded_on=date.fromisoformat(row["superseded_on"]),
            successors=tuple(by_slug[slug] for slug in row["successor_slugs"].split()),
        )
    return superseded
