"""A version that would lose many of the accepted cases waits for acceptance, and everything stays as it was."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.landing.history import Loss, Return
from dipp_pipeline.settings import load_settings
from tests.homes import Home
from tests.landing.small_returns import references, return_of, send, send_cases
from tests.returns import CaseReturn

pytestmark = pytest.mark.thorough

HELD = ("half.csv", "over a fifth.csv", "exchanged.csv", "quarantined.csv", "misspelt.csv", "then refused.csv")
"""Returns of Wales whose second version is held."""

NEW_CASES = references("C", 3, first=101)
"""Cases that a held version of Wales brings, and a return of London has."""


@dataclass(frozen=True)
class Held:
    """A home after three rounds of returns, and what Wales's measures were after the first."""

    home: Home
    figures_before: list[tuple[object, ...]]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    home = Home(tmp_path_factory.mktemp("held") / "home")
    first_round(home)
    home.ingest()
    home.build()
    figures_before = figures(home, "N03")
    home.again().history().find("london", "withdrawn.csv").withdraw()
    second_round(home)
    home.ingest()
    third_round(home)
    home.ingest()
    home.build()
    home.publish()
    return Held(home, figures_before)


def first_round(home: Home) -> None:
    for letter, path in zip("ABCDEF", HELD, strict=True):
        send_cases(home, f"wales/{path}", references(letter, 10))
    for letter, name in zip("GHIJ", ("a fifth", "exchanged a fifth", "then better", "withdrawn"), strict=True):
        send_cases(home, f"london/{name}.csv", references(letter, 10))
    nothing_accepted = return_of(references("K", 4), "london")
    spoil(nothing_accepted, references("K", 4), "pdu", "Atlantis")
    send(home, "london/nothing accepted.csv", nothing_accepted)


def second_round(home: Home) -> None:
    send_cases(home, "wales/half.csv", references("A", 5))
    send_cases(home, "wales/over a fifth.csv", references("B", 7))
    send_cases(home, "wales/exchanged.csv", references("C", 7) + NEW_CASES)
    for path, letter, answer in (("quarantined.csv", "D", "Maybe"), ("misspelt.csv", "E", "Perhaps")):
        given = return_of(references(letter, 10))
        spoil(given, [f"{letter}000001", f"{letter}000005", f"{letter}000009"], "C2b", answer)
        send(home, f"wales/{path}", given)
    send_cases(home, "wales/then refused.csv", references("F", 5))
    send_cases(home, "london/a fifth.csv", references("G", 8))
    send_cases(home, "london/exchanged a fifth.csv", references("H", 8) + references("H", 5, first=101))
    send_cases(home, "london/then better.csv", references("I", 5))
    send_cases(home, "london/withdrawn.csv", references("J", 1))
    send_cases(home, "london/nothing accepted.csv", references("K", 1, first=101))


def third_round(home: Home) -> None:
    (home.incoming / "wales" / "then refused.csv").write_text("no case table\n")
    send_cases(home, "london/then better.csv", references("I", 9))
    send_cases(home, "london/claims.csv", NEW_CASES)


@pytest.mark.parametrize("path", HELD)
def test_a_version_that_loses_more_than_a_fifth_is_kept_and_not_in_force(held: Held, path: str):
    known = held.home.of_path(path)

    assert (known.in_force.number, known.held.number) == (1, 2)
    assert [known.outcome(version) for version in known.versions[:2]] == ["in_force", "held"]
    assert (held.home.originals / known.held.original).exists()


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("a fifth.csv", 2),
        ("exchanged a fifth.csv", 2),
        ("then better.csv", 3),
        ("withdrawn.csv", 2),
        ("nothing accepted.csv", 2),
        ("claims.csv", 1),
    ],
)
def test_any_other_version_is_in_force_and_nothing_is_held(held: Held, path: str, number: int):
    known = held.home.of_path(path)

    assert known.in_force.number == number
    assert known.held is None


@pytest.mark.parametrize(
    ("path", "loss"),
    [
        ("half.csv", Loss(5, 10)),
        ("over a fifth.csv", Loss(3, 10)),
        ("exchanged.csv", Loss(3, 10)),
        ("quarantined.csv", Loss(3, 10)),
        ("a fifth.csv", Loss(2, 10)),
        ("exchanged a fifth.csv", Loss(2, 10)),
        ("withdrawn.csv", None),
        ("nothing accepted.csv", Loss(0, 0)),
    ],
)
def test_what_counts_is_which_of_the_accepted_cases_are_gone(held: Held, path: str, loss: Loss | None):
    assert held.home.of_path(path).versions[1].reading.loss == loss


def test_a_version_that_never_came_into_force_is_told_from_one_that_was_superseded(held: Held):
    known = held.home.of_path("then better.csv")

    assert [known.outcome(version) for version in known.versions] == ["superseded", "never_in_force", "in_force"]


def test_a_refused_version_after_a_held_one_leaves_it_held(held: Held):
    known = held.home.of_path("then refused.csv")

    assert known.refused
    assert [known.outcome(version) for version in known.versions] == ["in_force", "held", "refused"]


def test_a_held_version_changes_no_figure(held: Held):
    assert len(held.figures_before) == 11
    assert figures(held.home, "N03") == held.figures_before


