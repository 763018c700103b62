"""A kind of return more is reference data and SQL: no Python is touched for it.

Two kinds are made up here, in a copy of dbt_like_sql in a temporary folder, and walked from spreadsheet to published
table. Visits to sites have a key, answers and a field of every type; leavers have neither key nor answers.

For a kind one touches, in dbt_like_sql:

    seeds/kinds.csv                   a line: its folder, its words, its key, its tables
    seeds/<kind>_fields.csv           new: a line a field
    seeds/<kind>_questions.csv        new, if it asks questions: a line a question
    seeds/heading_spellings.csv       lines: how its headings are written, first as the template has them
    seeds/value_spellings.csv         lines: how its values are written, first as the template has them
    staging/stg_<rows>.sql            new: its landed rows; and stg_<answers>.sql where it has answers
    marts/<table>.sql                 new: what is published of it

and no other file: of the sentences in rule_advice.csv each names the kind's own record.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import openpyxl
import pytest

import dipp_pipeline
from dipp_pipeline.intake.corrections import CorrectionError
from dipp_pipeline.orchestration.code_location import build_definitions
from dipp_pipeline.orchestration.landed import landed_key
from dipp_pipeline.reports.check import check_files
from dipp_pipeline.reports.history import history_of_region
from dipp_pipeline.template.workbook import write_template
from tests.homes import SQL_FOLDER, Home, add_line, copied_definitions
from tests.returns import Rows, write_csv, write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

KIND_LINES = (
    "site-visits,site-visits,Site visit return,site visits,visit,site_visits_fields.csv,site_visits_questions.csv,"
    "pdu site,no,,no,4,no,3,site_visits,site_visit_answers",
    "leavers,leavers,Leaver return,interviews of leavers,leaver,leavers_fields.csv,,,no,,no,2,no,2,leavers,",
)

NEW_FILES = {
    "seeds/site_visits_fields.csv": """\
field,required,type,values,min,max,description,not_after
pdu,yes,pdu,,,,,
site,yes,choice,office unpaid_work approved_premises,,,What was visited,
announced_on,no,date,,2020-01-01,2099-12-31,The day on which the site was told,visited_on
visited_on,yes,date,,2020-01-01,,The day of the visit,
hours,yes,decimal,,0,24,How long it took,
was_clean,yes,boolean,,,,,
people_seen,no,integer,,,,,
remark,no,text,,,60,Of the site and of nobody,
postscript,no,text,,,,,
""",
    "seeds/site_visits_questions.csv": """\
question_code,stage,label,answer_type,applies_when,wording_source
V1,safety,The site is safe,standard,,provisional
V2,safety,Its faults were mended,standard,not was_clean,provisional
""",
    "seeds/leavers_fields.csv": """\
field,required,type,values,min,max,description,not_after
pdu,yes,pdu,,,,,
left_for,yes,choice,other_work retirement,,,Why they left,
""",
    "staging/stg_site_visits.sql": """\
-- Visits to sites, of every version that was read and not refused.
-- grain: one row a return, version, PDU and site
select
    visits.return_id::varchar as return_id,        -- the return that holds the row
    visits.version::integer as version,            -- its version
    visits.row_key::varchar as row_key,            -- PDU and site
    visits.pdu::varchar as pdu_slug,               -- Probation Delivery Unit
    visits.site::varchar as site,                  -- what was visited
    visits.visited_on::date as visited_on,         -- the day of the visit
    visits.hours::decimal(18, 6) as hours,         -- how long it took
    visits.was_clean::boolean as was_clean,        -- whether it was clean
    visits.people_seen::integer as people_seen,    -- people who were seen
    visits.remark::varchar as remark               -- of the site; null for a blank
from landing.site_visits as visits
""",
    "staging/stg_site_visit_answers.sql": """\
-- Answers on the visits in stg_site_visits.
-- grain: one row a return, version, sheet, row and question that holds an answer
select
    answers.return_id::varchar as return_id,            -- the return that holds the answer
    answers.version::integer as version,                -- its version
    answers.sheet::varchar as sheet,                    -- sheet of the row
    answers.row::integer as row_number,                 -- row, as the spreadsheet shows it
    answers.question_code::varchar as question_code,    -- the question
    answers.answer::varchar as answer                   -- met, partly_met or not_met
