"""A release: the marts of a warehouse whose tests all passed, in a database of their own, switched in at once."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dipp_pipeline.reports.status import release_in_force
from dipp_pipeline.settings import Settings
from dipp_pipeline.warehouse.build import recorded_outcome
from dipp_pipeline.warehouse.engine import open_database
from dipp_pipeline.warehouse.project import Model, Project

STORAGE_VERSION = "v1.0.0"
"""Read by DuckDB 1.0 and everything later."""


class PublicationError(Exception):
    """Nothing was published; the message says why. The release in force stays."""


@dataclass(frozen=True)
class Release:
    """The release that is in force after publication."""

    release_id: str
    changed: bool
    """Whether this publication made it."""


def publish(settings: Settings, project: Project) -> Release:
    """Publish the warehouse as it stands, unless its release is in force already. Raises PublicationError."""
    with open_database(settings.warehouse) as warehouse:
        outcome = recorded_outcome(warehouse)
    _check_tests(outcome.failed_tests, set(outcome.wrong_rows), project)
    if release_in_force(settings.database) == outcome.release_id:
        return Release(outcome.release_id, changed=False)
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    aside = settings.database.with_name(".dipp_findings.new.duckdb")
    aside.unlink(missing_ok=True)
    try:
        _write(settings.warehouse, aside, project.marts)
        _verify(aside, project.marts)
        _keep_former(settings)
        settings.database.parent.chmod(0o755)
        aside.chmod(0o644)
        aside.replace(settings.database)
    except duckdb.Error as error:
        raise PublicationError(f"Nothing was published, since the release could not be written: {error}.") from None
    finally:
        aside.unlink(missing_ok=True)
    return Release(outcome.release_id, changed=True)


def _check_tests(failed: Sequence[str], run: set[str], project: Project) -> None:
    missing = sorted({test.name for test in project.tests} - run)
    if failed:
        raise PublicationError(f"Nothing was published, since these tests found wrong rows: {', '.join(failed)}.")
    if missing:
        raise PublicationError(f"Nothing was published, since these tests were not run: {', '.join(missing)}.")


def _write(warehouse: Path, file: Path, marts: Sequence[Model]) -> None:
    with open_database(Path(":memory:"), read_only=False) as connection:
        connection.execute(f"attach {_literal(str(warehouse))} as warehouse (read_only)")
        connection.execute(f"attach {_literal(str(file))} as release (storage_version '{STORAGE_VERSION}')")
        connection.begin()
        for mart in marts:
            connection.execute(f"create table release.{mart.name} as from warehouse.{mart.name}")
            connection.execute(f"comment on table release.{mart.name} is {_literal(mart.description)}")
            for column in mart.columns:
                target = f"release.{mart.name}.{column.name}"
                connection.execute(f"comment on column {target} is {_literal(column.description)}")
        connection.commit()
        connection.execute("checkpoint release")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _verify(file: Path, marts: Sequence[Model]) -> None:
    """The file opens, and holds exactly the tables, columns, types and comments that the models promise."""
    with open_database(file) as release:
        found = release.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns()"
            " where not internal order by table_name, column_index"
        ).fetchall()
    promised = [
        (mart.name, column.name, column.data_type, column.description)
        for mart in sorted(marts, key=lambda mart: mart.name)
        for column in mart.columns
    ]
    if found != promised:
        wrong = sorted({row[0] for row in set(found) ^ set(promised)})
        raise PublicationError(
            f"Nothing was published: what was written of {', '.join(wrong)} is not what its model says."
        )


def _keep_former(settings: Settings) -> None:
    """Keep the release in force for rollback, and of the former ones the latest few."""
    if not settings.database.exists():
        return
    with open_database(settings.database) as connection:
        found = connection.execute(
            "select release_id, strftime(published_at, '%Y%m%dT%H%M%S') from release_info"
        ).fetchone()
    if found:
        settings.former_releases.mkdir(parents=True, exist_ok=True)
        kept = settings.former_releases / f"{found[1]}-{found[0]}.duckdb"
        shutil.copyfile(settings.database, kept)
    for old in sorted(settings.former_releases.glob("*.duckdb"))[: -settings.releases_kept]:
        old.unlink()
