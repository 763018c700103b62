"""The kinds of return, told by the folder that they are dropped into; case scores lie anywhere else of a region."""

OTHER_KINDS = frozenset({"staff-survey", "staffing", "recommendations"})
"""Sub-folders of a region's folder that are kept for kinds that are not read yet."""