from landing.site_visit_answers as answers
""",
    "staging/stg_leavers.sql": """\
-- Leavers who were interviewed, of every version that was read and not refused.
-- grain: one row a return, version, sheet and row
-- rows: secret
select
    leavers.return_id::varchar as return_id,    -- the return that holds the row
    leavers.version::integer as version,        -- its version
    leavers.left_for::varchar as left_for       -- why they left
from landing.leavers as leavers
""",
    "marts/site_visit_findings.sql": """\
-- What was found at the sites of each PDU.
-- grain: one row a region, PDU and site
-- key: region_code, pdu_slug, site
with answers as (
    select keys.return_id, keys.version, keys.row_key, max(answers.answer) as answer
    from stg_keys as keys
    inner join stg_site_visit_answers as answers
        on answers.return_id = keys.return_id
        and answers.version = keys.version
        and answers.sheet = keys.sheet
        and answers.row_number = keys.row_number
    where answers.question_code = 'V1'
    group by keys.return_id, keys.version, keys.row_key
)

select
    claims.region_code::varchar as region_code,    -- nDelius provider code of the region
    visits.pdu_slug::varchar as pdu_slug,          -- Probation Delivery Unit
    visits.site::varchar as site,                  -- what was visited
    visits.visited_on::date as visited_on,         -- the day of the visit
    visits.hours::double as hours,                 -- how long it took
    visits.was_clean::boolean as was_clean,        -- whether it was clean
    visits.people_seen::integer as people_seen,    -- people who were seen; null where nobody counted
    visits.remark::varchar as remark,              -- of the site; null where none is given
    answers.answer::varchar as is_safe             -- whether it is safe; null where that was not asked
from stg_site_visits as visits
inner join int_key_claims as claims
    on claims.return_id = visits.return_id
    and claims.version = visits.version
    and claims.row_key = visits.row_key
left join answers
    on answers.return_id = visits.return_id
    and answers.version = visits.version
    and answers.row_key = visits.row_key
where claims.is_kept
order by claims.region_code, visits.pdu_slug, visits.site
""",
    "marts/leavers_by_region.sql": """\
-- Why people left.
-- grain: one row a region and reason
-- key: region_code, left_for
select
    returns.region_code::varchar as region_code,    -- nDelius provider code of the region
    leavers.left_for::varchar as left_for,          -- why they left
    count(*)::integer as leavers                    -- how many did
from stg_leavers as leavers
inner join stg_returns as returns
    on returns.return_id = leavers.return_id
    and returns.version_in_force = leavers.version
group by returns.region_code, leavers.left_for
order by returns.region_code, leavers.left_for
""",
}

MORE_LINES = {
    "seeds/kinds.csv": KIND_LINES,
    "seeds/heading_spellings.csv": (
        "site,Site",
        "site,Kind of site",
        "announced_on,Announced on",
        "visited_on,Visited on",
        "visited_on,Date of visit",
        "hours,Hours",
        "was_clean,Clean?",
        "people_seen,People seen",
        "remark,Remark",
        "postscript,Postscript",
        "left_for,Left for",
    ),
    "seeds/value_spellings.csv": (
        "site,Office,office",
        "site,Unpaid work,unpaid_work",
        "site,Approved premises,approved_premises",
        "site,AP,approved_premises",
        "standard,Met,met",
        "standard,Partly met,partly_met",
        "standard,Not met,not_met",
        "left_for,Other work,other_work",
        "left_for,Retirement,retirement",
    ),
}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped seeds and SQL with two kinds more."""
    folder = copied_definitions(tmp_path_factory.mktemp("kinds") / "sql")
    for name, text in NEW_FILES.items():
        (folder / name).write_text(text, "utf-8")
    for name, lines in MORE_LINES.items():
        for line in lines:
            add_line(folder / name, line)
    return folder


