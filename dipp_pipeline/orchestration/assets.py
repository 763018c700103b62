"""The way of a return as Dagster assets: each a sentence, with what to show of it."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dagster as dg

from dipp_pipeline.errors import machine_faults_told
from dipp_pipeline.landing.history import Return
from dipp_pipeline.orchestration.ingest import Refresh
from dipp_pipeline.pipeline import build, feedback, publish
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.warehouse.build import Outcome
from dipp_pipeline.warehouse.project import Model, Project, Source, SqlTest, TableColumns, column_lineage

CASE_SCORES = dg.AssetKey("case_scores")
FINDINGS = dg.AssetKey("dipp_findings")
FEEDBACK = dg.AssetKey("marked_up_returns")

warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*backfill_policy.*")

NO_RETURN_REFUSED = "no_return_refused"
NO_CASE_QUARANTINED = "no_case_quarantined"
NO_VERSION_HELD = "no_version_held"

Result = dg.MaterializeResult[None] | dg.AssetCheckResult


def region_partitions(programme: Programme) -> dg.StaticPartitionsDefinition:
    """One partition a region, by its slug."""
    return dg.StaticPartitionsDefinition([region.slug for region in programme.regions])


def seed_assets(seeds: Path) -> Sequence[dg.AssetSpec]:
    """The reference data, which no run makes."""
    return [
        dg.AssetSpec(
            ["seeds", path.stem],
            group_name="seeds",
            kinds={"csv"},
            description=f"Reference data: {path.stem.replace('_', ' ')}.",
        )
        for path in sorted(seeds.glob("*.csv"))
    ]


def landing_asset(programme: Programme) -> dg.AssetsDefinition:
    """The asset of all landed returns, partitioned by region."""

    @dg.asset(
        key=CASE_SCORES,
        partitions_def=region_partitions(programme),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name="landing",
        kinds={"excel", "parquet"},
        check_specs=[
            dg.AssetCheckSpec(
                NO_RETURN_REFUSED, asset=CASE_SCORES, description="The latest version of every return is taken."
            ),
            dg.AssetCheckSpec(NO_CASE_QUARANTINED, asset=CASE_SCORES, description="No case in force is held back."),
            dg.AssetCheckSpec(
                NO_VERSION_HELD, asset=CASE_SCORES, description="No version waits for acceptance since it loses cases."
            ),
        ],
    )
    def case_scores(context: dg.AssetExecutionContext, refresh: dg.ResourceParam[Refresh]) -> Iterator[Result]:
        """Accepted cases of each region's returns, validated and landed as Parquet."""
        submissions = refresh.ingest(context.partition_keys)
        history = refresh.home.history()
        read = [history.by_id[return_id] for return_id in sorted({entry.return_.return_id for entry in submissions})]
        yield dg.MaterializeResult(metadata=_landing_metadata(read, history.returns))
        yield from _landing_checks(history.returns)

    return case_scores


def model_assets(project: Project, sources: TableColumns) -> dg.AssetsDefinition:
    """The SQL models, each an asset of its own, built together in one step."""

    @dg.multi_asset(
        specs=[_model_spec(model) for model in project.models],
        check_specs=[
            dg.AssetCheckSpec(test.name, asset=test.model, description=test.description) for test in project.tests
        ],
        can_subset=True,
        name="sql_models",
    )
    def sql_models(context: dg.AssetExecutionContext, refresh: dg.ResourceParam[Refresh]) -> Iterator[Result]:
        """Build and test the warehouse. It is always built whole; a selection only chooses what is reported."""
        with machine_faults_told():
            outcome = build(refresh.home)
        for model in project.models:
            if dg.AssetKey(model.name) in context.selected_asset_keys:
                yield _materialized(model, outcome, column_lineage(model, project, sources))
        for test in project.tests:
            if dg.AssetCheckKey(dg.AssetKey(test.model), test.name) in context.selected_asset_check_keys:
                yield _tested(test, outcome)

    return sql_models


def feedback_asset() -> dg.AssetsDefinition:
    """The asset of the marked-up returns."""

    @dg.asset(key=FEEDBACK, deps=[CASE_SCORES, "report_case_clashes"], group_name="feedback", kinds={"excel"})
    def marked_up_returns(refresh: dg.ResourceParam[Refresh]) -> dg.MaterializeResult[None]:
        """A copy of each return with problems, with every problem marked, for whoever sent it."""
        with machine_faults_told():
            made = feedback(refresh.home)
        return dg.MaterializeResult(metadata={"written": made.written, "copies": made.copies})

    return marked_up_returns


