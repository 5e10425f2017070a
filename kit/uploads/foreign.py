"""Traces of a second format within a file: what makes one file two, each to another reader."""

import re
import struct

from kit.uploads.errors import UploadPolyglot

# Where a file carries texts and descriptions, none of these has any business.
_BEGINNINGS = re.compile(
    rb"%PDF-|PK\x03\x04|PK\x05\x06|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\x7fELF|"
    rb"This program |<\?php|<script|<html|<!doctype|<svg|<iframe|<%@|#!/bin/",
    re.IGNORECASE,
)
_LOCAL, _END = struct.Struct("<4sHHHHHIIIHH"), struct.Struct("<4sHHHHIIH")
_METHODS = frozenset({0, 8, 9, 12, 14, 93, 95, 98})
# How far from a file's end readers look for the end record of an archive.
_END_REACH = 66_000
_PDF_REACH = 1024


def refuse_traces(part: bytes) -> None:
    """Raise UploadPolyglot if a part that should be a plain description holds the beginning of some other format."""
    if found := _BEGINNINGS.search(part):
        raise UploadPolyglot(f"{found[0][:8]!r} within its descriptions")


def refuse_archive(content: bytes) -> None:
    """Raise UploadPolyglot if some reader would find a zip archive in a file that is none.

    Four bytes alone come up by chance in pixels: their neighbours must make sense as a record, too.
    """
    position = content.find(b"PK\x03\x04")
    while position >= 0:
        if _is_local_header(content, position):
            raise UploadPolyglot("a zip archive")
        position = content.find(b"PK\x03\x04", position + 4)
    position = content.find(b"PK\x05\x06", max(0, len(content) - _END_REACH))
    while position >= 0:
        if _is_end_record(content, position):
            raise UploadPolyglot("the end of a zip archive")
        position = content.find(b"PK\x05\x06", position + 4)


def refuse_pdf(content: bytes) -> None:
    """Raise UploadPolyglot if a PDF reader would take it: many accept the header anywhere in the first 1,024 bytes."""
    if b"%PDF-" in content[:_PDF_REACH]:
        raise UploadPolyglot("a PDF")


def _is_local_header(content: bytes, position: int) -> bool:
    if position + _LOCAL.size > len(content):
        return False
    _, version, flags, method, *_, name_length, _ = _LOCAL.unpack_from(content, position)
    name = content[position + _LOCAL.size :][:name_length]
    return (
        version & 0xFF <= 63 and flags & 0xE000 == 0 and method in _METHODS and 0 < name_length <= 1024 and b"\0" not in name
    )


def _is_end_record(content: bytes, position: int) -> bool:
    if position + _END.size > len(content):
        return False
    _, disk, start_disk, here, total, size, offset, _ = _END.unpack_from(content, position)
    return bool(disk == start_disk == 0 and here == total and size + offset <= position)
