"""The ingest's process, whose starter may end at any moment."""

import pickle
import subprocess

import pytest

from dipp_pipeline.intake.processes import own_environment, python_module

REQUEST = pickle.dumps(("a home", ["wales"]))


@pytest.mark.parametrize("length", [0, 1, len(REQUEST) // 2, len(REQUEST) - 1])
def test_an_ingest_whose_starter_ends_before_the_request_is_whole_ends_in_silence(length: int) -> None:
    ingest = [*python_module("dipp_pipeline.orchestration.ingest"), "1"]

    ended = subprocess.run(ingest, input=REQUEST[:length], capture_output=True, env=own_environment())

    assert (ended.returncode, ended.stdout, ended.stderr) == (1, b"", b"")
