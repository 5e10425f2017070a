"""What the code on a plaque leads to: for anybody, whether it is valid, not yet, no more or withdrawn, and nothing else.

Codes cannot be guessed; that somebody tries is limited all the same. Nobody is named, and nothing is kept on the way.
"""

import re
from typing import Annotated

import grpc
from fahu.registry.v1 import plaque_service_pb2 as pb
from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse

from services.gateway.auth import Anybody, Guest
from services.gateway.errors import TooManyAttempts
from services.gateway.openapi import tells
from services.gateway.routes.plaque_schemas import STANDINGS, VerificationOut
from services.gateway.texts import plaques as texts

router = APIRouter(tags=["plaques"])
TOKEN = r"^[0-9A-Za-z_-]{22}$"  # noqa: S105 - the form of one


@router.get("/v/{token}", include_in_schema=False)
async def verification_page(token: str, guest: Anybody) -> HTMLResponse:
    """A page for who holds a telephone before a plaque."""
    return await _page(token, guest)


@router.get(
    "/api/v1/plaque-verifications/{token}",
    summary="验证铭牌",
    openapi_extra=tells("PLAQUE_NOT_FOUND", "TOO_MANY_ATTEMPTS"),
)
async def verify_plaque(
    token: Annotated[str, Path(pattern=TOKEN, description="二维码地址的末段。The last part of the code's address.")],
    guest: Anybody,
) -> VerificationOut:
    """What a plaque or certificate is worth today, with what stands on it and its year."""
    guest.parts.verifications.count(guest.address)
    answer = await guest.parts.clients.verification.VerifyPlaque(pb.VerifyPlaqueRequest(token=token))
    return VerificationOut(standing=STANDINGS.of(answer.standing), wording=answer.wording, year=answer.year)


async def _page(token: str, guest: Guest) -> HTMLResponse:
    try:
        guest.parts.verifications.count(guest.address)
    except TooManyAttempts as error:
        return _html("busy", 429, retry_after=error.retry_after)
    if not re.fullmatch(TOKEN, token, re.ASCII):
        return _html("unknown", 404)
    try:
        answer = await guest.parts.clients.verification.VerifyPlaque(pb.VerifyPlaqueRequest(token=token))
    except grpc.aio.AioRpcError as error:
        found = error.code() is not grpc.StatusCode.NOT_FOUND
        return _html("away", 503, retry_after=2) if found else _html("unknown", 404)
    return _html(STANDINGS.of(answer.standing), 200, answer.wording, answer.year)


def _html(verdict: texts.Verdict, status: int, wording: str = "", year: int = 0, retry_after: int = 0) -> HTMLResponse:
    headers = {"content-security-policy": texts.POLICY, "content-language": "zh", "x-robots-tag": "noindex"}
    headers |= {"retry-after": str(retry_after)} if retry_after else {}
    return HTMLResponse(texts.page(verdict, wording, year), status, headers)
