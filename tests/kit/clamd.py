"""A server that speaks clamd's INSTREAM as the manual has it, and knows one virus: the harmless one made for such tests."""

import asyncio
import struct
from types import TracebackType

# Put together here, so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """`answer` replaces the verdict, `delay` comes before it."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.answer: bytes | None = None
        self.delay = 0.0

    async def __aenter__(self) -> "FakeClamd":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            content = b""
            while length := struct.unpack(">I", await reader.readexactly(4))[0]:
                content += await reader.readexactly(length)
            self.sizes.append(len(content))
            await asyncio.sleep(self.delay)
            verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
            writer.write(verdict if self.answer is None else self.answer)
            await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()
