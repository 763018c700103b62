"""The findings site: pages of HTML that a browser opens from a folder, without a network and without a script."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dipp_pipeline.release import words
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.method import method_text
from dipp_pipeline.release.site import charts, formats
from dipp_pipeline.release.site.data import data_pages
from dipp_pipeline.release.site.findings import Findings
from dipp_pipeline.release.site.markdown import document
from dipp_pipeline.release.site.measure import measure_pages
from dipp_pipeline.release.site.overview import overview_pages
from dipp_pipeline.release.site.page import HOME, METHOD, SECTIONS, Page
from dipp_pipeline.release.site.region import region_pages
from dipp_pipeline.release.site.revisions import revision_pages

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = "site.css"


def write_site(folder: Path, contents: Contents) -> None:
    """Write the pages of a release and their style into a folder, which is made where it is not there."""
    templates = _environment(contents)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _STYLE).write_bytes((_TEMPLATES / _STYLE).read_bytes())
    for page in pages(contents):
        file = folder / page.place.path
        file.parent.mkdir(exist_ok=True)
        file.write_text(_drawn(page, templates), "utf-8")


def pages(contents: Contents) -> Iterator[Page]:
    """Every page of the site."""
    findings = Findings(contents)
    yield from overview_pages(findings)
    yield from region_pages(findings)
    yield from measure_pages(findings)
    yield from revision_pages(findings)
    yield from data_pages(findings)
    yield Page(METHOD, "method.html", {"document": document(method_text(contents))})


def _drawn(page: Page, templates: Environment) -> str:
    """A page as HTML: its own part first, so that what stands around it can explain the shorthand that is in it."""
    around = {"page": page, "root": "../" * page.place.path.count("/")}
    main = templates.get_template(page.template).render(page.values, **around)
    used = {sign: meaning for sign, meaning in formats.SHORTHAND.items() if sign in main}
    section = page.above[0] if page.above else page.place
    return templates.get_template("layout.html").render(
        main=Markup(main), shorthand=used, home=HOME, sections=SECTIONS, section=section, **around
    )


def _environment(contents: Contents) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(_known(contents))
    return environment


def _known(contents: Contents) -> dict[str, Any]:
    """What every template can ask for."""
    return {
        "about": contents.about,
        "charts": charts,
        "formats": formats,
        "words": words,
        "contents": contents,
        "published_on": words.day(contents),
        "programme": words.PROGRAMME,
        "sample_banner": words.SAMPLE_BANNER,
        "status": words.outlook(contents),
        "so_far": "" if contents.about["status"] == "final" else " so far",
        "regions_told": words.outlook(contents).partition(": ")[2],
    }