def test_a_kind_is_made_of_csv_and_sql_alone(definitions: Path) -> None:
    shipped, own = (
        {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for folder in (SQL_FOLDER, definitions)
    )

    assert {name for name in own if own[name] != shipped.get(name)} == {*NEW_FILES, *MORE_LINES}
    assert shipped.keys() - own.keys() == set()
    assert {Path(name).suffix for name in (*NEW_FILES, *MORE_LINES)} == {".csv", ".sql"}


def test_nothing_of_the_package_knows_of_the_kinds() -> None:
    package = Path(dipp_pipeline.__file__).parent
    known = re.compile("site.visit|leaver", re.IGNORECASE)

    assert [file for file in package.rglob("*.py") if known.search(file.read_text("utf-8"))] == []


COLUMNS = ("pdu", "site", "announced_on", "visited_on", "hours", "was_clean", "people_seen", "remark", "V1", "V2")

Visit = tuple[object, ...]

FIRST: Sequence[Visit] = (
    ("Gwent", "Office", date(2025, 10, 1), date(2025, 11, 3), 2.5, "Yes", 7, "Well kept", "Met", None),
    ("Gwent", "Unpaid work", None, date(2025, 11, 3), 1, "No", None, None, "Partly met", "Not met"),
    ("North Wales", "Office", None, date(2025, 11, 4), 25, "Yes", 3, None, "Met", None),
    ("North Wales", "Approved premises", None, date(2025, 11, 4), 0.75, "No", 12, None, None, None),
    ("Dyfed Powys", "Office", None, date(2025, 11, 5), 3, "Yes", 0, None, "Not met", None),
)
"""The third took more hours than a day has."""

TOO_LONG = "F4"  # hours of the third, in a template whose columns are in the order of the fields, and
HOURS = "E4"

BY_HAND: Rows = (
    ("Visits of the west", None, None, None, None, None, None, None),
    ("Date_of_visit", "Probation delivery unit", "kind of site", "HOURS", "Clean", "V1 (safe?)", "Surname", "Weather"),
    ("4/11/2025", "WPTWES", "unpaid_work", " 1.50 ", "y", "PARTLY_MET", "Rees", "Rain"),
    (None, None, None, None, None, None, None, None),
    ("Date of visit", "PDU", "Site", "Hours", "Clean?", "V1", "Surname", "Weather"),
    ("2025-11-05", "dyfed powys", "OFFICE", "2", "N", "met", "Rees", "Sun"),
    ("Total", None, None, "3.5", None, None, None, None),
)
"""The office of Dyfed Powys stands in the other return too."""

FILLED_IN, HAND = "wales/site-visits/north and south.xlsx", "wales/site-visits/parts/by hand.csv"
LEAVERS = "wales/leavers/all.xlsx"


def fill_in(home: Home, visits: Sequence[Visit]) -> None:
    """Put a return into the drop folder that is a template, filled in."""
    file, programme = home.incoming / FILLED_IN, home.programme.of("site-visits")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_template(file, programme, programme.region_by_slug["wales"])
    book = openpyxl.load_workbook(file)
    sheet = book["Site visits"]
    letters = {programme.column_for_heading(str(cell.value)): cell.column for cell in sheet[1]}
    for row, visit in enumerate(visits, 2):
        for column, cell in zip(COLUMNS, visit, strict=True):
            sheet.cell(row, letters[column], cell)
    book.save(file)


def send_leavers(home: Home, reasons: Sequence[str]) -> None:
    file = home.incoming / LEAVERS
    file.parent.mkdir(parents=True, exist_ok=True)
    write_xlsx(file, {"Leavers": [["PDU", "Left for"], *(["Gwent", reason] for reason in reasons)]})


def walk(home: Home) -> None:
    home.ingest()
    home.build()
    home.publish()
    home.give_feedback()


@pytest.fixture(scope="module")
def first(definitions: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a template of visits, filled in, and a return of leavers, walked from incoming to published."""
    path = tmp_path_factory.mktemp("fifth") / "first"
    home = Home(path, sql_folder=definitions).at(datetime(2026, 1, 5, tzinfo=UTC))
    fill_in(home, FIRST)
    send_leavers(home, ["Retirement"] * 6 + ["Other work"] * 4)
    walk(home)
    return home


@pytest.fixture(scope="module")
def second(first: Home) -> Home:
    """The same after a second version of each, and a return of visits by hand."""
    home = first.copy(first.path.with_name("second")).at(datetime(2026, 1, 12, tzinfo=UTC))
    mended = [(*visit[:4], 24, *visit[5:]) if visit[4] == 25 else visit for visit in FIRST]
    mended[0] = (*FIRST[0][:8], "Not met", None)
    fill_in(home, mended)
    send_leavers(home, ["Retirement"] * 6 + ["Other work"] * 5)
    (home.incoming / HAND).parent.mkdir()
    write_csv(home.incoming / HAND, {"By hand": BY_HAND})
    walk(home)
    return home


def published(home: Home, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        return connection.execute(f"from {table}").fetchall()


PUBLISHED_FIRST = [
    ("N03", "dyfed-powys", "office", date(2025, 11, 5), 3.0, True, 0, None, "not_met"),
    ("N03", "gwent", "office", date(2025, 11, 3), 2.5, True, 7, "Well kept", "met"),
    ("N03", "gwent", "unpaid_work", date(2025, 11, 3), 1.0, False, None, None, "partly_met"),
    ("N03", "north-wales", "approved_premises", date(2025, 11, 4), 0.75, False, 12, None, None),
]


def test_a_template_filled_in_becomes_a_published_table(first: Home) -> None:
    assert published(first, "site_visit_findings") == PUBLISHED_FIRST


def test_a_return_by_hand_is_read_through_its_mess_and_a_later_return_counts_what_is_its_own(second: Home) -> None:
    assert published(second, "site_visit_findings") == [
        PUBLISHED_FIRST[0],
        ("N03", "dyfed-powys", "unpaid_work", date(2025, 11, 4), 1.5, True, None, None, "partly_met"),
        (*PUBLISHED_FIRST[1][:8], "not_met"),
        *PUBLISHED_FIRST[2:],
        ("N03", "north-wales", "office", date(2025, 11, 4), 24.0, True, 3, None, "met"),
    ]


def test_people_without_a_key_are_counted_every_one(first: Home, second: Home) -> None:
    assert published(first, "leavers_by_region") == [("N03", "other_work", 4), ("N03", "retirement", 6)]
    assert published(second, "leavers_by_region") == [("N03", "other_work", 5), ("N03", "retirement", 6)]


def test_every_published_column_is_in_the_dictionary(first: Home) -> None:
    with duckdb.connect(str(first.database), read_only=True) as connection:
        described = connection.execute(
            "select column_name, description from data_dictionary"
            " where table_name = 'leavers_by_region' and column_order > 0"
        ).fetchall()

    assert described == [
        ("region_code", "nDelius provider code of the region"),
        ("left_for", "why they left"),
        ("leavers", "how many did"),
    ]


def problems(home: Home) -> list[tuple[object, ...]]:
    """Path, rule and occurrences of what is wrong with the versions in force or refused."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(
            "select kind, rule_code, count(*) from int_issues group by all order by all"
        ).fetchall()


def test_problems_are_counted_under_the_kind_with_those_between_returns(first: Home, second: Home) -> None:
    assert problems(first) == [("site-visits", "R07", 1)]
    assert problems(second) == [("site-visits", "R04", 1), ("site-visits", "W01", 1), ("site-visits", "W02", 1)]


def listed(home: Home, name: str) -> list[tuple[object, ...]]:
    """What the marked-up copy of a return lists."""
    (copy,) = home.feedback.rglob(f"{name}*")
    return [row for row in openpyxl.load_workbook(copy)["Problems"].iter_rows(values_only=True) if any(row)]


def test_the_feedback_speaks_of_the_kinds_own_records(first: Home, second: Home) -> None:
    of_template = listed(first, "north and south")
    of_hand = listed(second, "by hand")

    assert of_template[-1] == (
        f"Site visits, cell {HOURS}",
        "25",
        'Error R07: "25" is not a number from 0 to 24 for Hours. Mend it.',
    )
    said = " ".join(str(cell) for row in (*of_template, *of_hand) for cell in row if cell)
    assert (
        "This visit stands in another return too, which arrived first (Wales: site-visits/north and south.xlsx)" in said
    )
    assert not re.search(r"\bcases?\b", said)


def test_where_a_visit_clashes_is_told_at_the_last_field_of_its_key(second: Home) -> None:
    with duckdb.connect(str(second.warehouse), read_only=True) as connection:
        clashes = connection.execute(
            "select cell, column_name, row_key, keeper_return_path from report_clashes"
        ).fetchall()

    assert clashes == [("C6", "site", "dyfed-powys office", "site-visits/north and south.xlsx")]


def test_the_history_tells_what_a_version_changed(second: Home) -> None:
    _, latest = history_of_region(second, "wales", "site-visits/north and south.xlsx")

    told = {
        (change.change, change.row_key, change.column_name, change.value_before, change.value_after, change.cell)
        for change in latest.changes
    }
    assert told == {
        ("value_changed", "gwent office", "V1", "met", "not_met", "J2"),
        ("case_added", "north-wales office", None, None, None, "4"),
    }
    assert {change.case_pseudonym for change in latest.changes} == {None}
    assert (latest.outcome, latest.cases_accepted, latest.cases_lost) == ("in_force", 5, 0)


def test_the_history_of_people_without_a_key_has_versions_and_no_changes(second: Home) -> None:
    versions = history_of_region(second, "wales", "leavers/all.xlsx")

    assert [(version.version, version.outcome, version.changes) for version in versions] == [
        (1, "superseded", ()),
        (2, "in_force", ()),
    ]


def test_a_version_that_loses_many_is_held_with_a_key_and_without(second: Home, tmp_path: Path) -> None:
    home = second.copy(tmp_path / "home")
    fill_in(home, FIRST[:2])
    send_leavers(home, ["Retirement"] * 6)
    before = published(home, "site_visit_findings"), published(home, "leavers_by_region")

    walk(home)

    held = [home.of_path(path.removeprefix("wales/")).held for path in (FILLED_IN, LEAVERS)]
    assert [(version.reading.loss.cases, version.reading.loss.of) for version in held] == [(3, 5), (5, 11)]
    assert (published(home, "site_visit_findings"), published(home, "leavers_by_region")) == before


CORRECTIONS = "region,return,case,field,from,to,reason,author_role,date\n"


def correct(home: Home, *lines: str) -> None:
    home.corrections_file.write_text(CORRECTIONS + "\n".join(lines) + "\n", "utf-8")


def test_a_cell_is_corrected_by_the_key_in_any_spelling(first: Home, tmp_path: Path) -> None:
    home = first.copy(tmp_path / "home")
    correct(
        home, "wales,site-visits/north and south.xlsx,north wales; OFFICE,hours,25.0,2.5,Misread,inspector,2026-01-06"
    )

    walk(home)

    assert ("N03", "north-wales", "office", date(2025, 11, 4), 2.5, True, 3, None, "met") in published(
        home, "site_visit_findings"
    )
    assert problems(home) == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "wales,site-visits/north and south.xlsx,Gwent,hours,1,2,Misread,inspector,2026-01-06",
            "corrections.csv, line 2: case must hold PDU; Site. Mend it.",
        ),
        (
            "wales,leavers/all.xlsx,1,left_for,Retirement,Other work,Misread,inspector,2026-01-06",
            "corrections.csv, line 2: no single leaver of such a return can be corrected",
        ),
    ],
)
def test_a_correction_that_names_no_record_is_an_error_in_the_kinds_words(
    first: Home, tmp_path: Path, line: str, sentence: str
) -> None:
    home = first.copy(tmp_path / "home")
    correct(home, line)

    with pytest.raises(CorrectionError, match=re.escape(sentence)):
        home.ingest()


