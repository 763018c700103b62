"""Read the seeds once, check that they agree with themselves, and make the Programme of them."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import cast

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

SHARED_VALUE_LISTS = ("boolean", "answer", "oversight_answer")


@cache
def load_programme(seeds: Path) -> Programme:
    """The programme that the seeds of a folder describe.

    Raises ProgrammeError, naming file and entry, where they contradict themselves.
    """
    regions = tuple(
        Region(row["region_code"], row["region_name"], row["region_slug"])
        for row in _unique(seeds / "regions.csv", "region_code", "region_slug")
    )
    region_codes = {region.code for region in regions}
    pdus = tuple(_pdus(seeds / "pdus.csv", region_codes))
    fields = tuple(_fields(seeds / "fields.csv"))
    questions = tuple(_questions(seeds / "questions.csv"))
    advice = _advice(seeds / ADVICE_FILE)
    rules = {rule.code: rule for rule in _rules(seeds / "rules.csv", advice)}
    _check_measures(seeds / "measures.csv", {question.code for question in questions})
    field_names = {field.name for field in fields}
    return Programme(
        regions=regions,
        pdus=pdus,
        fields=fields,
        questions=questions,
        rules=rules,
        field_headings=_headings(seeds / "heading_spellings.csv", field_names),
        headings=_first(_rows(seeds / "heading_spellings.csv"), "field", "heading"),
        personal_headings=frozenset(heading_key(row["heading"]) for row in _rows(seeds / "personal_headings.csv")),
        spellings=_spellings(seeds / "value_spellings.csv", fields),
        choices=_choices(seeds / "value_spellings.csv"),
        pdu_names=_pdu_names(seeds, pdus, region_codes),
        superseded_pdus=_superseded(seeds / "superseded_pdus.csv", pdus),
        fingerprint=seeds_fingerprint(seeds),
    )


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


def _fields(path: Path) -> Iterator[Field]:
    known = {"text", "pdu", "choice", "date", "integer", "boolean"}
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
        yield Field(
            name=name,
            required=row["required"] == "yes",
            type=row["type"],
            allowed=("true", "false") if row["type"] == "boolean" else tuple(row["values"].split()),
            minimum=row["min"] or None,
            maximum=row["max"] or None,
            description=row["description"],
            not_after=not_after or None,
        )


def _questions(path: Path) -> Iterator[Question]:
    rows = _unique(path, "question_code")
    sets = {row["question_code"]: row["question_set"] for row in rows}
    for row in rows:
        code, parent, core = row["question_code"], row["parent_code"], row["core_equivalent"]
        if row["kind"] == "prompt" and not parent:
            raise ProgrammeError(f'{path.name}: prompt "{code}" has no parent question.')
        if parent and sets.get(parent) != row["question_set"]:
            raise ProgrammeError(f'{path.name}: "{code}" has the parent "{parent}", which is no question of its set.')
        if sets.get(core) != "core":
            raise ProgrammeError(f'{path.name}: "{code}" counts with "{core}", which is no core question.')
        if row["answer_type"] not in SHARED_VALUE_LISTS:
            raise ProgrammeError(f'{path.name}: "{code}" has the unknown answer type "{row["answer_type"]}".')
        yield Question(
            code=code,
            question_set=row["question_set"],
            parent_code=parent or None,
            kind=row["kind"],
            answer_type=row["answer_type"],
            applies_when=row["applies_when"],
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
        names = [name for _, name, _, _ in Formatter().parse(advice) if name is not None]
    except ValueError:
        return False
    return all(name.isidentifier() for name in names)


def _check_measures(path: Path, question_codes: set[str]) -> None:
    for row in _unique(path, "measure_code", "measure_order"):
        for code in row["question_code"].split():
            if code not in question_codes:
                raise ProgrammeError(f'{path.name}: "{row["measure_code"]}" counts "{code}", which is no question.')


def _one_meaning(file: str, pairs: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Key to meaning, of (key, meaning, as written); ProgrammeError where a key has two meanings."""
    meanings: dict[str, str] = {}
    for key, meaning, written in pairs:
        if meanings.setdefault(key, meaning) != meaning:
            raise ProgrammeError(f'{file}: "{written}" stands for both "{meanings[key]}" and "{meaning}".')
    return meanings


def _headings(path: Path, field_names: set[str]) -> Mapping[str, str]:
    rows = _rows(path)
    for row in rows:
        if row["field"] not in field_names:
            raise ProgrammeError(f'{path.name}: "{row["heading"]}" is for "{row["field"]}", which is no field.')
    own_names = [(heading_key(name), name, name) for name in sorted(field_names)]
    spelt = [(heading_key(row["heading"]), row["field"], row["heading"]) for row in rows]
    return _one_meaning(path.name, own_names + spelt)


def _spellings(path: Path, fields: tuple[Field, ...]) -> Mapping[str, Mapping[str, str]]:
    rows = _rows(path)
    choices = {field.name: field.allowed for field in fields if field.type == "choice"}
    lists: dict[str, Mapping[str, str]] = {}
    for name in (*choices, *SHARED_VALUE_LISTS):
        spelt = [
            (value_key(row["spelling"]), row["value"], f"{name}: {row['spelling']}")
            for row in rows
            if row["field"] == name
        ]
        canonical = choices.get(name) or tuple(dict.fromkeys(value for _, value, _ in spelt))
        for _, value, written in spelt:
            if value not in canonical:
                raise ProgrammeError(f'{path.name}: "{written}" stands for "{value}", which is no value of {name}.')
        lists[name] = _one_meaning(path.name, spelt + [(value_key(value), value, value) for value in canonical])
    for row in rows:
        if row["field"] not in lists:
            raise ProgrammeError(
                f'{path.name}: "{row["spelling"]}" is for "{row["field"]}", which has no list of values.'
            )
    return lists


def _choices(path: Path) -> Mapping[str, Mapping[str, str]]:
    rows = _rows(path)
    return {
        name: _first([row for row in rows if row["field"] == name], "value", "spelling")
        for name in dict.fromkeys(row["field"] for row in rows)
    }


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
