"""Who decides what is public, and from when: the log, and the command `dipp approve`."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dipp_pipeline.cli import main
from dipp_pipeline.release.approvals import Approval, append_approval, in_effect, pending, read_approvals
from tests.homes import Home
from tests.landing.small_returns import references, return_of, send, send_cases
from tests.release.editions import BEGUN, approve, cases, files, hours, refresh

Dipp = Callable[..., Result]


def entry(number: int, begins: int, region_slug: str = "wales") -> Approval:
    """An approval that was made in that hour, for another."""
    return Approval(f"{number:04}", region_slug, "head", hours(number), hours(begins), "release")


def revocation(hour: int) -> Approval:
    return Approval("", "wales", "head", hours(hour), hours(hour), "")


@pytest.mark.parametrize(
    ("log", "hour", "counting", "waiting"),
    [
        ([], 9, None, []),
        ([entry(1, 1)], 1, "0001", []),
        ([entry(1, 1)], 0.99, None, ["0001"]),
        ([entry(1, 1), entry(2, 5)], 4.99, "0001", ["0002"]),
        ([entry(1, 1), entry(2, 5)], 5, "0002", []),
        ([entry(1, 5), entry(2, 2)], 3, "0002", []),
        ([entry(1, 5), entry(2, 2)], 6, "0002", []),
        ([entry(1, 5), entry(2, 5)], 3, None, ["0002"]),
        ([entry(1, 5), entry(2, 7)], 3, None, ["0001", "0002"]),
        ([entry(1, 1), revocation(2)], 3, None, []),
        ([entry(1, 5), revocation(2)], 6, None, []),
        ([entry(1, 1), entry(2, 5), revocation(3)], 6, None, []),
        ([entry(1, 1), revocation(2), entry(3, 5)], 4, None, ["0003"]),
        ([entry(1, 1), entry(2, 2, "london")], 3, "0001", []),
    ],
)
def test_of_a_region_the_last_approval_counts_whose_time_has_come(
    log: list[Approval], hour: float, counting: str | None, waiting: list[str]
):
    in_force = in_effect(log, hours(hour)).get("wales")

    assert (in_force.approval_id if in_force else None) == counting
    assert [approval.approval_id for approval in pending(log, hours(hour))] == waiting


def test_entries_are_kept_in_order_and_as_they_were_made(tmp_path: Path):
    log = [entry(1, 1), revocation(2), entry(3, 5)]

    for approval in log:
        append_approval(tmp_path / "approvals.json", approval)

    assert read_approvals(tmp_path / "approvals.json") == log


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which Wales is published, and London has nothing that is accepted."""
    home = Home(tmp_path_factory.mktemp("approvals") / "home").at(BEGUN)
    send_cases(home, "wales/scores.csv", references("W", 8))
    (home.incoming / "london").mkdir()
    (home.incoming / "london" / "refused.csv").write_text("no case table\n")
    refresh(home)
    return home


@pytest.fixture
def home(published: Home, tmp_path: Path) -> Home:
    return published.copy(tmp_path / "home").at(hours(1))


@pytest.fixture
def dipp(home: Home, monkeypatch: pytest.MonkeyPatch) -> Dipp:
    """The command, at work on the home at its moment, or at another that is given."""

    def run(*arguments: str, answer: str | None = None, at: datetime | None = None) -> Result:
        moment = home.at(at) if at else home.again()
        monkeypatch.setattr("dipp_pipeline.home.open_home", lambda _: moment)
        return CliRunner().invoke(main, ["approve", *arguments], input=answer)

    return run


