"""Every figure of a page is the table's, in its numbers and in its drawing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.site.formats import slug
from tests.release.site.html import Drawing, Page

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

Row = Mapping[str, Any]

FIGURES = ("counted_cases", "relevant_cases")
STAFF = ("agreeing", "respondents")


@pytest.fixture(params=["sample", "complete", "begun"])
def release(request: pytest.FixtureRequest) -> tuple[Contents, Mapping[str, Page]]:
    """What a release holds, and its pages."""
    contents, pages = {
        "sample": ("contents", "site_pages"),
        "complete": ("complete", "complete_pages"),
        "begun": ("begun", "begun_pages"),
    }[request.param]
    return request.getfixturevalue(contents), request.getfixturevalue(pages)


def test_national_figures_are_those_of_the_table(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release
    expected = {row["measure_title"]: numbers(row) for row in contents.rows("national_findings")}

    assert len(expected) == 11
    for path in ("index.html", "measures.html"):
        assert pages[path].charted("National figures: all regions") == expected


def test_figures_of_a_region_are_those_of_the_table(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release
    nation = {row["measure_code"]: row for row in contents.rows("national_findings")}

    for region, rows in by_region(contents.rows("regional_findings")):
        shown = pages[f"regions/{slug(region)}.html"].charted(f"{region} beside all regions included")
        assert shown == {
            row["measure_title"]: [*numbers(row), with_counts(nation[row["measure_code"]])] for row in rows
        }


def test_a_region_stands_beside_the_rest_and_all_regions_as_in_the_table(
    release: tuple[Contents, Mapping[str, Page]],
):
    contents, pages = release
    nation = {row["measure_code"]: row for row in contents.rows("national_findings")}

    for region, rows in by_region(contents.rows("regional_findings")):
        table = pages[f"regions/{slug(region)}.html"].table("Beside the rest of the programme, and all regions")
        assert table.rows[1:] == [
            [
                row["measure_title"],
                with_counts(row),
                with_counts(rest(row)),
                with_counts(nation[row["measure_code"]]),
                difference(row),
                "Yes" if row["differs_from_rest"] else "No difference shown",
            ]
            for row in rows
        ]


def test_questions_of_a_region_are_those_of_the_table(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release
    nation = {row["question_code"]: row for row in contents.rows("national_question_findings")}

    for region, rows in by_region(contents.rows("regional_question_findings")):
        shown = [
            row
            for table in pages[f"regions/{slug(region)}.html"].tables
            if table.caption.endswith(": questions answered yes")
            for row in table.rows[1:]
        ]
        assert [[row[0], *row[2:]] for row in shown] == [
            [
                f"{row['question_label']} {row['kind'].capitalize()} question {row['question_code']}",
                *numbers(row),
                with_counts(nation[row["question_code"]]),
            ]
            for row in rows
        ]


def test_the_staff_survey_of_a_region_is_that_of_the_table(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release
    rows = contents.rows("staff_survey_findings")
    nation = {row["statement_code"]: row for row in rows if row["level"] == "nation"}

    for region, statements in by_region([row for row in rows if row["level"] == "region"]):
        shown = pages[f"regions/{slug(region)}.html"].charted("Staff who agree or strongly agree")
        assert shown == {
            row["statement"]: [*numbers(row, STAFF), with_counts(nation[row["statement_code"]], STAFF)]
            for row in statements
        }


def test_what_is_withheld_of_a_survey_stands_nowhere_on_its_page(contents: Contents, site_pages: Mapping[str, Page]):
    withheld = [row for row in contents.rows("staff_survey_findings") if row["marker"] == "c"]

    assert len(withheld) > 10
    for row in withheld:
        if row["level"] == "region":
            page = site_pages[f"regions/{slug(row['region_name'])}.html"]
            assert page.charted("Staff who agree")[row["statement"]][:3] == ["[c]", "[c]", "[c]"]


def test_a_measure_has_every_region_by_name(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release
    names = sorted(row["region_name"] for row in contents.rows("programme_progress"))
    found = {(row["region_name"], row["measure_code"]): row for row in contents.rows("regional_findings")}

    for measure in contents.rows("national_findings"):
        page = pages[f"measures/{slug(measure['measure_code'])}.html"]
        shown = page.charted(f"{measure['measure_title']}, by region")
        assert list(shown) == names
        assert shown == {
            name: numbers(row) if (row := found.get((name, measure["measure_code"]))) else ["[x]", "[x]", "[x]"]
            for name in names
        }


def test_a_measure_has_every_step_in_the_order_in_which_regions_joined(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release

    for measure in contents.rows("national_findings"):
        steps = [row for row in contents.rows("findings_over_time") if row["measure_code"] == measure["measure_code"]]
        page = pages[f"measures/{slug(measure['measure_code'])}.html"]
        if not steps:
            assert "No region is included yet." in page.text
            continue
        assert [[row[0].partition(" joined")[0], *row[2:]] for row in page.table("National figure after").rows[1:]] == [
            [row["region_name"], *numbers(row)] for row in steps
        ]


def test_how_national_figures_moved_is_as_in_the_table(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release
    rows = contents.rows("findings_over_time")
    if not rows:
        assert "No region is included yet" in pages["index.html"].text
        return
    table = pages["index.html"].table("National figures after each region joined")

    assert table.rows[0][1:] == list(dict.fromkeys(row["region_name"] for row in rows))
    assert [(row[0], row[1:]) for row in table.rows[1:]] == [
        (
            measure["measure_title"],
            [with_counts(row) for row in rows if row["measure_code"] == measure["measure_code"]],
        )
        for measure in contents.rows("national_findings")
    ]


def test_every_dot_bar_and_line_stands_where_its_figure_is(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release
    nation = {row["measure_code"]: row for row in contents.rows("national_findings")}

    for region, rows in by_region(contents.rows("regional_findings")):
        drawings = drawn(pages[f"regions/{slug(region)}.html"])
        for row, drawing in zip(rows, drawings, strict=False):
            assert place(drawing, "dot", "cx") == pytest.approx(row["percentage"], abs=0.01)
            assert place(drawing, "interval", "x1") == pytest.approx(row["lower_95"], abs=0.01)
            assert place(drawing, "interval", "x2") == pytest.approx(row["upper_95"], abs=0.01)
            assert place(drawing, "nation", "x1") == pytest.approx(nation[row["measure_code"]]["percentage"], abs=0.01)


def test_a_drawing_says_in_words_what_the_row_beside_it_has(release: tuple[Contents, Mapping[str, Page]]):
    _, pages = release

    for page in pages.values():
        charts = [table for table in page.tables if table.rows[0][1:2] and table.rows[0][1].startswith("Chart, from")]
        rows = [row for table in charts for row in table.rows[1:]]
        for row, drawing in zip(rows, drawn(page), strict=True):
            if row[2].startswith("["):
                assert drawing.words.startswith(f"No dot: {row[2]}")
                assert "dot" not in drawing.marks
            else:
                assert drawing.words.startswith(f"Dot at {row[2].removesuffix(' [u]')}, bar from {row[3]}")


def test_a_table_is_shown_whole(release: tuple[Contents, Mapping[str, Page]]):
    contents, pages = release

    for mart in contents.marts:
        parts = [
            page
            for path, page in sorted(pages.items(), key=lambda named: (len(named[0]), named[0]))
            if path == f"data/{mart.name}.html" or path.startswith(f"data/{mart.name}-")
        ]
        shown = [row for page in parts for table in page.tables for row in table.rows[1:]]
        rows = contents.rows(mart.name)
        assert len(shown) == len(rows), mart.name
        for cells, row in zip(shown, rows, strict=True):
            assert [cell for cell in cells if cell[:1] != "["] == [
                text for text in map(as_text, row.items()) if text[:1] != "["
            ]


def test_recommendations_are_quoted_as_they_were_made(contents: Contents, site_pages: Mapping[str, Page]):
    for row in contents.rows("recommendations"):
        assert row["text"] in site_pages[f"regions/{slug(row['region_name'])}.html"].text


def test_headlines_of_a_region_are_all_on_its_page(contents: Contents, site_pages: Mapping[str, Page]):
    for row in contents.rows("headlines"):
        page = f"regions/{slug(row['region_name'])}.html" if row["level"] == "region" else None
        assert row["headline"] in site_pages[page or f"measures/{slug(row['measure_code'])}.html"].text


def test_a_region_that_is_not_included_has_a_page_that_says_so(contents: Contents, site_pages: Mapping[str, Page]):
    missing = [row for row in contents.rows("programme_progress") if row["status"] != "included"]

    assert len(missing) == 7
    for row in missing:
        page = site_pages[f"regions/{slug(row['region_name'])}.html"]
        assert "This region is not included yet" in page.text
        assert not any(drawing.marks.get("dot") for drawing in drawn(page))


def test_the_map_has_every_region_with_its_status_alone(contents: Contents, site_pages: Mapping[str, Page]):
    text = site_pages["index.html"].text
    words = {"not_started": "Not included yet", "in_progress": "In progress", "included": "Included"}

    for row in contents.rows("programme_progress"):
        assert f"{row['region_name']} {words[row['status']]}" in text


def drawn(page: Page) -> Sequence[Drawing]:
    """The drawings of a page's charts, row by row."""
    return [drawing for drawing in page.drawings if drawing.words.startswith(("Dot at", "No dot"))]


