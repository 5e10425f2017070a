"""The scanner's protocol, against a server that speaks it as clamd does."""

import asyncio
import struct
from collections.abc import AsyncIterator

import pytest

from kit.scanning import Clamd, ScannerUnavailable
from tests.kit.clamd import EICAR, FakeClamd


@pytest.fixture
async def clamd() -> AsyncIterator[FakeClamd]:
    async with FakeClamd() as clamd:
        yield clamd


async def test_a_known_virus_is_named_and_the_rest_is_not(clamd: FakeClamd) -> None:
    scanner = Clamd(clamd.address)
    assert await scanner.scan(b"hello") == ""
    assert await scanner.scan(EICAR) == "Eicar-Test-Signature"
    assert await scanner.scan(bytes(5_000_000) + EICAR) == "Eicar-Test-Signature"
    assert clamd.sizes == [5, 68, 5_000_068]


async def test_no_verdict_is_no_clean_bill(clamd: FakeClamd) -> None:
    scanner = Clamd(clamd.address, seconds=0.2)
    for answer in (b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK ERROR\0", b"UNKNOWN COMMAND\0"):
        clamd.answer = answer
        with pytest.raises(ScannerUnavailable):
            await scanner.scan(b"hello")
    clamd.answer, clamd.delay = None, 5.0
    with pytest.raises(ScannerUnavailable):
        await scanner.scan(b"hello")
    with pytest.raises(ScannerUnavailable):
        await Clamd("127.0.0.1:9").scan(b"hello")


async def test_the_fake_speaks_the_protocol_by_the_letter(clamd: FakeClamd) -> None:
    """A client that sends no end gets no verdict: else the tests above would prove nothing."""
    host, _, port = clamd.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"zINSTREAM\0" + struct.pack(">I", 5) + b"hello")
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
