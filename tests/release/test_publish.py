"""When a release is made, and that it is switched in at once while the one before stays whole."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline import atomic
from dipp_pipeline.release.in_force import release_in_force
from dipp_pipeline.release.publish import PublicationError, Release
from dipp_pipeline.release.verify import check_release
from dipp_pipeline.reports.status import summarise
from tests.homes import SQL_FOLDER, Home, copied_definitions

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

BAD_TEST = "-- No region is called Wales.\n-- on: programme_progress\nselect * from programme_progress where {}\n"

READER = """
import sys
import duckdb

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for _ in sys.stdin:
        print(*connection.execute("select release_id from release_info").fetchone(), flush=True)
"""


def test_publishing_the_release_in_force_again_changes_nothing(home: Home):
    before = files(home)

    release = home.publish()

    assert release == Release(release_in_force(home.database), changed=False)
    assert files(home) == before


@pytest.fixture(scope="module")
def republished(published_demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample programme, published a second time as another release."""
    home = published_demo.copy(tmp_path_factory.mktemp("republished") / "home")
    rebuilt_as(home, "aaaaaaaaaaaa", "2026-12-01")
    assert home.publish() == Release("aaaaaaaaaaaa", changed=True)
    return home


def test_a_new_release_replaces_the_one_in_force(republished: Home):
    assert release_in_force(republished.database) == "aaaaaaaaaaaa"


@pytest.mark.parametrize("publication", ["published_demo", "republished"], ids=["the first", "a later one"])
def test_a_release_is_its_forms_and_nothing_else(publication: str, request: pytest.FixtureRequest):
    published = request.getfixturevalue(publication).published

    assert {path.name for path in published.iterdir()} == {
        *("SHA256SUMS", "dipp_findings.duckdb", "dipp_findings.ods", "dipp_findings.xlsx", "method.md"),
        *("site", "tables"),
    }
    assert check_release(published, SQL_FOLDER).problems == []


def test_the_release_before_is_kept_as_it_was(published_demo: Home, republished: Home):
    (former,) = set(releases(republished)) - {republished.published.resolve()}

    assert (former / "dipp_findings.duckdb").read_bytes() == published_demo.database.read_bytes()


def test_what_a_killed_publication_left_is_no_hindrance(home: Home):
    rebuilt_as(home, "aaaaaaaaaaaa", "2026-12-01")
    home.database.with_name(".dipp_findings.new.duckdb").write_bytes(b"half a database")

    home.publish()

    assert release_in_force(home.database) == "aaaaaaaaaaaa"
    assert ".dipp_findings.new.duckdb" not in files(home)


def test_a_test_that_finds_wrong_rows_stops_publication(home: Home, tmp_path: Path):
    before = files(home)
    home = replace(home, sql_folder=with_test(tmp_path / "sql", BAD_TEST.format("region_name = 'Wales'")))

    outcome = home.build()
    with pytest.raises(PublicationError, match="these tests found wrong rows: no_region_is_called_wales"):
        home.publish()

    assert outcome.failed_tests == ["no_region_is_called_wales"]
    assert files(home) == before


def test_a_test_that_finds_wrong_rows_stops_the_first_publication_too(home: Home, tmp_path: Path):
    home.published.unlink()
    home = replace(home, sql_folder=with_test(tmp_path / "sql", BAD_TEST.format("region_name = 'Wales'")))

    home.build()
    with pytest.raises(PublicationError):
        home.publish()

    assert not home.published.is_symlink()
    assert release_in_force(home.database) is None


def test_a_test_that_was_not_run_on_this_warehouse_stops_publication(home: Home, tmp_path: Path):
    before = files(home)
    home = replace(home, sql_folder=with_test(tmp_path / "sql", BAD_TEST.format("false")))

    with pytest.raises(PublicationError, match="these tests were not run: no_region_is_called_wales"):
        home.publish()

    assert files(home) == before


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("alter table national_findings add column case_pseudonym VARCHAR", "national_findings"),
        ("alter table release_info alter regions_included type HUGEINT", "release_info"),
    ],
    ids=["a column more", "another type"],
)
def test_a_table_that_is_not_what_its_model_says_is_never_published(home: Home, change: str, table: str):
    rebuilt_as(home, "aaaaaaaaaaaa", "2026-12-01")
    in_warehouse(home, change)
    before = files(home)

    with pytest.raises(PublicationError, match=f"what was written of {table} is not what its model says"):
        home.publish()

    assert files(home) == before


