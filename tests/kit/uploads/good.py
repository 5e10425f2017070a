"""Good files of many makers: python-docx, typst, fpdf2, Pillow and qpdf, in the forms that people send."""

import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import fpdf
import pikepdf
import typst
from docx.shared import Mm
from PIL import Image, ImageCms, PngImagePlugin

from tests.kit.uploads.makers import (
    chunk,
    minimal,
    packed,
    page_pdf,
    parts_of,
    png,
    relation,
    stream,
    streamed,
    with_segment,
)

File = tuple[str, bytes]
TEXT = "我公司拟与三名员工协商解除劳动合同，请问经济补偿如何计算？依据《劳动合同法》第四十六条、第四十七条。"


def good_files(scratch: Path) -> Iterator[File]:
    """All of them; the same at every run."""
    draw = random.Random(20)
    yield from _documents(draw)
    yield from _pdfs(draw, scratch)
    yield from _pngs(draw)
    yield from _jpegs(draw)


def picture(draw: random.Random, mode: str = "RGB", side: int = 40) -> Image.Image:
    """Something that looks like a photograph to a compressor."""
    size = (draw.randint(side // 2, side * 2), draw.randint(side // 2, side * 2))
    noise = Image.frombytes("RGB", size, draw.randbytes(size[0] * size[1] * 3))
    return noise.convert("I").convert("I;16") if mode == "I;16" else noise.convert(mode)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def word(draw: random.Random) -> bytes:
    """A document as an enterprise writes one."""
    document = docx.Document()
    document.add_heading(f"情况说明 {draw.randint(1, 99)}", draw.randint(0, 3))
    for _ in range(draw.randint(1, 20)):
        document.add_paragraph(TEXT * draw.randint(1, 5), draw.choice(["Normal", "List Bullet", "Quote"]))
    if draw.random() < 0.5:
        table = document.add_table(draw.randint(1, 30), draw.randint(1, 6), "Table Grid")
        for cell in table.columns[0].cells:
            cell.text = str(draw.random())
    if draw.random() < 0.5:
        form, mode = draw.choice([("PNG", "RGBA"), ("JPEG", "RGB"), ("GIF", "P"), ("BMP", "RGB"), ("TIFF", "RGB")])
        document.add_picture(io.BytesIO(saved(picture(draw, mode), form)), Mm(30))
    if draw.random() < 0.5:
        document.sections[0].header.paragraphs[0].text = "金山示例有限公司"
        document.add_section()
    document.core_properties.author = "例小明"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _documents(draw: random.Random) -> Iterator[File]:
    for number in range(30):
        content = word(draw)
        yield f"说明{number}.docx", content
        if number < 8:
            parts = parts_of(content)
            yield f"stored{number}.docx", packed(parts, zipfile.ZIP_STORED)
            yield f"最佳压缩{number}.DOCX", packed(parts, level=9)
            yield f"streamed{number}.docx", streamed(parts)
            yield f"folders{number}.docx", packed({"word/": b"", **parts})
            linked = relation("rId90", "hyperlink", "https://www.example.com/法?a=1&amp;b=2", "External")
            linked += relation("rId91", "hyperlink", "mailto:a@example.com", "External")
            more = parts["word/_rels/document.xml.rels"].decode().replace("</Relationships>", f"{linked}</Relationships>")
            yield f"links {number}.docx", packed(parts | {"word/_rels/document.xml.rels": more.encode()})
    yield "smallest.docx", packed(minimal())
    yield "repetitive.docx", packed(minimal("<w:p><w:r><w:t>同样的一句话。</w:t></w:r></w:p>" * 60_000))
    page = "<w:fldChar/><w:instrText> PAGE \\* </w:instrText><w:instrText>LINKED</w:instrText><w:fldChar/>"
    yield "fields.docx", packed(minimal(f"<w:p><w:r>{page}</w:r></w:p>"))
    yield (
        "data.docx",
        packed(minimal() | {"customXml/item1.xml": b"<a><control/></a>", "docProps/app.xml": b"<Properties/>"}),
    )


TYPST = """#set document(title: "T{n}")
= Heading {n} <a>
#link("https://www.example.com/{n}")[web] #link(<a>)[back]
#lorem({words})
#table(columns: 3, ..range({n} * 3).map(str))
#pagebreak()
#image("p.png", width: 3cm)
"""


def _pdfs(draw: random.Random, scratch: Path) -> Iterator[File]:
    (scratch / "p.png").write_bytes(saved(picture(draw), "PNG"))
    for number in range(1, 9):
        source = scratch / "t.typ"
        source.write_text(TYPST.format(n=number, words=number * 150))
        made = typst.compile(source, format="pdf", pdf_standards="a-2b" if number % 2 else "1.7")
        yield f"typst{number}.pdf", made
        yield from _resaved(f"t{number}", made)
    for number in range(12):
        printed = fpdf.FPDF()
        for _ in range(draw.randint(1, 9)):
            printed.add_page()
            printed.set_font("Helvetica", size=draw.randint(8, 20))
            printed.multi_cell(0, text="Labour contract law, article 47. " * draw.randint(1, 60))
            printed.cell(text="link", link="https://www.example.com/")
        printed.set_display_mode("fullpage")
        made = bytes(printed.output())
        yield f"fpdf {number}.pdf", made
        if number < 3:
            yield from _resaved(f"f{number}", made)
    for mode in ("1", "L", "RGB", "CMYK", "P"):
        scan = [picture(draw, mode, 120) for _ in range(3)]
        yield f"扫描件{mode}.Pdf", saved(scan[0], "PDF", save_all=True, append_images=scan[1:])
    yield "opens at a page.pdf", page_pdf(b"/OpenAction [3 0 R /Fit]")
    yield "goes to a page.pdf", page_pdf(b"/OpenAction << /S /GoTo /D [3 0 R /XYZ 0 0 null] >>")
    yield "white.pdf", page_pdf(content=stream(b"q Q", b""), trailer=b"/Info << /Title (%%EOF) >>")
    yield "no scheme.pdf", page_pdf(b"", b"/Annots [<< /Subtype /Link /A << /S /URI /URI (www.example.com:80/x) >> >>]")


def _resaved(name: str, content: bytes) -> Iterator[File]:
    """As other programs would have written it."""
    forms: list[dict[str, object]] = [
        {"linearize": True},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"object_stream_mode": pikepdf.ObjectStreamMode.disable},
        {"qdf": True},
    ]
    for number, form in enumerate(forms):
        target = io.BytesIO()
        with pikepdf.open(io.BytesIO(content)) as read:
            read.save(target, **form)  # type: ignore[arg-type]
        yield f"{name}-{number}.pdf", target.getvalue()


def _pngs(draw: random.Random) -> Iterator[File]:
    for number, mode in enumerate(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"] * 5):
        info = PngImagePlugin.PngInfo()
        info.add_text("Software", "示例相机", zip=bool(number % 2))
        info.add_itxt("Comment", TEXT * 9, "zh", "说明", zip=bool(number % 3))
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        options: dict[str, object] = {"pnginfo": info, "dpi": (300, 300), "compress_level": number % 10}
        if mode in ("RGB", "RGBA") and number % 2:
            options["icc_profile"] = profile
        yield f"截图 {number}.png", saved(picture(draw, mode), "PNG", **options)
    yield "own chunk.png", png(before=chunk(b"vpAg", b"12345"))
    interlaced = chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\x01") + chunk(b"IDAT", b"x\x9cc`\0\0\0\x02\0\x01")
    yield "interlaced.png", b"\x89PNG\r\n\x1a\n" + interlaced + chunk(b"IEND", b"")


def _jpegs(draw: random.Random) -> Iterator[File]:
    for number in range(40):
        mode = draw.choice(["L", "RGB", "CMYK"])
        exif = Image.Exif()
        exif[0x0110], exif[0x0132] = "示例手机", "2026:11:23 10:00:00"
        options = {"quality": draw.randint(20, 98), "progressive": draw.random() < 0.5, "optimize": draw.random() < 0.5}
        content = saved(picture(draw, mode, 90), "JPEG", exif=exif, dpi=(72, 72), **options)
        yield f"照片{number}.{draw.choice(['jpg', 'jpeg', 'JPG'])}", content
    first, second = picture(draw), picture(draw)
    yield "two in one.jpg", saved(first, "MPO", save_all=True, append_images=[second])
    yield "with a word.jpg", with_segment(saved(first, "JPEG"), 0xFE, "一句说明".encode())
    yield "restarts.jpg", saved(first, "JPEG", restart_marker_rows=1)
