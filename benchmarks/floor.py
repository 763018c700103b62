"""The floor: read the files with fastexcel, count every figure with one query, check nothing.

usage: floor.py INCOMING OUT.csv
"""

import csv
import sys
from pathlib import Path

import duckdb
import fastexcel
import polars as pl

SEEDS = Path(__file__).parent.parent / "dbt_like_sql" / "seeds"

QUERY = """
    with answers as (
        select case_number, region_code, questions.core_equivalent as question_code,
            replace(lower(answer), ' - ', '_') as answer
        from (unpivot cases on columns('^[CA][0-9].*') into name question_code value answer) asked
        inner join questions using (question_code)
        where questions.question_set = lower(asked."Question set") and answer <> 'Not applicable'
    ),
    figures as (
        select measure_code as code, string_split(question_code, ' ') as asked,
            string_split(counted_answers, ' ') as counted
        from measures
        union all
        select question_code, [question_code], ['yes'] from questions where question_set = 'core'
    ),
    figure_questions as (
        select code, len(asked) as questions, unnest(asked) as question_code, counted from figures
    ),
    relevant as (
        select code, region_code, case_number, bool_and(answer in counted) as is_counted
        from answers inner join figure_questions using (question_code)
        group by code, questions, region_code, case_number
        having count(*) = questions
    )
    select region_code, code, count(*) as relevant_cases, count(*) filter (is_counted) as counted_cases
    from relevant
    group by grouping sets ((region_code, code), (code))
"""


def main(incoming: Path, out: Path) -> None:
    with (SEEDS / "regions.csv").open() as file:
        regions = {row["region_slug"]: row["region_code"] for row in csv.DictReader(file)}
    read = [
        fastexcel.read_excel(file)
        .load_sheet(0, dtypes="string")
        .to_polars()
        .with_columns(region_code=pl.lit(regions[file.parent.name]))
        for file in sorted(incoming.glob("*/*.xlsx"))
    ]
    cases = pl.concat(read).with_row_index("case_number")
    with duckdb.connect() as connection:
        connection.register("cases", cases)
        for name in ("questions", "measures"):
            connection.execute(f"create table {name} as from read_csv('{SEEDS / name}.csv', all_varchar = true)")
        connection.execute(f"copy ({QUERY}) to '{out}' (header)")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
