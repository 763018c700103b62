"""The SQL files as data: what each model reads, its grain, its columns and where each column comes from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage

from dipp_pipeline.errors import DippError, reason

TableColumns = Mapping[str, Mapping[str, str]]
"""Table to column to DuckDB type."""

LAYERS = ("staging", "intermediate", "marts", "reports")
"""The folders of models. Marts are published; reports are what people ask a warehouse for, and no model reads them."""

Materialization = Literal["view", "table"]


class ModelError(DippError):
    """A SQL file is not what a model or test must be; the message names it."""


@dataclass(frozen=True)
class ModelColumn:
    """A column that a model ends in."""

    name: str
    data_type: str
    description: str

    @property
    def nullable(self) -> bool:
        """Whether it may be null, which its comment then says, with when. Of marts alone."""
        return re.search(r"\bnull\b", self.description) is not None


@dataclass(frozen=True)
class Source:
    """A column of another model or of a table that is no model (`landing.…`, `seeds.…`)."""

    table: str
    column: str


@dataclass(frozen=True)
class Model:
    """One `.sql` file holding one select."""

    name: str
    layer: str
    materialized: Materialization
    sql: str
    description: str
    grain: str
    key: Sequence[str]
    """The columns that tell its rows apart; of marts alone."""
    columns: Sequence[ModelColumn]
    reads: frozenset[str]
    """Models and `schema.table` sources."""
    rows_are_secret: bool = False
    """How many rows there are is told nowhere: each is a person, of whom so few may be that a count gives them away."""

    @property
    def primary_key(self) -> Sequence[str]:
        """Its key, unless a column of it may be null, as the nation's region_code: then it has no primary key."""
        may_be_null = {column.name for column in self.columns if column.nullable}
        return [] if may_be_null.intersection(self.key) else self.key


@dataclass(frozen=True)
class SqlTest:
    """A select of wrong rows: one row is a failure."""

    name: str
    sql: str
    description: str
    model: str
    """The model whose check it is."""
    reads: frozenset[str]
    """Models and `schema.table` sources."""


@dataclass(frozen=True)
class Project:
    """All models, in an order in which they can be built, and all tests."""

    models: Sequence[Model]
    tests: Sequence[SqlTest]

    @cached_property
    def model_by_name(self) -> Mapping[str, Model]:
        return {model.name: model for model in self.models}

    @property
    def marts(self) -> Sequence[Model]:
        """The models that are published."""
        return [model for model in self.models if model.layer == "marts"]


@cache
def load_project(folder: Path) -> Project:
    """Read the models and tests of a folder. Raises ModelError."""
    models = [_model(path, layer) for layer in LAYERS for path in sorted((folder / layer).glob("*.sql"))]
    names = {model.name for model in models}
    tests = [_test(path, names) for path in sorted((folder / "tests").glob("*.sql"))]
    return Project(_in_order(models), tests)


def column_lineage(model: Model, project: Project, sources: TableColumns) -> Mapping[str, Sequence[Source]]:
    """For each column of a model, the columns of other models and sources that it is made of.

    Raises ModelError where it reads what is neither.
    """
    unknown = sorted(read for read in model.reads if read not in project.model_by_name and read not in sources)
    if unknown:
        raise ModelError(f"{model.name}.sql reads {unknown[0]}, which is no table.")
    columns_read = {
        f'"{read}"': {column.name: column.data_type for column in project.model_by_name[read].columns}
        if read in project.model_by_name
        else dict(sources[read])
        for read in model.reads
        if read in project.model_by_name or read in sources  # what is not there the build says
    }
    select = sqlglot.parse_one(model.sql, dialect="duckdb").transform(_without_schema)
    nodes = lineage(None, select, columns_read, dialect="duckdb", trim_selects=False)
    return {
        column.name: sorted(set(_leaves(nodes[column.name])), key=lambda source: (source.table, source.column))
        for column in model.columns
    }


def _without_schema(node: exp.Expr) -> exp.Expr:
    """A table `seeds.regions` under one name, since sqlglot's schemas are of one depth."""
    if isinstance(node, exp.Table) and node.db:
        return exp.Table(this=exp.to_identifier(_table_name(node), quoted=True), alias=node.args.get("alias"))
    return node


def _leaves(node: Node) -> Iterator[Source]:
    for leaf in node.walk():
        if isinstance(leaf.expression, exp.Table):
            yield Source(leaf.expression.name, leaf.name.rpartition(".")[2].strip('"'))


