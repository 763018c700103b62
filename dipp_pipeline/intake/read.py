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
