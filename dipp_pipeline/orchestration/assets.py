"""The way of a return as Dagster assets: each a sentence, with what to show of it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg

from dipp_pipeline.errors import machine_faults_told
from dipp_pipeline.orchestration.ingest import Refresh
from dipp_pipeline.orchestration.landed import landed_key, landed_keys
from dipp_pipeline.pipeline import build, feedback, publish, publish_public
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.reports.status import summarise_build
from dipp_pipeline.warehouse.build import Outcome
from dipp_pipeline.warehouse.project import Model, Project, Source, SqlTest, TableColumns, column_lineage

FINDINGS = dg.AssetKey("dipp_findings")
PUBLIC_FINDINGS = dg.AssetKey("public_findings")
FEEDBACK = dg.AssetKey("marked_up_returns")

PROGRESS = dg.AssetKey("programme_progress")
"""The asset on which the checks that count returns and cases hang: before it is built, rule R04 is not decided."""

AS_PUBLISHED = dg.AssetKey("as_published")

BY_CHARACTERISTIC = dg.AssetKey("characteristic_findings")
"""The asset that shows how many counts of the tables by characteristic are withheld."""

NO_RETURN_REFUSED = "no_return_refused"
NO_CASE_QUARANTINED = "no_case_quarantined"
NO_VERSION_HELD = "no_version_held"
NO_OTHER_PROBLEM = "no_other_problem"
AGREES_WITH_PUBLISHED = "agrees_with_published"
SAFE_TO_PUBLISH = "safe_to_publish"

_WARNINGS = {
    NO_RETURN_REFUSED: (PROGRESS, "The latest version of every case scoring return is taken."),
    NO_CASE_QUARANTINED: (
        PROGRESS,
        "No case in force is held back, by a rule on its own row or since another return keeps it.",
    ),
    NO_VERSION_HELD: (PROGRESS, "No version of any return waits for acceptance since it loses cases or other rows."),
    NO_OTHER_PROBLEM: (PROGRESS, "No return of another kind is refused, and no row of one is held back."),
    SAFE_TO_PUBLISH: (
        BY_CHARACTERISTIC,
        "The counts of the milestone that is due can be protected; else these tables stay as they were.",
    ),
    AGREES_WITH_PUBLISHED: (AS_PUBLISHED, "No figure of a region that is in contradicts what was published of it."),
}
"""Checks that hold back nothing, each with its asset and what it says."""

_LAST = {"dagster/priority": "-1"}
"""The public edition comes after the inspectorate's own, which may fix the milestone that both show."""

Result = dg.MaterializeResult[None] | dg.AssetCheckResult


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


def model_assets(project: Project, sources: TableColumns, programme: Programme) -> dg.AssetsDefinition:
    """The SQL models that hold rows, each an asset of its own, built together in one step."""
    lineage = {  # worked out here, while a refresh waits for its ingest
        model.name: column_lineage(model, project, sources) for model in project.models if _holds_rows(model, project)
    }

    @dg.multi_asset(
        specs=[_model_spec(model, programme) for model in project.models if _holds_rows(model, project)],
        check_specs=[
            *(dg.AssetCheckSpec(test.name, asset=test.model, description=test.description) for test in project.tests),
            *(dg.AssetCheckSpec(name, asset=asset, description=what) for name, (asset, what) in _WARNINGS.items()),
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
                yield _materialized(model, outcome, lineage[model.name], programme)
        for test in project.tests:
            if dg.AssetCheckKey(dg.AssetKey(test.model), test.name) in context.selected_asset_check_keys:
                yield _tested(test, outcome)
        for name, passed, metadata in _warnings(refresh.home.warehouse):
            asset, _ = _WARNINGS[name]
            if dg.AssetCheckKey(asset, name) in context.selected_asset_check_keys:
                yield _warning(asset, name, passed, metadata)

    return sql_models


def report_assets(project: Project, programme: Programme) -> Sequence[dg.AssetSpec]:
    """The views that reports ask for. A run has no event for them: events cost time, and a view holds no rows."""
    return [_model_spec(model, programme) for model in project.models if not _holds_rows(model, project)]


def feedback_asset(programme: Programme) -> dg.AssetsDefinition:
    """The asset of the marked-up returns."""
    landed = landed_keys(programme)
    clashes = ("report_clashes", "int_case_claims", "int_key_claims")  # a view, no run waits for it, and what it reads

    @dg.asset(key=FEEDBACK, deps=[*landed, *clashes], group_name="feedback", kinds={"excel"})
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
                "held_back": released.held_back,
                "database": dg.MetadataValue.path(str(refresh.home.database)),
            }
        )

    return dipp_findings


