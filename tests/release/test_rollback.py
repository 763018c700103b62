"""An edition is taken back to a release that is kept, and stays there whatever is built, until that is undone."""

import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline import atomic, rollback
from dipp_pipeline.approval import ApprovalError
from dipp_pipeline.release.edition import DATABASE, Edition
from dipp_pipeline.release.kept import ReleaseLostError, folder_before, keep_pinned
from dipp_pipeline.rollback import RollbackError, UnknownReleaseError
from tests.homes import Home
from tests.landing.small_returns import references, send_cases
from tests.release.editions import BEGUN, approve, cases, files, hours, refresh, revoke


def roll_back(home: Home, wanted: str | None = None, public: bool = False) -> Edition:
    home = home.again()
    with home.locked("a test", print):
        return rollback.roll_back(home, home.public if public else home.internal, wanted)


def undo(home: Home, public: bool = False) -> None:
    rollback.undo(home.public if public else home.internal)


# Which release is meant


FIRST, SECOND, THIRD = "20260302T090000-aaaa00000001", "20260302T100000-aabb00000002", "20260302T110000-cccc00000003"


@pytest.fixture
def kept(tmp_path: Path) -> Home:
    """A home with three releases of which nothing but the folders is there, the last in force, the first put away."""
    home = Home(tmp_path / "home").at(BEGUN)
    for folder in (home.former_releases / FIRST, home.releases / SECOND, home.releases / THIRD):
        folder.mkdir(parents=True)
        (folder / DATABASE).touch()
    home.published.symlink_to(Path("releases", THIRD))
    return home


def test_the_one_before_is_the_one_that_readers_saw_before(kept: Home):
    assert folder_before(kept.internal) == kept.releases / SECOND


def test_a_newer_one_that_was_taken_back_is_not_the_one_before(kept: Home):
    (kept.releases / SECOND).rename(kept.former_releases / SECOND)
    (kept.former_releases / FIRST).rename(kept.releases / FIRST)

    assert folder_before(kept.internal) == kept.releases / FIRST


def test_where_none_is_older_there_is_none_before(kept: Home):
    kept.published.unlink()
    kept.published.symlink_to(Path("releases", FIRST))

    assert folder_before(kept.internal) is None
    with pytest.raises(RollbackError, match="No older release"):
        roll_back(kept)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("dddd", '"dddd" is no release that is kept. Name one of: .*cccc.*aabb.*aaaa'),
        ("aa", '"aa" is more than one release. Name one of: .*aabb00000002 .internal., .*aaaa00000001 .internal.'),
        ("", '"" is more than one release'),
    ],
)
def test_an_unknown_or_ambiguous_release_is_told_with_what_there_is(kept: Home, wanted: str, told: str):
    with pytest.raises(UnknownReleaseError, match=told):
        roll_back(kept, wanted)

    assert kept.internal.folder_in_force == THIRD
    assert kept.internal.pin is None


def test_a_release_of_a_version_whose_tables_cannot_be_read_stays_away(kept: Home):
    database = kept.releases / SECOND / DATABASE
    database.unlink()
    with duckdb.connect(str(database)) as opened:
        opened.execute("create table programme_progress (region_code varchar, status varchar)")
        opened.execute("create table data_quality (rule_code varchar, occurrences integer)")

    with pytest.raises(RollbackError, match=r"lacks programme_progress.*data_quality\.case_score_occurrences"):
        roll_back(kept)

    assert kept.internal.folder_in_force == THIRD
    assert kept.internal.pin is None


def test_where_nothing_is_published_nothing_is_taken_back(tmp_path: Path):
    home = Home(tmp_path / "home")

    with pytest.raises(RollbackError, match="Nothing of the public edition is published"):
        roll_back(home, public=True)
    with pytest.raises(UnknownReleaseError, match="No release is kept yet"):
        roll_back(home, "aaaa")
    assert home.public.is_away


def test_what_is_not_held_back_cannot_be_undone(kept: Home):
    with pytest.raises(RollbackError, match="nothing to undo"):
        undo(kept)


# How a pin holds


def test_a_pin_is_kept_and_lifted(kept: Home):
    kept.internal.pin_at(SECOND, hours(1))

    pin = kept.internal.pin
    assert pin
    assert (pin.folder, pin.since) == (SECOND, hours(1))
    undo(kept)
    assert kept.internal.pin is None


def test_a_switch_that_a_killed_rollback_left_out_is_made_by_the_next_run(kept: Home):
    kept.internal.pin_at(FIRST, hours(1))
    (kept.releases / THIRD / DATABASE).unlink()  # no database, so that nobody asks which it is

    assert keep_pinned(kept.internal)

    assert kept.internal.folder_in_force == FIRST
    assert {folder.name for folder in kept.releases.iterdir()} == {FIRST, THIRD}
    assert {folder.name for folder in kept.former_releases.iterdir()} == {SECOND}


def test_a_pinned_release_that_is_gone_is_told_and_nothing_is_switched(kept: Home):
    kept.internal.pin_at("20260301T090000-dddd00000004", hours(1))

    with pytest.raises(ReleaseLostError, match="dipp rollback --undo"):
        keep_pinned(kept.internal)

    assert kept.internal.folder_in_force == THIRD


# With real releases


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two releases of the inspectorate's own edition and of the public one: of eight cases, and of twelve."""
    home = Home(tmp_path_factory.mktemp("twice") / "home").at(BEGUN)
    send_cases(home, "wales/scores.csv", references("W", 8))
    refresh(home)
    approve(home, "wales")
    refresh(home)
    send_cases(home, "london/scores.csv", references("L", 4))
    home = home.at(hours(1))
    refresh(home)
    approve(home, "london")
    refresh(home)
    return home


