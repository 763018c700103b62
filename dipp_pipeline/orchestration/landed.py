"""What is landed of each kind of return as Dagster assets, with what to show of each region."""

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from dipp_pipeline.landing.history import Return, Submission
from dipp_pipeline.orchestration.ingest import Refresh
from dipp_pipeline.programme.kinds import ReturnKind
from dipp_pipeline.programme.model import Programme

warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*backfill_policy.*")


_GROUP, _KINDS = "landing", {"excel", "parquet"}


def region_partitions(programme: Programme) -> dg.StaticPartitionsDefinition:
    """One partition a region, by its slug."""
    return dg.StaticPartitionsDefinition([region.slug for region in programme.regions])


def landed_key(kind: ReturnKind) -> dg.AssetKey:
    """The asset of what is landed of a kind of return. Published tables may be called like the kind itself."""
    name = kind.name.replace("-", "_")
    return dg.AssetKey(f"{name}_returns" if kind.folder else name)


def landed_keys(programme: Programme) -> Sequence[dg.AssetKey]:
    """The assets of what is landed of every kind."""
    return [landed_key(kind) for kind in programme.kinds]


def landed_assets(programme: Programme) -> Sequence[dg.AssetsDefinition | dg.AssetSpec]:
    """The assets of all landed returns, one a kind, partitioned by region.

    One step takes in returns of every kind, that of the first kind. It tells of the others only where there are some,
    since each event costs a refresh time.
    """
    partitions = region_partitions(programme)
    first, *others = programme.kinds

    @dg.asset(
        key=landed_key(first),
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=_GROUP,
        kinds=_KINDS,
        description=f"{_description(first)}\n\nReturns of all other kinds are taken in by the same step.",
    )
    def landed_returns(context: dg.AssetExecutionContext, refresh: dg.ResourceParam[Refresh]) -> None:
        read = refresh.ingest(context.partition_keys)
        home = refresh.home
        returns = [(home.programme_of(return_).kind, return_) for return_ in home.history().returns]
        for slug in context.partition_keys:
            for kind in (first, *others):
                own = [return_ for of, return_ in returns if of == kind and return_.region_slug == slug]
                if kind == first:
                    context.add_asset_metadata(_landing_metadata(own, read, kind), partition_key=slug)
                elif own:
                    shown = _landing_metadata(own, read, kind)
                    context.log_event(dg.AssetMaterialization(landed_key(kind), partition=slug, metadata=shown))

    return [
        landed_returns,
        *(
            dg.AssetSpec(
                landed_key(kind),
                group_name=_GROUP,
                kinds=_KINDS,
                partitions_def=partitions,
                description=_description(kind),
            )
            for kind in others
        ),
    ]


def _description(kind: ReturnKind) -> str:
    return (
        f"Accepted {kind.records} of each region's returns of {kind.label}, validated and landed as Parquet.\n\n"
        f"Each partition shows its region's {kind.records} as every return stands by itself: which of them another "
        "return keeps (rule R04) is decided when the warehouse is built."
    )


def _landing_metadata(returns: Sequence[Return], read: Collection[Submission], kind: ReturnKind) -> Mapping[str, Any]:
    """What this run read of a region's returns of a kind, and where every row and cell of those in force ended.

    Of people's answers nothing is counted, since few of them are a secret.
    """
    read_now = {submission.return_.return_id for submission in read}
    in_force = [return_.in_force.reading for return_ in returns if return_.in_force and return_.in_force.reading]
    counts = {
        "returns": len(returns),
        "returns_read": sum(return_.return_id in read_now for return_ in returns),
        "returns_refused": sum(return_.refused for return_ in returns),
        "returns_held": sum(return_.held is not None for return_ in returns),
    }
    if kind.is_anonymous:
        return counts
    counts |= {
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
