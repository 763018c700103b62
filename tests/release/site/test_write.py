"""What holds of every page of a site, whatever its release: whole, small, dated, of its own folder."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.site.formats import SHORTHAND
from dipp_pipeline.release.site.write import write_site
from tests.release.site.html import Page

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

PAGE_BYTES = 200 * 1024
SITE_BYTES = 10 * 1024 * 1024


def test_a_site_has_a_page_for_each_region_measure_and_table(contents: Contents, site_pages: Mapping[str, Page]):
    folders = [path.partition("/")[0] for path in site_pages if "/" in path and not re.search(r"-\d+\.html", path)]

    assert folders.count("regions") == 12
    assert folders.count("measures") == 11
    assert folders.count("data") == len(contents.marts)
    assert {path for path in site_pages if "/" not in path} == {
        "index.html",
        "regions.html",
        "measures.html",
        "revisions.html",
        "method.html",
        "data.html",
        "about.html",
    }


def test_the_same_contents_give_the_same_bytes(contents: Contents, site: Path, tmp_path: Path):
    write_site(tmp_path / "again", contents)

    assert files(tmp_path / "again") == files(site)


def test_every_page_is_well_formed(any_pages: Mapping[str, Page]):
    assert {path: page.unclosed for path, page in any_pages.items() if page.unclosed} == {}


def test_every_link_leads_somewhere(any_pages: Mapping[str, Page]):
    assert [(path, link) for path, page in any_pages.items() for link in page.links if not leads(page, link)] == []


def test_every_page_but_later_parts_of_a_table_can_be_reached_from_the_first(any_pages: Mapping[str, Page]):
    reached, ahead = set(), ["index.html"]
    site = any_pages["index.html"].path.parent
    while ahead:
        path = ahead.pop()
        if path in any_pages and path not in reached:
            reached.add(path)
            page = any_pages[path]
            targets = [(page.path.parent / urlsplit(link).path).resolve() for link in page.links]
            ahead += [str(target.relative_to(site)) for target in targets if target.is_relative_to(site)]

    assert reached == set(any_pages)


def test_nothing_is_loaded_but_the_style_of_the_folder(any_pages: Mapping[str, Page]):
    assert {Path(address).name for page in any_pages.values() for address in page.loaded} == {"site.css"}
    assert all(leads(page, address) for page in any_pages.values() for address in page.loaded)


def test_no_address_of_another_place_is_a_link_or_is_fetched(any_pages: Mapping[str, Page], site: Path):
    addresses = [address for page in any_pages.values() for address in (*page.links, *page.loaded)]

    assert [address for address in addresses if urlsplit(address).scheme or urlsplit(address).netloc] == []
    assert re.findall(r"@import|url\(", (site / "site.css").read_text("utf-8")) == []


def test_there_is_no_script(any_pages: Mapping[str, Page]):
    texts = [page.path.read_text("utf-8").lower() for page in any_pages.values()]

    assert [text for text in texts if "<script" in text or re.search(r"\son[a-z]+=", text)] == []


def test_no_page_is_large(any_pages: Mapping[str, Page]):
    sizes = {path: page.path.stat().st_size for path, page in any_pages.items()}

    assert {path: size for path, size in sizes.items() if size > PAGE_BYTES} == {}
    assert sum(sizes.values()) < SITE_BYTES


def test_every_page_says_release_day_edition_and_status(contents: Contents, any_pages: Mapping[str, Page]):
    about = contents.about
    day = f"{about['published_at'].day} {about['published_at']:%B %Y}"
    said = rf"Release {about['release_id']} Date {day} Edition Internal Status (Provisional|Final)"

    assert [path for path, page in any_pages.items() if not re.search(said, page.text)] == []


def test_every_page_of_invented_data_says_so_before_all_else(site_pages: Mapping[str, Page]):
    assert [
        path
        for path, page in site_pages.items()
        if not page.text.partition("Skip to main content")[2].startswith(" Invented sample data")
    ] == []


def test_no_page_of_real_data_says_that_they_are_invented(complete_pages: Mapping[str, Page]):
    assert [path for path, page in complete_pages.items() if "nvented sample data" in page.text] == []


def test_a_final_release_says_so_on_every_page(complete_pages: Mapping[str, Page]):
    assert [
        path for path, page in complete_pages.items() if "Final All 12 regions are included." not in page.text
    ] == []


def test_shorthand_is_explained_on_each_page_that_has_it_and_on_no_other(any_pages: Mapping[str, Page]):
    for path, page in any_pages.items():
        cells = {cell for table in page.tables for row in table.rows for cell in row}
        for sign, meaning in SHORTHAND.items():
            explained = f"{sign} {meaning}" in page.text
            if any(cell == sign or cell.startswith(f"{sign} ") or cell.endswith(f" {sign}") for cell in cells):
                assert explained, (path, sign)
            elif explained:
                assert page.text.count(sign) > 1, (path, sign)


def test_no_cell_is_empty(any_pages: Mapping[str, Page]):
    assert [
        (path, table.caption, row)
        for path, page in any_pages.items()
        for table in page.tables
        for row in table.rows
        for place, cell in enumerate(row)
        if not cell and not is_drawing(table.rows, place)
    ] == []


def test_no_page_judges(any_pages: Mapping[str, Page]):
    labels = r"(?i)\b(?:outstanding|requires improvement|inadequate|league|rank(?:ed|ing)?s?)\b"
    judgements = r"(?i)\b(?:good|better|worse|best|worst)\b"
    of_figures = [page for path, page in any_pages.items() if not path.startswith("data/") and path != "method.html"]

    assert [page.path for page in any_pages.values() if re.search(labels, page.text)] == []
    assert [page.path for page in of_figures if re.search(judgements, page.text)] == []


def test_text_of_others_is_shown_as_text(contents: Contents, tmp_path: Path):
    hostile = '<script>alert("1")</script> & {{ 7 * 7 }}'
    table = contents.tables["recommendations"]
    rows = [row | {"text": hostile} for row in table.to_pylist()]
    changed = type(table).from_pylist(rows, schema=table.schema)

    write_site(tmp_path, Contents(contents.marts, {**contents.tables, "recommendations": changed}))

    page = (tmp_path / "regions" / "west-midlands.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7 * 7 }}" in page


def is_drawing(rows: list[list[str]], place: int) -> bool:
    return rows[0][place].startswith("Chart, from 0% to 100%")


def leads(page: Page, link: str) -> bool:
    """Whether a link is of a file that is there, below the release, and to an anchor that is on its page."""
    parts = urlsplit(link)
    target = (page.path.parent / parts.path).resolve() if parts.path else page.path
    release = next(folder for folder in page.path.parents if (folder / "tables").is_dir())
    if not target.is_file() or not target.is_relative_to(release):
        return False
    return not parts.fragment or f'id="{parts.fragment}"' in target.read_text("utf-8")


def files(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
