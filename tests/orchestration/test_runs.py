"""What Dagster runs and shows, with the real stages behind it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from dipp_pipeline import rollback
from dipp_pipeline.orchestration import assets, jobs
from dipp_pipeline.orchestration.code_location import build_definitions
from dipp_pipeline.orchestration.landed import region_partitions
from dipp_pipeline.reports.history import history_of_region
from dipp_pipeline.reports.status import summarise, summarise_returns
from tests.end_to_end.dipp import DEMO_RETURNS
from tests.homes import SQL_FOLDER, Home, copied_definitions
from tests.landing.small_returns import references, return_of, send, send_cases
from tests.release import editions
from tests.release.editions import BEGUN

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home to which two regions have sent returns."""
    for region in ("south-central", "kent-surrey-and-sussex"):
        shutil.copytree(DEMO_RETURNS / region, tmp_path / "incoming" / region)
    return Home(tmp_path)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def test_a_run_for_one_region_takes_in_that_region_alone_and_publishes(
    home: Home, instance: dg.DagsterInstance
) -> None:
    job = build_definitions(home).resolve_job_def("refresh_regions")

    result = job.execute_in_process(instance=instance, partition_key="south-central")

    assert result.success
    assert {known.region_slug for known in home.history().returns} == {"south-central"}
    assert home.database.exists()


def test_the_nightly_run_shows_rows_columns_lineage_and_checks(home: Home, instance: dg.DagsterInstance) -> None:
    definitions = build_definitions(home)

    result = definitions.resolve_job_def("nightly_refresh").execute_in_process(instance=instance)

    events = {event.asset_key: event for event in result.get_asset_materialization_events()}
    shown = events[dg.AssetKey("regional_findings")].step_materialization_data.materialization.metadata
    assert shown["dagster/row_count"].value == 22
    lineage = shown["dagster/column_lineage"].value
    assert lineage.deps_by_column["percentage"] == [dg.TableColumnDep("int_figure_counts", "percentage")]
    checks = {evaluation.check_name: evaluation.passed for evaluation in result.get_asset_check_evaluations()}
    assert checks["counts_are_nested"]
    assert checks[assets.NO_RETURN_REFUSED]
    spec = next(spec for spec in definitions.resolve_all_asset_specs() if spec.key == dg.AssetKey("regional_findings"))
    assert [column.name for column in spec.metadata["dagster/column_schema"].columns][:2] == [
        "region_code",
        "region_name",
    ]