def test_a_check_tells_the_kind_from_the_folder_in_a_home_and_outside(first: Home, tmp_path: Path) -> None:
    outside = tmp_path / "site-visits" / "wales" / "visits.csv"
    outside.parent.mkdir(parents=True)
    write_csv(outside, {"By hand": BY_HAND})
    in_home = [first.incoming / path for path in (FILLED_IN, LEAVERS)]

    checked = check_files([*in_home, outside], None, first)

    assert [result.counts.accepted for result in checked] == [4, 10, 2]
    assert [[issue.rule_code for issue in result.issues] for result in checked] == [["R07"], [], ["W02", "W01"]]


def check_visits(home: Home, folder: Path, rows: Rows) -> list[tuple[str, str | None, str]]:
    """What is said of a file of visits: rule, cell and sentence."""
    file = write_xlsx(folder / "visits.xlsx", {"Visits": rows})
    (checked,) = check_files([file], "wales", home, kind="site-visits")
    return [(issue.rule_code, issue.cell, issue.message) for issue in checked.issues]


HEADINGS = ("PDU", "Site", "Announced on", "Visited on", "Hours", "Clean?", "People seen", "Remark", "V1", "V2")


def test_the_rules_of_keys_hold_for_the_key_of_the_kind(first: Home, tmp_path: Path) -> None:
    other = (*FIRST[0][:4], 3, *FIRST[0][5:])

    assert check_visits(first, tmp_path, [HEADINGS, FIRST[0], FIRST[1], other]) == [
        (
            "R03",
            cell,
            "This visit stands more than once in this return, with different contents. Keep the right row only.",
        )
        for cell in ("B2", "B4")
    ]
    assert check_visits(first, tmp_path, [HEADINGS, FIRST[0], FIRST[1], FIRST[0]]) == [
        ("W03", "B4", "The same row stands twice in this return; one was kept. Take the other out.")
    ]


