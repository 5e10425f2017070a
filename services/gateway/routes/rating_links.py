"""现场扫码评价: employees who were there rate the lecture through a personal link, without signing in.

The token comes in a header and never in an address: addresses end up in logs and histories.
"""

from datetime import datetime
from typing import Annotated

from fahu.courses.v1 import evaluation_service_pb2 as pb
from fastapi import APIRouter, Header
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import Anybody
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.evaluations import EvaluationIn, content_of
from services.gateway.schemas import In, Out
from services.gateway.words import moment_of

router = APIRouter(prefix="/api/v1", tags=["evaluations"])
Token = Annotated[
    str,
    Header(
        alias="Rating-Token",
        min_length=1,
        max_length=200,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="评价链接的令牌。The token of the personal link.",
    ),
]
NEVER_KEPT = {"cache-control": "private, no-store"}


class ScanIn(In):
    """现场二维码的内容。"""

    scene: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="二维码中的 scene。What the QR code at the door says.")
    ]


class RatedLectureOut(Out):
    """所评价的宣讲。"""

    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    unit_name: str
    lecturer_name: str


class NewRatingLinkOut(Out):
    """个人评价链接；令牌只告知这一次。"""

    token: Annotated[str, Field(description="令牌，仅持有人知道。Known to its holder alone.")]
    lecture: RatedLectureOut


class RatingLinkOut(Out):
    """评价链接的持有人所见。"""

    lecture: RatedLectureOut
    given: Annotated[bool, Field(description="是否已评价。Whether it was used.")]


@router.post(
    "/rating-links",
    status_code=201,
    response_model=NewRatingLinkOut,
    summary="领取评价链接",
    openapi_extra=tells("CHECK_IN_CODE_WRONG", "RATING_LINKS_TAKEN", "TOO_MANY_ATTEMPTS"),
)
async def make_rating_link(body: ScanIn, guest: Anybody) -> Response:
    """A link for whoever scans the code at the door, a new one for each scan; as many as the lecture has seats."""
    async with guest.parts.link_guesses.watched(guest.address):
        made = await guest.parts.clients.rating_links.MakeRatingLink(pb.MakeRatingLinkRequest(scene=body.scene))
    return json_answer(NewRatingLinkOut(token=made.token, lecture=_rated(made.lecture)), 201, NEVER_KEPT)


@router.get(
    "/rating-link",
    response_model=RatingLinkOut,
    summary="打开评价链接",
    openapi_extra=tells("RATING_LINK_NOT_FOUND", "TOO_MANY_ATTEMPTS", "FIELDS_INVALID"),
)
async def get_rating_link(guest: Anybody, token: Token) -> Response:
    """What the holder of the link rates, and whether that was done."""
    async with guest.parts.link_guesses.watched(guest.address):
        found = await guest.parts.clients.rating_links.GetRatingLink(pb.GetRatingLinkRequest(token=token))
    return json_answer(RatingLinkOut(lecture=_rated(found.lecture), given=found.given), 200, NEVER_KEPT)


@router.post(
    "/rating-link/evaluation",
    status_code=204,
    summary="扫码评价",
    openapi_extra=tells(
        "RATING_LINK_NOT_FOUND", "LECTURE_NOT_STARTED", "LECTURE_WRONG_STATE", "EVALUATION_GIVEN", "TOO_MANY_ATTEMPTS"
    ),
)
async def give_employee_evaluation(body: EvaluationIn, guest: Anybody, token: Token) -> Response:
    """Rate the lecture, once for each link.

    It takes no Idempotency-Key: who is told that it was given, after an answer got lost, is done.
    """
    request = pb.GiveEmployeeEvaluationRequest(token=token, content=content_of(body))
    async with guest.parts.link_guesses.watched(guest.address):
        await guest.parts.clients.rating_links.GiveEmployeeEvaluation(request)
    return Response(status_code=204, headers=NEVER_KEPT)


def _rated(one: pb.RatedLecture) -> RatedLectureOut:
    return RatedLectureOut(
        title=one.title,
        place=one.place,
        starts_at=moment_of(one.starts_at),
        ends_at=moment_of(one.ends_at),
        unit_name=one.unit_name,
        lecturer_name=one.lecturer_name,
    )
