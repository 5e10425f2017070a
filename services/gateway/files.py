"""Files at the door: how one is taken in and handed over, and how one leaves: as a download only, never as a page."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from kit.context import current_call, enter_call
from kit.uploads.kinds import MEDIA_TYPES
from services.gateway.auth import Caller
from services.gateway.errors import ContentTypeUnsupported
from services.gateway.schemas import NO_NUL, Asked

# Counted from when the body is here: a telephone may need longer for 20 MiB than any request may take otherwise.
UPLOAD_SECONDS = 25.0
# What is larger waits on disk until it is whole and its turn has come (`Parts.uploads`).
KEPT_BYTES = 256 * 1024
FILE = {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}
TAKES_UPLOAD: dict[str, Any] = {"requestBody": {"required": True, "content": FILE}}
GIVES_FILE: dict[int | str, dict[str, Any]] = {200: {"content": FILE}}
UPLOAD_REASONS = (
    "UPLOAD_EMPTY",
    "UPLOAD_TOO_LARGE",
    "UPLOAD_NAME_INVALID",
    "UPLOAD_TYPE_NOT_ALLOWED",
    "UPLOAD_MISLABELLED",
    "UPLOAD_MALFORMED",
    "UPLOAD_ENCRYPTED",
    "UPLOAD_ACTIVE_CONTENT",
    "UPLOAD_POLYGLOT",
    "UPLOAD_BOMB",
    "UPLOAD_INFECTED",
)
Answer = TypeVar("Answer")


class UploadQuery(Asked):
    """What the file is called."""

    file_name: Annotated[
        str, Field(min_length=1, max_length=200, pattern=NO_NUL, description="文件名，含扩展名，不含路径。Name, no path.")
    ]


def media_type_of(request: Request) -> str:
    """What the body is said to be. Refused if no file of such a kind is taken."""
    media: Any = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media not in FILE:
        raise ContentTypeUnsupported
    return str(media)


async def hand_over(request: Request, caller: Caller, asked: Any, call: Callable[..., Awaitable[Answer]]) -> Answer:
    """Wait until the body is whole, then send it as the `content` of a message."""
    with SpooledTemporaryFile(KEPT_BYTES) as file:
        async for piece in request.stream():
            file.write(piece)
        enter_call(replace(current_call(), deadline=time.monotonic() + UPLOAD_SECONDS))
        async with caller.parts.uploads:
            # It stands in memory from now on, several times over: in the message, and on its way.
            file.seek(0)
            asked.content = file.read()
            return await call(asked, timeout=UPLOAD_SECONDS)


def download(content: bytes, media_type: str, file_name: str, plain: str) -> Response:
    """RFC 6266: the name in UTF-8 for those who read it, a plain one for those who do not."""
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    }
    return Response(content, media_type=media_type, headers=headers)
