"""Build the warehouse anew from what is landed: sources, models in order, tests. Then it is switched in whole.

The warehouse can always be deleted; nothing is kept in it that the landed Parquet and the seeds do not hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dipp_pipeline import atomic
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.warehouse.engine import Warehouse, new_warehouse
from dipp_pipeline.warehouse.figures import FIGURES, figures_of
from dipp_pipeline.warehouse.project import Model, Project
from dipp_pipeline.warehouse.sources import RELEASE_FIGURES, Build, load_sources

_TEST_RESULTS = pa.schema({"test_name": pa.string(), "wrong_rows": pa.int64()})


@dataclass(frozen=True)
class Outcome:
    """What a build made: rows by model, and wrong rows by test.

    Neither a view that only reports ask for is counted, nor a model whose number of rows is secret.
    """

    release_id: str
    rows: Mapping[str, int]
    wrong_rows: Mapping[str, int]

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
            comparing = _comparing(project)
            for model in project.models:
                if model.name not in comparing:
                    warehouse.create(model.name, model.sql, model.materialized)
            compared = [mart for mart in project.marts if mart.name not in comparing]
            warehouse.load(RELEASE_FIGURES, FIGURES, figures_of(warehouse, compared))
            for model in project.models:
                if model.name in comparing:
                    warehouse.create(model.name, model.sql, model.materialized)
            rows = {model.name: warehouse.count(model.name) for model in project.models if _is_counted(model)}
            wrong_rows = {test.name: warehouse.count(test.sql) for test in project.tests}
            warehouse.load("landing.test_results", _TEST_RESULTS, _results(wrong_rows))
            warehouse.commit()
        atomic.replace(aside, target)
    return Outcome(build.release_id, rows, wrong_rows)


def _comparing(project: Project) -> set[str]:
    """The models that compare the figures of the release with others, and those that read one of these."""
    comparing: set[str] = set()
    for model in project.models:  # in the order in which they read each other
        if RELEASE_FIGURES in model.reads or comparing & model.reads:
            comparing.add(model.name)
    return comparing


def _is_counted(model: Model) -> bool:
    """Not a view above staging: counting its rows would do the work that it saves the build. Nor what is secret."""
    return (model.materialized == "table" or model.layer == "staging") and not model.rows_are_secret


def recorded_outcome(warehouse: Warehouse) -> Outcome:
    """What the build of a warehouse recorded of itself."""
    (build,) = warehouse.read("landing.build")
    tests = warehouse.read("landing.test_results")
    return Outcome(build["release_id"], {}, {test["test_name"]: test["wrong_rows"] for test in tests})


def _results(wrong_rows: Mapping[str, int]) -> pa.Table:
    rows = [{"test_name": name, "wrong_rows": number} for name, number in wrong_rows.items()]
    return pa.Table.from_pylist(rows, _TEST_RESULTS)
