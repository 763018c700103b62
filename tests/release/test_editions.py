"""The public edition: of approved regions alone, as they were approved, whatever becomes of them afterwards."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dipp_pipeline.landing.approved import ApprovedLostError
from dipp_pipeline.orchestration.command import refresh_home
from dipp_pipeline.release.database import PublicationError
from tests.homes import Home, add_line, copied_definitions
from tests.landing.small_returns import references, return_of, send, send_cases
from tests.release.editions import BEGUN, approve, asked, cases, files, hours, refresh, revoke, tables

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

WALES, LONDON = "N03", "N07"
SHARED = "S000001"
"""A case that returns of two regions hold."""

SCORES = "wales/scores.csv"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two regions, a file under none and a refused one, of which nothing is approved."""
    home = Home(tmp_path_factory.mktemp("editions") / "home").at(BEGUN)
    send_cases(home, SCORES, references("W", 8))
    send_cases(home, "london/scores.csv", references("L", 5))
    home.put(home.incoming / SCORES, "nowhere/scores.csv")
    (home.incoming / "london" / "refused.csv").write_text("no case table\n")
    refresh(home)
    return home


@pytest.fixture(scope="module")
def approved(published: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same, with Wales approved and public."""
    home = published.copy(tmp_path_factory.mktemp("approved") / "home").at(hours(1))
    approve(home, "wales")
    refresh(home)
    return home


@pytest.fixture
def home(approved: Home, tmp_path: Path) -> Home:
    return approved.copy(tmp_path / "home").at(hours(2))


# What it holds


def test_without_an_approval_there_is_no_public_edition(published: Home):
    assert published.public.is_away
    assert not published.public.published.exists()
    assert published.public.in_force is None


def test_it_holds_the_approved_regions_and_no_other(approved: Home):
    held = tables(approved.public.database)

    assert {row[0] for row in held["regional_findings"]} == {WALES}
    assert {row[0] for row in held["regional_question_findings"]} == {WALES}
    assert {row[0] for row in held["data_quality"]} <= {WALES}
    regions = asked(approved.public.database, "select regions_included, cases_inspected from release_info")
    assert regions == [(1, 8)]


def test_national_figures_are_of_the_approved_regions_alone(approved: Home):
    sql = "select measure_code, relevant_cases, counted_cases, percentage, lower_95, upper_95 from {} order by all"

    nation = asked(approved.public.database, sql.format("national_findings"))
    region = asked(approved.database, sql.format(f"regional_findings where region_code = '{WALES}'"))

    assert nation == region
    assert nation != asked(approved.database, sql.format("national_findings"))


def test_other_regions_are_not_started_and_have_nothing(approved: Home):
    others = asked(
        approved.public.database,
        "select distinct status, returns_received, returns_refused, cases_received, cases_accepted, cases_quarantined,"
        f" last_received_at, returns_held, staff_survey_received from programme_progress"
        f" where region_code <> '{WALES}'",
    )

    assert others == [("not_started", 0, 0, 0, 0, 0, None, 0, False)]


def test_files_under_no_region_are_in_the_edition_of_the_inspectorate_alone(approved: Home):
    unplaced = "select count(*) from data_quality where rule_code = 'F06'"

    assert (asked(approved.database, unplaced), asked(approved.public.database, unplaced)) == ([(1,)], [(0,)])


def test_the_edition_of_the_inspectorate_is_what_it_was(published: Home, approved: Home):
    assert approved.database.read_bytes() == published.database.read_bytes()


def test_readers_may_open_it_and_nothing_that_it_was_made_from(approved: Home):
    public = approved.public
    shown = [public.published, public.releases, public.published.resolve()]

    assert {path.stat().st_mode & 0o777 for path in shown} == {0o755}
    assert public.database.stat().st_mode & 0o777 == 0o444
    assert [path for path in approved.restricted.rglob("*") if path.stat().st_mode & 0o077] == []


def test_revoked_it_is_gone_with_all_that_was_kept_for_it(home: Home):
    revoke(home, "wales")
    before = files(home.published)
    refresh(home)

    assert home.public.is_away
    assert not home.public.warehouse.exists()
    assert list(home.approved_folder.iterdir()) == []
    assert [folder.name[-12:] for folder in home.public.former_releases.iterdir()]
    assert files(home.published) == before
    assert home.again().nothing_to_do()


# What it stays


def another_version(home: Home, _: Path) -> Home:
    given = return_of(references("W", 8))
    given.cases[0]["C1"] = "No"
    send(home, SCORES, given)
    return home


def another_return(home: Home, _: Path) -> Home:
    send_cases(home, "wales/more.csv", references("M", 4))
    return home


def withdrawal(home: Home, _: Path) -> Home:
    home.again().history().find("wales", "scores.csv").withdraw()
    return home


def correction(home: Home, _: Path) -> Home:
    heading = "region,return,case,field,from,to,reason,author_role,date"
    line = "wales,scores.csv,W000001,C1,Yes,No,Keyed wrongly,inspector,2026-01-05"
    home.corrections_file.write_text(f"{heading}\n{line}\n")
    return home


def spelling(home: Home, folder: Path) -> Home:
    seeds = copied_definitions(folder / "sql") / "seeds"
    add_line(seeds / "value_spellings.csv", "answer,Perhaps,no")
    return home.under(seeds)


def field(home: Home, folder: Path) -> Home:
    """A field more, of which nothing was landed before."""
    seeds = copied_definitions(folder / "sql") / "seeds"
    add_line(seeds / "fields.csv", "ordered_on,no,date,,,,,start_date")
    add_line(seeds / "heading_spellings.csv", "ordered_on,Ordered on")
    return home.under(seeds)


def title(home: Home, folder: Path) -> Home:
    """Another title of a measure: no reading is another one for it."""
    seeds = copied_definitions(folder / "sql") / "seeds"
    file = seeds / "measures.csv"
    file.write_text(file.read_text("utf-8").replace("Assessment sufficient", "Assessment good"), "utf-8")
    return home.under(seeds)


def model(home: Home, folder: Path) -> Home:
    """Another model, which gives other figures of the same readings."""
    sql = copied_definitions(folder / "sql")
    file = sql / "marts" / "programme_progress.sql"
    text = file.read_text("utf-8")
    changed = text.replace("programme.cases_inspected_published::integer", "7::integer")
    assert changed != text
    file.write_text(changed, "utf-8")
    return replace(home, sql_folder=sql)


def key(home: Home, _: Path) -> Home:
    return home.with_key(b"another key of tests, no secret either")


def survey_minimum(home: Home, _: Path) -> Home:
    return replace(home, settings=replace(home.settings, survey_minimum=20))


def version(home: Home, _: Path) -> Home:
    return replace(home, version="9.9")


CHANGES = (
    another_version,
    another_return,
    withdrawal,
    correction,
    spelling,
    field,
    title,
    model,
    key,
    survey_minimum,
    version,
)
Change = Callable[[Home, Path], Home]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changes_reaches_it_by_another_approval_alone(home: Home, tmp_path: Path, change: Change):
    public, internal = files(home.public.published), home.internal.in_force
    home = change(home, tmp_path)

    refresh(home)

    assert files(home.public.published) == public
    assert home.internal.in_force != internal
    assert home.again().nothing_to_do()

    if change is withdrawal:
        return
    approve(home, "wales")
    refresh(home)

    assert files(home.public.published) != public
    assert regional(home.public.database) == regional(home.database)
    assert home.again().nothing_to_do()


COMPARING = "^(rest_|difference|differs_|p_)"
"""The columns that compare a region with the others, and change with them."""


def regional(database: Path) -> list[tuple[object, ...]]:
    """All that a file says of Wales alone."""
    own = f"columns(lambda name: not regexp_matches(name, '{COMPARING}'))"
    return [
        row
        for table in ("regional_findings", "regional_question_findings", "programme_progress", "data_quality")
        for row in asked(database, f"select {own} from {table} where region_code = '{WALES}' order by all")
    ]


def test_two_contents_never_have_one_identity(home: Home, tmp_path: Path):
    first = home.public.in_force
    under_model = model(home, tmp_path)
    refresh(under_model)
    approve(under_model, "london")
    refresh(under_model)

    assert asked(home.public.database, "select distinct cases_published from programme_progress") == [(7,)]
    assert home.public.in_force != first


def test_the_same_approvals_of_another_history_have_the_same_identity(home: Home):
    first, content = home.public.in_force, tables(home.public.database)
    approve(home, "london")
    refresh(home)
    assert home.public.in_force != first
    revoke(home, "london")
    refresh(home)

    assert home.public.in_force == first
    assert content["revisions"] == []
    assert tables(home.public.database)["national_findings"] == content["national_findings"]
    assert tables(home.public.database)["revisions"] != []


def test_another_region_joins_without_a_change_of_the_first(home: Home):
    wales = regional(home.public.database)
    another_return(home, home.path)
    refresh(home)

    proposal = approve(home, "london")
    refresh(home)

    assert (proposal.is_new, proposal.regions, proposal.cases) == (True, 2, 5)
    of_wales = {row["column_name"] for row in proposal.revisions if WALES in row["row_key"]}
    assert "rest_relevant_cases" in of_wales
    assert [column for column in of_wales if not re.match(COMPARING, column)] == []
    assert regional(home.public.database) == wales
    assert (cases(home)[WALES], cases(home)[LONDON]) == (8, 5)


# One case in returns of two regions (R04)


@pytest.fixture
def sharing(tmp_path: Path) -> Home:
    """Wales and London both hold a case; Wales's return came first and keeps it."""
    home = Home(tmp_path / "sharing").at(BEGUN)
    send_cases(home, SCORES, [*references("W", 8), SHARED])
    refresh(home)
    home = home.at(hours(1))
    send_cases(home, "london/scores.csv", [*references("L", 5), SHARED])
    refresh(home)
    return home


@pytest.mark.parametrize("order", [("wales", "london"), ("london", "wales")], ids="_before_".join)
def test_a_case_of_two_regions_is_public_where_it_counted_when_that_was_approved(sharing: Home, order: tuple[str, str]):
    for hour, slug in enumerate(order, 2):
        approve(sharing.at(hours(hour)), slug)
        refresh(sharing.at(hours(hour)))

    assert (cases(sharing)[WALES], cases(sharing)[LONDON]) == (9, 5)
    assert r04(sharing) == [(LONDON, 1)]


def r04(home: Home) -> list[tuple[object, ...]]:
    sql = "select region_code, occurrences from data_quality where rule_code = 'R04' order by all"
    return asked(home.public.database, sql)


def test_a_case_that_moved_stays_with_the_region_that_was_approved_with_it(sharing: Home):
    approve(sharing, "wales")
    refresh(sharing)
    home = sharing.at(hours(2))
    send_cases(home, SCORES, references("W", 8))  # gives the case up
    refresh(home)
    assert asked(home.database, "select cases_accepted from programme_progress where cases_accepted > 0") == [
        (8,),
        (6,),
    ]

    proposal = approve(home, "london")
    refresh(home)

    assert proposal.cases == 5
    assert (cases(home)[WALES], cases(home)[LONDON]) == (9, 5)
    approve(home, "wales")
    refresh(home)
    assert (cases(home)[WALES], cases(home)[LONDON]) == (8, 5)
    approve(home, "london")
    refresh(home)
    assert (cases(home)[WALES], cases(home)[LONDON]) == (8, 6)


def test_a_region_whose_return_came_first_takes_no_case_from_one_that_was_approved(tmp_path: Path):
    home = Home(tmp_path / "home").at(BEGUN)
    send_cases(home, "london/scores.csv", references("L", 5))
    refresh(home)
    home = home.at(hours(1))
    send_cases(home, SCORES, [*references("W", 8), SHARED])
    refresh(home)
    approve(home, "wales")
    refresh(home)
    wales = regional(home.public.database)
    send_cases(home, "london/scores.csv", [*references("L", 5), SHARED])
    refresh(home)
    assert asked(home.database, "select cases_accepted from programme_progress where cases_accepted > 0") == [
        (8,),
        (6,),
    ]

    approve(home, "london")
    refresh(home)

    assert regional(home.public.database) == wales
    assert (cases(home)[WALES], cases(home)[LONDON]) == (9, 5)


# What was approved under other definitions


def test_what_lacks_a_new_column_is_named_and_the_public_edition_stays(home: Home, tmp_path: Path):
    public = files(home.public.published)
    home = field(home, tmp_path)
    refresh(home)

    proposal = approve(home, "london")
    assert proposal.under_other_keys == []
    with pytest.raises(PublicationError, match=r"public edition stays.*Wales was approved under other.*Approve each"):
        refresh(home)

    assert "Wales" in proposal.cannot_be_told
    assert files(home.public.published) == public
    approve(home, "wales")
    refresh(home)
    assert (cases(home)[WALES], cases(home)[LONDON]) == (8, 5)


@pytest.mark.parametrize("change", [title, model, survey_minimum], ids=lambda change: change.__name__)
def test_models_that_nobody_signed_off_make_no_figure_when_a_region_leaves(home: Home, tmp_path: Path, change: Change):
    first, content = home.public.in_force, tables(home.public.database)
    approve(home, "london")
    refresh(home)
    changed = change(home, tmp_path)
    refresh(changed)

    revoke(changed, "london")
    refresh(changed)

    assert changed.public.in_force == first
    left = tables(changed.public.database)
    assert {name for name in left if left[name] != content[name]} <= {"revisions", "release_info"}
    assert changed.again().nothing_to_do()


@pytest.mark.parametrize("change", [title, model], ids=lambda change: change.__name__)
def test_models_that_nobody_signed_off_make_no_figure_when_an_embargo_ends(home: Home, tmp_path: Path, change: Change):
    wales = regional(home.public.database)
    approve(home, "london", begins_at=hours(5))
    changed = change(home, tmp_path)
    refresh(changed)

    refresh(changed.at(hours(6)))

    assert (cases(home)[WALES], cases(home)[LONDON]) == (8, 5)
    assert regional(home.public.database) == wales


def test_readings_are_kept_where_another_region_is_approved_under_new_definitions(home: Home, tmp_path: Path):
    before = figures(home)
    changed = title(another_version(home, tmp_path), tmp_path)
    refresh(changed)

    approve(changed, "london")
    refresh(changed)

    assert figures(changed) == before
    assert figures(changed) != asked(changed.database, FIGURES)


FIGURES = (
    "select measure_code, relevant_cases, counted_cases from regional_findings"
    f" where region_code = '{WALES}' order by all"
)


def figures(home: Home) -> list[tuple[object, ...]]:
    return asked(home.public.database, FIGURES)


# Embargoes


def test_it_appears_at_the_first_refresh_from_its_time_on_and_never_before(home: Home):
    public = files(home.public.published)
    approve(home, "london", begins_at=hours(5))
    assert home.at(hours(4.999)).nothing_to_do()

    refresh(home.at(hours(4.999)))
    assert files(home.public.published) == public
    assert not home.at(hours(5)).nothing_to_do()
    refresh(home.at(hours(5)))

    assert (cases(home)[WALES], cases(home)[LONDON]) == (8, 5)
    assert home.at(hours(5)).nothing_to_do()


def test_before_its_time_nothing_of_it_stands_anywhere_in_the_open(published: Home, tmp_path: Path):
    home = published.copy(tmp_path / "home")
    approve(home, "london", begins_at=hours(5))
    refresh(home.at(hours(4)))

    assert home.public.is_away
    assert {path.name for path in home.path.iterdir()} == {path.name for path in published.path.iterdir()}


def test_what_was_approved_before_stays_until_the_embargo_ends(home: Home):
    public = files(home.public.published)
    another_return(home, home.path)
    refresh(home)
    approve(home, "wales", begins_at=hours(5))

    refresh(home.at(hours(4)))
    assert files(home.public.published) == public
    refresh(home.at(hours(6)))
    assert cases(home)[WALES] == 12
    assert len(list(home.approved_folder.iterdir())) == 1


def test_what_comes_after_the_approval_is_not_in_it_when_the_embargo_ends(home: Home):
    approve(home, "london", begins_at=hours(5))
    send_cases(home, "london/more.csv", references("M", 4))
    refresh(home.at(hours(4)))

    refresh(home.at(hours(5)))

    assert cases(home)[LONDON] == 5


def test_revoked_an_embargo_ends_in_nothing(home: Home):
    approve(home, "london", begins_at=hours(5))
    revoke(home, "london")
    public = files(home.public.published)

    refresh(home.at(hours(6)))

    assert files(home.public.published) == public
    assert len(list(home.approved_folder.iterdir())) == 1


def test_an_approval_made_later_counts_in_place_of_one_under_embargo(home: Home):
    approve(home, "wales", begins_at=hours(5))
    another_return(home, home.path)
    refresh(home)
    approve(home, "wales")
    refresh(home)
    assert len(list(home.approved_folder.iterdir())) == 1

    refresh(home.at(hours(6)))

    assert cases(home)[WALES] == 12


# Half-way


class KilledError(Exception):
    """The process ended here."""


def killed(*_: object, **__: object) -> None:
    raise KilledError


KILLS = {
    "in the copy": "dipp_pipeline.landing.approved_copies.atomic.write_document",
    "after the copy": "dipp_pipeline.approval._proposal",
    "before the log": "dipp_pipeline.approval.append_approval",
}


@pytest.mark.parametrize("where", KILLS)
def test_an_approval_that_is_killed_before_it_is_logged_leaves_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch, where: str
):
    public, log = files(home.public.published), home.approvals_file.read_bytes()
    monkeypatch.setattr(KILLS[where], killed)
    monkeypatch.setattr("dipp_pipeline.approval.shutil.rmtree", lambda *_, **__: None)  # as where the process is gone
    with pytest.raises(KilledError):
        approve(home, "london")
    monkeypatch.undo()
    assert home.approvals_file.read_bytes() == log

    refresh(home)

    assert len(list(home.approved_folder.iterdir())) == 1
    assert files(home.public.published) == public
    assert home.again().nothing_to_do()


