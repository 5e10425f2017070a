"""Files as they come: two formats, two encodings, and those that are made to hurt."""

import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from kit.sheets import MAX_ROWS, MAX_UNPACKED, spreadsheet, worker
from kit.sheets.rows import Columns, SheetRow
from services.registry.errors import ImportColumnsMissing, ImportTooLarge, ImportUnreadable
from services.registry.rules.cohorts import CONTACT, FILE, LEVEL, NAME, PHONE, REQUIRED
from tests.registry.files import Line, csv_file, line, xlsx_file

SHEET = "xl/worksheets/sheet1.xml"
LINES = [line(1), line(2, contact="张三", phone=13812345678)]


def read_rows(name: str, content: bytes) -> list[SheetRow]:
    return spreadsheet.read_rows(name, content, FILE)


def _rezipped(content: bytes, changes: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same archive with some parts replaced or added."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as archive:
        for name in dict.fromkeys([*source.namelist(), *changes]):
            archive.writestr(name, changes.get(name) or source.read(name))
    return target.getvalue()


def _sheet(content: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read(SHEET)


def _with_cells(cells: bytes, name: str = SHEET) -> bytes:
    """A good file with some more cells, its sheet under a name of our own."""
    content = xlsx_file(LINES)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            text = source.read(part).replace(SHEET.removeprefix("xl/").encode(), name.removeprefix("xl/").encode())
            text = text.replace(b"</sheetData>", cells + b"</sheetData>")
            archive.writestr(name if part == SHEET else part, text)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("名单.csv", csv_file(LINES)),
        ("名单.csv", csv_file(LINES, "utf-8-sig")),
        ("名单.CSV", csv_file(LINES, "gb18030")),
        ("名单.xlsx", xlsx_file(LINES)),
    ],
)
def test_every_form_of_a_file_reads_the_same(name: str, content: bytes) -> None:
    rows = read_rows(name, content)
    assert [row.number for row in rows] == [2, 3]
    assert rows[1].cells[CONTACT] == "张三"
    assert rows[1].cells[PHONE] == "13812345678"  # a number in the XLSX


def test_empty_rows_are_skipped_and_counted() -> None:
    blank = Line("", "", "", "")
    assert [row.number for row in read_rows("a.xlsx", xlsx_file([blank, LINES[0], blank, blank, LINES[1]]))] == [3, 6]
    assert [row.number for row in read_rows("a.csv", csv_file([blank, LINES[0]]))] == [3]


def test_a_line_break_within_a_cell_is_no_row() -> None:
    rows = read_rows("a.csv", csv_file([Line("1", "甲\n公司"), LINES[0]]))
    assert [(row.number, row.cells[NAME]) for row in rows] == [(2, "甲\n公司"), (3, LINES[0].name)]


def test_headers_are_found_in_any_order_and_spelling() -> None:
    header = ("手机号", "级 别", "企业名称", "街镇（园区）", "统一社会信用代码 ", "备注", "联系人")
    content = csv_file([Line("138", "区级", "甲公司", "朱泾镇", "91", "x", "张三")], header=header)
    cells = read_rows("a.csv", content)[0].cells
    assert (cells[PHONE], cells[LEVEL], cells[NAME], cells[CONTACT]) == ("138", "区级", "甲公司", "张三")


def test_all_missing_columns_are_named() -> None:
    with pytest.raises(ImportColumnsMissing) as caught:
        read_rows("a.csv", csv_file([], header=[NAME, LEVEL]))
    assert caught.value.metadata["columns"].split("、") == [column for column in REQUIRED if column not in (NAME, LEVEL)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04 not a zip"),
        ("a.xlsx", csv_file(LINES)),
        ("a.csv", xlsx_file(LINES)),
        ("a.csv", b"\xff\xff\xff\xff"),
        ("a.csv", '统一社会信用代码,"企业名称\n'.encode()),
        ("a.xlsx", _rezipped(xlsx_file(LINES), {SHEET: b"<not xml"})),
    ],
)
def test_what_is_no_table_is_unreadable(name: str, content: bytes) -> None:
    with pytest.raises((ImportUnreadable, ImportColumnsMissing)):
        read_rows(name, content)


def test_a_zip_bomb_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = _rezipped(xlsx_file(LINES), {"xl/sharedStrings.xml": bytes(MAX_UNPACKED)})
    assert len(bomb) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "read", None)
    with pytest.raises(worker.TooLarge):
        next(worker.rows_of(bomb))
    with pytest.raises(ImportTooLarge):
        read_rows("a.xlsx", bomb)


def test_a_part_that_unpacks_whole_is_not_unpacked() -> None:
    with pytest.raises(ImportUnreadable):
        read_rows("a.xlsx", _rezipped(xlsx_file(LINES), {}, zipfile.ZIP_BZIP2))


