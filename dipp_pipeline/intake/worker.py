"""The process that opens other people's files, so that no file can take the pipeline down with it.

It lives under a memory limit, answers one request after the other on standard output, and may die: see pool.py.
"""

import pickle
import resource
import sys
from pathlib import Path

from dipp_pipeline.intake.case_table import ReadReturn, find_case_tables, refused
from dipp_pipeline.intake.cells import Refusal
from dipp_pipeline.intake.workbook import read_sheets
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import MEGABYTE, Limits


def main() -> None:
    """Answer requests, each a pickled path, until standard input ends. The first thing sent is (programme, limits)."""
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not get between the replies
    programme, limits = pickle.load(requests)
    _limit_memory(limits)
    while True:
        try:
            path = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(_read(path, programme, limits), replies, protocol=pickle.HIGHEST_PROTOCOL)
        replies.flush()


def _limit_memory(limits: Limits) -> None:
    allowed = limits.memory_megabytes * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(path: Path, programme: Programme, limits: Limits) -> ReadReturn:
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


if __name__ == "__main__":
    main()
