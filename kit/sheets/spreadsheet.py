"""Reads an uploaded XLSX or CSV into rows by column header, without trusting it; writes XLSX that can be trusted.

Blocking: call it in a thread.
"""

import csv
import io
import json
import logging
import threading
from collections.abc import Iterable, Sequence

import xlsxwriter  # type: ignore[import-untyped]

from kit import children
from kit.sheets import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ENTRIES,
    MAX_ROWS,
    MAX_UNPACKED,
    TOO_LARGE,
    UNREADABLE,
    text_of,
)
from kit.sheets.errors import ImportColumnsMissing, ImportTooLarge, ImportUnreadable
from kit.sheets.rows import Columns, SheetRow
from kit.texts import is_safe_text

log = logging.getLogger(__name__)
LIMITS = {
    "rows": str(MAX_ROWS),
    "columns": str(MAX_COLUMNS),
    "mebibytes": str(MAX_UNPACKED // 1024**2),
    "entries": str(MAX_ENTRIES),
}
# As many as a spreadsheet lets into a cell.
MAX_WRITTEN = 32_767
SECONDS = 15.0
# Each may take its share of memory.
_AT_ONCE = threading.BoundedSemaphore(2)
_ENCODINGS = ("utf-8-sig", "gb18030")
_SPELLINGS = str.maketrans({"（": "(", "）": ")", " ": "", "\u3000": "", "\n": ""})

Table = Iterable[Sequence[object]]


def read_rows(file_name: str, content: bytes, columns: Columns) -> list[SheetRow]:
    """The rows of a file that hold anything. Raises ImportUnreadable, ImportColumnsMissing or ImportTooLarge."""
    table = _xlsx(content) if file_name.lower().endswith(".xlsx") else _csv(content)
    lines = iter(table)
    headers = [text_of(value)[:MAX_CELL].translate(_SPELLINGS) for value in next(lines, ())]
    missing = [column for column in columns.required if column not in headers]
    if missing:
        raise ImportColumnsMissing(columns="、".join(missing))
    places = {column: headers.index(column) for column in columns.all if column in headers}
    rows = []
    for number, line in enumerate(lines, 2):
        cells = {column: text_of(line[place])[:MAX_CELL] for column, place in places.items() if place < len(line)}
        if any(cells.values()):
            rows.append(SheetRow(number, cells))
        if len(rows) > MAX_ROWS:
            raise ImportTooLarge(**LIMITS)
    return rows


def _csv(content: bytes) -> Table:
    text = _decode(content)
    if "\x00" in text:
        raise ImportUnreadable
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ImportUnreadable from error


def _decode(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportUnreadable


def _xlsx(content: bytes) -> Table:
    """In a process of its own: what a file can do at worst is to end that."""
    try:
        with _AT_ONCE:
            answer = children.run("kit.sheets.worker", content, SECONDS)
    except children.ChildFailed as error:
        if error.status == TOO_LARGE:
            raise ImportTooLarge(**LIMITS) from error
        if error.status != UNREADABLE:
            log.warning("a file ended the process that read it: %s", error.status)
        raise ImportUnreadable from error
    return [json.loads(line) for line in answer.splitlines()]


def write_rows(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """An XLSX of one sheet: whole numbers as numbers, the rest as texts. None of them is run as a formula."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "constant_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(header) - 1, 0), 18)
        sheet.write_row(0, 0, header, workbook.add_format({"bold": True}))
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                _write_cell(sheet, number, place, value)
    return target.getvalue()


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, harmless(text_of(value))[:MAX_WRITTEN])


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, also after it was saved as CSV."""
    return text if is_safe_text(text) else f"'{text}"
