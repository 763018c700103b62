"""The step of a build between the counts and the tables by characteristic: what these show is fixed at milestones."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dipp_pipeline.disclosure.counts import Content
from dipp_pipeline.disclosure.fixed import Fixed
from dipp_pipeline.disclosure.measures import measures_of
from dipp_pipeline.settings import Settings
from dipp_pipeline.warehouse.engine import Warehouse

MILESTONE_SCHEMAS = {
    "landing.milestone": pa.schema(
        {"milestone": pa.int32(), "regions_included": pa.int32(), "disclosure_threshold": pa.int32()}
    ),
    "landing.milestone_findings": pa.schema(
        {
            "characteristic": pa.string(),
            "category": pa.string(),
            "measure_code": pa.string(),
            "cases_inspected": pa.int32(),
            "relevant_cases": pa.int32(),
            "counted_cases": pa.int32(),
        }
    ),
    "landing.milestone_profile": pa.schema(
        {
            "region_code": pa.string(),
            "characteristic": pa.string(),
            "category": pa.string(),
            "cases": pa.int32(),
            "cases_inspected": pa.int32(),
        }
    ),
}


@dataclass(frozen=True)
class Milestones:
    """What a build may show by characteristic, and when it fixes something new."""

    fixed: Sequence[Fixed] = ()
    """In their order; the last one is shown, unless another is due."""
    due_at: Sequence[int] = ()
    """Numbers of regions at which another is fixed; none where the build is to show what is fixed already."""
    threshold: int = Settings.disclosure_threshold
    """Counts under it are withheld, or under that of a former milestone, whose counts would else be narrowed down."""

    @property
    def shown(self) -> Fixed | None:
        return self.fixed[-1] if self.fixed else None

    def due(self, regions_included: int) -> int | None:
        """The milestone that is reached with so many regions, if it is not fixed yet."""
        reached = max((number for number in self.due_at if number <= regions_included), default=0)
        before = self.shown.number if self.shown else 0
        return reached if reached > before else None


@dataclass(frozen=True)
class Reached:
    """A milestone that a build came to."""

    number: int
    fixed: Fixed | None
    """None where a table cannot be made safe."""
    unsafe: str | None
    """Why, in a sentence."""
    seconds: float
    """How long it took to find what is to be withheld."""


def reach(warehouse: Warehouse, milestones: Milestones, release_id: str) -> Reached | None:
    """Fix the milestone that is due, if one is, from the counts of a warehouse."""
    if not milestones.due_at:
        return None
    number = milestones.due(len(warehouse.read("programme_progress", {"status": "included"})))
    if number is None:
        return None
    from dipp_pipeline.disclosure.protect import protect  # only now: scipy takes half a second to import

    begun = time.monotonic()
    measures = measures_of(warehouse.read("seeds.measures"), warehouse.read("seeds.questions"))
    formers = [former.milestone for former in milestones.fixed]
    threshold = max(milestones.threshold, *(former.threshold for former in milestones.fixed), 0)
    protection = protect(_content(warehouse), formers, measures, threshold)
    unsafe = " ".join(dict.fromkeys(protection.unsafe.values())) or None
    fixed = None if unsafe else Fixed.of(protection, number, release_id, measures, threshold)
    return Reached(number, fixed, unsafe, time.monotonic() - begun)


def load_milestone(warehouse: Warehouse, fixed: Fixed | None) -> None:
    """Load what the tables by characteristic show; nothing before the first milestone."""
    for name, rows in _rows(fixed).items():
        warehouse.load(name, MILESTONE_SCHEMAS[name], pa.Table.from_pylist(rows, MILESTONE_SCHEMAS[name]))


def _content(warehouse: Warehouse) -> Content:
    return Content(
        cases={
            (row["region_code"], row["characteristic"], row["category"]): row["cases"]
            for row in warehouse.read("int_category_cases")
        },
        figures={
            (row["region_code"], row["characteristic"], row["category"], row["measure_code"]): (
                row["relevant_cases"],
                row["counted_cases"],
            )
            for row in warehouse.read("int_category_figures")
        },
        at_least={
            (row["region_code"], "question_set", "core"): row["proven_cases"]
            for row in warehouse.read("int_core_cases")
        },
    )


def _rows(fixed: Fixed | None) -> Mapping[str, list[dict[str, object]]]:
    if fixed is None:
        return {name: [] for name in MILESTONE_SCHEMAS}
    content = fixed.milestone.content
    about = {
        "milestone": fixed.number,
        "regions_included": len(fixed.regions),
        "disclosure_threshold": fixed.threshold,
    }
    return {
        "landing.milestone": [about],
        "landing.milestone_findings": [row._asdict() for row in fixed.findings],
        "landing.milestone_profile": [
            {
                "region_code": row.region or None,
                "characteristic": row.characteristic,
                "category": row.category,
                "cases": row.cases,
                "cases_inspected": content.inspected(row.region, row.characteristic),
            }
            for row in fixed.profile
        ],
    }
