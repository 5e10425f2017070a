"""The process that reads one XLSX: the file from its standard input, each row as a line of JSON to its standard output.

Run as `python -m kit.sheets.worker`.
"""

import io
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook

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

# The largest tables that we take need half of it.
MEMORY_BYTES = 512 * 1024**2
CPU_SECONDS = 10
# One text may stand in every cell, so a table may be larger than the file that it comes from.
MAX_ANSWER = 2 * MAX_UNPACKED
# A few empty rows below the data are common; formatting down to the last row of the sheet is not data.
SPARE_ROWS = 1_000
# Wherever a part of the archive says it: the relations name the parts, and the parser takes any name, and small letters.
_CORNER = re.compile(rb"""[\s"']r\s*=\s*["']\s*([A-Za-z]{0,7})([0-9]{1,12})""")
# What no part with cells does without, whatever its prefix.
_CELLS = b"sheetData"
# How XML in UTF-16 or UTF-32 begins; it would hide the corners from us.
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00\x00<")
# The two that spreadsheets are packed by. Others unpack a whole block at once, however long it says it is.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, CalamineError)


class Unreadable(Exception):
    """It is no XLSX, or none that we dare to read."""


class TooLarge(Exception):
    """It holds more than a table of ours may."""


def rows_of(content: bytes) -> Iterator[list[str]]:
    """The cells of the first sheet from its first row on, each as long as we read it."""
    try:
        parts = _unpack(content)
        _check(parts)
        workbook = CalamineWorkbook.from_filelike(_pack(parts))
        table = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except _BROKEN as error:
        raise Unreadable from error
    for line in table:
        yield [text_of(value)[:MAX_CELL] for value in line]


def _unpack(content: bytes) -> dict[str, bytes]:
    """The parts of the zip, as far as the limits reach; what is longer than it says fails its checksum."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise TooLarge
        if any(entry.compress_type not in _PACKINGS for entry in entries):
            raise Unreadable
        return {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}


def _check(parts: dict[str, bytes]) -> None:
    if "xl/workbook.xml" not in parts:
        raise Unreadable
    for part in parts.values():
        if part.startswith(_WIDE):
            raise Unreadable
        if _CELLS in part:
            _check_corners(part)


def _check_corners(sheet: bytes) -> None:
    """Cells without a corner of their own follow one another: the memory limit is for those."""
    if b"\x00" in sheet:
        raise Unreadable
    for column, row in _CORNER.findall(sheet):
        if int(row) > MAX_ROWS + SPARE_ROWS or _column_number(column.upper()) > MAX_COLUMNS:
            raise TooLarge


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _pack(parts: dict[str, bytes]) -> io.BytesIO:
    """What was looked at is what the parser sees, packed by us."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    return packed


def limit() -> None:
    """Nothing is written but the answer, and memory and time have an end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def main() -> None:
    limit()
    left = MAX_ANSWER
    try:
        for cells in rows_of(sys.stdin.buffer.read()):
            line = json.dumps(cells, ensure_ascii=False).encode() + b"\n"
            left -= len(line)
            if left < 0:
                raise TooLarge
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except Unreadable:
        sys.exit(UNREADABLE)
    except TooLarge:
        sys.exit(TOO_LARGE)


if __name__ == "__main__":
    main()
