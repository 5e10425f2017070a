"""咨询记录: what was asked and advised, and whether the enterprise lets it be handled on (notice 三（二）2)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import consultation_pb2
from fahu.courses.v1 import consultation_record_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway import errors
from services.gateway.auth import CENTRE, Caller, LiaisonCaller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.consultations import CONSULTATION, GroupStaff
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.lectures import AGENCY
from services.gateway.routes.project_schemas import Year
from services.gateway.schemas import Asked, GivenId, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["consultation-records"])
Reader = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON, *AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
FollowUpWord = Literal["none", "asked", "agreed", "declined"]
FOLLOW_UPS = Words(consultation_pb2.FollowUpState)
RECORD = "/consultation-records/{consultation_record_id}"
CategoryCode = Annotated[
    str, Field(min_length=1, max_length=32, pattern="^[a-z_]+$", description="问题类别，与需求类别相同。As demands have it.")
]


class RecordTextIn(In):
    """问了什么，怎么答复，还有什么要办。"""

    category_code: CategoryCode
    question: Annotated[str, written(2000)]
    advice: Annotated[str, written(2000)]
    follow_up: Annotated[str, remark(900), Field(description="需要继续办理的事项，可不填。What is left to do.")] = ""
    ask_consent: Annotated[bool, Field(description="征求企业意见，是否转为需求办理。Ask the enterprise.")] = False

    def content(self) -> pb.ConsultationRecordContent:
        return pb.ConsultationRecordContent(
            category_code=self.category_code,
            question=self.question,
            advice=self.advice,
            follow_up=self.follow_up,
            ask_consent=self.ask_consent,
        )


class ConsultationRecordIn(RecordTextIn):
    """来访企业三选一：预约、联系点、企业名称。The visitor is named in exactly one of three ways."""

    slot_booking_id: Annotated[GivenId | None, Field(description="预约。Its booking.")] = None
    designation_id: Annotated[GivenId | None, Field(description="未预约的联系点。A point that walked in.")] = None
    enterprise_name: Annotated[str, remark(200), Field(description="其他企业的名称。Any other enterprise.")] = ""


class ConsentIn(In):
    """同意或不同意。"""

    agreed: bool


class RecordNarrowing(Asked):
    """What narrows the list and its file."""

    year: Year = 0
    consultation: Annotated[UUID | None, Field(description="场次。The session.")] = None
    follow_up_state: Annotated[FollowUpWord | None, Field(description="是否转为需求。State.")] = None


class RecordQuery(RecordNarrowing, Page):
    """Which records, and which page of them."""


class ConsultationRecordOut(Out):
    """一条咨询记录。"""

    id: Id
    consultation_id: Id
    consultation_serial: str
    group_number: int
    slot_booking_id: Annotated[Id | None, Field(description="未预约的为空。Null for who walked in.")]
    enterprise_id: Annotated[Id | None, Field(description="不是联系点的为空。Null for who is no point.")]
    enterprise_name: str
    area_code: str | None
    district_level: bool
    category_code: str
    question: str
    advice: str
    follow_up: str
    follow_up_state: FollowUpWord
    answered_by: Id | None
    answered_at: datetime | None
    demand_id: Annotated[Id | None, Field(description="转成的需求；同意后稍候即有。The demand made of it.")]
    unit_code: str
    recorded_by: Id
    recorded_at: datetime
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class ConsultationRecords(Out):
    """One page, newest first."""

    consultation_records: list[ConsultationRecordOut]
    next_page_token: NextPageToken


@router.post(
    f"{CONSULTATION}/records",
    status_code=201,
    response_model=ConsultationRecordOut,
    summary="登记咨询",
    openapi_extra=tells(
        "CHOICE_INVALID",
        "CONSULTATION_NOT_FOUND",
        "CONSULTATION_WRONG_STATE",
        "CONSULTATION_NOT_STARTED",
        "SLOT_BOOKING_NOT_FOUND",
        "SLOT_BOOKING_WRONG_STATE",
        "ENTERPRISE_NOT_DESIGNATED",
        "FOLLOW_UP_NOT_POSSIBLE",
        idempotent=True,
        etag=True,
    ),
)
async def record_consultation(consultation_id: UUID, body: ConsultationRecordIn, caller: GroupStaff) -> Response:
    """Write down what one enterprise asked. Whose booking is named has come."""
    if sum(map(bool, (body.slot_booking_id, body.designation_id, body.enterprise_name))) != 1:
        raise errors.ChoiceInvalid("slot_booking_id", "designation_id", "enterprise_name")
    request = pb.RecordConsultationRequest(
        consultation_id=str(consultation_id),
        slot_booking_id=str(body.slot_booking_id or ""),
        designation_id=str(body.designation_id or ""),
        enterprise_name=body.enterprise_name,
        content=body.content(),
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.consultation_records.RecordConsultation(request)).consultation_record, 201)


@router.get("/consultation-records", summary="咨询记录", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_consultation_records(query: Annotated[RecordQuery, Query()], caller: Reader) -> ConsultationRecords:
    """Records of the caller's enterprise or group; for the centre and supervisors all."""
    request = pb.ListConsultationRecordsRequest(
        year=query.year,
        consultation_id=str(query.consultation or ""),
        follow_up_state=FOLLOW_UPS.number(query.follow_up_state),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.consultation_records.ListConsultationRecords(request)
    found = [_shown(one) for one in answer.consultation_records]
    return ConsultationRecords(consultation_records=found, next_page_token=answer.next_page_token)


@router.get(
    RECORD,
    response_model=ConsultationRecordOut,
    summary="一条咨询记录",
    openapi_extra=tells("CONSULTATION_RECORD_NOT_FOUND", etag=True),
)
async def get_consultation_record(consultation_record_id: UUID, caller: Reader) -> Response:
    """One record, with what became of it."""
    request = pb.GetConsultationRecordRequest(consultation_record_id=str(consultation_record_id))
    return _answer((await caller.clients.consultation_records.GetConsultationRecord(request)).consultation_record)


@router.put(
    RECORD,
    response_model=ConsultationRecordOut,
    summary="修改咨询记录",
    openapi_extra=tells(
        "CONSULTATION_RECORD_NOT_FOUND",
        "FOLLOW_UP_WRONG_STATE",
        "FOLLOW_UP_NOT_POSSIBLE",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def update_consultation_record(consultation_record_id: UUID, body: RecordTextIn, caller: GroupStaff) -> Response:
    """Write its text anew, as long as the enterprise has not answered about it."""
    request = pb.UpdateConsultationRecordRequest(on=_on(consultation_record_id, caller), content=body.content())
    return _answer((await caller.clients.consultation_records.UpdateConsultationRecord(request)).consultation_record)


@router.post(
    f"{RECORD}/consent",
    response_model=ConsultationRecordOut,
    summary="是否转为需求",
    openapi_extra=tells(
        "CONSULTATION_RECORD_NOT_FOUND",
        "FOLLOW_UP_WRONG_STATE",
        "ENTERPRISE_NOT_DESIGNATED",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def answer_follow_up(consultation_record_id: UUID, body: ConsentIn, caller: LiaisonCaller) -> Response:
    """The enterprise's yes or no, once. Yes makes a demand of the record, in some seconds."""
    request = pb.AnswerFollowUpRequest(on=_on(consultation_record_id, caller), agreed=body.agreed)
    return _answer((await caller.clients.consultation_records.AnswerFollowUp(request)).consultation_record)


def _on(consultation_record_id: UUID, caller: Caller) -> pb.ConsultationRecordPrecondition:
    """Which record, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    record_id = str(consultation_record_id)
    return pb.ConsultationRecordPrecondition(consultation_record_id=record_id, expected_version=version, request_id=key)


def _answer(one: consultation_pb2.ConsultationRecord, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    if status == 201:
        headers["location"] = f"/api/v1/consultation-records/{one.id}"
    return json_answer(_shown(one), status, headers)


def _shown(one: consultation_pb2.ConsultationRecord) -> ConsultationRecordOut:
    return ConsultationRecordOut(
        id=one.id,
        consultation_id=one.consultation_id,
        consultation_serial=one.consultation_serial,
        group_number=one.group_number,
        slot_booking_id=one.slot_booking_id or None,
        enterprise_id=one.enterprise_id or None,
        enterprise_name=one.enterprise_name,
        area_code=one.area_code or None,
        district_level=one.district_level,
        category_code=one.category_code,
        question=one.question,
        advice=one.advice,
        follow_up=one.follow_up,
        follow_up_state=FOLLOW_UPS.of(one.follow_up_state),
        answered_by=one.answered_by or None,
        answered_at=moment(one, "answered_at"),
        demand_id=one.demand_id or None,
        unit_code=one.unit_code,
        recorded_by=one.recorded_by,
        recorded_at=moment_of(one.recorded_at),
        version=one.version,
    )
