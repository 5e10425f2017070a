"""XLSX that strangers made, read in a process that may end of it. It starts anew each time, so what it imports is little.

An XLSX is a zip: what it says about its sizes may be a lie, two cells far apart make a table of billions between them, and
one long text may stand in every cell. We look for all of that, but the parser decides what it takes for a cell, and when
it asks for more memory than there is, its process is aborted. That must not be the one that serves.
"""

from datetime import date

MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_CELL = 1_000
MAX_ENTRIES = 200
MAX_UNPACKED = 32 * 1024 * 1024
# What the process ends with where it knows why it gives up.
UNREADABLE, TOO_LARGE = 3, 4


def text_of(value: object) -> str:
    """A cell as its reader sees it; spreadsheets keep numbers, telephone numbers too, as floats."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