def test_a_copy_that_was_never_logged_is_something_to_do(home: Home):
    (home.approved_folder / "0002-20260302T100000-london").mkdir()

    assert not home.again().nothing_to_do()


SWITCHES = {
    "before the build": "dipp_pipeline.pipeline.build_warehouse",
    "before the record": "dipp_pipeline.release.edition.write_document",
    "before the switch": "dipp_pipeline.release.publish.atomic.switch_link",
}


@pytest.mark.parametrize("where", SWITCHES)
def test_a_publication_that_is_killed_is_done_again(home: Home, monkeypatch: pytest.MonkeyPatch, where: str):
    public = files(home.public.published)
    approve(home, "london")
    monkeypatch.setattr(SWITCHES[where], killed)
    with pytest.raises(KilledError):
        home.publish_public()
    monkeypatch.undo()
    assert files(home.public.published) == public
    assert not home.again().nothing_to_do()

    refresh(home)

    assert (cases(home)[WALES], cases(home)[LONDON]) == (8, 5)
    assert {row[-1] for row in tables(home.public.database)["revisions"]} == {public_id(public)}
    assert {row[-2] for row in tables(home.public.database)["revisions"]} == {"new_return"}
    assert home.again().nothing_to_do()


def public_id(public: Mapping[str, bytes]) -> str:
    """The release that a folder of one is of."""
    return public[""].decode()[-12:]


