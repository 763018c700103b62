"""What an analyst would write without the pipeline: read the same files with pandas and openpyxl, write the same counts.

usage: pandas_script.py INCOMING OUT.csv
"""

import sys
from pathlib import Path

import pandas as pd

SEEDS = Path(__file__).parent.parent / "dbt_like_sql" / "seeds"


def main(incoming: Path, out: Path) -> None:
    measures = pd.read_csv(SEEDS / "measures.csv")
    regions = pd.read_csv(SEEDS / "regions.csv").set_index("region_slug")["region_code"]
    rows = []
    for file in sorted(incoming.glob("*/*.xlsx")):
        cases = pd.read_excel(file, engine="openpyxl", keep_default_na=False)
        adjusted = cases["Question set"] == "Adjusted"
        figures = [(m.measure_code, m.question_code.split(), m.counted_answers.split()) for m in measures.itertuples()]
        figures += [(c, [c], ["yes"]) for c in cases.columns if c[0] == "C" and c[1:2].isdigit()]
        answers = {}
        for column in [c for c in cases.columns if c[0] == "C" and c[1:2].isdigit()]:
            answer = cases[column]
            if "A" + column[1:] in cases:
                answer = answer.where(~adjusted, cases["A" + column[1:]])
            answers[column] = answer.str.lower().str.replace(" - ", "_")
        for code, questions, counted in figures:
            asked = pd.DataFrame({question: answers[question] for question in questions})
            relevant = ~asked.isin(["", "not applicable"]).any(axis=1)
            counts = asked.isin(counted).all(axis=1) & relevant
            rows.append((regions[file.parent.name], code, len(cases), int(relevant.sum()), int(counts.sum())))
    columns = ["region_code", "code", "cases_inspected", "relevant_cases", "counted_cases"]
    regional = pd.DataFrame(rows, columns=columns)
    national = regional.groupby("code", as_index=False)[columns[2:]].sum()
    pd.concat([regional, national]).to_csv(out, index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
