"""The small tools that files are made with: archives byte by byte, documents part by part, PDFs object by object."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence

Parts = dict[str, bytes]
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def parts_of(document: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, level: int = 6) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


class _Pipe(io.RawIOBase):
    """A target that cannot seek, as when a server writes an archive to a socket: sizes follow the entries."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.written += piece
        return len(piece)


def streamed(parts: Mapping[str, bytes]) -> bytes:
    target = _Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return bytes(target.written)


def minimal(
    body: str = "<w:p><w:r><w:t>示例</w:t></w:r></w:p>", relations: str = "", main: str = MAIN, types: str = ""
) -> Parts:
    """The smallest document that Word opens."""
    return {
        "[Content_Types].xml": (
            f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/>{types}</Types>'
        ).encode(),
        "_rels/.rels": relations_of(relation("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": document_xml(body),
        "word/_rels/document.xml.rels": relations_of(relations),
    }


def document_xml(body: str, before: str = "") -> bytes:
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}{document}'.encode()


def relation(name: str, kind: str, target: str, mode: str = "") -> str:
    mode = f' TargetMode="{mode}"' if mode else ""
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'


def relations_of(text: str) -> bytes:
    return f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">{text}</Relationships>'.encode()


def edited_zip(content: bytes, edit: Callable[[bytearray, int, list[int]], None]) -> bytes:
    """Change headers: `edit` gets the bytes, the directory's offset and the offsets of its records."""
    changed = bytearray(content)
    count, _, directory = struct.unpack_from("<HII", changed, len(changed) - 12)
    records, position = [], directory
    for _ in range(count):
        records.append(position)
        position += 46 + sum(struct.unpack_from("<HHH", changed, position + 28))
    edit(changed, directory, records)
    return bytes(changed)


def pdf(
    objects: Sequence[bytes], root: int = 1, trailer: bytes = b"", header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
) -> bytes:
    """Objects, numbered from 1, with a table that is right."""
    out, offsets = bytearray(header), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root %d 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, trailer, start)
    return bytes(out)


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), more, data)


def flate(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 1)
    names = b"/FlateDecode " * times
    return stream(data, b"/Filter [ " + names + b"]")


def page_pdf(
    catalogue: bytes = b"", page: bytes = b"", *objects: bytes, content: bytes | None = None, trailer: bytes = b""
) -> bytes:
    """One page. Further objects are numbered from 5."""
    shown = content if content is not None else stream(b"BT ET")
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R " + page + b" >>",
            shown,
            *objects,
        ],
        trailer=trailer,
    )


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 8, height: int = 8, *, pixels: bytes | None = None, before: bytes = b"", after: bytes = b"") -> bytes:
    """Grey pixels; `before` and `after` are chunks around them."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = zlib.compress(bytes((width + 1) * height) if pixels is None else pixels)
    return b"\x89PNG\r\n\x1a\n" + header + before + chunk(b"IDAT", data) + after + chunk(b"IEND", b"")


def with_segment(jpeg: bytes, marker: int, data: bytes) -> bytes:
    """A JPEG with one more segment right after its start."""
    return jpeg[:2] + b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data + jpeg[2:]
