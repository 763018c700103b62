"""The findings on the command line: the figures that are published, and a bar that does not claim more than they do."""

import json
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.reports.findings import Finding, Findings, FindingsError, read_findings
from dipp_pipeline.reports.text import show_findings
from tests.end_to_end.dipp import dipp
from tests.homes import Home

pytestmark = pytest.mark.thorough


def finding(counted: int, of: int, lower: float | None, upper: float | None) -> Finding:
    percentage = 100 * counted / of if of else None
    rounded = None if percentage is None else int(percentage + 0.5)
    return Finding("a_measure", "A measure", "positive", of, counted, percentage, rounded, lower, upper)


def shown(capsys: pytest.CaptureFixture[str], *findings: Finding) -> list[str]:
    """The lines of the table, without what stands before and after it."""
    show_findings(Findings("aaaaaaaaaaaa", "Wales", None, 5, 12, 10, findings))
    return capsys.readouterr().out.splitlines()[3:-2]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def bar_of(line: str) -> str:
    return line[-40:]


def test_a_bar_is_solid_up_to_the_interval_shaded_across_it_and_marked_at_the_percentage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (line,) = shown(capsys, finding(50, 100, 25.0, 75.0))

    assert bar_of(line) == "█" * 10 + "▒" * 10 + "│" + "▒" * 9 + " " * 10


@pytest.mark.parametrize(
    ("counted", "interval", "bar"),
    [
        (0, (0.0, 3.7), "│" + " " * 39),
        (0, (0.0, 20.0), "│" + "▒" * 7 + " " * 32),
        (100, (96.3, 100.0), "█" * 39 + "│"),
        (100, (80.0, 100.0), "█" * 32 + "▒" * 7 + "│"),
    ],
)
def test_a_bar_ends_where_the_scale_does(
    capsys: pytest.CaptureFixture[str], counted: int, interval: tuple[float, float], bar: str
) -> None:
    (line,) = shown(capsys, finding(counted, 100, *interval))

    assert bar_of(line) == bar


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [(24.5, 75.5, "25 to 76"), (24.49999999999999, 75.49999999999999, "24 to 75"), (0.0, 100.0, "0 to 100")],
)
def test_the_interval_is_rounded_half_up(
    capsys: pytest.CaptureFixture[str], lower: float, upper: float, text: str
) -> None:
    (line,) = shown(capsys, finding(50, 100, lower, upper))

    assert f"50 of 100       50 {text:>12} " in line


def test_where_no_case_is_relevant_there_is_neither_a_figure_nor_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = shown(capsys, finding(0, 0, None, None))

    assert line.split() == ["A", "measure", "0", "of", "0", "no", "relevant", "case"]


def test_the_findings_are_the_published_ones(published_demo: Home) -> None:
    figures = ("measure_code", "relevant_cases", "counted_cases", "percentage", "lower_95", "upper_95")
    national, regional = read_findings(published_demo, None), read_findings(published_demo, "west-midlands")
    with duckdb.connect(str(published_demo.database), read_only=True) as connection:
        select = f"select {', '.join(figures)} from"
        of_nation = connection.execute(f"{select} national_findings").fetchall()
        of_region = connection.execute(f"{select} regional_findings where region_code = 'N52'").fetchall()

    for findings, published in ((national, of_nation), (regional, of_region)):
        assert [tuple(getattr(entry, name) for name in figures) for entry in findings.findings] == published
    assert (national.region_name, national.status, national.cases_inspected) == (None, "provisional", 332)
    assert (regional.region_name, regional.status, regional.cases_inspected) == ("West Midlands", None, 84)


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        ("wales", "No case of Wales is accepted yet, so it has no findings."),
        ("atlantis", '"atlantis" is no region. Use one of east-midlands, '),
    ],
)
def test_findings_that_are_not_there_are_a_sentence(published_demo: Home, region: str, sentence: str) -> None:
    with pytest.raises(FindingsError, match=sentence):
        read_findings(published_demo, region)


def test_a_home_without_a_release_has_no_findings(tmp_path: Path) -> None:
    with pytest.raises(FindingsError, match=r"Nothing is published in .* yet\. Run the refresh first\."):
        read_findings(Home(tmp_path), None)


def test_the_command_shows_and_explains_the_bars(published_demo: Home) -> None:
    done = dipp("findings", "west-midlands", "--home", published_demo.path)

    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("West Midlands, 84 cases inspected. Release ")
    assert lines[2].endswith("Counted of relevant Per cent 95% interval 0                   50               100")
    assert any(line.startswith("Effective work to keep others safe") and "41 of 84       49" in line for line in lines)
    assert lines[-1] == "█ up to the lower end of the 95% interval, ▒ the interval, │ the percentage itself."


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_where_bars_cannot_be_shown_they_are_made_of_what_can(published_demo: Home, encoding: str) -> None:
    done = dipp("findings", "--home", published_demo.path, PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert "#############" in done.stdout
    assert done.stdout.endswith("# up to the lower end of the 95% interval, - the interval, | the percentage itself.\n")


@pytest.mark.parametrize(("columns", "bar"), [(120, True), (80, True), (60, False), (20, False)])
def test_a_narrow_terminal_costs_the_bar_and_never_a_figure(published_demo: Home, columns: int, bar: bool) -> None:
    done = dipp("findings", "--home", published_demo.path, COLUMNS=str(columns))

    table = done.stdout.split("\n\n")[1]
    assert done.returncode == 0
    assert max(map(len, table.splitlines())) <= max(columns, 67)
    assert " 149 of 332 45 40 to 50" in " ".join(table.split())
    assert ("█" in done.stdout) == bar


def test_the_findings_in_json_are_one_document(published_demo: Home) -> None:
    document = json.loads(dipp("findings", "west-midlands", "--json", "--home", published_demo.path).stdout)

    (effective,) = (entry for entry in document.pop("findings") if entry["measure_code"] == "delivery_effective")
    assert set(document) == {
        "release_id",
        "region_name",
        "status",
        "regions_included",
        "regions_expected",
        "cases_inspected",
    }
    assert document["region_name"] == "West Midlands"
    assert (effective["counted_cases"], effective["relevant_cases"], effective["percentage_rounded"]) == (41, 84, 49)
    assert set(effective) == set(Finding.__dataclass_fields__)


@pytest.mark.exhaustive
def test_the_demo_ends_in_figures(tmp_path: Path) -> None:
    done = dipp("demo", "--home", tmp_path / "home", PYTHONIOENCODING="ascii")

    assert done.returncode == 0
    assert "5 of 12 regions (provisional), 332 cases inspected." in done.stdout
    assert "149 of 332       45     40 to 50" in done.stdout
    assert "findings west-midlands --home" in done.stdout
