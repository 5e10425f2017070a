"""PNG, chunk by chunk: every checksum right, pixels that unfold to exactly their size, and nothing after the end."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from kit.uploads.errors import UploadBomb, UploadMalformed, UploadPolyglot
from kit.uploads.foreign import refuse_archive, refuse_pdf, refuse_traces
from kit.uploads.images import MAX_DESCRIPTIONS, check_size, decode

MAX_CHUNKS = 50_000
MAX_TEXT = 256 * 1024
MAX_UNKNOWN = 64 * 1024
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
KNOWN = {
    b"PLTE",
    b"tRNS",
    b"cHRM",
    b"gAMA",
    b"iCCP",
    b"sBIT",
    b"sRGB",
    b"cICP",
    b"bKGD",
    b"hIST",
    b"pHYs",
    b"sPLT",
    b"eXIf",
    b"tIME",
}


class Header(NamedTuple):
    width: int
    height: int
    depth: int
    colour: int
    compression: int
    filtering: int
    interlace: int


def check_png(content: bytes) -> None:
    """Raise UploadRefused unless it is a whole PNG and nothing else."""
    refuse_pdf(content)
    chunks = list(_chunks(content))
    header = _header(chunks)
    names = [name for name, _ in chunks]
    if names.count(b"IHDR") != 1 or names.count(b"IEND") != 1 or b"IDAT" not in names:
        raise UploadMalformed("a part is missing or there twice")
    first, count = names.index(b"IDAT"), names.count(b"IDAT")
    if set(names[first : first + count]) != {b"IDAT"}:
        raise UploadMalformed("its pixels are in pieces")
    _check_descriptions([(name, data) for name, data in chunks[1:-1] if name != b"IDAT"])
    _check_pixels([data for name, data in chunks if name == b"IDAT"], _unfolded_size(header))
    refuse_archive(content)
    decode(content, "PNG")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of each chunk, up to the end of the file."""
    position, number = 8, 0
    while position + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, position)
        end = position + 8 + length
        number += 1
        if number > MAX_CHUNKS:
            raise UploadBomb("too many chunks")
        if end + 4 > len(content) or not name.isalpha() or not name.isascii():
            raise UploadMalformed("a chunk is cut off")
        data = content[position + 8 : end]
        if zlib.crc32(data, zlib.crc32(name)) != struct.unpack_from(">I", content, end)[0]:
            raise UploadMalformed("a checksum is wrong")
        yield name, data
        position = end + 4
        if name == b"IEND":
            break
    else:
        raise UploadMalformed("it has no end")
    if data or position != len(content):
        raise UploadPolyglot("something follows its end")


def _header(chunks: list[tuple[bytes, bytes]]) -> Header:
    name, data = chunks[0]
    if name != b"IHDR" or len(data) != 13:
        raise UploadMalformed("it has no header")
    header = Header(*struct.unpack(">IIBBBBB", data))
    if header.depth not in DEPTHS.get(header.colour, ()) or header.compression or header.filtering or header.interlace > 1:
        raise UploadMalformed("its header makes no sense")
    check_size(header.width, header.height)
    return header


def _unfolded_size(header: Header) -> int:
    """How many bytes its pixels are, with the filter byte of each line."""
    bits = header.depth * CHANNELS[header.colour]
    passes = ADAM7 if header.interlace else ((0, 0, 1, 1),)
    total = 0
    for x, y, step_x, step_y in passes:
        width, height = -(-(header.width - x) // step_x), -(-(header.height - y) // step_y)
        if width > 0 and height > 0:
            total += height * ((width * bits + 7) // 8 + 1)
    return total


def _check_pixels(parts: list[bytes], expected: int) -> None:
    unfolding, total = zlib.decompressobj(), 0
    try:
        for part in parts:
            rest = part
            while rest and not unfolding.eof:
                total += len(unfolding.decompress(rest, 1 << 20))
                if total > expected:
                    raise UploadBomb("more pixels than its header says")
                rest = unfolding.unconsumed_tail
            if unfolding.eof and (rest or unfolding.unused_data):
                raise UploadPolyglot("something follows its pixels")
        total += len(unfolding.flush())
    except zlib.error as error:
        raise UploadMalformed("its pixels are damaged") from error
    if total != expected or not unfolding.eof:
        raise UploadMalformed("fewer or more pixels than its header says")


def _check_descriptions(chunks: list[tuple[bytes, bytes]]) -> None:
    unknown = total = 0
    for name, data in chunks:
        if name not in KNOWN and name not in TEXTS:
            if not name[0] & 0x20:
                raise UploadMalformed("a chunk of an unknown kind")
            unknown += len(data)
        if name in TEXTS and len(data) > MAX_TEXT:
            raise UploadPolyglot("a text of suspicious size")
        text = _unfolded(name, data)
        total += len(text)
        if unknown > MAX_UNKNOWN or total > MAX_DESCRIPTIONS:
            raise UploadPolyglot("descriptions of suspicious size")
        refuse_traces(text)


def _unfolded(name: bytes, data: bytes) -> bytes:
    """The data of a descriptive chunk, unfolded where it is folded."""
    head, _, rest = data.partition(b"\0")
    if name in (b"zTXt", b"iCCP"):
        return head + b"\0" + _inflated(rest[1:])
    if name == b"iTXt" and rest[:1] == b"\x01":
        language, _, rest = rest[2:].partition(b"\0")
        translated, _, text = rest.partition(b"\0")
        return b"\0".join((head, language, translated, _inflated(text)))
    return data


def _inflated(data: bytes) -> bytes:
    unfolding = zlib.decompressobj()
    try:
        text = unfolding.decompress(data, MAX_DESCRIPTIONS)
    except zlib.error as error:
        raise UploadMalformed("a description is damaged") from error
    if not unfolding.eof and unfolding.unconsumed_tail:
        raise UploadBomb("a description unfolds without end")
    if not unfolding.eof:
        raise UploadMalformed("a description is cut off")
    return text + unfolding.unused_data
