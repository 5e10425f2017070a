"""Reads an uploaded XLSX or CSV into rows by column header, without trusting it; writes XLSX that can be trusted.

Blocking: call it in a thread.

An XLSX is a zip: what it says about its sizes may be a lie, and two cells far apart make a table of billions between them.
So it is unpacked within limits, looked through for the corners it uses, and packed anew before the parser sees it.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineError, CalamineWorkbook

from services.registry.errors import ImportColumnsMissing, ImportTooLarge, ImportUnreadable
from services.registry.rules import is_safe_text
from services.registry.rules.sheets import Columns, SheetRow

MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_CELL = 1_000
MAX_ENTRIES = 200
MAX_UNPACKED = 32 * 1024 * 1024
LIMITS = {
    "rows": str(MAX_ROWS),
    "columns": str(MAX_COLUMNS),
    "mebibytes": str(MAX_UNPACKED // 1024**2),
    "entries": str(MAX_ENTRIES),
}
# A few empty rows below the data are common; formatting down to the last row of the sheet is not data.
_SPARE_ROWS = 1_000
_CORNER = re.compile(rb"""\sr=["']\s*([A-Z]{0,7})([0-9]{1,12})""")
_ENCODINGS = ("utf-8-sig", "gb18030")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)
_SPELLINGS = str.maketrans({"（": "(", "）": ")", " ": "", "\u3000": "", "\n": ""})

Table = Iterable[Sequence[object]]


def read_rows(file_name: str, content: bytes, columns: Columns) -> list[SheetRow]:
    """The rows of a file that hold anything. Raises ImportUnreadable, ImportColumnsMissing or ImportTooLarge."""
    table = _xlsx(content) if file_name.lower().endswith(".xlsx") else _csv(content)
    lines = iter(table)
    headers = [_text(value).translate(_SPELLINGS) for value in next(lines, ())]
    missing = [column for column in columns.required if column not in headers]
    if missing:
        raise ImportColumnsMissing(columns="、".join(missing))
    places = {column: headers.index(column) for column in columns.all if column in headers}
    rows = []
    for number, line in enumerate(lines, 2):
        cells = {column: _text(line[place])[:MAX_CELL] for column, place in places.items() if place < len(line)}
        if any(cells.values()):
            rows.append(SheetRow(number, cells))
        if len(rows) > MAX_ROWS:
            raise ImportTooLarge(**LIMITS)
    return rows


def _text(value: object) -> str:
    """A cell as its reader sees it; spreadsheets keep numbers, telephone numbers too, as floats."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


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
    try:
        parts = _unpack(content)
    except _UNREADABLE as error:
        raise ImportUnreadable from error
    if "xl/workbook.xml" not in parts:
        raise ImportUnreadable
    for name, part in parts.items():
        if name.startswith("xl/worksheets/"):
            _check_corners(part)
    try:
        workbook = CalamineWorkbook.from_filelike(_pack(parts))
        return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, *_UNREADABLE) as error:
        raise ImportUnreadable from error


def _unpack(content: bytes) -> dict[str, bytes]:
    """The parts of the zip, as far as the limits reach; what is longer than it says fails its checksum."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise ImportTooLarge(**LIMITS)
        return {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}


def _check_corners(sheet: bytes) -> None:
    if b"\x00" in sheet:  # UTF-16 would hide the corners from us
        raise ImportUnreadable
    for column, row in _CORNER.findall(sheet):
        if int(row) > MAX_ROWS + _SPARE_ROWS or _column_number(column) > MAX_COLUMNS:
            raise ImportTooLarge(**LIMITS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _pack(parts: dict[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    return packed


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
        sheet.write_string(row, column, harmless(_text(value)))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, also after it was saved as CSV."""
    return text if is_safe_text(text) else f"'{text}"
