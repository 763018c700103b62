import os
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import pytest

import dipp_pipeline.intake.workers
from dipp_pipeline.intake.read import read_return
from dipp_pipeline.intake.table import ReturnTables
from dipp_pipeline.intake.workers import open_workers
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits
from tests.intake.reading import cells_of, expected_cells, rules_of, sheets
from tests.returns import PROGRAMME, valid_return, write_csv


def outcomes(results: Iterable[ReturnTables]) -> list[str | int]:
    """The rule that refused each file, or the number of its cases."""
    return [rules_of(read)[0] if read.refused else sum(table.cells.height for table in read.tables) for read in results]


def case_scores(paths: Iterable[Path]) -> list[tuple[Path, Programme]]:
    """The files as case scoring returns."""
    return [(path, PROGRAMME) for path in paths]


@pytest.fixture(scope="module")
def workers():
    with open_workers(Limits(), 1) as workers:
        yield workers


@pytest.fixture
def good(tmp_path) -> Path:
    return write_csv(tmp_path / "good.csv", sheets(valid_return()))


def test_a_cell_at_the_far_end_of_a_sheet_costs_its_file_alone(workers, tmp_path, good):
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = "the last cell there is: calamine alone asks for 512 GB"
    far = tmp_path / "far.xlsx"
    book.save(far)

    assert outcomes(workers.read(case_scores([good, far, good, far, good]))) == [4, "F02", 4, "F02", 4]


def read_or_die(path: Path, programme: Programme, limits: Limits) -> ReturnTables:
    """Stands for a reader that a file of that name takes down."""
    if path.name == "deadly.csv":
        os.abort()
    return read_return(path, programme, limits)


def test_a_file_that_kills_its_reader_is_refused_and_the_next_file_still_read(monkeypatch, workers, good):
    monkeypatch.setattr(dipp_pipeline.intake.workers, "read_return", read_or_die)
    deadly = good.with_name("deadly.csv")

    assert outcomes(workers.read(case_scores([good, deadly, good, deadly, good]))) == [4, "F02", 4, "F02", 4]


def read_or_sleep(path: Path, programme: Programme, limits: Limits) -> ReturnTables:
    """Stands for a reader that never comes to the end of a file of that name."""
    if path.name == "endless.csv":
        time.sleep(600)
    return read_return(path, programme, limits)


def test_a_file_that_takes_too_long_is_refused_and_the_next_file_still_read(monkeypatch, good):
    monkeypatch.setattr(dipp_pipeline.intake.workers, "read_return", read_or_sleep)

    with open_workers(Limits(seconds=3), 1) as workers:
        results = list(workers.read(case_scores([good.with_name("endless.csv"), good])))

    assert outcomes(results) == ["F02", 4]
    assert "3 seconds" in results[0].issues[0].message


def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_file_still_read(tmp_path, good):
    large = tmp_path / "large.csv"
    large.write_text(("1," * 60 + "1\n") * 200_000, "utf-8")

    with open_workers(Limits(memory_megabytes=320), 1) as workers:
        assert outcomes(workers.read(case_scores([large, good]))) == ["F02", 4]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"Case reference,PDU\n"])
def test_a_damaged_file_costs_itself_alone(workers, tmp_path, good, content):
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(content)

    assert outcomes(workers.read(case_scores([bad, good]))) == ["F01", 4]


def test_a_file_that_is_gone_is_refused(workers, tmp_path, good):
    assert outcomes(workers.read(case_scores([tmp_path / "gone.xlsx", good]))) == ["F01", 4]


def test_results_come_in_the_order_of_the_files_whoever_reads_them(tmp_path):
    files = []
    for cases in (4, 1, 3, 2):
        given = valid_return()
        del given.cases[cases:]
        files.append(write_csv(tmp_path / f"{cases}.csv", sheets(given)))
    heard = []

    with open_workers(Limits(), 2) as workers:
        results = list(workers.read(case_scores(files), lambda done, of: heard.append((done, of))))

    assert outcomes(results) == [4, 1, 3, 2]
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_pool_that_reads_nothing_starts_no_process(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))

    with open_workers(Limits(), 2) as workers:
        assert list(workers.read(case_scores([]))) == []


def test_a_worker_hands_back_every_cell(workers, good):
    (read,) = workers.read(case_scores([good]))

    assert cells_of(read.tables[0]) == expected_cells(valid_return())
