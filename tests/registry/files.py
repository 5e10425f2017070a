"""Cohort files as people make them: lines of a CSV or an XLSX, with valid codes unless a test breaks them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

import xlsxwriter  # type: ignore[import-untyped]

from services.registry.rules import uscc_check_character
from services.registry.rules.cohorts import COLUMNS

ZHUJING, FENGJING, HIGH_TECH_PARK, SUBDISTRICT = "310116101", "310116102", "310116503", "310116001"


def uscc(number: int) -> str:
    first = f"91310116MA{number:07}"
    return first + uscc_check_character(first)


@dataclass(frozen=True)
class Line:
    """One row of a file, column by column."""

    uscc: str
    name: str
    area: str = ZHUJING
    level: str = "镇级"
    contact: object = ""
    phone: object = ""
    consent: str = ""


def line(number: int, area: str = ZHUJING, level: str = "镇级", contact: str = "", phone: object = "") -> Line:
    """A good line; with a contact it has their consent, too."""
    return Line(uscc(number), f"示例{number:03}有限公司", area, level, contact, phone, "是" if contact else "")


def csv_file(lines: Iterable[Line], encoding: str = "utf-8", header: Sequence[str] = COLUMNS) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *(astuple(one) for one in lines)])
    return text.getvalue().encode(encoding)


def xlsx_file(lines: Iterable[Line], header: Sequence[str] = COLUMNS) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate([header, *(astuple(one) for one in lines)]):
            for place, value in enumerate(row):
                sheet.write_number(number, place, value) if isinstance(value, int) else sheet.write_string(
                    number, place, str(value)
                )
    return target.getvalue()