def public_asset(programme: Programme) -> dg.AssetsDefinition:
    """The asset of the public edition.

    It waits for the ingest, which finishes erasures, and for nothing of the inspectorate's own edition: where that
    cannot be published, an embargo ends and a region is revoked all the same.
    """

    @dg.asset(
        key=PUBLIC_FINDINGS,
        deps=landed_keys(programme),
        group_name="publication",
        kinds={"duckdb"},
        op_tags=_LAST,
    )
    def public_findings(refresh: dg.ResourceParam[Refresh]) -> dg.MaterializeResult[None]:
        """The public edition: the regions that were approved, as they were approved; none where none was."""
        with machine_faults_told():
            released = publish_public(refresh.home)
        regions = {"regions": len(refresh.home.approved())}
        if released is None:
            return dg.MaterializeResult(metadata=regions)
        return dg.MaterializeResult(
            metadata={
                **regions,
                "release_id": released.release_id,
                "changed": released.changed,
                "held_back": released.held_back,
            }
        )

    return public_findings


def _holds_rows(model: Model, project: Project) -> bool:
    """Whether a model is more than a view for reports, or a test is on it, so that a run has something to show."""
    return model.layer != "reports" or any(test.model == model.name for test in project.tests)


def _model_spec(model: Model, programme: Programme) -> dg.AssetSpec:
    return dg.AssetSpec(
        model.name,
        deps=sorted({key for read in model.reads for key in _asset_keys(read, programme)}),
        group_name=model.layer,
        kinds={"duckdb", "sql"},
        description=f"{model.description}\n\nGrain: {model.grain}.",
        metadata={"dagster/column_schema": _column_schema(model)},
    )


def _asset_keys(table: str, programme: Programme) -> Sequence[dg.AssetKey]:
    """The assets that a model's source belongs to: of what is landed of every kind those of all kinds."""
    namespace, _, name = table.rpartition(".")
    if namespace != "landing":
        return [dg.AssetKey(table.split("."))]
    own = [kind for kind in programme.kinds if name in (kind.rows_table, kind.answers_table)]
    return [landed_key(kind) for kind in own] or landed_keys(programme)


def _column_schema(model: Model) -> dg.TableSchema:
    return dg.TableSchema(
        [dg.TableColumn(column.name, column.data_type, column.description) for column in model.columns]
    )


def _materialized(
    model: Model, outcome: Outcome, lineage: Mapping[str, Sequence[Source]], programme: Programme
) -> dg.MaterializeResult[None]:
    origins = {
        column: list(
            dict.fromkeys(
                dg.TableColumnDep(key, source.column)
                for source in sources
                for key in _asset_keys(source.table, programme)
            )
        )
        for column, sources in lineage.items()
    }
    counted = {"dagster/row_count": outcome.rows[model.name]} if model.name in outcome.rows else {}
    withheld = _withheld(outcome) if dg.AssetKey(model.name) == BY_CHARACTERISTIC else {}
    lineage_of_columns = dg.TableColumnLineage(origins)
    return dg.MaterializeResult(
        asset_key=model.name, metadata={**counted, **withheld, "dagster/column_lineage": lineage_of_columns}
    )


def _withheld(outcome: Outcome) -> Mapping[str, int | float]:
    """How many counts of the tables by characteristic are withheld, and how long it took to find them, if it did."""
    shown, reached = outcome.shown, outcome.reached
    counts = {"withheld_themselves": shown.primary, "withheld_to_shield_these": shown.secondary} if shown else {}
    regions = {"milestone": shown.number, "regions_included": len(shown.regions)} if shown else {}
    return {**regions, **counts, **({"seconds": round(reached.seconds, 1)} if reached else {})}


def _tested(test: SqlTest, outcome: Outcome) -> dg.AssetCheckResult:
    wrong_rows = outcome.wrong_rows[test.name]
    return dg.AssetCheckResult(
        asset_key=test.model, check_name=test.name, passed=wrong_rows == 0, metadata={"wrong_rows": wrong_rows}
    )


def _warnings(warehouse: Path) -> Iterator[tuple[str, bool, Mapping[str, int | str]]]:
    """Of each check that warns its name, whether it passes and what it shows of the warehouse just built.

    The rows of other kinds that are held back are not counted, since some are answers of a few people.
    """
    built = summarise_build(warehouse)
    counts = {
        NO_RETURN_REFUSED: built.summary.returns_refused,
        NO_CASE_QUARANTINED: built.summary.cases["quarantined"],
        NO_VERSION_HELD: len(built.held),
        AGREES_WITH_PUBLISHED: built.contradictions,
    }
    for name, count in counts.items():
        yield name, count == 0, {"count": count}
    yield NO_OTHER_PROBLEM, not built.summary.others_have_problems, {}
    yield SAFE_TO_PUBLISH, built.unsafe is None, {"why": built.unsafe} if built.unsafe else {}


def _warning(asset: dg.AssetKey, name: str, passed: bool, metadata: Mapping[str, int | str]) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(asset_key=asset, check_name=name, passed=passed, severity=severity, metadata=metadata)
