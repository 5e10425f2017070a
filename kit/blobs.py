"""Where the bytes of files lie: a local folder, or a store that speaks S3, behind one interface.

Keys are random and tell nothing. The S3 client is our own over httpx: put, get and delete with Signature Version 4 are fewer
lines than setting up botocore, which is synchronous and fifty times as large.
"""

import asyncio
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

import httpx

from kit.errors import Unavailable

KEY = re.compile(r"[0-9a-f]{40}")
SECONDS = 15.0


class BlobsUnavailable(Unavailable):
    """The store is away, or refuses us."""


class BlobMissing(Exception):
    """There is nothing under this key, although there should be."""


class Blobs(Protocol):
    """Putting the same key again replaces it; deleting what is not there is no mistake."""

    async def put(self, key: str, content: bytes) -> None: ...
    async def get(self, key: str) -> bytes: ...
    async def delete(self, key: str) -> None: ...
    async def aclose(self) -> None: ...


def new_key() -> str:
    return secrets.token_hex(20)


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError("no key of ours")
    return key


class FolderBlobs:
    """Files in a folder of this machine, readable by this user alone. A file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _path(self, key: str) -> Path:
        """Two letters of the key make a folder: few file systems like a hundred thousand files in one."""
        return self._folder / _checked(key)[:2] / key

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, self._path(key), content)

    async def get(self, key: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError as error:
            raise BlobMissing(key) from error

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._delete, self._path(key))

    async def aclose(self) -> None:
        """Nothing is open."""

    def _put(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        try:
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise BlobsUnavailable from error
        _sync_folder(path.parent)
        _sync_folder(self._folder)

    def _delete(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A name is on disk once its folder is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class S3Blobs:
    """A bucket of an S3-compatible store, addressed by path: `endpoint` is https://host, the bucket exists already."""

    def __init__(self, endpoint: str, region: str, bucket: str, access_key: str, secret_key: str) -> None:
        self._url = f"{endpoint.rstrip('/')}/{quote(bucket)}"
        self._signer = Signer(access_key, secret_key, region)
        self._http = httpx.AsyncClient(timeout=SECONDS, trust_env=False)

    async def put(self, key: str, content: bytes) -> None:
        await self._ask("PUT", key, content)

    async def get(self, key: str) -> bytes:
        answer = await self._ask("GET", key)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise BlobMissing(key)
        return answer.content

    async def delete(self, key: str) -> None:
        await self._ask("DELETE", key)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _ask(self, method: str, key: str, content: bytes = b"") -> httpx.Response:
        url = f"{self._url}/{_checked(key)}"
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        headers = self._signer.headers(method, url, digest, datetime.now(UTC))
        try:
            answer = await self._http.request(method, url, content=content, headers=headers)
        except httpx.TransportError as error:
            raise BlobsUnavailable from error
        missing = answer.status_code == httpx.codes.NOT_FOUND and method != "PUT"
        if not answer.is_success and not (missing and b"NoSuchBucket" not in answer.content):
            raise BlobsUnavailable from RuntimeError(f"the store answers {answer.status_code}: {answer.text[:200]}")
        return answer


class Signer:
    """AWS Signature Version 4 in headers, for addresses without a query."""

    def __init__(self, access_key: str, secret_key: str, region: str, service: str = "s3") -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._scope = (region, service, "aws4_request")

    def headers(
        self, method: str, url: str, digest: str, now: datetime, more: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """The headers to send, signature included. `digest` is the body's SHA-256 in hexadecimal."""
        address, moment = urlsplit(url), now.strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": address.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment, **(more or {})}
        named = sorted(headers)
        signed = ";".join(named)
        canonical = [
            method,
            address.path or "/",
            "",
            *[f"{name}:{headers[name].strip()}" for name in named],
            "",
            signed,
            digest,
        ]
        scope = "/".join((moment[:8], *self._scope))
        hashed = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        signature = self._sign(moment[:8], "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashed)))
        credential = f"AWS4-HMAC-SHA256 Credential={self._access_key}/{scope}"
        return headers | {"authorization": f"{credential},SignedHeaders={signed},Signature={signature}"}

    def _sign(self, day: str, text: str) -> str:
        key = f"AWS4{self._secret_key}".encode()
        for part in (day, *self._scope, text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key.hex()
