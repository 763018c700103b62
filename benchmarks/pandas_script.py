"""What an analyst would write without the pipeline: read the files with pandas and openpyxl, write the counts.

usage: pandas_script.py INCOMING OUT.csv
"""

import sys
from pathlib import Path

import pandas as pd

SEEDS = Path(__file__).parent.parent / "dbt_like_sql" / "seeds"


def main(incoming: Path, out: Path) -> None:
    measures = pd.read_csv(SEEDS / "measures.csv")
    regions = pd.read_csv(SEEDS / "regions.csv").set_index("region_slug")["region_code"]
    read = [
        pd.read_excel(file, engine="openpyxl", keep_default_na=False).assign(region_code=regions[file.parent.name])
        for file in sorted(incoming.glob("*/*.xlsx"))
    ]
    cases = pd.concat(read, ignore_index=True)
    adjusted = cases["Question set"] == "Adjusted"
    codes = [column for column in cases.columns if column[0] == "C" and column[1:2].isdigit()]
    answers = pd.DataFrame()
    for code in codes:
        answer = cases[code]
        if "A" + code[1:] in cases:
            answer = answer.where(~adjusted, cases["A" + code[1:]])
        answers[code] = answer.str.lower().str.replace(" - ", "_")
    figures = [(m.measure_code, m.question_code.split(), m.counted_answers.split()) for m in measures.itertuples()]
    figures += [(code, [code], ["yes"]) for code in codes]
    counts = []
    for figure, questions, counted in figures:
        asked = answers[questions]
        relevant = ~asked.isin(["", "not applicable"]).any(axis=1)
        frame = pd.DataFrame({"region_code": cases["region_code"], "relevant_cases": relevant})
        frame["counted_cases"] = asked.isin(counted).all(axis=1) & relevant
        counts.append(frame.groupby("region_code", as_index=False).sum().assign(code=figure))
    regional = pd.concat(counts)
    national = regional.groupby("code", as_index=False)[["relevant_cases", "counted_cases"]].sum()
    pd.concat([regional, national]).to_csv(out, index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
