"""The page of an official document (GB/T 9704-2012): paper, margins, 22 lines of 28 characters, numbers, the draft's mark.

Type is named, not embedded: offices have 方正小标宋 and 仿宋_GB2312, we may not hand them out.
"""

from typing import Any

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, Twips

TITLE_FONT, BODY_FONT, HEADING_FONT, SUBHEADING_FONT, NUMBER_FONT = (
    "方正小标宋简体",
    "仿宋_GB2312",
    "黑体",
    "楷体_GB2312",
    "宋体",
)
BODY_POINTS, TITLE_POINTS, SMALL_POINTS, NUMBER_POINTS = 16, 22, 12, 14
LINE = Twips(580)  # 225 mm ÷ 22
TEXT_WIDTH = 8844  # 156 mm in twips
_VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
_MARK = (
    f"<w:r {nsdecls('w')} {_VML}><w:pict>"
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
    ' path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
    '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
    '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    '<v:shape id="draft{number}" o:spid="_x0000_s20{number}" type="#_x0000_t136" alt="{text}"'
    ' style="position:absolute;margin-left:0;margin-top:0;width:330pt;height:130pt;rotation:315;z-index:-251658752;'
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
    'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#d9d9d9" stroked="f">'
    '<v:fill opacity=".5"/><v:textpath style="font-family:&quot;宋体&quot;;font-size:1pt" string="{text}"/>'
    "</v:shape></w:pict></w:r>"
)


def set_up(document: Document, mark: str) -> None:
    """Make every page of the document an official one, marked as what it is."""
    section = document.sections[0]
    section.page_width, section.page_height = Twips(11906), Twips(16838)
    section.top_margin, section.right_margin = Twips(2098), Twips(1474)
    section.bottom_margin, section.left_margin = Twips(1984), Twips(1588)
    section.header_distance, section.footer_distance = Twips(1000), Twips(1300)
    properties = section._sectPr
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)
    grid = f'<w:docGrid {nsdecls("w")} w:type="linesAndChars" w:linePitch="580" w:charSpace="-848"/>'
    properties.append(parse_xml(grid))
    document.settings.odd_and_even_pages_header_footer = True
    _body_style(document)
    pages = ((section.header, section.footer, "right"), (section.even_page_header, section.even_page_footer, "left"))
    for number, (header, footer, side) in enumerate(pages, 49):
        header.is_linked_to_previous = footer.is_linked_to_previous = False
        header.paragraphs[0]._p.append(parse_xml(_MARK.format(number=number, text=mark)))
        footer.paragraphs[0].style = document.styles["Normal"]
        _page_number(footer.paragraphs[0], side)


def _body_style(document: Document) -> None:
    normal = document.styles["Normal"]
    normal.font.size = Pt(BODY_POINTS)
    set_font(normal.element.get_or_add_rPr(), BODY_FONT)
    # 28 characters of 15.75 pt and 22 lines of 29 pt, told outright: not every program fits characters into the grid alike.
    normal.element.get_or_add_rPr().insert(1, parse_xml(f'<w:spacing {nsdecls("w")} w:val="-5"/>'))
    normal.element.get_or_add_pPr().insert(0, parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'))
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = LINE


def _page_number(paragraph: Any, side: str) -> None:
    """— 1 —, four points from the type area's side by one character: outside on both sides of a sheet."""
    properties = paragraph._p.get_or_add_pPr()
    indent = f'<w:ind {nsdecls("w")} w:{side}Chars="100" w:{side}="280"/>'
    properties.append(parse_xml(indent))
    properties.append(parse_xml(f'<w:jc {nsdecls("w")} w:val="{side}"/>'))
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        run.font.size = Pt(NUMBER_POINTS)
        set_font(run._r.get_or_add_rPr(), NUMBER_FONT)
        if text is None:
            for piece in ('<w:fldChar {} w:fldCharType="begin"/>', "<w:instrText {}>PAGE</w:instrText>"):
                run._r.append(parse_xml(piece.format(nsdecls("w"))))
            run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="separate"/>'))
            run._r.append(parse_xml(f"<w:t {nsdecls('w')}>1</w:t>"))
            run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="end"/>'))


def set_font(properties: Any, name: str) -> None:
    """Name a typeface for all scripts of a run or style."""
    for fonts in properties.findall(qn("w:rFonts")):
        properties.remove(fonts)
    scripts = " ".join(f'w:{script}="{name}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    properties.insert(0, parse_xml(f"<w:rFonts {nsdecls('w')} {scripts}/>"))
