"""Revisions over random histories: each changed figure is told once, as the two releases hold it, and nothing else.

What changed is worked out from the two published files alone, and why from what was done in between.
"""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

import duckdb
import pytest

from dipp_pipeline.release.edition import Edition
from tests.homes import Home
from tests.landing.small_returns import send
from tests.release.editions import BEGUN, approve, hours, refresh
from tests.returns import CaseReturn, valid_return

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

HISTORIES = range(20)
STEPS = 2

KEYS = {
    "regional_findings": ("region_code", "measure_code"),
    "national_findings": ("measure_code",),
    "regional_question_findings": ("region_code", "question_code"),
    "national_question_findings": ("question_code",),
    "findings_over_time": ("step", "measure_code"),
    "as_published": ("region_code", "measure_code", "published_text", "source"),
    "headlines": ("level", "region_code", "measure_code", "situation"),
    "programme_progress": ("region_code",),
    "data_quality": ("region_code", "rule_code"),
    "staffing": ("level", "region_code", "pdu_slug", "grade"),
    "staff_survey_findings": ("level", "region_code", "statement_code"),
    "recommendations": ("region_code", "number"),
    "recommendation_progress": ("region_code", "number", "version"),
    "follow_up": ("region_code",),
}
"""The tables of the contract whose rows are of a region, measure or question, and what tells their rows apart.

All but `findings_for_charts`, which is a view of others.
"""

NUMBERS = ("INTEGER", "BIGINT", "DOUBLE")
REASONS = ("replaced_return", "other", "new_return")
REGIONS = {"wales": "N03", "london": "N07", "east-of-england": "N56"}
SHARED = "S000001"

Figure = tuple[str, str, str]
Revisions = Mapping[Figure, tuple[str | None, str | None, str, str]]


@dataclass
class History:
    """A home whose returns come, change and go as a seed has it."""

    home: Home
    draw: Random
    returns: dict[str, CaseReturn] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    events: set[tuple[str, str]] = field(default_factory=set)
    """Region and reason of what was done since the last release."""

    def new_return(self) -> None:
        slug = self.draw.choice(list(REGIONS))
        number = next(self.numbers)
        given = valid_return(slug)
        kinds = [self.draw.choice(given.cases) for _ in range(self.draw.randint(1, 6))]
        given.cases = [
            case | {"case_reference": f"{slug[0].upper()}{number:03}{place:03}"} for place, case in enumerate(kinds)
        ]
        if self.draw.random() < 0.3:
            given.cases[0]["case_reference"] = SHARED
        self._send(f"{slug}/{number}.csv", given, "new_return")

    def replaced(self) -> None:
        path = self.draw.choice(list(self.returns))
        given = self.returns[path]
        while True:
            case = self.draw.choice(given.cases)
            question = self.draw.choice([name for name, cell in case.items() if cell in ("Yes", "No", "Perhaps")])
            if question[0] in "CA":  # an answer, no field
                break
        case[question] = "No" if case[question] == "Yes" else "Yes"
        self._send(path, given, "replaced_return")

    def refused(self) -> None:
        slug = self.draw.choice(list(REGIONS))
        (self.home.incoming / slug).mkdir(parents=True, exist_ok=True)
        (self.home.incoming / slug / f"{next(self.numbers)}.csv").write_text("no case table\n")
        self.events.add((slug, "new_return"))

    def withdrawn(self) -> None:
        path = self.draw.choice(list(self.returns))
        slug, name = path.split("/")
        known = self.home.again().history().find(slug, name)
        if known and known.in_force and known.latest.number == known.in_force.number:
            known.withdraw()
            del self.returns[path]
            self.events.add((slug, "other"))

    def corrected(self) -> None:
        path = self.draw.choice([path for path in self.returns if not (self.home.path / path).exists()])
        case = next((case for case in self.returns[path].cases if case["C1"] == "Yes"), None)
        if case is None or case["case_reference"] == SHARED:
            return
        heading = "region,return,case,field,from,to,reason,author_role,date"
        slug, name = path.split("/")
        line = f"{slug},{name},{case['case_reference']},C1,Yes,No,Keyed wrongly,inspector,2026-01-05"
        self.home.corrections_file.write_text(f"{heading}\n{line}\n")
        self.events.add((slug, "other"))

    def erased(self) -> None:
        path = self.draw.choice(list(self.returns))
        case = self.draw.choice(self.returns[path].cases)
        if case["case_reference"] == SHARED or len(self.returns[path].cases) == 1:
            return
        report = self.home.erase(str(case["case_reference"]), scrub_incoming=True)
        assert report.is_complete, report
        self.returns[path].cases.remove(case)
        self.events.add((path.split("/")[0], "other"))

    def step(self, number: int) -> None:
        """One to three things are done, and the next release is made."""
        self.home = self.home.at(hours(number))
        self.events = set()
        for _ in range(self.draw.randint(1, 3)):
            self.draw.choice([self.new_return, self.replaced, self.replaced, self.refused, self.withdrawn])()
            if not self.returns:
                self.new_return()
        if number == STEPS:
            unchanged = {path for path in self.returns if self._landed(path)}
            self.returns = {path: given for path, given in self.returns.items() if path in unchanged}
            if self.returns:
                self.draw.choice([self.corrected, self.erased])()
        refresh(self.home)

    def _landed(self, path: str) -> bool:
        """Whether what was sent last was landed already, and counts."""
        known = self.home.again().history().find(*path.split("/"))
        sent = known is not None and path not in self.home.again().new_content()
        return bool(sent and known and known.in_force and known.in_force is known.latest)

    def _send(self, path: str, given: CaseReturn, reason: str) -> None:
        is_new = path not in self.returns
        self.returns[path] = given
        send(self.home, path, given)
        slug = path.split("/")[0]
        if is_new or (slug, f"new {path}") not in self.events:
            self.events.add((slug, reason))
        if is_new:
            self.events.add((slug, f"new {path}"))


