"""From raw case scoring spreadsheets to published findings of the Dynamic Inspection of Public Protection."""

__version__ = "0.5.0"
