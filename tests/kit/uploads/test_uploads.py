"""Uploads: no hostile file is taken and no good one refused, through the very processes that services use."""

import asyncio
import os
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import chain
from pathlib import Path

import psutil
import pytest
from PIL import Image

from kit.uploads import MAX_BYTES, Checker, Kind, worker
from kit.uploads.errors import UploadBomb, UploadMislabelled, UploadRefused, UploadTooLarge
from tests.kit.uploads import hostile_documents as documents
from tests.kit.uploads import hostile_others as others
from tests.kit.uploads.good import File, good_files, picture, saved, word
from tests.kit.uploads.makers import flate, page_pdf, png, stream

FAMILIES = 17
KINDS = frozenset(Kind)
# Reasons that a family must be refused for, some of its files at least: refused for the wrong reason proves little.
EXPECTED = {
    "macros": "UPLOAD_ACTIVE_CONTENT",
    "objects": "UPLOAD_ACTIVE_CONTENT",
    "leads": "UPLOAD_ACTIVE_CONTENT",
    "fields": "UPLOAD_ACTIVE_CONTENT",
    "xml": "UPLOAD_ACTIVE_CONTENT UPLOAD_MALFORMED UPLOAD_BOMB",
    "bombs": "UPLOAD_BOMB UPLOAD_MALFORMED",
    "tricks": "UPLOAD_MALFORMED UPLOAD_POLYGLOT UPLOAD_ENCRYPTED",
    "disguised": "UPLOAD_TYPE_NOT_ALLOWED",
    "pdf actions": "UPLOAD_ACTIVE_CONTENT",
    "pdf escapes": "UPLOAD_ACTIVE_CONTENT",
    "pdf contents": "UPLOAD_ACTIVE_CONTENT UPLOAD_ENCRYPTED",
    "pdf structure": "UPLOAD_MALFORMED UPLOAD_POLYGLOT UPLOAD_ACTIVE_CONTENT",
    "pdf bombs": "UPLOAD_BOMB",
    "images in two": "UPLOAD_POLYGLOT",
    "images broken": "UPLOAD_MALFORMED UPLOAD_BOMB",
    "mislabelled": "UPLOAD_MISLABELLED UPLOAD_TYPE_NOT_ALLOWED UPLOAD_NAME_INVALID",
    "broken": "UPLOAD_MALFORMED UPLOAD_TYPE_NOT_ALLOWED UPLOAD_POLYGLOT",
}


@pytest.fixture(scope="module")
async def checker() -> AsyncIterator[Checker]:
    checker = Checker()
    yield checker
    await checker.close()


def hostile_families() -> dict[str, Iterator[File]]:
    draw = random.Random(26)
    base, jpeg = word(draw), saved(picture(draw, side=60).convert("RGB"), "JPEG")
    good = {"docx": base, "pdf": page_pdf(), "jpg": jpeg, "png": png()}
    families = {name: getattr(documents, name)(base, draw) for name in list(EXPECTED)[:8]}
    families |= {name: getattr(others, name.replace(" ", "_"))(draw) for name in list(EXPECTED)[8:13]}
    families |= {name: getattr(others, name.replace(" ", "_"))(draw, jpeg) for name in list(EXPECTED)[13:15]}
    return families | {"mislabelled": others.mislabelled(good), "broken": others.broken(good, draw)}


async def verdict(checker: Checker, name: str, content: bytes) -> str:
    try:
        return await checker.check(content, name)
    except UploadRefused as refusal:
        return refusal.reason


async def verdicts(checker: Checker, files: Iterator[File]) -> list[tuple[str, str]]:
    """Of all files, a few at a time."""
    told: list[tuple[str, str]] = []
    while batch := [file for file, _ in zip(files, range(16), strict=False)]:
        found = await asyncio.gather(*[verdict(checker, name, content) for name, content in batch])
        told += [(name, one) for (name, _), one in zip(batch, found, strict=True)]
    return told


