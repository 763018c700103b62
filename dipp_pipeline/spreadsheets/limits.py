"""What no workbook may exceed, whatever is set (see settings.Limits for what can be).

A worker's limits of memory and time hold for everything. These stop earlier what they would stop after a minute or with
the wrong words, and what would fit into the worker and not into the process that takes its reply.
"""

from dipp_pipeline.settings import MEGABYTE

MOST_TAGS = 60_000_000
"""Of all parts together. A workbook with all the rows that are taken, by 60 columns, has fewer."""

DEEPEST = 10_000
"""How many tags may stand within each other."""

LONGEST_RUN = 16 * MEGABYTE
"""Of text without a tag, or of one tag. Excel's longest cell has 32,767 characters."""

MOST_SPACES = 1000
"""That one tag of an OpenDocument cell may stand for; of more the others are left out."""

MOST_MERGED_ROWS = 2_000_000
"""How many rows all merged ranges of a sheet may run through."""

MOST_RELATIONSHIPS = 10_000
"""Of a workbook to its parts."""

FARTHEST_CELLS = 100_000_000
"""From A1 to the last filled row and column, filled or not: what reaches farther is no table."""

MOST_CELLS = 40_000_000
"""Of the rows that hold something, as wide as the widest: each takes 16 bytes and what its text is longer than 12."""

LONGEST_NAME = 255
"""Of a sheet; no spreadsheet allows for more, and it is repeated with every problem."""
