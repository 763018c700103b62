"""The way of a return as Dagster assets: each a sentence, with what to show of it."""

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dagster as dg

from dipp_pipeline.errors import machine_faults_told
from dipp_pipeline.landing.history import Return, Submission
from dipp_pipeline.orchestration.ingest import Refresh
from dipp_pipeline.pipeline import build, feedback, publish
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.reports.status import Summary, summarise
from dipp_pipeline.warehouse.build import Outcome
from dipp_pipeline.warehouse.project import Model, Project, Source, SqlTest, TableColumns, column_lineage

CASE_SCORES = dg.AssetKey("case_scores")
FINDINGS = dg.AssetKey("dipp_findings")
FEEDBACK = dg.AssetKey("marked_up_returns")

warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*backfill_policy.*")

PROGRESS = dg.AssetKey("programme_progress")
"""The asset on which the checks that count returns and cases hang: before it is built, rule R04 is not decided."""

NO_RETURN_REFUSED = "no_return_refused"
NO_CASE_QUARANTINED = "no_case_quarantined"
NO_VERSION_HELD = "no_version_held"

_PROGRESS_CHECKS = {
    NO_RETURN_REFUSED: "The latest version of every return is taken.",
    NO_CASE_QUARANTINED: "No case in force is held back, by a rule on its own row or since another return keeps it.",
    NO_VERSION_HELD: "No version waits for acceptance since it loses cases.",
}

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
    )
    def case_scores(context: dg.AssetExecutionContext, refresh: dg.ResourceParam[Refresh]) -> None:
        """Accepted cases of each region's returns, validated and landed as Parquet.

        Each partition shows its region's cases as every return stands by itself: which of them another return keeps
        (rule R04) is decided when the warehouse is built.
        """
        read = refresh.ingest(context.partition_keys)
        returns = refresh.home.history().returns
        for slug in context.partition_keys:
            of_region = [return_ for return_ in returns if return_.region_slug == slug]
            context.add_asset_metadata(_landing_metadata(of_region, read), partition_key=slug)

    return case_scores


def model_assets(project: Project, sources: TableColumns) -> dg.AssetsDefinition:
    """The SQL models that hold rows, each an asset of its own, built together in one step."""

    @dg.multi_asset(
        specs=[_model_spec(model) for model in project.models if _holds_rows(model, project)],
        check_specs=[
            *(dg.AssetCheckSpec(test.name, asset=test.model, description=test.description) for test in project.tests),
            *(dg.AssetCheckSpec(name, asset=PROGRESS, description=what) for name, what in _PROGRESS_CHECKS.items()),
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
        for checked in _progress_checks(summarise(refresh.home.warehouse)):
            if dg.AssetCheckKey(PROGRESS, checked.check_name or "") in context.selected_asset_check_keys:
                yield checked

    return sql_models


def report_assets(project: Project) -> Sequence[dg.AssetSpec]:
    """The views that reports ask for. A run has no event for them: events cost time, and a view holds no rows."""
    return [_model_spec(model) for model in project.models if not _holds_rows(model, project)]


def feedback_asset() -> dg.AssetsDefinition:
    """The asset of the marked-up returns."""
    clashes = ("report_case_clashes", "int_case_claims")  # a view, for which no run waits, and what it is a view of

    @dg.asset(key=FEEDBACK, deps=[CASE_SCORES, *clashes], group_name="feedback", kinds={"excel"})
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


def _holds_rows(model: Model, project: Project) -> bool:
    """Whether a model is more than a view for reports, or a test is on it, so that a run has something to show."""
    return model.layer != "reports" or any(test.model == model.name for test in project.tests)


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


def _progress_checks(summary: Summary) -> Iterator[dg.AssetCheckResult]:
    """What `dipp status` counts of the warehouse just built, as checks that warn."""
    counts = {
        NO_RETURN_REFUSED: summary.returns_refused,
        NO_CASE_QUARANTINED: summary.cases["quarantined"],
        NO_VERSION_HELD: summary.returns_held,
    }
    for name, count in counts.items():
        yield dg.AssetCheckResult(
            asset_key=PROGRESS,
            check_name=name,
            passed=count == 0,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"count": count},
        )


def _landing_metadata(returns: Sequence[Return], read: Collection[Submission]) -> Mapping[str, Any]:
    """What this run read of a region's returns, and where every row and cell of those in force ended."""
    read_now = {submission.return_.return_id for submission in read}
    in_force = [return_.in_force.reading for return_ in returns if return_.in_force and return_.in_force.reading]
    counts = {
        "returns": len(returns),
        "returns_read": sum(return_.return_id in read_now for return_ in returns),
        "returns_refused": sum(return_.refused for return_ in returns),
        "returns_held": sum(return_.held is not None for return_ in returns),
        "cases_accepted": sum(reading.counts.accepted for reading in in_force),
        "cases_quarantined": sum(reading.counts.quarantined for reading in in_force),
    }
    records = list(_reconciliation(returns))
    return {**counts, "reconciliation": dg.MetadataValue.table(records)} if records else counts


def _reconciliation(returns: Sequence[Return]) -> Iterator[dg.TableRecord]:
    for return_ in returns:
        for version in filter(None, (return_.in_force, return_.held)):
            if version.reading:
                yield dg.TableRecord(
                    {
                        "return": return_.path,
                        "version": version.number,
                        "outcome": return_.outcome(version),
                        **{f"cases_{name}": number for name, number in asdict(version.reading.counts).items()},
                        **asdict(version.reading.contents),
                    }
                )
