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
