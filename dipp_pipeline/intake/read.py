"""A file to what it gave, whatever it is: its tables, or the one reason why it is refused. Runs in a worker."""

from pathlib import Path

from dipp_pipeline.errors import is_of_the_machine, machine_faults_told
from dipp_pipeline.intake.drop_folder import LINK, OVER_LIMIT, TOO_LONG
from dipp_pipeline.intake.table import ReturnTables, refused
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import Refusal


def read_return(path: Path, programme: Programme, limits: Limits) -> ReturnTables:
    """What reading the file gave. Raises nothing, whatever the file is; MachineError where the machine is at fault."""
    try:
        from dipp_pipeline.intake.find_tables import find_tables  # only here, in a worker: they import polars
        from dipp_pipeline.spreadsheets.readers.workbook import read_sheets

        return find_tables(read_sheets(path, limits), programme)
    except Refusal as refusal:
        return refused(programme, refusal)
    except MemoryError:
        return refused(programme, Refusal("F02", "memory", limit=limits.memory_megabytes), for_now=True)
    except OSError as error:
        if is_of_the_machine(error):
            with machine_faults_told():
                raise
        return refused(programme, Refusal("F01", "not_opened", reason=error.strerror))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # what no reader foresaw, a panic in Rust among it, must cost that file alone
        return refused(programme, Refusal("F01", "unforeseen", error=type(error).__name__))


def under_no_region(programme: Programme) -> ReturnTables:
    """What is said of a file under none of the twelve regions, told from its path alone."""
    return refused(programme, Refusal("F06"))


def name_holds_case_reference(programme: Programme) -> ReturnTables:
    """What is said of a file whose path under its region's folder holds a case reference."""
    return refused(programme, Refusal("F08", "path"))


def not_kept(content: str, programme: Programme) -> ReturnTables:
    """What is said of a file whose content was not kept, told from what stands for that: see drop_folder.py."""
    if content.startswith(OVER_LIMIT):
        limit = content.rpartition(" of ")[2].removesuffix(" MB")
        return refused(programme, Refusal("F02", "file_size", limit=limit))
    return refused(programme, _NOT_KEPT.get(content, Refusal("F01", "not_copied")))


_NOT_KEPT = {LINK: Refusal("F01", "link"), TOO_LONG: Refusal("F01", "path_too_long")}


def unsearchable(programme: Programme) -> ReturnTables:
    """What is said of a file that takes too long to be searched for cases that were erased."""
    return refused(programme, Refusal("F02", "time_to_search"), for_now=True)