def started(seed: int, folder: Path) -> History:
    history = History(Home(folder / "home").at(BEGUN), Random(seed))
    for _ in range(3):
        history.new_return()
    refresh(history.home)
    return history


@pytest.mark.parametrize("seed", HISTORIES)
def test_each_changed_figure_of_either_edition_is_told_once_and_nothing_else(seed: int, tmp_path: Path):
    history = started(seed, tmp_path)
    internal, public = history.home.internal, history.home.public
    assert told(internal) == {}

    for number in range(1, STEPS + 1):
        before, release = figures(internal), internal.in_force
        history.step(number)

        revisions = told(internal)
        assert values(revisions) == changed(before, figures(internal))
        assert {since for *_, since in revisions.values()} <= {release}
        assert reasons(revisions) == {
            row: expected_reason(history.events, region_of(table, row_key))
            for row in revisions
            for table, row_key, _ in [row]
        }

        for slug in filter(partial(includes, history.home), REGIONS):
            before, release = figures(public) if public.in_force else {}, public.in_force
            proposal = approve(history.home, slug)
            history.home.publish_public()
            if public.in_force == release:
                assert proposal.revisions == []
                continue
            revisions = told(public)
            assert values(revisions) == changed(before, figures(public))
            assert {since for *_, since in revisions.values()} <= {release}
            assert set(reasons(revisions).values()) <= set(REASONS)
            shown = {(row["table_name"], row["row_key"], row["column_name"]) for row in proposal.revisions}
            assert shown == revisions.keys()
            break


@pytest.mark.parametrize("seed", HISTORIES[:3])
def test_the_identity_of_a_release_is_not_of_the_one_before(seed: int, tmp_path: Path):
    history = started(seed, tmp_path)
    history.step(1)
    assert told(history.home.internal)

    same = history.home.copy(tmp_path / "another history")
    same.published.unlink()
    shutil.rmtree(same.releases)
    refresh(same)

    assert same.internal.in_force == history.home.internal.in_force
    assert told(same.internal) == {}


