"""Build the warehouse anew from what is landed: sources, models in order, tests. Then it is switched in whole.

The warehouse can always be deleted; nothing is kept in it that the landed Parquet and the seeds do not hold.
"""

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dipp_pipeline import atomic
from dipp_pipeline.disclosure.fixed import Fixed, from_document
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.warehouse.engine import Warehouse, new_warehouse
from dipp_pipeline.warehouse.figures import FIGURES, figures_of
from dipp_pipeline.warehouse.milestones import MILESTONE_SCHEMAS, Reached, load_milestone, reach
from dipp_pipeline.warehouse.project import Model, Project
from dipp_pipeline.warehouse.sources import RELEASE_FIGURES, Build, load_sources

_TEST_RESULTS = pa.schema({"test_name": pa.string(), "wrong_rows": pa.int64()})

_MILESTONE_REACHED = "landing.milestone_reached"
_REACHED = pa.schema({"milestone": pa.int32(), "document": pa.string(), "unsafe": pa.string()})
"""The milestone that a build came to: as JSON, which is kept elsewhere once the release is published; or why it could
not be fixed."""


@dataclass(frozen=True)
class Outcome:
    """What a build made: rows by model, and wrong rows by test.

    Neither a view that only reports ask for is counted, nor a model whose number of rows is secret.
    """

    release_id: str
    rows: Mapping[str, int]
    wrong_rows: Mapping[str, int]
    fixed: Fixed | None
    """The milestone that the release fixes, if it is published."""
    shown: Fixed | None = None
    """The milestone that the tables by characteristic are of."""
    reached: Reached | None = None
    """How the one that is fixed came about, or why nothing could be."""

    @property
    def failed_tests(self) -> Sequence[str]:
        return [test for test, rows in self.wrong_rows.items() if rows]


def build_warehouse(target: Path, build: Build, seeds: Path, programme: Programme, project: Project) -> Outcome:
    """Build and test the warehouse beside the one in place, then switch it in, whether its tests passed or not."""
    with atomic.new_folder_beside(target) as folder:
        aside = folder / target.name
        with new_warehouse(aside) as warehouse:
            load_sources(warehouse, build, seeds, programme, project)
            warehouse.commit()  # what is kept compressed is read faster than what only a transaction holds
            at_milestones = _reading(project, set(MILESTONE_SCHEMAS))
            comparing = _reading(project, {RELEASE_FIGURES})
            _create(warehouse, project, lambda model: model not in at_milestones | comparing)
            reached = reach(warehouse, build.milestones, build.release_id)
            fixed = reached.fixed if reached else None
            shown = fixed or build.milestones.shown
            load_milestone(warehouse, shown)
            _create(warehouse, project, lambda model: model in at_milestones - comparing)
            compared = [mart for mart in project.marts if mart.name not in comparing]
            warehouse.load(RELEASE_FIGURES, FIGURES, figures_of(warehouse, compared))
            _create(warehouse, project, lambda model: model in comparing)
            rows = {model.name: warehouse.count(model.name) for model in project.models if _is_counted(model)}
            wrong_rows = {test.name: warehouse.count(test.sql) for test in project.tests}
            warehouse.load("landing.test_results", _TEST_RESULTS, _results(wrong_rows))
            warehouse.load(_MILESTONE_REACHED, _REACHED, _recorded(reached))
            warehouse.commit()
        atomic.replace(aside, target)
    return Outcome(build.release_id, rows, wrong_rows, fixed, shown, reached)


def _create(warehouse: Warehouse, project: Project, is_wanted: Callable[[str], bool]) -> None:
    for model in project.models:  # in the order in which they read each other
        if is_wanted(model.name):
            warehouse.create(model.name, model.sql, model.materialized)


def _reading(project: Project, sources: Set[str]) -> Set[str]:
    """The models that read one of these sources, by way of others too."""
    reading: set[str] = set()
    for model in project.models:
        if (sources | reading) & model.reads:
            reading.add(model.name)
    return reading


def _is_counted(model: Model) -> bool:
    """Not a view above staging: counting its rows would do the work that it saves the build. Nor what is secret."""
    return (model.materialized == "table" or model.layer == "staging") and not model.rows_are_secret


def recorded_outcome(warehouse: Warehouse) -> Outcome:
    """What the build of a warehouse recorded of itself."""
    (build,) = warehouse.read("landing.build")
    tests = warehouse.read("landing.test_results")
    documents = [row["document"] for row in warehouse.read(_MILESTONE_REACHED) if row["document"]]
    fixed = next((from_document(json.loads(document)) for document in documents), None)
    return Outcome(build["release_id"], {}, {test["test_name"]: test["wrong_rows"] for test in tests}, fixed)


def _results(wrong_rows: Mapping[str, int]) -> pa.Table:
    rows = [{"test_name": name, "wrong_rows": number} for name, number in wrong_rows.items()]
    return pa.Table.from_pylist(rows, _TEST_RESULTS)


def _recorded(reached: Reached | None) -> pa.Table:
    rows: list[dict[str, object]] = []
    if reached:
        document = json.dumps(reached.fixed.as_document()) if reached.fixed else None
        rows.append({"milestone": reached.number, "document": document, "unsafe": reached.unsafe})
    return pa.Table.from_pylist(rows, _REACHED)