@pytest.mark.parametrize(
    ("column", "cell", "rule", "sentence"),
    [
        ("site", "Prison", "R07", '"Prison" is not a value of Site. Use Office, Unpaid work or Approved premises.'),
        ("site", None, "R08", "Site is blank, and every visit needs it. Fill it in."),
        (
            "announced_on",
            date(2026, 1, 1),
            "R10",
            'Announced on "2026-01-01" is after Visited on. Mend whichever is wrong.',
        ),
        ("was_clean", "Mostly", "R07", '"Mostly" is not a value of Clean?. Use Yes or No.'),
        ("people_seen", "a few", "R07", '"a few" is not a whole number that People seen takes. Mend it.'),
        ("remark", "a" * 61, "R07", "Remark is longer than 60 characters. Shorten it."),
        ("V1", "Good", "R07", '"Good" is not an answer to V1. Use Met, Partly met or Not met.'),
        (
            "V2",
            "Met",
            "W04",
            'V2 does not apply to this visit, so "Met" was read as not applicable. Check the details.',
        ),
    ],
)
def test_the_rules_of_cells_hold_for_the_fields_of_the_kind(
    first: Home, tmp_path: Path, column: str, cell: object, rule: str, sentence: str
) -> None:
    place = COLUMNS.index(column)
    visit = (*FIRST[0][:place], cell, *FIRST[0][place + 1 :])

    assert check_visits(first, tmp_path, [HEADINGS, visit, FIRST[1]]) == [(rule, f"{'ABCDEFGHIJ'[place]}2", sentence)]