BY = ("--by", "head of inspection")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("wales",), "with --by the role"),
        (("wales", "--by", " "), "with --by the role"),
        (("--by", "head"), "Name the region"),
        (("atlantis", *BY), '"atlantis" is no region. Use one of'),
        (("wales", *BY, "--from", "tomorrow"), '--from "tomorrow" is no time. Give it as 2026-12-01T09:30'),
        (("wales", *BY, "--from", "2026-03-02T10:00"), "2026-03-02T10:00 is past. Leave --from out"),
        (("wales", *BY, "--revoke", "--from", "2026-12-01T09:30"), "revoked at once"),
    ],
)
def test_wrong_use_is_a_sentence_and_nothing_is_logged(
    home: Home, dipp: Dipp, arguments: tuple[str, ...], sentence: str
):
    done = dipp(*arguments, "--yes")

    assert (done.exit_code, sentence in " ".join(done.output.split())) == (2, True), done.output
    assert not home.approvals_file.exists()
    assert not home.approved_folder.exists() or list(home.approved_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("london", *BY, "--yes"), "No case of London is accepted yet"),
        (("wales", *BY, "--revoke"), "Wales is not approved, so that there is nothing to revoke."),
    ],
)
def test_what_cannot_be_decided_is_a_sentence(home: Home, dipp: Dipp, arguments: tuple[str, ...], sentence: str):
    done = dipp(*arguments)

    assert (done.exit_code, sentence in done.output) == (1, True)
    assert not home.approvals_file.exists()


def test_where_nothing_is_published_yet_there_is_nothing_to_approve(home: Home, dipp: Dipp):
    home.published.unlink()

    done = dipp("wales", *BY, "--yes")

    assert (done.exit_code, "Refresh first" in done.output) == (1, True)


@pytest.mark.thorough
def test_what_is_not_published_is_not_approved(home: Home, dipp: Dipp):
    send_cases(home, "wales/more.csv", references("M", 4))
    home.ingest()

    done = dipp("wales", *BY, "--yes")

    assert (done.exit_code, "Refresh first" in done.output) == (1, True)
    assert not home.approvals_file.exists()


def test_without_a_warehouse_it_asks_for_a_refresh(home: Home, dipp: Dipp):
    home.warehouse.unlink()

    assert "Refresh first" in dipp("wales", *BY, "--yes").output


@pytest.mark.parametrize("answer", ["n\n", ""], ids=["no", "none"])
def test_it_asks_and_where_the_answer_is_not_yes_nothing_is_done(home: Home, dipp: Dipp, answer: str):
    done = dipp("wales", *BY, answer=answer)

    assert done.exit_code == 1
    assert "Approve it?" in done.output
    assert not home.approvals_file.exists()
    assert list(home.approved_folder.iterdir()) == []
    assert home.again().nothing_to_do()


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_it_only_logs_and_the_next_refresh_publishes(home: Home, dipp: Dipp):
    done = dipp("wales", *BY, answer="y\n")

    assert done.exit_code == 0
    assert "Wales enters the public edition with 8 cases; it then has 1 region." in done.output
    assert "No figure that is public would change." in done.output
    assert "goes into the public edition with the next refresh. Run:" in done.output
    assert home.public.is_away
    (approval,) = home.approvals()
    assert (approval.by, approval.decided_at, approval.release_id) == (BY[1], hours(1), home.internal.in_force)
    assert not home.again().nothing_to_do()
    refresh(home)
    assert cases(home)["N03"] == 8


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_it_shows_the_revisions_that_it_would_publish(home: Home, dipp: Dipp):
    approve(home, "wales")
    refresh(home)
    given = return_of(references("W", 8))
    given.cases[0]["C1"] = "No"
    send(home, "wales/scores.csv", given)
    refresh(home)

    done = dipp("wales", *BY, "--yes", at=hours(2))

    assert "Wales is in the public edition with 8 cases" in done.output
    assert "  regional_findings N03|assessment_sufficient counted_cases: 8 -> 7 (replaced_return)" in done.output
    public = files(home.public.published)
    refresh(home.at(hours(2)))
    assert files(home.public.published) != public


