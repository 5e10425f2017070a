"""Files as they come: two formats, two encodings, and those that are made to hurt."""

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from services.registry import spreadsheet
from services.registry.errors import ImportColumnsMissing, ImportTooLarge, ImportUnreadable
from services.registry.rules.cohorts import CONTACT, FILE, LEVEL, NAME, PHONE, REQUIRED
from services.registry.rules.sheets import Columns, SheetRow
from tests.registry.files import Line, csv_file, line, xlsx_file

LINES = [line(1), line(2, contact="张三", phone=13812345678)]


def read_rows(name: str, content: bytes) -> list[SheetRow]:
    return spreadsheet.read_rows(name, content, FILE)


def _rezipped(content: bytes, changes: dict[str, bytes]) -> bytes:
    """The same archive with some parts replaced or added."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in dict.fromkeys([*source.namelist(), *changes]):
            archive.writestr(name, changes.get(name) or source.read(name))
    return target.getvalue()


def _sheet(content: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


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
        ("a.xlsx", _rezipped(xlsx_file(LINES), {"xl/worksheets/sheet1.xml": b"<not xml"})),
    ],
)
def test_what_is_no_table_is_unreadable(name: str, content: bytes) -> None:
    with pytest.raises((ImportUnreadable, ImportColumnsMissing)):
        read_rows(name, content)


def test_a_zip_bomb_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = _rezipped(xlsx_file(LINES), {"xl/sharedStrings.xml": bytes(spreadsheet.MAX_UNPACKED)})
    assert len(bomb) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "read", None)
    with pytest.raises(ImportTooLarge):
        read_rows("a.xlsx", bomb)


def test_a_zip_that_lies_about_its_size_is_unreadable() -> None:
    bomb = bytearray(_rezipped(xlsx_file(LINES), {"xl/sharedStrings.xml": bytes(spreadsheet.MAX_UNPACKED * 2)}))
    size, small = (spreadsheet.MAX_UNPACKED * 2).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert bomb.count(size) == 2  # the entry's own header and the directory
    with pytest.raises(ImportUnreadable):
        read_rows("a.xlsx", bytes(bomb.replace(size, small)))


@pytest.mark.parametrize("corner", ["XFD2", "A1048576", "ZZZZZZZ9"])
def test_two_cells_far_apart_make_no_table_of_billions(corner: str) -> None:
    content = xlsx_file(LINES)
    cell = f'<row r="9"><c r="{corner}"><v>1</v></c></row></sheetData>'.encode()
    with pytest.raises(ImportTooLarge):
        read_rows("a.xlsx", _rezipped(content, {"xl/worksheets/sheet1.xml": _sheet(content).replace(b"</sheetData>", cell)}))


def test_utf_16_hides_no_cell() -> None:
    content = xlsx_file(LINES)
    sheet = _sheet(content).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    with pytest.raises(ImportUnreadable):
        read_rows("a.xlsx", _rezipped(content, {"xl/worksheets/sheet1.xml": sheet}))


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


def test_a_long_text_is_written_whole_and_cut_where_it_is_read() -> None:
    written = "长" * 2_000
    content = spreadsheet.write_rows("建议", ["建议"], [[written]])
    shown = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert shown == [["建议"], [written]]
    (row,) = spreadsheet.read_rows("a.xlsx", content, Columns(("建议",), ("建议",)))
    assert row.cells["建议"] == written[: spreadsheet.MAX_CELL]