def values(revisions: Revisions) -> Mapping[Figure, tuple[str | None, str | None]]:
    return {row: (old, new) for row, (old, new, *_) in revisions.items()}


def reasons(revisions: Revisions) -> Mapping[Figure, str]:
    return {row: reason for row, (_, _, reason, _) in revisions.items()}


def includes(home: Home, slug: str) -> bool:
    sql = "select status from programme_progress where region_code = ?"
    with duckdb.connect(str(home.database), read_only=True) as opened:
        return opened.execute(sql, [REGIONS[slug]]).fetchone() == ("included",)


def test_histories_have_every_reason_and_figures_that_come_and_go(tmp_path: Path):
    """That the twenty are worth something."""
    of: set[str] = set()
    come = gone = False
    for seed in HISTORIES:
        history = started(seed, tmp_path / str(seed))
        for number in range(1, STEPS + 1):
            history.step(number)
            for old, new, reason, _ in told(history.home.internal).values():
                of.add(reason)
                come, gone = come or old is None, gone or new is None
        if (of, come, gone) == (set(REASONS), True, True):
            return
    raise AssertionError((of, come, gone))


def figures(edition: Edition) -> Mapping[Figure, str | None]:
    """Every figure of a published file: what of a table's numeric columns is no part of its key."""
    found: dict[Figure, str | None] = {}
    with duckdb.connect(str(edition.database), read_only=True) as opened:
        for table, key in KEYS.items():
            described = opened.execute(f"describe {table}").fetchall()
            columns = [row[0] for row in described if row[1] in NUMBERS and row[0] not in key]
            for row in opened.execute(f"select {', '.join([*key, *columns])} from {table}").fetchall():
                row_key = "|".join("" if part is None else str(part) for part in row[: len(key)])
                for column, value in zip(columns, row[len(key) :], strict=True):
                    assert (table, row_key, column) not in found
                    found[table, row_key, column] = None if value is None else format(value, ".17g")
    return found


def changed(
    before: Mapping[Figure, str | None], after: Mapping[Figure, str | None]
) -> Mapping[Figure, tuple[str | None, str | None]]:
    both = before.keys() & after.keys()
    return {row: (before[row], after[row]) for row in both if before[row] != after[row]}


def told(edition: Edition) -> Revisions:
    """What the file itself says, each once."""
    columns = "table_name, row_key, column_name, old_value, new_value, reason, since_release_id"
    with duckdb.connect(str(edition.database), read_only=True) as opened:
        rows = opened.execute(f"select {columns} from revisions").fetchall()
    said = {(row[0], row[1], row[2]): (row[3], row[4], row[5], row[6]) for row in rows}
    assert len(said) == len(rows)
    return said


def region_of(table: str, row_key: str) -> str:
    key = KEYS[table]
    return row_key.split("|")[key.index("region_code")] if "region_code" in key else ""


def expected_reason(events: Collection[tuple[str, str]], region_code: str) -> str:
    """The first that holds of the region, else of any."""
    own = {reason for slug, reason in events if REGIONS[slug] == region_code}
    every = {reason for _, reason in events}
    return next(reason for of in (own, every) for reason in REASONS if reason in of)


def test_a_release_whose_origin_is_not_known_calls_no_return_new(tmp_path: Path):
    history = started(1, tmp_path)
    home = history.home
    home.internal.record.unlink()
    home = replace(home, settings=replace(home.settings, survey_minimum=20))
    (home.incoming / "wales").mkdir(exist_ok=True)
    (home.incoming / "wales" / "refused.csv").write_text("no case table\n")

    refresh(home)

    assert {reason for _, _, reason, _ in told(home.internal).values()} == {"other"}
