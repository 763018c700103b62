"""The endings of the files that are taken as returns."""

TAKEN = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
