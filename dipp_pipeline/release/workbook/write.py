"""The workbook of a release in both formats: one content."""

from pathlib import Path

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.workbook import excel, opendocument
from dipp_pipeline.release.workbook.findings import findings_workbook
from dipp_pipeline.release.workbook.verify import verify

EXCEL, OPEN_DOCUMENT = "dipp_findings.xlsx", "dipp_findings.ods"


def write_workbooks(folder: Path, contents: Contents) -> None:
    """Write the workbook into a folder, as .xlsx and as .ods. The same contents give the same bytes.

    Raises PublicationError where a file is not what it was to be.
    """
    workbook = findings_workbook(contents)
    for name, write in ((EXCEL, excel.write), (OPEN_DOCUMENT, opendocument.write)):
        write(folder / name, workbook)
        verify(folder / name, workbook)
