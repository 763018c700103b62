"""The sample returns of the three kinds beside case scores; see tests/samples/make_other_kinds.py."""
