"""Zip archives read by the letter: records that lie one behind the other without gaps, entries that unfold to their size.

Python's zipfile looks for an archive anywhere in a file and believes its directory; two readers of one file then see two
archives. Here the local headers, the directory and the end must tell the same story about every byte.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from kit.uploads.errors import UploadBomb, UploadEncrypted, UploadMalformed, UploadPolyglot

MAX_ENTRIES = 2_000
MAX_UNFOLDED = 256 * 1024 * 1024
# Repetitive tables fold to a hundredth. Deflate's own limit is a thousandth, which only a bomb comes near to.
MAX_RATIO, RATIO_FROM = 150, 4 * 1024 * 1024
PIECE = 1 << 18
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
ENCRYPTED, DESCRIBED_LATER, PATCHED, MASKED = 1 << 0, 1 << 3, 1 << 5, 1 << 13
STORED, DEFLATED = 0, 8
SECOND_NAME = 0x7075


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive; its folded bytes are content[start:end]."""

    name: str
    method: int
    size: int
    checksum: int
    start: int
    end: int


class Archive:
    """An archive whose records have been found to fit. Raises UploadRefused where they do not."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        count, start, end = _end_record(content)
        self.entries = {entry.name: entry for entry in _entries(content, count, start, end)}
        names = {name.casefold() for name in self.entries}
        if len(self.entries) != count or len(names) != count:
            raise UploadMalformed("a name is there twice")
        self._left = MAX_UNFOLDED
        declared = sum(entry.size for entry in self.entries.values())
        if declared > MAX_UNFOLDED:
            raise UploadBomb(f"{declared} bytes when unfolded")

    def pieces(self, entry: Entry) -> Iterator[bytes]:
        """The entry unfolded, piece by piece; what is declared is checked against what comes, never believed."""
        total, checksum = 0, 0
        for piece in self._unfold(entry):
            total, checksum = total + len(piece), zlib.crc32(piece, checksum)
            self._left -= len(piece)
            if total > entry.size or self._left < 0:
                raise UploadBomb("an entry is larger than declared")
            if total > RATIO_FROM and total > MAX_RATIO * (entry.end - entry.start):
                raise UploadBomb("an entry unfolds far beyond its size")
            yield piece
        if total != entry.size or checksum != entry.checksum:
            raise UploadMalformed("an entry is not what the directory says")

    def _unfold(self, entry: Entry) -> Iterator[bytes]:
        folded = self.content[entry.start : entry.end]
        if entry.method == STORED:
            yield folded
            return
        unfolding = zlib.decompressobj(-15)
        try:
            while folded and not unfolding.eof:
                yield unfolding.decompress(folded, PIECE)
                folded = unfolding.unconsumed_tail
            while not unfolding.eof and (piece := unfolding.decompress(b"", PIECE)):
                yield piece
        except zlib.error as error:
            raise UploadMalformed("an entry cannot be unfolded") from error
        if not unfolding.eof or unfolding.unused_data:
            raise UploadMalformed("an entry is cut off, or something follows it")


def _end_record(content: bytes) -> tuple[int, int, int]:
    """Number of entries, and where the directory begins and ends. The record is the file's very last."""
    position = len(content) - _END.size
    if position < 0 or not content.startswith(b"PK\x05\x06", position):
        # A comment may follow the record; nobody's document has one, and a second format may hide in it.
        hidden = b"PK\x05\x06" in content[-66_000:]
        raise UploadPolyglot("something follows the archive") if hidden else UploadMalformed("the archive has no end")
    _, disk, start_disk, here, total, size, offset, _ = _END.unpack_from(content, position)
    if disk or start_disk or here != total or not total:
        raise UploadMalformed("the archive is in parts")
    if total > MAX_ENTRIES:
        raise UploadBomb(f"{total} entries")
    if offset + size != position:
        raise UploadPolyglot("something lies between directory and end")
    return total, offset, position


