"""The walk through the house as Dagster assets: each a sentence, with what to show of it."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from dipp_pipeline.giving_back import give_back
from dipp_pipeline.house import House
from dipp_pipeline.intake_process import IntakeProcess
from dipp_pipeline.landing.history import KnownReturn
from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.releasing import build, release
from dipp_pipeline.settings import seeds
from dipp_pipeline.warehouse.build import Outcome
from dipp_pipeline.warehouse.project import Model, Project, Source, SqlTest, column_lineage
from dipp_pipeline.warehouse.sources import source_columns

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


def seed_assets() -> Sequence[dg.AssetSpec]:
    """The reference data, which no run makes."""
    return [
        dg.AssetSpec(
            ["seeds", path.stem],
            group_name="seeds",
            kinds={"csv"},
            description=f"Reference data: {path.stem.replace('_', ' ')}.",
        )
        for path in sorted(seeds().glob("*.csv"))
    ]


def landing_asset(programme: Programme, ahead: IntakeProcess | None) -> dg.AssetsDefinition:
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
    def case_scores(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> Iterator[Result]:
        """Accepted cases of each region's returns, validated and landed as Parquet."""
        read = (ahead or IntakeProcess(house.settings, context.partition_keys)).result()
        history = house.history()
        known = [history.by_id[return_id] for return_id in read]
        yield dg.MaterializeResult(metadata=_landing_metadata(known, history.returns))
        yield from _landing_checks(history.returns)

    return case_scores


def model_assets(project: Project, programme: Programme) -> dg.AssetsDefinition:
    """The SQL models, each an asset of its own, built together in one step."""

    @dg.multi_asset(
        specs=[_model_spec(model) for model in project.models],
        check_specs=[
            dg.AssetCheckSpec(test.name, asset=test.model, description=test.description) for test in project.tests
        ],
        can_subset=True,
        name="sql_models",
    )
    def sql_models(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> Iterator[Result]:
        """Build and test the warehouse. It is always built whole; a selection only chooses what is reported."""
        outcome = build(house)
        sources = source_columns(seeds(), programme)
        for model in project.models:
            if dg.AssetKey(model.name) in context.selected_asset_keys:
                yield _materialized(model, outcome, column_lineage(model, project, sources))
        for test in project.tests:
            if dg.AssetCheckKey(dg.AssetKey(test.model), test.name) in context.selected_asset_check_keys:
                yield _tested(test, outcome)

    return sql_models


def feedback_asset() -> dg.AssetsDefinition:
    """The asset of the marked-up returns."""

    @dg.asset(key=FEEDBACK, deps=[CASE_SCORES, "int_case_claims"], group_name="feedback", kinds={"excel"})
    def marked_up_returns(house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
        """A copy of each return with problems, with every problem marked, for whoever sent it."""
        given_back = give_back(house)
        return dg.MaterializeResult(metadata={"written": given_back.written, "standing": given_back.standing})

    return marked_up_returns


def release_asset(project: Project) -> dg.AssetsDefinition:
    """The asset of the published database."""

    @dg.asset(key=FINDINGS, deps=[mart.name for mart in project.marts], group_name="publication", kinds={"duckdb"})
    def dipp_findings(house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
        """The published database. It is only made where every SQL test passed on exactly its data."""
        released = release(house)
        return dg.MaterializeResult(
            metadata={
                "release_id": released.release_id,
                "changed": released.changed,
                "database": dg.MetadataValue.path(str(house.settings.database)),
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


def _landing_metadata(read: Sequence[KnownReturn], returns: Sequence[KnownReturn]) -> Mapping[str, Any]:
    """What this run read, and where every row and cell of the returns in force ended."""
    versions = [known.latest.reading for known in read if known.latest.reading]
    counts = {
        "returns_read": len(read),
        "returns_refused": sum(reading.refused for reading in versions),
        "returns_held": sum(known.held is not None for known in returns),
        "cases_accepted": sum(reading.counts.accepted for reading in versions),
        "cases_quarantined": sum(reading.counts.quarantined for reading in versions),
    }
    records = [
        dg.TableRecord(
            {
                "region": known.region_slug or "",
                "return": without_case_references(known.path),
                "version": version.number,
                "outcome": known.outcome(version),
                **{f"cases_{name}": number for name, number in asdict(version.reading.counts).items()},
                **asdict(version.reading.contents),
            }
        )
        for known in returns
        for version in filter(None, (known.in_force, known.held))
        if version.reading
    ]
    return {**counts, "reconciliation": dg.MetadataValue.table(records)} if records else counts


def _landing_checks(returns: Sequence[KnownReturn]) -> Iterator[dg.AssetCheckResult]:
    refused = sum(known.refused for known in returns)
    quarantined = sum(
        known.in_force.reading.counts.quarantined for known in returns if known.in_force and known.in_force.reading
    )
    held = sum(known.held is not None for known in returns)
    for name, count in {NO_RETURN_REFUSED: refused, NO_CASE_QUARANTINED: quarantined, NO_VERSION_HELD: held}.items():
        yield dg.AssetCheckResult(
            asset_key=CASE_SCORES,
            check_name=name,
            passed=count == 0,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"count": count},
        )
