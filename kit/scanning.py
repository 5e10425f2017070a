"""A second opinion on files: a virus scanner, where there is one. Structure is checked in any case (kit.uploads)."""

import asyncio
import struct
from typing import Protocol

from kit.errors import Unavailable

PIECE = 64 * 1024
SECONDS = 10.0


class ScannerUnavailable(Unavailable):
    """The scanner is away or did not come to a verdict; the file waits."""


class Scanner(Protocol):
    async def scan(self, content: bytes) -> str:
        """The name of what was found; empty for nothing. Raises ScannerUnavailable."""
        ...


class NoScanner:
    """Where no scanner is set up, the structural checks were the scan."""

    async def scan(self, content: bytes) -> str:
        return ""


class Clamd:
    """ClamAV's daemon, by its INSTREAM command: pieces with their lengths, then one line of answer."""

    def __init__(self, address: str, seconds: float = SECONDS) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port, self._seconds = host, int(port), seconds

    async def scan(self, content: bytes) -> str:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(content)
        except (OSError, TimeoutError) as error:
            raise ScannerUnavailable from error
        if answer == "stream: OK":
            return ""
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise ScannerUnavailable from RuntimeError(f"the scanner answers {answer[:200]!r}")

    async def _ask(self, content: bytes) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                writer.write(struct.pack(">I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            return (await reader.read(4096)).rstrip(b"\0\n").decode("utf-8", "replace")
        finally:
            writer.close()