async def test_no_hostile_file_is_taken_and_no_good_one_refused(
    checker: Checker, record_property: Callable[[str, str], None]
) -> None:
    families = {name: await verdicts(checker, files) for name, files in hostile_families().items()}
    hostile = list(chain.from_iterable(families.values()))
    accepted = [(family, name) for family, files in families.items() for name, found in files if found in KINDS]
    with tempfile.TemporaryDirectory() as scratch:
        good = await verdicts(checker, good_files(Path(scratch)))
    refused = [one for one in good if one[1] not in KINDS]
    counts = f"hostile={len(hostile)} accepted={len(accepted)} good={len(good)} refused={len(refused)}"
    record_property("summary", f"uploads: {counts}")
    assert accepted == []
    assert refused == []
    assert len(hostile) >= 500
    assert len(good) >= 200
    assert len(families) == FAMILIES
    for family, files in families.items():
        assert set(EXPECTED[family].split()) <= {found for _, found in files}, (family, Counter(found for _, found in files))


async def test_the_largest_good_files_are_taken(checker: Checker) -> None:
    """A photograph of 50 million pixels, and a scan of nearly 20 MiB."""
    draw = random.Random(1)
    noise = picture(draw, side=60).resize((8192, 6144))
    assert await checker.check(saved(noise, "JPEG", quality=90, progressive=True), "photo.jpg") is Kind.JPG
    assert await checker.check(saved(Image.new("RGBA", noise.size), "PNG", compress_level=1), "photo.png") is Kind.PNG
    scan = page_pdf(content=stream(draw.randbytes(MAX_BYTES - 10_000)))
    assert await checker.check(scan, "scan.pdf") is Kind.PDF
    with pytest.raises(UploadTooLarge):
        await checker.check(scan + bytes(10_000), "scan.pdf")


async def test_a_media_type_that_lies_is_refused(checker: Checker) -> None:
    assert await checker.check(png(), "a.png", "image/png") is Kind.PNG
    with pytest.raises(UploadMislabelled):
        await checker.check(png(), "a.png", "image/jpeg")


async def test_a_file_that_takes_too_long_costs_its_process_and_no_more() -> None:
    hasty = Checker(workers=1, seconds=0.05)
    slow = page_pdf(content=flate(bytes(150 << 20)))
    with pytest.raises(UploadBomb):
        await hasty.check(slow, "slow.pdf")
    assert await hasty.check(png(), "a.png") is Kind.PNG
    await hasty.close()


async def test_a_process_that_dies_is_replaced(checker: Checker) -> None:
    """Whatever a parser does to its process, the next file is looked at as ever."""
    one = Checker(workers=1)
    await one.check(png(), "a.png")
    process = one._idle[0]._process
    process.kill()
    await process.wait()
    assert await one.check(png(), "a.png") is Kind.PNG
    await one.close()


@pytest.mark.parametrize("seconds", [0.01, 0.05])
async def test_a_cancelled_look_leaves_no_process_behind(seconds: float) -> None:
    """Neither while its process starts nor while that looks at the file."""
    one = Checker(workers=1)
    if seconds > 0.01:
        await one.check(png(), "a.png")
    slow = page_pdf(content=flate(bytes(150 << 20)))
    look = asyncio.create_task(one.check(slow, "a.pdf"))
    await asyncio.sleep(seconds)
    child = max(psutil.Process().children(), key=lambda one: (one.create_time(), one.pid))
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    assert child.is_running() == (seconds == 0.01)  # one that was not at work yet is kept for the next file
    assert await one.check(png(), "a.png") is Kind.PNG
    await asyncio.sleep(0.5)
    await one.close()
    assert not child.is_running()


def test_the_process_can_neither_write_nor_grow() -> None:
    """Its limits hold: tried in a child, which they end."""
    pid = os.fork()
    if not pid:
        worker.limit()
        try:
            bytearray(worker.MEMORY_BYTES)
        except MemoryError:
            os._exit(42)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 42
