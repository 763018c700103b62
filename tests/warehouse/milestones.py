"""The tables of a milestone where none is reached, for models that are run by themselves."""

import duckdb

from dipp_pipeline.warehouse.milestones import MILESTONE_SCHEMAS


def create_no_milestone(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists landing")
    for name, schema in MILESTONE_SCHEMAS.items():
        connection.register("given", schema.empty_table())
        connection.execute(f"create table {name} as from given")
        connection.unregister("given")
