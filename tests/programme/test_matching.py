import pytest

from dipp_pipeline.programme.matching import heading_key, pdu_key, tidy, value_key


def test_tidy_trims_and_makes_every_run_of_spaces_one():
    assert tidy("\u00a0 Suspended \t sentence\u00a0\u00a0order\r\n") == "Suspended sentence order"


@pytest.mark.parametrize("dash", list("-‐‑‒–—―−"))
def test_a_value_matches_whatever_its_case_and_its_dash(dash):
    assert value_key(f"NO {dash} Absent") == value_key("No - absent")


def test_a_value_keeps_the_punctuation_at_its_end():
    assert value_key("n.a.") != value_key("n.a")


@pytest.mark.parametrize("end", ["?", ":", " *", "...", " -", "!)", "_"])
def test_a_heading_matches_whatever_punctuation_ends_it(end):
    assert heading_key(f"Inexperienced practitioner{end}") == heading_key("Inexperienced practitioner")


@pytest.mark.parametrize("written", ["Cardiff & the Vale", "Cardiff&the Vale", "CARDIFF  AND THE VALE"])
def test_an_ampersand_in_the_name_of_a_pdu_equals_and(written):
    assert pdu_key(written) == pdu_key("Cardiff and the Vale")
