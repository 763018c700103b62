"""What Dagster runs and shows, with the real stages behind it."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import pytest

from dipp_pipeline.house import House, open_house
from dipp_pipeline.orchestration import assets, code_location, jobs
from dipp_pipeline.orchestration.code_location import build_definitions
from dipp_pipeline.settings import Settings, dbt_like_sql
from dipp_pipeline.taking_in import take_in
from tests.end_to_end.dipp import DEMO_RETURNS
from tests.homes import Home
from tests.landing.small_returns import references, return_of, send, send_cases


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A home to which two regions have sent returns."""
    for region in ("south-central", "kent-surrey-and-sussex"):
        shutil.copytree(DEMO_RETURNS / region, tmp_path / "incoming" / region)
    return open_house(Settings(tmp_path))


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def test_a_run_for_one_region_takes_in_that_region_alone_and_publishes(
    house: House, instance: dg.DagsterInstance
) -> None:
    job = build_definitions(house.settings).resolve_job_def("refresh_regions")

    result = job.execute_in_process(instance=instance, partition_key="south-central")

    assert result.success
    assert {known.region_slug for known in house.history().returns} == {"south-central"}
    assert house.settings.database.exists()


def test_the_nightly_run_shows_rows_columns_lineage_and_checks(house: House, instance: dg.DagsterInstance) -> None:
    definitions = build_definitions(house.settings)

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
    house: House, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "sql"
    shutil.copytree(dbt_like_sql(), project)
    (project / "tests" / "never_right.sql").write_text("-- Never right.\n-- on: fct_answers\nselect 1 as wrong\n")
    for module in ("dipp_pipeline.releasing", "dipp_pipeline.house", code_location.__name__):
        monkeypatch.setattr(f"{module}.dbt_like_sql", lambda: project)
    job = build_definitions(house.settings).resolve_job_def("nightly_refresh")

    result = job.execute_in_process(instance=instance, raise_on_error=False)

    failed = [evaluation for evaluation in result.get_asset_check_evaluations() if not evaluation.passed]
    assert not result.success
    assert [(evaluation.asset_key.path, evaluation.check_name) for evaluation in failed] == [
        (["fct_answers"], "never_right")
    ]
    assert not house.settings.database.exists()


def test_the_sensor_asks_for_a_refresh_once_for_each_new_content(house: House) -> None:
    sensor = build_definitions(house.settings).resolve_sensor_def("new_returns")

    def tick() -> dg.RunRequest | dg.SkipReason | None:
        return sensor(dg.build_sensor_context(resources={"house": house}))

    first, same = tick(), tick()
    assert isinstance(first, dg.RunRequest)
    assert isinstance(same, dg.RunRequest)
    assert first.run_key == same.run_key

    take_in(house, house.programme.region_by_slug)
    assert isinstance(tick(), dg.SkipReason)

    changed = house.settings.incoming / "south-central" / "South Central case scores part 1.xlsx"
    changed.write_bytes(changed.with_name("South Central case scores part 2.xlsx").read_bytes())
    second = tick()
    assert isinstance(second, dg.RunRequest)
    assert second.run_key != first.run_key


def test_the_whole_programme_is_a_range_over_every_partition(house: House) -> None:
    tags = jobs.whole_programme(house.programme)
    keys = assets.region_partitions(house.programme).get_partition_keys_in_range(
        dg.PartitionKeyRange(tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"])
    )

    assert len(keys) == 12


@pytest.fixture(scope="module")
def run_with_a_held_version(tmp_path_factory: pytest.TempPathFactory) -> dg.ExecuteInProcessResult:
    """A nightly run that finds a version that loses cases, of a return whose name holds a case, and a broken one."""
    home = Home(tmp_path_factory.mktemp("held"))
    house = open_house(Settings(home.path))
    send_cases(home, "wales/of A000001.csv", references("A", 5))
    take_in(house, house.programme.region_by_slug)
    send_cases(home, "wales/of A000001.csv", references("A", 3))
    broken = return_of(references("B", 5), "london")
    broken.cases[1]["C1"] = "See B000002"
    broken.cases.append(dict(broken.cases[0]))
    send(home, "london/broken.csv", broken)
    with dg.DagsterInstance.ephemeral() as ephemeral:
        job = build_definitions(house.settings).resolve_job_def("nightly_refresh")
        return job.execute_in_process(instance=ephemeral)


def test_a_run_shows_where_every_row_and_cell_in_force_or_held_ended(
    run_with_a_held_version: dg.ExecuteInProcessResult,
) -> None:
    metadata = metadata_of(run_with_a_held_version)[assets.CASE_SCORES]
    table = [record.data for record in metadata["reconciliation"].records]

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
        ("of a case reference.csv", "in_force", 5, 5, 0, 0, 0, filled(references("A", 5))),
        ("of a case reference.csv", "held", 3, 3, 0, 0, 0, filled(references("A", 3))),
    ]
    assert {record["cells_in_headings"] for record in table} == {columns}
    assert all(record["cells_read"] == record["cells_used"] + record["cells_in_headings"] for record in table)
    assert metadata["returns_held"].value == 1


def test_a_run_warns_of_a_held_version(run_with_a_held_version: dg.ExecuteInProcessResult) -> None:
    checks = {
        evaluation.check_name: (evaluation.passed, evaluation.severity, evaluation.metadata["count"].value)
        for evaluation in run_with_a_held_version.get_asset_check_evaluations()
        if evaluation.asset_key == assets.CASE_SCORES
    }

    assert run_with_a_held_version.success
    assert checks == {
        assets.NO_RETURN_REFUSED: (True, dg.AssetCheckSeverity.WARN, 0),
        assets.NO_CASE_QUARANTINED: (False, dg.AssetCheckSeverity.WARN, 1),
        assets.NO_VERSION_HELD: (False, dg.AssetCheckSeverity.WARN, 1),
    }


def test_a_run_shows_no_case_reference_anywhere(run_with_a_held_version: dg.ExecuteInProcessResult) -> None:
    shown = [str(event) for event in run_with_a_held_version.all_events]

    assert any("of a case reference.csv" in text for text in shown)
    assert not any(reference in text for text in shown for reference in ("A00000", "B00000"))


def test_a_run_counts_the_rows_of_tables_and_not_of_reports(
    run_with_a_held_version: dg.ExecuteInProcessResult,
) -> None:
    metadata = metadata_of(run_with_a_held_version)

    assert metadata[dg.AssetKey("regional_findings")]["dagster/row_count"].value == 22
    assert set(metadata[dg.AssetKey("report_figures")]) == {"dagster/column_lineage"}


def metadata_of(result: dg.ExecuteInProcessResult) -> Mapping[dg.AssetKey, Mapping[str, dg.MetadataValue]]:
    """What each asset shows."""
    made = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return {materialization.asset_key: materialization.metadata for materialization in made}


def filled(case_references: list[str]) -> int:
    """How many cells of a return of these cases are filled."""
    return sum(cell is not None for case in return_of(case_references).cases for cell in case.values())