def test_a_failed_sql_test_fails_the_run_and_publishes_nothing(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    project = tmp_path / "sql"
    shutil.copytree(SQL_FOLDER, project)
    (project / "tests" / "never_right.sql").write_text("-- Never right.\n-- on: fct_answers\nselect 1 as wrong\n")
    job = build_definitions(replace(home, sql_folder=project)).resolve_job_def("nightly_refresh")

    result = job.execute_in_process(instance=instance, raise_on_error=False)

    failed = [
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
    ]
    assert not result.success
    assert [(evaluation.asset_key.path, evaluation.check_name) for evaluation in failed] == [
        (["fct_answers"], "never_right")
    ]
    assert not home.database.exists()


@pytest.mark.parametrize(
    ("published", "contradictions"), [("less than half,,,,,50", 0), ("less than a quarter,,,,,25", 1)]
)
def test_a_run_warns_of_a_figure_that_contradicts_what_was_published_and_publishes(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, published: str, contradictions: int
) -> None:
    definitions = copied_definitions(tmp_path / "sql")
    figures = definitions / "seeds" / "published_figures.csv"
    figures.write_text(figures.read_text("utf-8").replace("less than half,,,,,50", published, 1), "utf-8")
    job = build_definitions(replace(home, sql_folder=definitions)).resolve_job_def("nightly_refresh")

    result = job.execute_in_process(instance=instance)

    (check,) = (
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if evaluation.check_name == assets.AGREES_WITH_PUBLISHED
    )
    assert check.asset_key == assets.AS_PUBLISHED
    assert (check.passed, check.severity) == (contradictions == 0, dg.AssetCheckSeverity.WARN)
    assert check.metadata["count"].value == contradictions
    assert result.success
    assert home.database.exists()


def test_the_sensor_asks_for_a_refresh_once_for_each_new_content(home: Home) -> None:
    sensor = build_definitions(home).resolve_sensor_def("new_returns")

    def tick() -> dg.RunRequest | dg.SkipReason | None:
        return sensor(dg.build_sensor_context(resources={"home": home}))

    first, same = tick(), tick()
    assert isinstance(first, dg.RunRequest)
    assert isinstance(same, dg.RunRequest)
    assert first.run_key == same.run_key

    home.ingest()
    assert isinstance(tick(), dg.SkipReason)

    changed = home.incoming / "south-central" / "South Central case scores part 1.xlsx"
    changed.write_bytes(changed.with_name("South Central case scores part 2.xlsx").read_bytes())
    second = tick()
    assert isinstance(second, dg.RunRequest)
    assert second.run_key != first.run_key


def test_the_whole_programme_is_a_range_over_every_partition(home: Home) -> None:
    tags = jobs.whole_programme(home.programme)
    keys = region_partitions(home.programme).get_partition_keys_in_range(
        dg.PartitionKeyRange(tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"])
    )

    assert len(keys) == 12


@pytest.fixture(scope="module")
def run_with_a_held_version(tmp_path_factory: pytest.TempPathFactory) -> dg.ExecuteInProcessResult:
    """A nightly run that finds a version that loses cases, and a broken return."""
    home = Home(tmp_path_factory.mktemp("held"))
    send_cases(home, "wales/scores.csv", references("A", 5))
    home.ingest()
    send_cases(home, "wales/scores.csv", references("A", 3))
    broken = return_of(references("B", 5), "london")
    broken.cases[1]["C1"] = "See B000002"
    broken.cases.append(dict(broken.cases[0]))
    send(home, "london/broken.csv", broken)
    send_cases(home, "london/name holding A000001.csv", references("C", 3))
    with dg.DagsterInstance.ephemeral() as ephemeral:
        job = build_definitions(home).resolve_job_def("nightly_refresh")
        return job.execute_in_process(instance=ephemeral)


def test_a_run_shows_where_every_row_and_cell_in_force_or_held_ended(
    run_with_a_held_version: dg.ExecuteInProcessResult,
) -> None:
    london, wales = (landed(run_with_a_held_version)[slug] for slug in ("london", "wales"))
    table = [record.data for shown in (london, wales) for record in shown["reconciliation"].records]

    columns = len(return_of([]).headings)
    rows = (
        "return",
        "outcome",
        "rows_read",
        "cases_accepted",
        "cases_quarantined",
        "cases_identical_dropped",
        "rows_skipped",
        "cells_used",
    )
    assert [tuple(record[name] for name in rows) for record in table] == [
        ("broken.csv", "in_force", 6, 4, 1, 1, 0, filled(references("B", 5)) + filled(references("B", 1))),
        ("scores.csv", "in_force", 5, 5, 0, 0, 0, filled(references("A", 5))),
        ("scores.csv", "held", 3, 3, 0, 0, 0, filled(references("A", 3))),
    ]
    assert {record["cells_in_headings"] for record in table} == {columns}
    assert all(record["cells_read"] == record["cells_used"] + record["cells_in_headings"] for record in table)


def test_each_partition_of_what_is_landed_shows_its_own_region_alone(
    run_with_a_held_version: dg.ExecuteInProcessResult,
) -> None:
    shown = {
        slug: {name: value.value for name, value in metadata.items() if name != "reconciliation"}
        for slug, metadata in landed(run_with_a_held_version).items()
    }

    names = ("returns", "returns_read", "returns_refused", "returns_held", "cases_accepted", "cases_quarantined")
    assert len(shown) == 12
    assert tuple(shown["london"][name] for name in names) == (2, 2, 1, 0, 4, 1)
    assert tuple(shown["wales"][name] for name in names) == (1, 1, 0, 1, 5, 0)
    assert set(shown["south-west"].values()) == {0}


def test_a_run_warns_of_a_held_version(run_with_a_held_version: dg.ExecuteInProcessResult) -> None:
    checks_that_count = {assets.NO_RETURN_REFUSED, assets.NO_CASE_QUARANTINED, assets.NO_VERSION_HELD}
    checks = {
        evaluation.check_name: (evaluation.passed, evaluation.severity, evaluation.metadata["count"].value)
        for evaluation in run_with_a_held_version.get_asset_check_evaluations()
        if evaluation.check_name in checks_that_count
    }

    assert run_with_a_held_version.success
    assert checks == {
        assets.NO_RETURN_REFUSED: (False, dg.AssetCheckSeverity.WARN, 1),
        assets.NO_CASE_QUARANTINED: (False, dg.AssetCheckSeverity.WARN, 1),
        assets.NO_VERSION_HELD: (False, dg.AssetCheckSeverity.WARN, 1),
    }


def test_a_run_shows_no_case_reference_anywhere(run_with_a_held_version: dg.ExecuteInProcessResult) -> None:
    shown = [str(event) for event in run_with_a_held_version.all_events]

    assert any("broken.csv" in text for text in shown)
    assert not any(reference in text for text in shown for reference in ("A00000", "B00000"))


def test_a_run_counts_the_rows_of_tables_and_not_of_reports(
    run_with_a_held_version: dg.ExecuteInProcessResult,
) -> None:
    metadata = metadata_of(run_with_a_held_version)

    assert metadata[dg.AssetKey("regional_findings")]["dagster/row_count"].value == 22
    assert dg.AssetKey("report_figures") not in metadata


@pytest.fixture(scope="module")
def clashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, dg.ExecuteInProcessResult]]:
    """A home of two returns with the same three cases and no other problem, and the run that found them."""
    home = Home(tmp_path_factory.mktemp("clashing"))
    send_cases(home, "london/scores.csv", references("A", 3))
    send_cases(home, "wales/scores.csv", references("A", 3))
    with dg.DagsterInstance.ephemeral() as ephemeral:
        job = build_definitions(home).resolve_job_def("nightly_refresh")
        yield home, job.execute_in_process(instance=ephemeral)