EMBARGOES = {
    "2026-12-01T09:30": datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
    "2026-07-01T09:30": datetime(2026, 7, 1, 8, 30, tzinfo=UTC),
    "2026-03-29T00:59": datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
    "2026-03-29T01:30": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    "2026-03-29T02:00": datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    "2026-10-25T00:59": datetime(2026, 10, 24, 23, 59, tzinfo=UTC),
    "2026-10-25T01:30": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    "2026-10-25T02:00": datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
}
"""London time to when the embargo ends: where a time is not or is twice, when the clocks change, at the later one."""


@pytest.mark.parametrize("given", EMBARGOES)
def test_an_embargo_ends_at_a_time_of_london(home: Home, dipp: Dipp, given: str):
    done = dipp("wales", *BY, "--yes", "--from", given)

    assert f"with the first refresh from {given} on" in done.output
    assert [approval.begins_at for approval in home.approvals()] == [EMBARGOES[given]]


def test_what_is_approved_under_embargo_can_be_revoked(home: Home, dipp: Dipp):
    dipp("wales", *BY, "--yes", "--from", "2026-12-01T09:30")

    done = dipp("wales", "--by", "head", "--revoke", at=hours(2))

    assert (done.exit_code, "Wales leaves the public edition with the next refresh. Run:" in done.output) == (0, True)
    assert [approval.is_revocation for approval in home.approvals()] == [False, True]


def test_all_that_was_decided_is_listed_with_what_became_of_it(home: Home, dipp: Dipp):
    dipp("wales", "--by", "first", "--yes")
    dipp("wales", "--by", "second", "--revoke", at=hours(2))
    dipp("wales", "--by", "third", "--yes", at=hours(3))
    dipp("wales", "--by", "fourth", "--yes", "--from", "2026-07-01T09:30", at=hours(4))

    listed = json.loads(dipp("--list", "--json", at=hours(5)).output)
    shown = dipp("--list", at=hours(5)).output.splitlines()

    assert [(row["by"], row["state"]) for row in listed] == [
        ("first", "over"),
        ("second", "revocation"),
        ("third", "in_effect"),
        ("fourth", "under_embargo"),
    ]
    assert listed[-1] == {
        "region_slug": "wales",
        "decided_at": "2026-03-02T13:00",
        "by": "fourth",
        "begins_at": "2026-07-01T09:30",
        "state": "under_embargo",
    }
    assert len(shown) == 5
    assert "under embargo" in shown[-1]


def test_of_an_empty_log_nothing_is_listed(dipp: Dipp):
    assert json.loads(dipp("--list", "--json").output) == []


def test_a_region_is_approved_twice_in_one_second(home: Home):
    approve(home, "wales")
    approve(home, "wales")

    assert len({approval.approval_id for approval in home.approvals()}) == 2


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), OSError(13, "Permission denied")])
def test_a_copy_that_cannot_be_made_is_a_sentence_and_leaves_nothing(
    home: Home, dipp: Dipp, monkeypatch: pytest.MonkeyPatch, fault: OSError
):
    def failing(target: Path, source: Path) -> None:
        raise OSError(fault.errno, fault.strerror, str(source), None, str(target))

    monkeypatch.setattr(Path, "hardlink_to", failing)
    done = dipp("wales", *BY, "--yes")

    assert done.exit_code == 1
    assert "Something unexpected" not in done.output
    assert {28: "is full", 13: "may not be opened"}[fault.errno or 0] in done.output
    assert list(home.approved_folder.iterdir()) == []
    assert not home.approvals_file.exists()


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_an_approval_under_another_key_is_told_and_does_not_hinder(home: Home):
    approve(home, "wales")
    refresh(home)
    under = replace(home.with_key(b"another key of tests, no secret either"), clock=home.at(hours(2)).clock)
    send_cases(under, "london/scores.csv", references("L", 5))
    refresh(under)

    proposal = approve(under, "london")
    refresh(under)

    assert proposal.under_other_keys == ["Wales"]
    assert (cases(under)["N03"], cases(under)["N07"]) == (8, 5)