def test_a_revocation_that_is_killed_half_way_is_done_again(home: Home, monkeypatch: pytest.MonkeyPatch):
    revoke(home, "wales")
    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KilledError):
        home.publish_public()
    monkeypatch.undo()
    assert not home.public.published.exists()
    assert not home.again().nothing_to_do()

    refresh(home)

    assert home.public.is_away


def test_a_test_that_fails_on_the_public_edition_leaves_it_and_not_the_other(home: Home, tmp_path: Path):
    public, internal = files(home.public.published), home.internal.in_force
    sql = copied_definitions(tmp_path / "sql")
    in_public = "cases_inspected = 13 and not exists (select 1 from data_quality where rule_code = 'F06')"
    bad = f"-- Not thirteen cases.\n-- on: release_info\nselect * from release_info where {in_public}\n"
    (sql / "tests" / "not_thirteen_cases.sql").write_text(bad, "utf-8")
    home = replace(home, sql_folder=sql).again()
    refresh(home)
    assert approve(home, "london").cannot_be_told
    another_return(home, home.path)

    with home.locked("a test", print) as lock:
        refreshed = refresh_home(home, lock)

    assert str(refreshed.error) == (
        "The public edition stays as it is, since these tests found wrong rows: not_thirteen_cases. Wales was "
        "approved under other definitions or models; that may be why. Approve each of them again, or revoke it, and "
        "refresh."
    )
    assert files(home.public.published) == public
    assert home.internal.in_force != internal
    assert refreshed.as_json()["published"]
    assert refreshed.as_json()["changed"]


