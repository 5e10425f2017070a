"""A report as a DOCX. The same title, blocks and day give the same bytes; it carries no seal and says that it is a draft."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, Twips

from services.registry.reporting import page
from services.registry.reporting.charts import add_bars
from services.registry.rules.report_blocks import Bars, Block, Heading, Note, Paragraph, Table

DRAFT = "草稿"
_BORN = (1980, 1, 1, 0, 0, 0)  # what a zip without times says


def draw(title: str, blocks: Iterable[Block], made_at: datetime) -> bytes:
    """The bytes of the draft. `made_at` is when its figures were taken."""
    document = docx.Document()
    page.set_up(document, DRAFT)
    _name(document, title, made_at)
    _line(document, title, page.TITLE_FONT, page.TITLE_POINTS)
    _line(document, f"（{DRAFT}）", page.SUBHEADING_FONT, page.BODY_POINTS)
    document.add_paragraph()
    numbers = count(1)
    for block in blocks:
        _add(document, block, numbers)
    return _packed(document)


def _name(document: Document, title: str, made_at: datetime) -> None:
    about = document.core_properties
    about.title, about.author, about.comments, about.last_modified_by = f"{title}（{DRAFT}）", "法护金企", "", ""
    about.created = about.modified = made_at.replace(microsecond=0)
    about.revision = 1


def _add(document: Document, block: Block, numbers: "count[int]") -> None:
    match block:
        case Heading(text, level):
            paragraph = _text(document, text, page.HEADING_FONT if level == 1 else page.SUBHEADING_FONT)
            paragraph.paragraph_format.keep_with_next = True
        case Paragraph(text):
            _text(document, text, page.BODY_FONT)
        case Note(text):
            _text(document, text, page.BODY_FONT, page.SMALL_POINTS).paragraph_format.line_spacing = Pt(18)
        case Table():
            _table(document, block)
        case Bars(caption, rows, decimals):
            _caption(document, caption)
            add_bars(document, next(numbers), caption, rows, decimals)


def _line(document: Document, text: str, font: str, points: int) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, text, font, points)


def _text(document: Document, text: str, font: str, points: int = page.BODY_POINTS) -> Any:
    """A paragraph that begins two characters in."""
    paragraph = document.add_paragraph()
    indent = f'<w:ind {nsdecls("w")} w:firstLineChars="200" w:firstLine="{points * 40}"/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(indent))
    _run(paragraph, text, font, points)
    return paragraph


def _caption(document: Document, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, text, page.HEADING_FONT, page.NUMBER_POINTS)


def _run(paragraph: Any, text: str, font: str, points: int) -> None:
    run = paragraph.add_run(text)
    run.font.size = Pt(points)
    page.set_font(run._r.get_or_add_rPr(), font)


def _table(document: Document, block: Table) -> None:
    _caption(document, block.caption)
    whole = sum(block.widths)
    widths = [round(page.TEXT_WIDTH * width / whole) for width in block.widths]
    table = document.add_table(rows=0, cols=len(block.header))
    table.style, table.alignment, table.autofit = document.styles["Table Grid"], WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Twips(width)
    _row(table, block.header, widths, page.HEADING_FONT)
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for row in block.rows:
        _row(table, row, widths, page.BODY_FONT)


def _row(table: Any, texts: Sequence[str], widths: Sequence[int], font: str) -> None:
    row = table.add_row()
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    for place, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = Twips(width)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if place or font == page.HEADING_FONT else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.line_spacing = Pt(20)
        _run(paragraph, text, font, page.SMALL_POINTS)


def _packed(document: Document) -> bytes:
    """The document as a zip that tells neither when nor where it was made."""
    loose, packed = io.BytesIO(), io.BytesIO()
    document.save(loose)
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        names = sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = zipfile.ZipInfo(name, _BORN)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0
            target.writestr(entry, source.read(name))
    return packed.getvalue()
