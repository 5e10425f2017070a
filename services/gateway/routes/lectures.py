"""法治宣讲: lectures of the agencies, from their plan to their end (notice 三（二）1: 自主预约课程)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import lecture_pb2
from fahu.courses.v1 import lecture_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import AnyRole, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.project_schemas import UnitCode, Year
from services.gateway.schemas import (
    WHOLE,
    Asked,
    Code,
    GivenId,
    GivenMoment,
    Id,
    In,
    NextPageToken,
    Out,
    Page,
    remark,
    written,
)
from services.gateway.words import Words, moment_of

router = APIRouter(prefix="/api/v1/lectures", tags=["lectures"])
AGENCY = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD)
Host = Annotated[Caller, Depends(allow(*AGENCY))]
KindWord = Literal["scheduled", "on_demand"]
LectureStateWord = Literal["planned", "open", "delivered", "cancelled"]
ZoneCode = Annotated[
    str, Field(max_length=32, pattern=r"^[0-9A-Za-z_-]*$", description="片区代码，空为不限。Zone code; empty for any.")
]
KINDS, LECTURE_STATES = Words(lecture_pb2.LectureKind), Words(lecture_pb2.LectureState)
LECTURE = "/{lecture_id}"
DRAFT = ("COURSEWARE_NOT_FOUND", "LECTURER_NOT_FOUND", "LECTURER_BUSY", "LECTURE_TIMES_INVALID", "ZONE_NOT_FOUND")


class LectureIn(In):
    """一场宣讲。"""

    courseware_id: Annotated[GivenId, Field(description="本部门已审定的课件。Approved courseware of the agency.")]
    lecturer_id: Annotated[GivenId, Field(description="本部门的讲师。A lecturer of the agency.")]
    title: Annotated[str, remark(100), Field(description="空为课件的标题。Empty for that of the courseware.")] = ""
    place: Annotated[str, written(200)]
    zone_code: ZoneCode = ""
    starts_at: GivenMoment
    ends_at: Annotated[GivenMoment, Field(description="最长 12 小时。At most 12 hours later.")]
    closes_at: Annotated[GivenMoment | None, Field(description="报名截止；空为开讲前若干小时。When booking closes.")] = None
    capacity: Annotated[int, Field(ge=1, le=1000, description="座位数。Seats."), WHOLE]
    most_heads: Annotated[int, Field(ge=0, le=1000, description="每家企业最多人数，0 为默认。0 for the default."), WHOLE] = 0
    offer_minutes: Annotated[
        int, Field(ge=0, le=20160, description="递补保留的分钟数，0 为默认。How long an offer lasts."), WHOLE
    ] = 0

    def message(self) -> pb.LectureDraft:
        return pb.LectureDraft(
            courseware_id=str(self.courseware_id),
            lecturer_id=str(self.lecturer_id),
            title=self.title,
            place=self.place,
            zone_code=self.zone_code,
            starts_at=stamp(self.starts_at),
            ends_at=stamp(self.ends_at),
            closes_at=stamp(self.closes_at) if self.closes_at else None,
            capacity=self.capacity,
            most_heads=self.most_heads,
            offer_minutes=self.offer_minutes,
        )


class ReasonIn(In):
    """理由。"""

    reason: Annotated[str, written(500)]


class LectureNarrowing(Asked):
    """What narrows the list and its file."""

    year: Year = 0
    unit: UnitCode = ""
    zone: ZoneCode = ""
    lecture_state: Annotated[LectureStateWord | None, Field(description="状态。State.")] = None
    bookable: Annotated[bool, Field(description="只看现在可以报名的。Only those that take bookings now.")] = False


class LectureQuery(LectureNarrowing, Page):
    """Which lectures, and which page of them."""


class LectureOut(Out):
    """一场宣讲，连同余位。"""

    id: Id
    serial: str
    year: int
    kind: KindWord
    unit_code: Code
    unit_name: str
    courseware_id: Id
    lecturer_id: Id
    lecturer_name: str
    title: str
    place: str
    zone_code: Annotated[str | None, Field(description="面向的片区，空为全区。Whose enterprises may book.")]
    zone_name: str | None
    starts_at: datetime
    ends_at: datetime
    closes_at: Annotated[datetime, Field(description="此后不再报名，也不再递补。Nobody books or moves up from then on.")]
    capacity: int
    free: Annotated[int, Field(description="余位；有人候补时新报名的也要排队。While others wait, newcomers queue.")]
    waiting: Annotated[int, Field(description="候补的企业数。Bookings that wait.")]
    most_heads: int
    offer_minutes: int
    state: LectureStateWord
    end_reason: str | None
    version: Annotated[int, Field(description="版本，即 ETag；报名不改变它。The ETag; bookings do not change it.")]


class Lectures(Out):
    """One page, soonest first."""

    lectures: list[LectureOut]
    next_page_token: NextPageToken


def _told(*reasons: str) -> dict[str, Any]:
    reasons = ("LECTURE_NOT_FOUND", "LECTURE_WRONG_STATE", *reasons)
    return tells(*reasons, idempotent=True, versioned=True, etag=True)


@router.get("", summary="宣讲场次", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_lectures(query: Annotated[LectureQuery, Query()], caller: AnyRole) -> Lectures:
    """Lectures of a year. Those that are still planned show for their agency and those who oversee."""
    request = pb.ListLecturesRequest(
        year=query.year,
        unit_code=query.unit,
        zone_code=query.zone,
        state=LECTURE_STATES.number(query.lecture_state),
        bookable=query.bookable,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.lectures.ListLectures(request)
    return Lectures(lectures=[lecture_out(one) for one in answer.lectures], next_page_token=answer.next_page_token)


@router.get(LECTURE, response_model=LectureOut, summary="一场宣讲", openapi_extra=tells("LECTURE_NOT_FOUND", etag=True))
async def get_lecture(lecture_id: UUID, caller: AnyRole) -> Response:
    """One lecture with its seats as they are now."""
    answer = await caller.clients.lectures.GetLecture(pb.GetLectureRequest(lecture_id=str(lecture_id)))
    return _answer(answer.lecture)


@router.post(
    "",
    status_code=201,
    response_model=LectureOut,
    summary="安排宣讲",
    openapi_extra=tells(*DRAFT, idempotent=True, etag=True),
)
async def plan_lecture(body: LectureIn, caller: Host) -> Response:
    """Plan a lecture of the caller's agency. Enterprises see it once it is opened."""
    request = pb.PlanLectureRequest(draft=body.message(), request_id=caller.heads.idempotency_key())
    return _answer((await caller.clients.lectures.PlanLecture(request)).lecture, 201)