def place(drawing: Drawing, mark: str, attribute: str) -> float:
    value = drawing.marks[mark][attribute]
    assert value is not None
    return float(value.removesuffix("%"))


def by_region(rows: Sequence[Row]) -> Iterator[tuple[str, Sequence[Row]]]:
    names = dict.fromkeys(row["region_name"] for row in rows)
    return ((name, [row for row in rows if row["region_name"] == name]) for name in names)


def numbers(row: Row, counts: tuple[str, str] = FIGURES) -> list[str]:
    """Percentage, interval and counts as a page has them, worked out anew."""
    counted, relevant = (row[name] for name in counts)
    if relevant is None:
        return [f"[{row['marker']}]"] * 3
    if relevant == 0:
        return ["[z]", "[z]", "0 of 0"]
    rounded = int(100 * counted / relevant + 0.5)
    lower, upper = (int(row[name] + 0.5) for name in ("lower_95", "upper_95"))
    return [f"{rounded}%", f"{lower}% to {upper}%", f"{counted} of {relevant}"]


def with_counts(row: Row, counts: tuple[str, str] = FIGURES) -> str:
    share, _, of = numbers(row, counts)
    return share if of == share else f"{share} {of}"


def rest(row: Row) -> Row:
    return {
        "counted_cases": row["rest_counted_cases"],
        "relevant_cases": row["rest_relevant_cases"],
        "lower_95": 0.0,
        "upper_95": 0.0,
    }


def difference(row: Row) -> str:
    points, lower, upper = (signed(row[name]) for name in ("difference", "difference_lower_95", "difference_upper_95"))
    return f"{points} ({lower} to {upper})"


def signed(value: float) -> str:
    rounded = int(value + 1000.5) - 1000
    return "0" if rounded == 0 else f"{rounded:+}".replace("-", "−")


def as_text(named: tuple[str, Any]) -> str:
    """A value of a table as its page has it; what is missing or marked begins with a bracket."""
    name, value = named
    if name == "marker":
        return "none" if value is None else f"[{value}]"
    match value:
        case None:
            return "["
        case bool():
            return "Yes" if value else "No"
        case float():
            return f"{value:.4f}" if name.startswith("p_") else f"{value:,.2f}"
        case str():
            return " ".join(value.split())
        case _:
            return str(value).partition(".")[0]