@pytest.fixture
def home(twice: Home, tmp_path: Path) -> Home:
    return twice.copy(tmp_path / "home").at(hours(2))


def inspected(home: Home) -> list[tuple[str, str, int | None]]:
    return [(kept.edition, kept.state, kept.cases_inspected) for kept in rollback.releases(home)]


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_an_edition_is_taken_back_held_there_and_let_go(home: Home):
    published = files(home.published)
    (before,) = [kept for kept in rollback.releases(home) if (kept.edition, kept.state) == ("internal", "former")]

    roll_back(home)

    assert home.internal.in_force == before.release_id
    assert ("internal", "pinned", 8) in inspected(home)
    assert ("internal", "former", 12) in inspected(home)
    assert home.again().nothing_to_do()  # what would follow is built, since it was in force
    pinned = files(home.published)
    send_cases(home, "london/more.csv", references("M", 3))
    assert not home.again().nothing_to_do()
    refresh(home)
    assert files(home.published) == pinned
    assert home.again().nothing_to_do()
    assert home.publish().held_back
    with pytest.raises(ApprovalError, match="dipp rollback --undo"):
        approve(home, "london")
    assert len(inspected(home)) == 4

    undo(home)

    assert not home.again().nothing_to_do()
    refresh(home.at(hours(3)))
    assert inspected(home)[0] == ("internal", "in_force", 15)
    assert home.again().nothing_to_do()
    assert roll_back(home).in_force == before.release_id  # and not to the one that was taken back
    assert files(home.published) == pinned != published


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_build_whose_tests_failed_is_not_taken_for_one_that_is_held_back(home: Home, monkeypatch: pytest.MonkeyPatch):
    roll_back(home)
    assert home.again().nothing_to_do()

    monkeypatch.setattr("dipp_pipeline.warehouse.build.Outcome.failed_tests", ["one"])

    assert not home.again().nothing_to_do()
    home.warehouse.unlink()
    assert not home.again().nothing_to_do()


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_what_the_release_fixed_that_is_taken_back_is_kept_since_readers_saw_it(home: Home):
    home.milestones_folder.mkdir(exist_ok=True)
    seen = {"release_id": home.internal.in_force, "number": 4}
    atomic.write_document(home.milestones_folder / "pending.json", seen)  # a publication was killed after its switch

    roll_back(home)

    assert [file.name for file in home.milestones_folder.iterdir()] == ["04.json"]


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_release_that_was_put_away_is_for_everyone_to_read_again(home: Home):
    (before,) = [kept for kept in rollback.releases(home) if (kept.edition, kept.state) == ("internal", "former")]
    away = home.former_releases / before.folder.name
    before.folder.rename(away)
    for path in (away, *away.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o400)

    roll_back(home, before.release_id[:6])

    folder = home.published.resolve()
    assert folder == home.releases.resolve() / before.folder.name
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))}
    assert modes == {(True, 0o755), (False, 0o444)}


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_the_public_edition_is_held_until_something_is_decided(home: Home):
    assert cases(home)["N07"] == 4
    roll_back(home, public=True)
    assert cases(home)["N07"] is None or cases(home)["N07"] == 0
    pinned = files(home.public.published)
    refresh(home)
    assert files(home.public.published) == pinned
    assert home.again().nothing_to_do()
    held = home.publish_public()
    assert held
    assert held.held_back

    approve(home, "london")

    assert home.public.pin is None
    refresh(home)
    assert cases(home)["N07"] == 4
    assert home.again().nothing_to_do()


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_public_release_of_a_region_that_is_revoked_stays_away(home: Home):
    both = home.public.in_force
    revoke(home, "london")

    with pytest.raises(RollbackError, match="holds London"):
        roll_back(home, both)
    assert home.public.pin is None

    roll_back(home, public=True)
    revoke(home, "wales")
    refresh(home)
    assert home.public.is_away
    assert home.again().nothing_to_do()


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("public", [False, True], ids=["internal", "public"])
def test_killed_at_any_moment_one_whole_release_is_in_force_and_the_next_refresh_agrees_with_the_pin(
    twice: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, public: bool
):
    class Killed(BaseException):
        """Nobody catches it, as nobody catches that a process is killed."""

    steps: list[Callable[..., None]] = [atomic.replace, atomic.write_document, atomic.switch_link]
    for number, killed_before in enumerate([True, False] * len(steps)):
        step = steps[number // 2]
        home = twice.copy(tmp_path / str(number)).at(hours(2))
        edition = home.public if public else home.internal
        old, before = edition.folder_in_force, folder_before(edition)
        assert before
        edition.former_releases.mkdir(exist_ok=True)
        before.rename(edition.former_releases / before.name)

        def dying(*given: object, step: Callable[..., None] = step, first: bool = killed_before) -> None:
            if not first:
                step(*given)
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(atomic, step.__name__, dying)
            patched.setattr(f"dipp_pipeline.release.edition.{step.__name__}", dying, raising=False)
            with pytest.raises(Killed):
                roll_back(home, public=public)

        assert edition.folder_in_force in (old, before.name)
        assert edition.database.exists()
        pin = edition.pin
        refresh(home)
        assert edition.folder_in_force == (pin.folder if pin else old)
        assert home.again().nothing_to_do()