def test_a_copy_that_is_gone_is_a_sentence_and_the_edition_of_the_inspectorate_goes_on(home: Home):
    public = files(home.public.published)
    shutil.rmtree(next(home.approved_folder.iterdir()))
    another_return(home, home.path)

    with pytest.raises(
        ApprovedLostError, match=r"is gone from .*Restore it .*or approve the region again, or revoke it"
    ):
        refresh(home)

    assert files(home.public.published) == public
    assert asked(home.database, "select cases_inspected from release_info") == [(17,)]
    revoke(home, "wales")
    refresh(home)
    assert home.public.is_away


def test_a_record_that_is_gone_is_made_again(home: Home):
    public = files(home.public.published)
    home.public.record.unlink()
    assert not home.again().nothing_to_do()

    refresh(home)

    assert files(home.public.published) == public
    assert home.again().nothing_to_do()


def test_what_is_landed_and_what_is_approved_do_not_change_each_other(home: Home):
    copy = next(home.approved_folder.iterdir())
    before = files(copy)
    send_cases(home, SCORES, references("W", 7))
    refresh(home)
    assert files(copy) == before

    landed = files(home.landing)
    approve(home, "wales")
    refresh(home)

    assert files(home.landing) == landed


def test_the_log_is_only_added_to(home: Home):
    first = home.approvals()
    approve(home, "london")
    revoke(home, "wales")
    approve(home, "wales", begins_at=datetime(2027, 1, 1, tzinfo=UTC))
    refresh(home)

    assert home.approvals()[: len(first)] == first
    assert [entry.region_slug for entry in home.approvals()] == ["wales", "london", "wales", "wales"]


def test_a_purge_of_old_versions_changes_nothing_that_is_public(home: Home):
    another_version(home, home.path)
    refresh(home)
    approve(home, "wales")
    refresh(home)
    public = files(home.public.published)

    home.purge(date(2026, 4, 1))
    refresh(home)

    assert files(home.public.published) == public


def test_what_was_approved_under_models_that_say_less_of_a_release_must_be_approved_again(home: Home):
    before = files(home.public.published)
    (copy,) = home.approved_copies()
    model = copy.sql_folder / "marts" / "release_info.sql"
    lines = model.read_text("utf-8").splitlines(keepends=True)
    model.write_text("".join(line for line in lines if "is_sample" not in line), "utf-8")
    home.public.record.unlink()

    with pytest.raises(PublicationError, match="Wales was approved under an earlier version"):
        home.publish_public()

    assert files(home.public.published) == before
    approve(home, "wales")
    assert home.publish_public()