def _entries(content: bytes, count: int, position: int, end: int) -> Iterator[Entry]:
    """Every entry of the directory, its own header compared, and every byte before the directory accounted for."""
    found: list[tuple[int, Entry, int]] = []
    for _ in range(count):
        if position + _CENTRAL.size > end:
            raise UploadMalformed("the directory is cut off")
        fields = _CENTRAL.unpack_from(content, position)
        signature, _, _, flags, method, _, _, checksum, folded, size, names, extras, comments, disk, _, _, offset = fields
        if signature != b"PK\x01\x02" or disk:
            raise UploadMalformed("the directory is damaged")
        name = content[position + _CENTRAL.size :][:names]
        _refuse_second_name(content[position + _CENTRAL.size + names :][:extras])
        position += _CENTRAL.size + names + extras + comments
        start, after = _local(content, offset, flags, method, folded, name)
        found.append((offset, Entry(_path(name, flags), method, size, checksum, start, start + folded), after))
    if position != end:
        raise UploadMalformed("the directory is not as long as it says")
    _check_contiguous(content, found, end)
    yield from (entry for _, entry, _ in found)


def _local(content: bytes, offset: int, flags: int, method: int, folded: int, name: bytes) -> tuple[int, int]:
    """Where an entry's bytes begin and where they end, by its own header, which must agree with the directory."""
    if flags & (ENCRYPTED | MASKED):
        raise UploadEncrypted
    if method not in (STORED, DEFLATED) or flags & PATCHED:
        raise UploadMalformed("an entry is folded in an uncommon way")
    if offset + _LOCAL.size > len(content):
        raise UploadMalformed("an entry lies outside")
    signature, _, own_flags, own_method, _, _, _, own_folded, _, names, extras = _LOCAL.unpack_from(content, offset)
    later = own_flags & DESCRIBED_LATER
    start = offset + _LOCAL.size + names + extras
    if signature != b"PK\x03\x04" or own_method != method or (own_flags ^ flags) & (ENCRYPTED | DESCRIBED_LATER):
        raise UploadMalformed("an entry and the directory differ")
    if content[offset + _LOCAL.size :][:names] != name or start + folded > len(content):
        raise UploadMalformed("an entry and the directory differ")
    if own_folded != folded and not (later and own_folded in (0, 0xFFFFFFFF)):
        raise UploadMalformed("an entry and the directory differ")
    return start, start + folded


def _check_contiguous(content: bytes, found: list[tuple[int, Entry, int]], end: int) -> None:
    """No byte before the directory belongs to nobody, and none to two."""
    expected = 0
    found.sort(key=lambda one: one[0])
    starts = [offset for offset, _, _ in found[1:]]
    directory = _END.unpack_from(content, end)[6]
    for (offset, _, after), following in zip(found, [*starts, directory], strict=True):
        if offset != expected:
            raise UploadPolyglot("something lies before or between the entries")
        gap = following - after
        # A descriptor after the entry: checksum and sizes of four or eight bytes, with or without its own signature.
        described = content[offset + 6] & DESCRIBED_LATER
        if gap != 0 and not (described and gap in (12, 16, 20, 24)):
            raise UploadPolyglot("something lies before or between the entries")
        expected = following


def _refuse_second_name(extras: bytes) -> None:
    """A field that gives an entry another name, which some readers go by and others do not."""
    while len(extras) >= 4:
        kind, length = struct.unpack_from("<HH", extras)
        if kind == SECOND_NAME:
            raise UploadMalformed("an entry has two names")
        extras = extras[4 + length :]


def _path(raw: bytes, flags: int) -> str:
    """The name of an entry. Raises UploadMalformed for one that leads out of the archive."""
    try:
        name = raw.decode("utf-8" if flags & 1 << 11 else "ascii")
    except UnicodeDecodeError as error:
        raise UploadMalformed("a name cannot be read") from error
    parts = name.removesuffix("/").split("/")
    if any(part in ("", ".", "..") for part in parts) or any(sign < " " or sign in "\\:\x7f" for sign in name):
        raise UploadMalformed("a name leads out of the archive")
    return name
