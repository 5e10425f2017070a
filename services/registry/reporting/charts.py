"""Bar charts as Word draws them: vectors in the reader's own type, so that Chinese labels need no font of ours."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_MEDIA = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_WIDTH, _HEAD, _BAR = 5616000, 360000, 252000  # 156 mm, then each bar 7 mm, in EMU
_COLOUR = "4F6D8F"


def add_bars(document: Document, number: int, caption: str, rows: Sequence[tuple[str, float]], decimals: int) -> None:
    """A paragraph with a bar for each row, the first at the top."""
    name = PackURI(f"/word/charts/chart{number}.xml")
    part = Part(name, _MEDIA, _chart(rows, decimals).encode(), document.part.package)
    relation = document.part.relate_to(part, _KIND)
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = 1.0
    frame = _FRAME.format(
        spaces=nsdecls("w", "wp", "a", "r"),
        width=_WIDTH,
        height=_HEAD + _BAR * len(rows),
        number=number + 100,
        caption=escape(caption, {'"': "&quot;"}),
        chart=_CHART,
        relation=relation,
    )
    paragraph._p.append(parse_xml(frame))


def _chart(rows: Sequence[tuple[str, float]], decimals: int) -> str:
    labels = "".join(f'<c:pt idx="{at}"><c:v>{escape(label)}</c:v></c:pt>' for at, (label, _) in enumerate(rows))
    values = "".join(f'<c:pt idx="{at}"><c:v>{value:.{decimals}f}</c:v></c:pt>' for at, (_, value) in enumerate(rows))
    code = "0." + "0" * decimals if decimals else "0"
    return _XML.format(
        chart=_CHART, drawing=_DRAWING, count=len(rows), labels=labels, values=values, code=code, colour=_COLOUR
    )


_FRAME = (
    '<w:r {spaces}><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
    '<wp:docPr id="{number}" name="图{number}" descr="{caption}"/><wp:cNvGraphicFramePr/>'
    '<a:graphic><a:graphicData uri="{chart}"><c:chart xmlns:c="{chart}" r:id="{relation}"/></a:graphicData></a:graphic>'
    "</wp:inline></w:drawing></w:r>"
)
_TEXT = (
    '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1050"><a:solidFill><a:srgbClr val="000000"/></a:solidFill>'
    '<a:latin typeface="宋体"/><a:ea typeface="宋体"/></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
)
_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<c:chartSpace xmlns:c="{chart}" xmlns:a="{drawing}"><c:roundedCorners val="0"/><c:chart>'
    '<c:autoTitleDeleted val="1"/><c:plotArea><c:layout/><c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/>'
    '<c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
    '<c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>'
    '<c:dLbls><c:numFmt formatCode="{code}" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>'
    + _TEXT
    + '<c:showLegendKey val="0"/>'
    '<c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
    '<c:showBubbleSize val="0"/></c:dLbls>'
    '<c:cat><c:strLit><c:ptCount val="{count}"/>{labels}</c:strLit></c:cat>'
    '<c:val><c:numLit><c:formatCode>{code}</c:formatCode><c:ptCount val="{count}"/>{values}</c:numLit></c:val></c:ser>'
    '<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
    '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
    '<c:axPos val="l"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
    + _TEXT
    + '<c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx>'
    '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="1"/>'
    '<c:axPos val="b"/><c:numFmt formatCode="{code}" sourceLinked="0"/><c:majorTickMark val="none"/>'
    '<c:minorTickMark val="none"/><c:tickLblPos val="none"/><c:crossAx val="1"/><c:crosses val="max"/></c:valAx>'
    '</c:plotArea><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
)
