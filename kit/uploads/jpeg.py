"""JPEG, marker by marker, to its end marker, and nothing after it but the further pictures that phones announce."""

import re
import struct

from kit.uploads.errors import UploadBomb, UploadMalformed, UploadPolyglot, UploadTypeNotAllowed
from kit.uploads.foreign import refuse_archive, refuse_pdf, refuse_traces
from kit.uploads.images import MAX_DESCRIPTIONS, check_size, decode

MAX_SCANS = 60
MAX_COMMENTS = 32 * 1024
MAX_PICTURES = 4
START, SCAN, END, COMMENT = 0xD8, 0xDA, 0xD9, 0xFE
FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended and progressive: the three that cameras and browsers know
OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
# In pixels, 0xFF is followed by a stuffed zero or a restart marker; anything else ends them.
_NEXT = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


def check_jpeg(content: bytes) -> None:
    """Raise UploadRefused unless it is a whole JPEG and nothing else."""
    refuse_pdf(content)
    position, announced = _picture(content, 0)
    pictures = 1
    # A phone's depth map or brighter version follows the picture, announced by a "multi-picture" description.
    while announced and content.startswith(b"\xff\xd8\xff", position) and pictures < MAX_PICTURES:
        position, _ = _picture(content, position)
        pictures += 1
    if content[position:].strip(b"\0" if announced else b""):
        raise UploadPolyglot("something follows its end")
    refuse_archive(content)
    decode(content, "JPEG")


def _picture(content: bytes, start: int) -> tuple[int, bool]:
    """Walk one picture. Where it ends, and whether it announces further ones."""
    position, framed, scans, described, commented, announced = start + 2, False, 0, 0, 0, False
    while True:
        marker, position = _marker(content, position)
        if marker == END:
            break
        if marker in WITHOUT_LENGTH or marker in OTHER_FRAMES or (marker in FRAMES and framed):
            raise (
                UploadTypeNotAllowed("a JPEG of an uncommon kind")
                if marker in OTHER_FRAMES
                else UploadMalformed("out of order")
            )
        segment, position = _segment(content, position)
        if marker in FRAMES:
            framed = True
            _check_frame(segment)
        elif marker == SCAN:
            scans += 1
            position = _after_pixels(content, position)
        elif marker == COMMENT or 0xE0 <= marker <= 0xEF:
            described += len(segment)
            commented += len(segment) if marker == COMMENT else 0
            announced = announced or (marker == 0xE2 and segment.startswith(b"MPF\0"))
            refuse_traces(segment)
        _check_amounts(scans, described, commented)
    if not framed or not scans:
        raise UploadMalformed("no picture in it")
    return position, announced


def _check_amounts(scans: int, described: int, commented: int) -> None:
    if scans > MAX_SCANS:
        raise UploadBomb("too many scans")
    if described > MAX_DESCRIPTIONS or commented > MAX_COMMENTS:
        raise UploadPolyglot("descriptions of suspicious size")


def _marker(content: bytes, position: int) -> tuple[int, int]:
    """The marker that must stand here, and where it ends. Fill bytes before it are allowed."""
    start = position
    while content[position : position + 1] == b"\xff":
        position += 1
    if position == start or position >= len(content) or position - start > 16:
        raise UploadMalformed("a marker is missing")
    return content[position], position + 1


def _segment(content: bytes, position: int) -> tuple[bytes, int]:
    if position + 2 > len(content):
        raise UploadMalformed("it is cut off")
    (length,) = struct.unpack_from(">H", content, position)
    if length < 2 or position + length > len(content):
        raise UploadMalformed("a segment is cut off")
    return content[position + 2 : position + length], position + length


def _check_frame(segment: bytes) -> None:
    if len(segment) < 6:
        raise UploadMalformed("its header is cut off")
    depth, height, width, components = struct.unpack_from(">BHHB", segment)
    if depth not in (8, 12) or components not in (1, 3, 4) or len(segment) != 6 + 3 * components:
        raise UploadMalformed("its header makes no sense")
    check_size(width, height)


def _after_pixels(content: bytes, position: int) -> int:
    found = _NEXT.search(content, position)
    if not found:
        raise UploadMalformed("its pixels have no end")
    return found.start()