def test_a_zip_that_lies_about_its_size_is_unreadable() -> None:
    bomb = bytearray(_rezipped(xlsx_file(LINES), {"xl/sharedStrings.xml": bytes(MAX_UNPACKED * 2)}))
    size, small = (MAX_UNPACKED * 2).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert bomb.count(size) == 2  # the entry's own header and the directory
    with pytest.raises(ImportUnreadable):
        read_rows("a.xlsx", bytes(bomb.replace(size, small)))


@pytest.mark.parametrize(
    "corner",
    [
        'r="XFD2"',
        'r="A1048576"',
        'r="ZZZZZZZ9"',
        'r = "XFD1048576"',
        "r\n=\t'XFD1048576'",
        'r="xfd1048576"',
        't="n"r="XFD9"',
    ],
)
@pytest.mark.parametrize("name", [SHEET, "xl/sheets/sheet1.xml", "xl/Worksheets/sheet1.xml"])
def test_two_cells_far_apart_make_no_table_of_billions(corner: str, name: str) -> None:
    with pytest.raises(ImportTooLarge):
        read_rows("a.xlsx", _with_cells(f'<row r="9"><c {corner}><v>1</v></c></row>'.encode(), name))


def test_a_sheet_may_have_any_name() -> None:
    cell = f'<row r="4"><c r="A4" t="str"><v>{LINES[0].uscc}</v></c></row>'.encode()
    assert [row.number for row in read_rows("a.xlsx", _with_cells(cell, "xl/sheets/sheet1.xml"))] == [2, 3, 4]


def test_cells_that_only_follow_one_another_end_no_more_than_their_own_process(caplog: pytest.LogCaptureFixture) -> None:
    """A million in one row, and one far below them: billions between, though none says where it is."""
    content = _with_cells(b"<row>" + b"<c><v>1</v></c>" * 1_000_000 + b'</row><row r="5999"><c><v>1</v></c></row>')
    assert len(content) < 100_000
    with pytest.raises(ImportUnreadable):
        read_rows("a.xlsx", content)
    assert "a file ended the process that read it" in caplog.text


def test_one_text_in_every_cell_is_too_large() -> None:
    cells = b"".join(b'<row r="%d">%s</row>' % (row, b'<c t="s"><v>0</v></c>' * 100) for row in range(10, 10 + MAX_ROWS))
    content = _with_cells(cells)
    strings = zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml")
    longer = re.sub(b"<t>[^<]*</t>", b"<t>" + b"x" * 30_000 + b"</t>", strings, count=1)
    with pytest.raises((ImportTooLarge, ImportUnreadable)):
        read_rows("a.xlsx", _rezipped(content, {"xl/sharedStrings.xml": longer}))


def test_what_takes_too_long_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "SECONDS", 0.01)
    with pytest.raises(ImportUnreadable):
        read_rows("a.xlsx", xlsx_file(LINES))


def test_utf_16_hides_no_cell() -> None:
    content = xlsx_file(LINES)
    sheet = _sheet(content).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    with pytest.raises(ImportUnreadable):
        read_rows("a.xlsx", _rezipped(content, {SHEET: sheet}))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 3)
    assert len(read_rows("a.csv", csv_file([line(n) for n in range(3)]))) == 3
    with pytest.raises(ImportTooLarge):
        read_rows("a.csv", csv_file([line(n) for n in range(4)]))


def test_what_is_written_reads_the_same_and_runs_nothing() -> None:
    written: list[list[object]] = [["甲公司", 3], ["=1+1", -2], ["@SUM(A1)", 0], ["多\n行", None]]
    content = spreadsheet.write_rows("名单", ["名称", "数"], written)
    assert b"<f>" not in _sheet(content)
    rows = spreadsheet.read_rows("a.xlsx", content, Columns(("名称", "数"), ("名称",)))
    assert [(row.cells["名称"], row.cells["数"]) for row in rows] == [
        ("甲公司", "3"),
        ("'=1+1", "-2"),
        ("'@SUM(A1)", "0"),
        ("'多\n行", ""),
    ]


def test_a_long_answer_is_written_whole() -> None:
    """Answers in a survey may have 2,000 characters; the limit of a cell that we read is not one of what we write."""
    table = CalamineWorkbook.from_filelike(
        io.BytesIO(spreadsheet.write_rows("答卷", ["意见"], [["长" * 2_000], ["长" * 40_000]]))
    )
    cells = [str(row[0]) for row in table.get_sheet_by_index(0).to_python()]
    assert [len(cell) for cell in cells[1:]] == [2_000, spreadsheet.MAX_WRITTEN]
