"""A short method page, made from the data dictionary."""

from collections.abc import Iterator

from dipp_pipeline.release import words
from dipp_pipeline.release.contents import Contents


def method_text(contents: Contents) -> str:
    """The method as Markdown."""
    return "\n".join(_lines(contents))


def _lines(contents: Contents) -> Iterator[str]:
    yield "# Method\n"
    yield "## How figures are made\n"
    yield "- A percentage is counted cases of relevant cases: those to which a measure applies and which answer it."
    yield "- It is published as a whole number, rounded half up, beside the counts that it comes from."
    yield "- Beside each stands its 95 per cent Wilson score interval."
    yield "- A region is compared with the rest of the programme by Fisher's exact test, adjusted for all regions and"
    yield "  measures by Benjamini and Hochberg's method. The interval of the difference is Newcombe's (method 10)."
    yield "- What few cases or people answer is withheld, with whatever would let it be worked out.\n"
    yield f"## Status\n\n{words.outlook(contents)}\n"
    yield "## Data dictionary\n"
    for mart in sorted(contents.marts, key=lambda mart: mart.name):
        yield f"### {mart.name}\n\n{_escaped(mart.description)} One row is {mart.grain.removeprefix('one row ')}.\n"
        yield "| Column | Type | Meaning |\n|---|---|---|"
        for column in mart.columns:
            yield f"| `{column.name}` | {column.data_type} | {_escaped(column.description)} |"
        yield ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("_", "\\_")
