"""Files that arrive at the same time do not lie in the gateway's memory at the same time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import httpx

from tests.gateway.platform import Person, Platform

Record = Callable[[str, object], None]
MIB = 1024 * 1024
SIZE = 19 * MIB
AT_ONCE = 10


class Resident:
    """The most memory that a process had at a time since it was asked last, in MiB."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    def forget(self) -> int:
        (self._folder / "clear_refs").write_text("5")
        return self.most()

    def most(self) -> int:
        lines = (self._folder / "status").read_text().splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


async def upload(liaison: Person, http: httpx.AsyncClient, together: asyncio.Barrier) -> int:
    """Send a file that dispatch will refuse once it has it; all wait for each other before the last piece."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(SIZE // MIB):
            yield bytes(MIB)
        await together.wait()
        yield b"end"

    headers = liaison.headers | {"idempotency-key": uuid4().hex, "content-type": "application/pdf"}
    params = {"file_name": "合同.pdf"}
    answer = await http.post("/api/v1/attachments", params=params, content=pieces(), headers=headers, timeout=60.0)
    return answer.status_code


async def test_many_uploads_at_once_take_the_memory_of_few(
    platform: Platform, liaison: Person, http: httpx.AsyncClient, record_property: Record
) -> None:
    resident = Resident(platform.processes["gateway"].pid)
    grown: dict[int, int] = {}
    for number in (1, AT_ONCE):
        before, together = resident.forget(), asyncio.Barrier(number)
        statuses = await asyncio.gather(*[upload(liaison, http, together) for _ in range(number)])
        assert set(statuses) == {422}
        grown[number] = resident.most() - before
    told = f"{grown[1]} MiB for one upload of {SIZE // MIB} MiB, {grown[AT_ONCE]} MiB for {AT_ONCE}"
    record_property("summary", f"gateway: {told} at once")
    assert grown[AT_ONCE] < AT_ONCE * SIZE // MIB  # the least it takes to hold them all; in full it was four times that