def test_cases_that_another_return_keeps_are_quarantined_cases_to_dagster_too(
    clashing: tuple[Home, dg.ExecuteInProcessResult],
) -> None:
    _, run = clashing
    checks = {evaluation.check_name: evaluation for evaluation in run.get_asset_check_evaluations()}

    quarantined = checks[assets.NO_CASE_QUARANTINED]

    assert run.success
    assert (quarantined.passed, quarantined.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert quarantined.metadata["count"].value == 3
    assert checks[assets.NO_RETURN_REFUSED].passed
    assert checks[assets.NO_VERSION_HELD].passed


def test_status_history_and_dagster_count_a_return_of_which_another_keeps_every_case_alike(
    clashing: tuple[Home, dg.ExecuteInProcessResult],
) -> None:
    home, _ = clashing
    regions = {region.region_name: region for region in summarise(home.database).regions}
    (reconciled,) = (entry for entry in summarise_returns(home.warehouse).reconciled if entry.region_slug == "wales")
    (version,) = history_of_region(home, "wales", "scores.csv")

    counted = [(entry.cases_accepted, entry.cases_quarantined) for entry in (regions["Wales"], reconciled, version)]
    assert counted == [(0, 3)] * 3
    assert (regions["London"].cases_accepted, regions["London"].cases_quarantined) == (3, 0)


def test_views_that_only_reports_ask_for_are_in_the_graph_and_cost_a_run_no_event(
    clashing: tuple[Home, dg.ExecuteInProcessResult],
) -> None:
    home, run = clashing
    specs = {spec.key: spec for spec in build_definitions(home).resolve_all_asset_specs()}

    assert specs[dg.AssetKey("report_clashes")].group_name == "reports"
    assert specs[dg.AssetKey("report_clashes")].metadata["dagster/column_schema"].columns
    assert not [event for event in run.all_events if event.asset_key == dg.AssetKey("report_clashes")]
    assert home.feedback.joinpath("wales", "scores.csv.marked-up.xlsx").exists()


@pytest.mark.parametrize("never_right", [False, True], ids=["published", "not published"])
def test_the_nightly_run_after_an_embargo_ends_makes_the_region_public_and_none_before(
    tmp_path: Path, instance: dg.DagsterInstance, never_right: bool
) -> None:
    home = Home(tmp_path / "home").at(BEGUN)
    send_cases(home, "wales/scores.csv", references("A", 3))
    editions.refresh(home)
    editions.approve(home, "wales", begins_at=editions.hours(12))
    if never_right:
        send_cases(home, "wales/more.csv", references("B", 3))
        sql = copied_definitions(tmp_path / "sql")
        (sql / "tests" / "never_right.sql").write_text(
            "-- Never right.\n-- on: release_info\nselect * from release_info where cases_inspected = 6\n"
        )
        home = replace(home, sql_folder=sql)

    runs = [nightly(home.at(editions.hours(hour)), instance) for hour in (11, 13)]

    shown = [metadata_of(run)[assets.PUBLIC_FINDINGS] for run in runs]
    assert [run.success for run in runs] == [not never_right] * 2
    assert [metadata["regions"].value for metadata in shown] == [0, 1]
    assert shown[1]["release_id"].value == home.public.in_force
    assert editions.cases(home)["N03"] == 3


def nightly(home: Home, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    job = build_definitions(home).resolve_job_def("nightly_refresh")
    return job.execute_in_process(instance=instance, raise_on_error=False)


def landed(result: dg.ExecuteInProcessResult) -> Mapping[str, Mapping[str, dg.MetadataValue]]:
    """What each partition of the landed returns shows."""
    made = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return {
        each.partition: each.metadata
        for each in made
        if each.asset_key == dg.AssetKey("case_scores") and each.partition
    }


def test_a_run_shows_which_edition_it_holds_back(home: Home, instance: dg.DagsterInstance) -> None:
    job = build_definitions(home).resolve_job_def("nightly_refresh")
    published = metadata_of(job.execute_in_process(instance=instance))[assets.FINDINGS]
    with home.locked("a test", print):
        rollback.roll_back(home, home.internal, home.internal.in_force)

    held = metadata_of(job.execute_in_process(instance=instance))[assets.FINDINGS]

    assert [shown["held_back"].value for shown in (published, held)] == [False, True]


def metadata_of(result: dg.ExecuteInProcessResult) -> Mapping[dg.AssetKey, Mapping[str, dg.MetadataValue]]:
    """What each asset shows."""
    made = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return {materialization.asset_key: materialization.metadata for materialization in made}


def filled(case_references: list[str]) -> int:
    """How many cells of a return of these cases are filled."""
    return sum(cell is not None for case in return_of(case_references).cases for cell in case.values())