def _model(path: Path, layer: str) -> Model:
    sql = path.read_text("utf-8")
    description, tags = _header(sql)
    select = _select(path, sql)
    if not description or "grain" not in tags:
        raise ModelError(f"{path.name} must open with a comment that says what it is, and one with its grain.")
    return Model(
        name=path.stem,
        layer=layer,
        materialized=_materialization(path, layer, tags),
        sql=sql,
        description=description,
        grain=tags["grain"],
        key=_key(path, layer, tags, select),
        columns=[_column(path, projection) for projection in select.selects],
        reads=_reads(select),
        rows_are_secret=_rows_are_secret(path, tags),
    )


def _key(path: Path, layer: str, tags: Mapping[str, str], select: exp.Query) -> Sequence[str]:
    """The columns that the header names, which a mart's must: none where it has one row."""
    names = [name for name in tags.get("key", "").replace(",", " ").split() if name != "none"]
    unknown = [name for name in names if name not in select.named_selects]
    if unknown or (layer == "marts" and "key" not in tags):
        raise ModelError(
            f"{path.name} must say in its header which of its columns are its key (`-- key: a, b` or none)."
        )
    return names


def _materialization(path: Path, layer: str, tags: Mapping[str, str]) -> Materialization:
    """What the header says; else a view in staging, which only renames and casts, and a table elsewhere."""
    match tags.get("materialized"):
        case None:
            return "view" if layer == "staging" else "table"
        case "view" | "table" as said:
            return said
        case unknown:
            raise ModelError(f"{path.name} says that it is materialized as {unknown}. Use view or table.")


def _rows_are_secret(path: Path, tags: Mapping[str, str]) -> bool:
    """What the header says. A word that is misspelt there must not tell what it was to keep."""
    if tags.get("rows", "secret") != "secret":
        raise ModelError(f"{path.name} says that its rows are {tags['rows']}. Use secret, or leave it out.")
    return "rows" in tags


def _test(path: Path, models: set[str]) -> SqlTest:
    sql = path.read_text("utf-8")
    description, tags = _header(sql)
    select = _select(path, sql)
    if not description or tags.get("on") not in models:
        raise ModelError(
            f"{path.name} must open with a comment that says what it tests, and one with the model it is on."
        )
    return SqlTest(path.stem, sql, description, tags["on"], _reads(select))


def _header(sql: str) -> tuple[str, Mapping[str, str]]:
    """The words of the comment that opens a file, and its tags (`-- grain: …`, `-- rows: …` and the like)."""
    words, tags = [], {}
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        text = line.removeprefix("--").strip()
        tag = re.fullmatch(r"(grain|key|materialized|rows|on): (.+)", text)
        if tag:
            tags[tag[1]] = tag[2]
        else:
            words.append(text)
    return " ".join(words), tags


def _select(path: Path, sql: str) -> exp.Query:
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except sqlglot.errors.ParseError as error:
        raise ModelError(f"{path.name} is not SQL: {reason(error)}. Mend it.") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ModelError(f"{path.name} must hold one select.")
    return statements[0]


def _column(path: Path, projection: exp.Expr) -> ModelColumn:
    cast = projection.this if isinstance(projection, exp.Alias) else None
    comments = " ".join(comment.strip() for comment in projection.comments or [])
    if not isinstance(cast, exp.Cast) or not comments:
        raise ModelError(f'{path.name}: "{projection.sql("duckdb")}" must be cast, named and commented.')
    return ModelColumn(projection.alias, _type_name(cast.to), comments)


def _type_name(data_type: exp.DataType) -> str:
    return {"TEXT": "VARCHAR", "INT": "INTEGER"}.get(name := data_type.sql("duckdb").upper(), name)


def _reads(select: exp.Query) -> frozenset[str]:
    ctes = {cte.alias for cte in select.find_all(exp.CTE)}
    return frozenset(_table_name(table) for table in select.find_all(exp.Table) if table.db or table.name not in ctes)


def _table_name(table: exp.Table) -> str:
    return f"{table.db}.{table.name}" if table.db else table.name


def _in_order(models: Sequence[Model]) -> Sequence[Model]:
    by_name = {model.name: model for model in models}
    for model in models:
        unknown = sorted(read for read in model.reads if "." not in read and read not in by_name)
        if unknown:
            raise ModelError(f"{model.name}.sql reads {unknown[0]}, which is no model.")
        reports = sorted(read for read in model.reads if read in by_name and by_name[read].layer == "reports")
        if reports:
            raise ModelError(f"{model.name}.sql reads {reports[0]}, which is a report, and these are for people only.")
    graph = {model.name: sorted(read for read in model.reads if read in by_name) for model in models}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise ModelError(f"Models read each other in a circle: {' -> '.join(error.args[1])}.") from None