@router.put(
    LECTURE,
    response_model=LectureOut,
    summary="调整宣讲",
    openapi_extra=_told(*DRAFT, "LECTURE_STARTED", "CAPACITY_TAKEN"),
)
async def update_lecture(lecture_id: UUID, body: LectureIn, caller: Host) -> Response:
    """Write it anew. Who booked is told of another time, place or lecturer; more seats go to those who wait."""
    request = pb.UpdateLectureRequest(on=_on(lecture_id, caller), draft=body.message())
    return _answer((await caller.clients.lectures.UpdateLecture(request)).lecture)


@router.post(f"{LECTURE}/open", response_model=LectureOut, summary="开放报名", openapi_extra=_told("LECTURE_CLOSED"))
async def open_lecture(lecture_id: UUID, caller: Host) -> Response:
    """Let enterprises book."""
    request = pb.OpenLectureRequest(on=_on(lecture_id, caller))
    return _answer((await caller.clients.lectures.OpenLecture(request)).lecture)


@router.post(f"{LECTURE}/cancel", response_model=LectureOut, summary="取消宣讲", openapi_extra=_told("LECTURE_STARTED"))
async def cancel_lecture(lecture_id: UUID, body: ReasonIn, caller: Host) -> Response:
    """Give it up. Every booking ends with it, and its enterprise is told why."""
    request = pb.CancelLectureRequest(on=_on(lecture_id, caller), reason=body.reason)
    return _answer((await caller.clients.lectures.CancelLecture(request)).lecture)


@router.post(f"{LECTURE}/deliver", response_model=LectureOut, summary="宣讲完成", openapi_extra=_told("LECTURE_NOT_STARTED"))
async def deliver_lecture(lecture_id: UUID, caller: Host) -> Response:
    """It was held. Whoever had seats and was not checked in is noted as absent, which can be corrected."""
    request = pb.DeliverLectureRequest(on=_on(lecture_id, caller))
    return _answer((await caller.clients.lectures.DeliverLecture(request)).lecture)


def _on(lecture_id: UUID, caller: Caller) -> pb.LecturePrecondition:
    """Which lecture, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.LecturePrecondition(lecture_id=str(lecture_id), expected_version=version, request_id=key)


def stamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


def _answer(one: lecture_pb2.Lecture, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    if status == 201:
        headers["location"] = f"/api/v1/lectures/{one.id}"
    return json_answer(lecture_out(one), status, headers)


def lecture_out(one: lecture_pb2.Lecture) -> LectureOut:
    return LectureOut(
        id=one.id,
        serial=one.serial,
        year=one.year,
        kind=KINDS.of(one.kind),
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        courseware_id=one.courseware_id,
        lecturer_id=one.lecturer_id,
        lecturer_name=one.lecturer_name,
        title=one.title,
        place=one.place,
        zone_code=one.zone_code or None,
        zone_name=one.zone_name or None,
        starts_at=moment_of(one.starts_at),
        ends_at=moment_of(one.ends_at),
        closes_at=moment_of(one.closes_at),
        capacity=one.capacity,
        free=one.capacity - one.taken,
        waiting=one.waiting,
        most_heads=one.most_heads,
        offer_minutes=one.offer_minutes,
        state=LECTURE_STATES.of(one.state),
        end_reason=one.end_reason or None,
        version=one.version,
    )
