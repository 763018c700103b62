"""Models keep to SQL that another engine reads as DuckDB does.

sqlglot writes each of them down for Spark, and raises where it knows that Spark has no such thing. What it does not
know to be DuckDB's own comes out as text that Spark rejects or reads otherwise; that is found here.
"""

import pytest
import sqlglot
from sqlglot import exp

from dipp_pipeline.warehouse.project import Model, load_project
from tests.homes import SQL_FOLDER

FUNCTIONS = (
    *(exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.Coalesce, exp.Nullif),
    *(exp.Count, exp.Sum, exp.Min, exp.Max, exp.RowNumber),
    *(exp.Concat, exp.StrPosition, exp.Substring, exp.Replace),
    *(exp.Floor, exp.Sqrt, exp.Ln, exp.Exp),
)
"""Those that were tried on both engines. None of them makes or reads a list, and none is a macro."""

DUCKDBS_OWN = (exp.Qualify, exp.Pivot, exp.Bracket)


@pytest.mark.parametrize("model", load_project(SQL_FOLDER).models, ids=lambda model: model.name)
def test_a_model_is_standard_sql(model: Model):
    select = sqlglot.parse_one(model.sql, dialect="duckdb")

    spark = select.sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)

    assert isinstance(sqlglot.parse_one(spark, dialect="spark"), exp.Query)
    assert not_standard(select) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select a from t qualify row_number() over (partition by a order by b) = 1",
        "pivot t on a using sum(b)",
        "select * exclude (a) from t",
        "select * replace (1 as a) from t",
        "select columns('a.*') from t",
        "select a, count(*) from t group by all",
        "select a from t where list_contains(string_split(a, ' '), 'C1')",
        "select a[1] from t",
        "select unnest([1, 2]) as a",
        "select percentile_cont(a, 0.5) from t",
        "select a_macro(a) from t",
    ],
)
def test_what_is_duckdbs_own_is_found(sql: str):
    assert not_standard(sqlglot.parse_one(sql, dialect="duckdb")) != []


def not_standard(select: exp.Expr) -> list[str]:
    """What of a query is no standard SQL, or a function that was not tried."""
    return [
        node.sql("duckdb")
        for node in select.walk()
        if isinstance(node, DUCKDBS_OWN)
        or (isinstance(node, exp.Func) and not isinstance(node, FUNCTIONS))
        or (isinstance(node, exp.Star) and any(node.args.values()))
        or (isinstance(node, exp.Group) and node.args.get("all"))
    ]
