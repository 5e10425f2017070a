"""Blobs: the folder and the S3 client keep the same promises; signatures are those of the published examples."""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.blobs import BlobMissing, Blobs, BlobsUnavailable, FolderBlobs, S3Blobs, Signer, new_key

ACCESS, SECRET, REGION = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"


class Store:
    """An S3 store of a few lines that believes no signature, date or digest without computing it again."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.refused = 0

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, *lines = head.strip().split("\r\n")
        method, path, _ = request.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        status, content = self._answer(method, path, headers, body)
        writer.write(
            f"HTTP/1.1 {status} x\r\ncontent-length: {len(content)}\r\nconnection: close\r\n\r\n".encode() + content
        )
        await writer.drain()
        writer.close()

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if not self._is_signed(method, path, headers, body):
            self.refused += 1
            return 403, b"<Code>SignatureDoesNotMatch</Code>"
        if not path.startswith("/bucket/"):
            return 404, b"<Code>NoSuchBucket</Code>"
        if method == "PUT":
            self.kept[path] = body
        elif method == "DELETE":
            self.kept.pop(path, None)
            return 204, b""
        elif path not in self.kept:
            return 404, b"<Code>NoSuchKey</Code>"
        return 200, self.kept[path] if method == "GET" else b""

    def _is_signed(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        found = re.search(r"Credential=([^/]+)/(\d{8})/.*SignedHeaders=([^,]+),", headers.get("authorization", ""))
        moment = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        digest = hashlib.sha256(body).hexdigest()
        if not found or found[1] != ACCESS or abs(datetime.now(UTC) - moment) > timedelta(minutes=5):
            return False
        if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(found[3].split(";")):
            return False
        again = Signer(ACCESS, SECRET, REGION).headers(method, f"http://{headers['host']}{path}", digest, moment)
        return again["authorization"] == headers["authorization"] and headers["x-amz-content-sha256"] == digest


@pytest.fixture
async def store() -> AsyncIterator[tuple[Store, str]]:
    store = Store()
    url = await store.start()
    yield store, url
    await store.stop()


@pytest.fixture(params=["folder", "s3"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path, store: tuple[Store, str]) -> AsyncIterator[Blobs]:
    made: Blobs = FolderBlobs(tmp_path / "blobs")
    if request.param == "s3":
        made = S3Blobs(store[1], REGION, "bucket", ACCESS, SECRET)
    yield made
    await made.aclose()


async def test_what_is_put_is_got_until_it_is_deleted(blobs: Blobs) -> None:
    key, other, content = new_key(), new_key(), os.urandom(3_000_000)
    await blobs.put(key, content)
    await blobs.put(other, b"")
    assert await blobs.get(key) == content
    assert await blobs.get(other) == b""
    await blobs.put(key, b"again")
    assert await blobs.get(key) == b"again"
    for _ in range(2):
        await blobs.delete(key)
    with pytest.raises(BlobMissing):
        await blobs.get(key)
    assert await blobs.get(other) == b""


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "a" * 39, "A" * 40, "a" * 40 + "\n", "/" + "a" * 39, "a" * 38 + "/a"]
)
async def test_only_keys_of_ours_lead_anywhere(blobs: Blobs, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        await blobs.put(key, b"x")
    with pytest.raises(ValueError, match="no key"):
        await blobs.get(key)
    with pytest.raises(ValueError, match="no key"):
        await blobs.delete(key)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_files_are_for_this_user_alone_and_nothing_else_lies_there(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "blobs"
    blobs, key = FolderBlobs(folder), new_key()
    await asyncio.gather(*[blobs.put(key, b"x" * 100_000) for _ in range(8)])
    (found,) = _files(folder)
    assert (found.name, found.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (key, 0o600, 0o700)


async def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs, key = FolderBlobs(tmp_path), new_key()
    await blobs.put(key, b"before")

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(BlobsUnavailable):
            await blobs.put(key, b"after")
    assert await blobs.get(key) == b"before"
    assert len(_files(tmp_path)) == 1


async def test_a_store_that_refuses_or_is_away_is_unavailable(store: tuple[Store, str]) -> None:
    served, url = store
    wrong = S3Blobs(url, REGION, "bucket", ACCESS, "another secret")
    elsewhere = S3Blobs(url, REGION, "unknown", ACCESS, SECRET)
    away = S3Blobs("http://127.0.0.1:9", REGION, "bucket", ACCESS, SECRET)
    for blobs in (wrong, elsewhere, away):
        with pytest.raises(BlobsUnavailable):
            await blobs.put(new_key(), b"x")
        with pytest.raises(BlobsUnavailable):
            await blobs.get(new_key())
        await blobs.aclose()
    assert served.refused == 2
    assert served.kept == {}


EXAMPLES = [
    (
        "GET",
        "/test.txt",
        {"range": "bytes=0-9"},
        b"",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    (
        "PUT",
        "/test%24file.text",
        {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
        b"Welcome to Amazon S3.",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
]


@pytest.mark.parametrize(("method", "path", "more", "body", "signature"), EXAMPLES)
def test_signatures_are_those_of_the_published_examples(
    method: str, path: str, more: dict[str, str], body: bytes, signature: str
) -> None:
    """From the S3 documentation, "Authenticating Requests: Using the Authorization Header"."""
    url = f"https://examplebucket.s3.amazonaws.com{path}"
    moment, digest = datetime(2013, 5, 24, tzinfo=UTC), hashlib.sha256(body).hexdigest()
    headers = Signer(ACCESS, SECRET, REGION).headers(method, url, digest, moment, more)
    assert headers["authorization"].endswith(f"Signature={signature}")