def test_a_held_version_takes_no_case_from_another_return(held: Held):
    with duckdb.connect(str(held.home.warehouse), read_only=True) as warehouse:
        clashes = warehouse.execute("from data_quality where rule_code = 'R04'").fetchall()
        (kept,) = warehouse.execute(
            "select count(*) from int_accepted_cases inner join stg_returns using (return_id)"
            " where return_path = 'claims.csv'"
        ).fetchone()

    assert clashes == []
    assert kept == len(NEW_CASES)


def test_the_progress_of_the_programme_counts_held_returns(held: Held):
    with duckdb.connect(str(held.home.database), read_only=True) as published:
        counts = dict(published.execute("select region_code, returns_held from programme_progress").fetchall())

    assert len(counts) == 12
    assert counts.pop("N03") == len(HELD)
    assert set(counts.values()) == {0}


@pytest.fixture(scope="module")
def accepted(held: Held, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same, with the held version of one return accepted."""
    home = held.home.copy(tmp_path_factory.mktemp("accepted") / "home")
    home.of_path("half.csv").held.accept()
    return home


def test_an_accepted_version_is_in_force_and_the_other_returns_are_as_they_were(accepted: Home):
    known = accepted.of_path("half.csv")

    assert (known.in_force.number, known.held) == (2, None)
    assert waiting(accepted.again().history().returns) == set(HELD) - {"half.csv"}


def test_an_acceptance_takes_effect_with_the_next_release_without_reading_anything(accepted: Home, held: Held):
    read = accepted.ingest()
    accepted.build()

    before, after = (cases_inspected(home) for home in (held.home, accepted))
    assert read == []
    assert accepted.publish().changed
    assert (before["N03"], after["N03"]) == (60, 55)
    assert (before["N07"], after["N07"]) == (8 + 13 + 9 + 1 + 1 + 3,) * 2


def test_what_comes_after_an_acceptance_is_held_against_the_accepted_version(accepted: Home, tmp_path: Path):
    home = accepted.copy(tmp_path / "home")
    send_cases(home, "wales/half.csv", references("A", 3))
    home.ingest()
    two_of_five_lost = home.of_path("half.csv")
    send_cases(home, "wales/half.csv", references("A", 4))
    home.ingest()
    one_of_five_lost = home.of_path("half.csv")

    assert (two_of_five_lost.in_force.number, two_of_five_lost.held.number) == (2, 3)
    assert (one_of_five_lost.in_force.number, one_of_five_lost.held) == (4, None)


@pytest.fixture(scope="module")
def spelt_anew(accepted: Home, new_spelling: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same under definitions in which "Perhaps" means no: everything was read again."""
    home = accepted.copy(tmp_path_factory.mktemp("spelt") / "home").under(new_spelling)
    assert len(home.ingest()) == len(home.again().history().returns)
    return home


def test_an_acceptance_outlives_changed_definitions(spelt_anew: Home):
    assert spelt_anew.of_path("half.csv").in_force.number == 2


def test_definitions_that_mend_a_held_version_release_it_and_no_other(spelt_anew: Home):
    known = spelt_anew.of_path("misspelt.csv")

    assert (known.in_force.number, known.held) == (2, None)
    assert waiting(spelt_anew.again().history().returns) == set(HELD) - {"half.csv", "misspelt.csv"}


@pytest.mark.parametrize(
    ("percent", "expected"), [(29, set(HELD)), (30, {"half.csv", "then refused.csv"}), (50, set())]
)
def test_the_share_is_a_setting(held: Held, percent: int, expected: set[str]):
    home = replace(held.home, settings=replace(held.home.settings, held_above_percent=percent))

    assert waiting(home.history().returns) == expected


def test_the_share_can_be_set_in_the_home(held: Held, tmp_path: Path):
    home = held.home.copy(tmp_path / "home")
    (home.path / "dipp.toml").write_text("held_above_percent = 50\n")

    settings = load_settings(home.path, {"DIPP_PSEUDONYM_KEY": home.settings.pseudonym_key.decode()})
    home = replace(home, settings=settings)

    assert waiting(home.history().returns) == set()
    assert not home.nothing_to_do()


def test_a_withdrawn_return_holds_nothing(held: Held, tmp_path: Path):
    home = held.home.copy(tmp_path / "home")

    home.of_path("half.csv").withdraw()

    known = home.of_path("half.csv")
    assert (known.in_force, known.held) == (None, None)
    assert [known.outcome(version) for version in known.versions] == ["withdrawn", "never_in_force"]


def spoil(given: CaseReturn, case_references: Collection[str], column: str, cell: str) -> None:
    """Put a cell into these cases."""
    for case in given.cases:
        if case["case_reference"] in case_references:
            case[column] = cell


def waiting(returns: Collection[Return]) -> set[str]:
    """The paths of the returns of which a version is held."""
    return {known.path for known in returns if known.held}


def figures(home: Home, region_code: str) -> list[tuple[object, ...]]:
    """A region's measures, without what compares it with the rest, which is of other returns."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.execute(
            "select measure_code, cases_inspected, relevant_cases, counted_cases, percentage, lower_95, upper_95"
            " from regional_findings where region_code = ?",
            [region_code],
        ).fetchall()


def cases_inspected(home: Home) -> dict[str, int]:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return dict(warehouse.execute("select distinct region_code, cases_inspected from regional_findings").fetchall())