def release_asset(project: Project) -> dg.AssetsDefinition:
    """The asset of the published database."""

    @dg.asset(key=FINDINGS, deps=[mart.name for mart in project.marts], group_name="publication", kinds={"duckdb"})
    def dipp_findings(refresh: dg.ResourceParam[Refresh]) -> dg.MaterializeResult[None]:
        """The published database. It is only made where every SQL test passed on exactly its data."""
        with machine_faults_told():
            released = publish(refresh.home)
        return dg.MaterializeResult(
            metadata={
                "release_id": released.release_id,
                "changed": released.changed,
                "database": dg.MetadataValue.path(str(refresh.home.database)),
            }
        )

    return dipp_findings


def _model_spec(model: Model) -> dg.AssetSpec:
    return dg.AssetSpec(
        model.name,
        deps=sorted({_asset_key(read) for read in model.reads}),
        group_name=model.layer,
        kinds={"duckdb", "sql"},
        description=f"{model.description}\n\nGrain: {model.grain}.",
        metadata={"dagster/column_schema": _column_schema(model)},
    )


def _asset_key(table: str) -> dg.AssetKey:
    """The asset that a model's source belongs to: everything landed is one."""
    return CASE_SCORES if table.startswith("landing.") else dg.AssetKey(table.split("."))


def _column_schema(model: Model) -> dg.TableSchema:
    return dg.TableSchema(
        [dg.TableColumn(column.name, column.data_type, column.description) for column in model.columns]
    )


def _materialized(
    model: Model, outcome: Outcome, lineage: Mapping[str, Sequence[Source]]
) -> dg.MaterializeResult[None]:
    origins = {
        column: [dg.TableColumnDep(_asset_key(source.table), source.column) for source in sources]
        for column, sources in lineage.items()
    }
    counted = {"dagster/row_count": outcome.rows[model.name]} if model.name in outcome.rows else {}
    return dg.MaterializeResult(
        asset_key=model.name, metadata={**counted, "dagster/column_lineage": dg.TableColumnLineage(origins)}
    )


def _tested(test: SqlTest, outcome: Outcome) -> dg.AssetCheckResult:
    wrong_rows = outcome.wrong_rows[test.name]
    return dg.AssetCheckResult(
        asset_key=test.model, check_name=test.name, passed=wrong_rows == 0, metadata={"wrong_rows": wrong_rows}
    )


def _landing_metadata(read: Sequence[Return], returns: Sequence[Return]) -> Mapping[str, Any]:
    """What this run read, and where every row and cell of the returns in force ended."""
    versions = [return_.latest.reading for return_ in read if return_.latest.reading]
    counts = {
        "returns_read": len(read),
        "returns_refused": sum(reading.refused for reading in versions),
        "returns_held": sum(return_.held is not None for return_ in returns),
        "cases_accepted": sum(reading.counts.accepted for reading in versions),
        "cases_quarantined": sum(reading.counts.quarantined for reading in versions),
    }
    records = [
        dg.TableRecord(
            {
                "region": return_.region_slug or "",
                "return": return_.path,
                "version": version.number,
                "outcome": return_.outcome(version),
                **{f"cases_{name}": number for name, number in asdict(version.reading.counts).items()},
                **asdict(version.reading.contents),
            }
        )
        for return_ in returns
        for version in filter(None, (return_.in_force, return_.held))
        if version.reading
    ]
    return {**counts, "reconciliation": dg.MetadataValue.table(records)} if records else counts


def _landing_checks(returns: Sequence[Return]) -> Iterator[dg.AssetCheckResult]:
    refused = sum(return_.refused for return_ in returns)
    quarantined = sum(
        return_.in_force.reading.counts.quarantined
        for return_ in returns
        if return_.in_force and return_.in_force.reading
    )
    held = sum(return_.held is not None for return_ in returns)
    for name, count in {NO_RETURN_REFUSED: refused, NO_CASE_QUARANTINED: quarantined, NO_VERSION_HELD: held}.items():
        yield dg.AssetCheckResult(
            asset_key=CASE_SCORES,
            check_name=name,
            passed=count == 0,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"count": count},
        )
