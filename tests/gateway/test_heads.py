"""A request's head has an end, in whatever pieces it comes, and who sends more is told so."""

import asyncio
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

import httpx
import pytest

from services.gateway.protocol import MAX_HEAD_BYTES
from tests.gateway.platform import Platform

START = b"GET /api/health HTTP/1.1\r\nhost: x\r\n"
END = b"\r\n\r\n"


async def answers(platform: Platform, pieces: Iterable[bytes]) -> bytes:
    """Send pieces on a connection of their own; everything that comes back until it is closed or quiet."""
    address = urlsplit(platform.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    got = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        while chunk := await asyncio.wait_for(reader.read(65_536), 2.0):
            got += chunk
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return got


def head(size: int) -> bytes:
    """A head of exactly so many bytes."""
    return START + b"x-filler: " + b"f" * (size - len(START) - len(END) - 10) + END


def cut(text: bytes, size: int) -> list[bytes]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def is_refusal(answer: bytes) -> bool:
    start, _, body = answer.partition(END)
    if not start.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n"):
        return False
    problem = json.loads(body)
    assert problem["reason"] == "HEADERS_TOO_LARGE"
    assert f"x-request-id: {problem['request_id']}".encode() in start
    assert b"connection: close" in start
    assert b"content-type: application/problem+json" in start
    return True


@pytest.mark.parametrize("piece", [1_000, 10_000, 10_000_000])
async def test_a_head_ends_at_its_limit(platform: Platform, piece: int) -> None:
    most = await answers(platform, cut(head(MAX_HEAD_BYTES - 1), piece))
    assert most.startswith(b"HTTP/1.1 200 ")
    assert is_refusal(await answers(platform, cut(head(MAX_HEAD_BYTES + 1), piece)))


@pytest.mark.parametrize(
    "endless",
    [
        START + b"x-filler: " + b"f" * 400_000,
        START + b"".join(b"x-%d: f\r\n" % number for number in range(40_000)),
        b"GET /api/health?" + b"q" * 400_000,
    ],
    ids=["one header", "many headers", "the address"],
)
async def test_what_does_not_end_is_not_kept(platform: Platform, endless: bytes) -> None:
    assert is_refusal(await answers(platform, cut(endless, 65_536)))


async def test_a_second_request_on_a_connection_has_a_limit_of_its_own(platform: Platform) -> None:
    twice = await answers(platform, [head(MAX_HEAD_BYTES - 1), head(MAX_HEAD_BYTES - 1), head(MAX_HEAD_BYTES + 1)])
    assert twice.count(b"HTTP/1.1 200 ") == 2
    assert b"HTTP/1.1 431 " in twice


async def test_bodies_are_no_heads(platform: Platform, http: httpx.AsyncClient) -> None:
    """A body of many times the limit, in pieces and at once, on the connection that is then used again."""
    for content in (b"x" * 1_000_000, b"x" * 2_000_000):
        answer = await http.post("/api/v1/auth/refresh", content=content, headers={"content-type": "application/json"})
        assert answer.json()["reason"] == "BODY_UNREADABLE"
    body = (
        b"POST /api/v1/auth/refresh HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50000\r\n\r\n"
    )
    both = await answers(platform, [body + b"x" * 50_000 + head(500)])
    assert (both.count(b"HTTP/1.1 400 "), both.count(b"HTTP/1.1 200 ")) == (1, 1)


async def test_what_is_no_http_gets_a_problem(platform: Platform) -> None:
    answer = await answers(platform, [b"\x16\x03\x01 hello\r\n\r\n"])
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert json.loads(answer.partition(END)[2])["reason"] == "REQUEST_INVALID"