def test_the_template_tells_in_words_what_the_kind_takes(first: Home, tmp_path: Path) -> None:
    for kind, title, sheet in (
        ("site-visits", "Site visit return", "Site visits"),
        ("leavers", "Leaver return", "Interviews of leavers"),
    ):
        write_template(tmp_path / f"{kind}.xlsx", first.programme.of(kind), None)
        book = openpyxl.load_workbook(tmp_path / f"{kind}.xlsx")
        said = " ".join(
            str(cell) for row in book["How to fill it in"].iter_rows(values_only=True) for cell in row if cell
        )

        assert said.startswith(title)
        assert book.sheetnames == ["How to fill it in", sheet, "Lists"]
        assert "None" not in said
        assert not re.search(r"\bcases?\b(?! reference)", said)


def test_what_is_landed_of_a_kind_is_an_asset_of_dagster_that_its_models_come_from(
    definitions: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path, sql_folder=definitions)

    specs = {spec.key: spec for spec in build_definitions(home).resolve_all_asset_specs()}

    for kind, model in (("site-visits", "stg_site_visits"), ("leavers", "stg_leavers")):
        landed = landed_key(home.programme.of(kind).kind)
        assert landed == dg.AssetKey(f"{kind.replace('-', '_')}_returns")
        assert landed in specs
        assert [dependency.asset_key for dependency in specs[dg.AssetKey(model)].deps] == [landed]
    assert dg.AssetKey("site_visit_findings") in {
        dependency.asset_key for dependency in specs[dg.AssetKey("dipp_findings")].deps
    }


def test_case_scores_and_the_other_kinds_are_what_they_were(definitions: Path, tmp_path: Path) -> None:
    own, shipped = Home(tmp_path, sql_folder=definitions).programme, Home(tmp_path).programme

    assert list(own.by_kind) == [*shipped.by_kind, "site-visits", "leavers"]
    for kind in shipped.by_kind:
        assert replace(own.of(kind), fingerprint="", by_kind={}) == replace(
            shipped.of(kind), fingerprint="", by_kind={}
        )
