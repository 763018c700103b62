"""A file to what it gave, whatever it is: its case tables, or the one reason why it is refused. Runs in a worker."""

from pathlib import Path

from dipp_pipeline.intake.table import ReturnTables, find_case_tables, refused
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import Refusal
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets


def read_return(path: Path, programme: Programme, limits: Limits) -> ReturnTables:
    """What reading the file gave. Raises nothing, whatever the file is."""
    try:
        return find_case_tables(read_sheets(path, limits), programme)
    except Refusal as refusal:
        return refused(programme, refusal.rule_code, refusal.message)
    except MemoryError:
        message = f"Reading the file takes more than {limits.memory_megabytes} MB of memory. Send the case scores only."
        return refused(programme, "F02", message)
    except OSError as error:
        return refused(programme, "F01", f"The file cannot be opened: {error.strerror}. Check it and send it again.")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # what no reader foresaw, a panic in Rust among it, must cost that file alone
        message = f"The file cannot be read ({type(error).__name__}). Save it again as .xlsx and send that."
        return refused(programme, "F01", message)


def under_no_region(programme: Programme) -> ReturnTables:
    """What is said of a file under none of the twelve regions, told from its path alone."""
    message = (
        "The file is not in the folder of one of the twelve regions, so it was not opened. Move it to its region's."
    )
    return refused(programme, "F06", message)


def name_holds_case_reference(programme: Programme) -> ReturnTables:
    """What is said of a file whose path under its region's folder holds a case reference."""
    message = "The name of the file or of a folder holds a case reference, so it was not opened. Rename it."
    return refused(programme, "F08", message)


def unreadable(programme: Programme) -> ReturnTables:
    """What is said of a file that may not be opened, or is none."""
    message = (
        "The file cannot be read: it may not be opened, is a folder, or is still being copied. "
        "Check it; each refresh tries again."
    )
    return refused(programme, "F01", message)


def unsearchable(programme: Programme) -> ReturnTables:
    """What is said of a file that takes too long to be searched for cases that were erased."""
    message = "Searching the file for cases that were erased takes too long. Send the case scores only."
    return refused(programme, "F02", message)
