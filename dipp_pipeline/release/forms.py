"""Every form of a release, made of its contents, in one folder, and looked at again as whoever receives it would.

dipp_findings.duckdb         the tables with keys and comments, for BI tools and analysts
dipp_findings.xlsx, .ods     the same as an accessible workbook
tables/                      the same as CSV and Parquet, with what describes them
site/                        pages for a browser
method.md                    how the figures are made
SHA256SUMS                   what belongs to the release
"""

from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.database import PublicationError, write_database
from dipp_pipeline.release.edition import DATABASE
from dipp_pipeline.release.manifest import write_manifest
from dipp_pipeline.release.method import METHOD, write_method
from dipp_pipeline.release.site.write import write_site
from dipp_pipeline.release.tables import TABLES, write_tables
from dipp_pipeline.release.verify import check_release
from dipp_pipeline.release.workbook.write import write_workbooks

SITE = "site"
"""The folder of a release that its pages are in; `index.html` is the first."""


def write_forms(folder: Path, contents: Contents) -> None:
    """Write them all. Raises PublicationError where one is not what it must be."""
    write_database(folder / DATABASE, contents)
    write_tables(folder / TABLES, contents)
    write_workbooks(folder, contents)
    write_method(folder / METHOD, contents)
    write_site(folder / SITE, contents)
    write_manifest(folder)
    problems = check_release(folder).problems
    if problems:
        told = "; ".join(f"{problem.file} {problem.what}" for problem in problems)
        raise PublicationError(f"The release is of no use: {told}.")
    atomic.open_to_readers(folder)
