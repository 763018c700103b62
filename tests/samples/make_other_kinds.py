"""Make the sample returns of staff surveys, staffing and recommendations, and the tables that must come out of them.

    python -m tests.samples.make_other_kinds

writes the returns into the sample programme's drop folder and the tables beside the expected findings: the same bytes
each time. What the returns say is in other_kinds/, a module a kind, each with the ways in which its returns are
written; the tables come from the same data before they are written (other_kinds/tables.py), and nothing of the pipeline
is used for either.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.samples.other_kinds import recommendations, staff_survey, staffing, tables
from tests.samples.other_kinds.files import write_return
from tests.samples.other_kinds.page import SampleReturn

ROOT = Path(__file__).parents[2]
INCOMING = ROOT / "dipp_pipeline" / "demo" / "incoming"
EXPECTED = Path(__file__).parent / "programme" / "expected"
FOLDERS = (staff_survey.FOLDER, staffing.FOLDER, recommendations.FOLDER)


def make(incoming: Path, expected: Path) -> None:
    """Write the returns into a drop folder, and the expected tables into another."""
    surveys, posts, made = staff_survey.responses(), staffing.posts(), recommendations.recommendations()
    returns = [*staff_survey.returns(surveys), *staffing.returns(posts), *recommendations.returns(made)]
    for sample in returns:
        write_return(incoming, sample)
    expected.mkdir(parents=True, exist_ok=True)
    accepted = staffing.accepted(posts)
    for name, lines in _tables(surveys, accepted, made, returns).items():
        with (expected / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({column: _in_text(value) for column, value in line.items()} for line in lines)


def _tables(
    surveys: Mapping[str, Sequence[staff_survey.Response]],
    posts: Mapping[str, Sequence[staffing.Posts]],
    made: Mapping[str, Sequence[recommendations.Recommendation]],
    returns: Sequence[SampleReturn],
) -> dict[str, list[tables.Line]]:
    return {
        "staff_survey_findings": tables.staff_survey_findings(surveys),
        "staffing": tables.staffing(posts),
        "recommendations": tables.recommendations(made),
        "recommendation_progress": tables.recommendation_progress(made),
        "follow_up": tables.follow_up(made),
        "other_kinds_quality": tables.other_kinds_quality(returns),
        "other_kinds_problems": tables.other_kinds_problems(returns),
    }


def _in_text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


if __name__ == "__main__":
    make(INCOMING, EXPECTED)