def test_who_has_the_old_release_open_keeps_it_while_others_see_the_new(home: Home):
    old = release_in_force(home.database)
    rebuilt_as(home, "aaaaaaaaaaaa", "2026-12-01")
    command = [sys.executable, "-c", READER, str(home.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as reader:
        assert ask(reader) == old

        home.publish()

        assert ask(reader) == old
        assert release_in_force(home.database) == "aaaaaaaaaaaa"


def test_a_process_that_holds_the_old_release_sees_the_new_one_when_it_opens_the_path_anew(home: Home):
    old = release_in_force(home.database)
    rebuilt_as(home, "aaaaaaaaaaaa", "2026-12-01")
    with duckdb.connect(str(home.database), read_only=True) as held:
        home.publish()

        with duckdb.connect(str(home.database), read_only=True) as opened_anew:
            assert opened_anew.execute("select release_id from release_info").fetchone() == ("aaaaaaaaaaaa",)
        assert held.execute("select release_id from release_info").fetchone() == (old,)


def test_what_is_published_is_a_link_that_goes_wherever_the_home_goes(home: Home, tmp_path: Path):
    release = release_in_force(home.database)
    assert not home.published.readlink().is_absolute()

    home.path.rename(tmp_path / "elsewhere")

    assert release_in_force(tmp_path / "elsewhere" / "published" / "dipp_findings.duckdb") == release


def test_everyone_may_read_what_is_published_and_nothing_else(published_demo: Home):
    published = [published_demo.published, *published_demo.published.iterdir(), published_demo.path / "releases"]

    assert {oct(path.stat().st_mode & 0o777) for path in published} == {"0o755", "0o444"}
    for folder in (published_demo.restricted, published_demo.keys):
        assert folder.stat().st_mode & 0o077 == 0
    for path in (*published_demo.restricted.rglob("*"), *published_demo.keys.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_release_that_was_made_but_not_switched_in_is_switched_in(home: Home):
    before = home.published.resolve()
    rebuilt_as(home, "aaaaaaaaaaaa", "2026-12-01")
    home.publish()
    atomic.switch_link(home.published, before)

    assert home.publish() == Release("aaaaaaaaaaaa", changed=True)
    assert release_in_force(home.database) == "aaaaaaaaaaaa"


def test_half_a_release_is_swept_away_and_never_kept_as_a_former_one(home: Home):
    half = home.path / "releases" / ".aside-endedhe1"
    half.mkdir()
    (half / "dipp_findings.duckdb").write_bytes(b"half a database")
    rebuilt_as(home, "aaaaaaaaaaaa", "2026-12-01")

    home.publish()

    assert not half.exists()
    assert len(releases(home)) == 2


@pytest.fixture
def home_of_before(home: Home) -> Home:
    """The home as version 0.2 left it: what is published is a folder, and former releases are files."""
    published = home.published.resolve()
    home.published.unlink()
    published.rename(home.published)
    (home.path / "releases").rmdir()
    shutil.rmtree(home.former_releases)
    home.former_releases.mkdir()
    for day in range(1, 4):
        shutil.copyfile(home.database, home.former_releases / f"2026010{day}T020000-00000000000{day}.duckdb")
    return home


def test_a_home_of_before_goes_over_by_itself(home_of_before: Home):
    release, content = release_in_force(home_of_before.database), home_of_before.database.read_bytes()

    assert home_of_before.publish() == Release(release, changed=False)

    assert home_of_before.published.is_symlink()
    assert home_of_before.database.read_bytes() == content
    former = sorted(home_of_before.former_releases.iterdir())
    assert [folder.name for folder in former] == [f"2026010{day}T020000-00000000000{day}" for day in range(1, 4)]
    assert [[file.name for file in folder.iterdir()] for folder in former] == [["dipp_findings.duckdb"]] * 3
    assert (former[0] / "dipp_findings.duckdb").read_bytes() == content


def test_a_home_of_before_that_was_killed_between_two_renames_goes_over_all_the_same(home_of_before: Home):
    release, content = release_in_force(home_of_before.database), home_of_before.database.read_bytes()
    (home_of_before.path / "releases").mkdir()
    home_of_before.published.rename(home_of_before.path / "releases" / f"20260201T020000-{release}")
    (home_of_before.former_releases / "20260101T020000-000000000001").mkdir()
    shutil.copyfile(
        home_of_before.former_releases / "20260101T020000-000000000001.duckdb",
        home_of_before.former_releases / "20260101T020000-000000000001" / "dipp_findings.duckdb",
    )

    assert home_of_before.publish() == Release(release, changed=True)

    assert release_in_force(home_of_before.database) == release
    former = sorted(home_of_before.former_releases.iterdir())
    assert [folder.name[:8] for folder in former] == ["20260101", "20260102", "20260103", "20260201"]
    assert {(folder / "dipp_findings.duckdb").read_bytes() for folder in former} == {content}


def test_a_copy_of_a_home_that_followed_the_link_goes_over_by_itself(home: Home, tmp_path: Path):
    copy = replace(home, path=tmp_path / "copy")
    shutil.copytree(home.path, copy.path)
    assert not copy.published.is_symlink()
    release = release_in_force(copy.database)

    assert copy.publish() == Release(release, changed=False)

    assert copy.published.is_symlink()
    assert release_in_force(copy.database) == release
    assert len(releases(copy)) == 1


def test_a_release_folder_that_holds_something_else_is_a_sentence(home: Home):
    home.published.unlink()
    home.published.mkdir()
    (home.published / "notes.txt").write_text("whose?")
    before = releases(home)

    with pytest.raises(PublicationError, match=r"published holds no release, but notes\.txt\. Move that away"):
        home.publish()

    assert releases(home) == before
    assert (home.published / "notes.txt").exists()


def test_of_all_releases_the_latest_few_are_kept(home: Home):
    home = replace(home, settings=replace(home.settings, releases_kept=3))
    for month in range(1, 4):
        rebuilt_as(home, f"{month:012}", f"2027-0{month}-01")
        home.publish()

    kept = [release_in_force(folder / "dipp_findings.duckdb") for folder in releases(home)]
    assert kept == ["000000000001", "000000000002", "000000000003"]
    assert [folder.name[-1] for folder in home.former_releases.iterdir()] == ["1"]
    assert release_in_force(home.database) == "000000000003"


def test_the_summary_is_the_same_of_the_release_and_of_its_warehouse(published_demo: Home):
    summary = summarise(published_demo.database)

    assert summary == summarise(published_demo.warehouse)
    assert summary.cases == {"received": 333, "accepted": 332, "quarantined": 0, "identical_dropped": 1}
    assert (summary.returns_received, summary.returns_refused) == (8, 0)
    assert summary.issues == {"W01": 3, "W02": 1, "W03": 1, "W06": 1}
    assert summary.other_issues["R03"] == 6
    assert sum(region.status == "included" for region in summary.regions) == 5
    assert summary.has_problems  # in returns of other kinds


def releases(home: Home) -> list[Path]:
    """The folders of all releases that are kept, by time."""
    folders = [*home.former_releases.iterdir(), *(home.path / "releases").iterdir()]
    return sorted(folders, key=lambda folder: folder.name)


def files(home: Home) -> dict[str, bytes]:
    """What is published, by path in the release."""
    folder = home.published.resolve()
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def rebuilt_as(home: Home, release_id: str, day: str) -> None:
    """Have the warehouse be one that was built anew, and so another release."""
    in_warehouse(
        home,
        f"update landing.build set release_id = '{release_id}', published_at = '{day}';"
        f"update release_info set release_id = '{release_id}', published_at = '{day}'",
    )


def in_warehouse(home: Home, sql: str) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(sql)


def with_test(sql_folder: Path, test: str) -> Path:
    """The definitions with one SQL test more."""
    copied_definitions(sql_folder)
    (sql_folder / "tests" / "no_region_is_called_wales.sql").write_text(test, "utf-8")
    return sql_folder


def ask(reader: subprocess.Popen[str]) -> str:
    """The release that the reader sees."""
    reader.stdin.write("\n")
    return reader.stdout.readline().strip()
