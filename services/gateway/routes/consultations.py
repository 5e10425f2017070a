"""现场法律咨询: sessions of the four groups by 片区, and what each quarter owes (notice 三（二）2: 每季度1次、分片区)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import consultation_pb2
from fahu.courses.v1 import consultation_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, AnyRole, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.lectures import AGENCY, ReasonIn, ZoneCode, stamp
from services.gateway.routes.project_schemas import Year
from services.gateway.schemas import (
    UNIQUE,
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
    written,
)
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["consultations"])
# 区委政法委 is of the first group, and its people are supervisors.
GroupStaff = Annotated[Caller, Depends(allow(*AGENCY, Role.ROLE_SUPERVISOR))]
Staff = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
ConsultationStateWord = Literal["planned", "announced", "held", "cancelled"]
CONSULTATION_STATES = Words(consultation_pb2.ConsultationState)
CONSULTATION = "/consultations/{consultation_id}"
DRAFT = ("CONSULTANT_NOT_FOUND", "CONSULTANT_BUSY", "CONSULTATION_TIMES_INVALID", "ZONE_NOT_FOUND")


class ConsultationIn(In):
    """一场现场咨询。"""

    zone_code: Annotated[Code, Field(description="面向的片区。Zone whose enterprises may book.")]
    place: Annotated[str, written(200)]
    starts_at: GivenMoment
    ends_at: Annotated[GivenMoment, Field(description="须在同一天。On the same day.")]
    slot_minutes: Annotated[int, Field(ge=10, le=240, description="每家企业几分钟。Minutes of a slot."), WHOLE]
    consultant_ids: Annotated[
        list[GivenId],
        Field(
            max_length=12,
            description="到场的本组咨询员；公布前可不填。Consultants of the group; may be empty until it is announced.",
            json_schema_extra=UNIQUE,
        ),
    ]

    def message(self) -> pb.ConsultationDraft:
        return pb.ConsultationDraft(
            zone_code=self.zone_code,
            place=self.place,
            starts_at=stamp(self.starts_at),
            ends_at=stamp(self.ends_at),
            slot_minutes=self.slot_minutes,
            consultant_ids=[str(one) for one in self.consultant_ids],
        )


class ConsultationNarrowing(Asked):
    """What narrows the list and its file."""

    year: Year = 0
    quarter: Annotated[int, Field(ge=0, le=4, description="季度，0 为全年。The quarter; 0 for the year.")] = 0
    group: Annotated[int, Field(ge=0, le=4, description="咨询组，0 为全部。The group; 0 for all.")] = 0
    zone: ZoneCode = ""
    consultation_state: Annotated[ConsultationStateWord | None, Field(description="状态。State.")] = None
    bookable: Annotated[bool, Field(description="只看尚有空档的。Only those with a free slot.")] = False


class ConsultationQuery(ConsultationNarrowing, Page):
    """Which sessions, and which page of them."""


class AdviserOut(Out):
    """到场的咨询员。"""

    consultant_id: Id
    name: str
    unit_code: Code
    unit_name: str
    topics: str


class ConsultationOut(Out):
    """一场现场咨询，连同空档。"""

    id: Id
    serial: str
    year: int
    quarter: int
    group_number: int
    group_name: str
    group_topics: Annotated[str, Field(description="本组解答的问题。What the group is asked about.")]
    zone_code: str
    zone_name: str
    place: str
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    slot_count: int
    free: Annotated[int, Field(description="空档数。Free slots.")]
    open_to_all_at: Annotated[
        datetime | None,
        Field(description="此前由区级联系点先约，此后片区内各联系点都可预约。Until then district-level points come first."),
    ]
    advisers: list[AdviserOut]
    state: ConsultationStateWord
    end_reason: str | None
    announced_at: datetime | None
    version: Annotated[int, Field(description="版本，即 ETag；预约不改变它。The ETag; bookings do not change it.")]


class Consultations(Out):
    """One page, soonest first."""

    consultations: list[ConsultationOut]
    next_page_token: NextPageToken


class QuarterOut(Out):
    """一个咨询组一个季度的场次。"""

    group_number: int
    group_name: str
    quarter: int
    due: Annotated[int, Field(description="应办场次。Sessions due.")]
    held: Annotated[int, Field(description="已办场次。Sessions held.")]
    announced: Annotated[int, Field(description="已公布、尚未办结的场次。Announced, and not yet held.")]
    planned: int
    owed: Annotated[int, Field(description="尚欠场次。Sessions still owed.")]
    over: Annotated[bool, Field(description="季度已过。The quarter is over.")]
    missed: Annotated[bool, Field(description="季度已过而场次不足。Over, with fewer held than due.")]
    visits: Annotated[int, Field(description="到场企业，每场每家计一次。An enterprise counts once for each session.")]
    district_visits: Annotated[int, Field(description="其中区级联系点。District-level points among them.")]


class Quarters(Out):
    """By group, then quarter."""

    quarters: list[QuarterOut]


def _told(*reasons: str) -> dict[str, Any]:
    reasons = ("CONSULTATION_NOT_FOUND", "CONSULTATION_WRONG_STATE", *reasons)
    return tells(*reasons, idempotent=True, versioned=True, etag=True)


@router.get("/consultations", summary="咨询场次", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_consultations(query: Annotated[ConsultationQuery, Query()], caller: AnyRole) -> Consultations:
    """Sessions of a year. Those that are still planned show for their group and those who oversee."""
    request = pb.ListConsultationsRequest(
        year=query.year,
        quarter=query.quarter,
        group_number=query.group,
        zone_code=query.zone,
        state=CONSULTATION_STATES.number(query.consultation_state),
        bookable=query.bookable,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.consultations.ListConsultations(request)
    found = [_shown(one) for one in answer.consultations]
    return Consultations(consultations=found, next_page_token=answer.next_page_token)


@router.get(
    CONSULTATION,
    response_model=ConsultationOut,
    summary="一场咨询",
    openapi_extra=tells("CONSULTATION_NOT_FOUND", etag=True),
)
async def get_consultation(consultation_id: UUID, caller: AnyRole) -> Response:
    """One session with its slots as they are now."""
    request = pb.GetConsultationRequest(consultation_id=str(consultation_id))
    return _answer((await caller.clients.consultations.GetConsultation(request)).consultation)


@router.post(
    "/consultations",
    status_code=201,
    response_model=ConsultationOut,
    summary="安排咨询",
    openapi_extra=tells("UNIT_IN_NO_GROUP", *DRAFT, idempotent=True, etag=True),
)
async def plan_consultation(body: ConsultationIn, caller: GroupStaff) -> Response:
    """Plan a session of the caller's group. Enterprises see it once it is announced."""
    request = pb.PlanConsultationRequest(draft=body.message(), request_id=caller.heads.idempotency_key())
    return _answer((await caller.clients.consultations.PlanConsultation(request)).consultation, 201)


@router.put(
    CONSULTATION,
    response_model=ConsultationOut,
    summary="调整咨询",
    openapi_extra=_told(*DRAFT, "CONSULTATION_CLOSED", "CONSULTATION_WITHOUT_STAFF", "SLOTS_TAKEN"),
)
async def update_consultation(consultation_id: UUID, body: ConsultationIn, caller: GroupStaff) -> Response:
    """Write it anew. Who booked is told of another time or place; slots that are booked stay."""
    request = pb.UpdateConsultationRequest(on=_on(consultation_id, caller), draft=body.message())
    return _answer((await caller.clients.consultations.UpdateConsultation(request)).consultation)


@router.post(
    f"{CONSULTATION}/announce",
    response_model=ConsultationOut,
    summary="公布咨询",
    openapi_extra=_told("CONSULTATION_CLOSED", "CONSULTATION_WITHOUT_STAFF"),
)
async def announce_consultation(consultation_id: UUID, caller: GroupStaff) -> Response:
    """Let district-level points of the zone book, and from `open_to_all_at` on every point of it."""
    request = pb.AnnounceConsultationRequest(on=_on(consultation_id, caller))
    return _answer((await caller.clients.consultations.AnnounceConsultation(request)).consultation)


@router.post(
    f"{CONSULTATION}/cancel",
    response_model=ConsultationOut,
    summary="取消咨询",
    openapi_extra=_told("CONSULTATION_CLOSED"),
)
async def cancel_consultation(consultation_id: UUID, body: ReasonIn, caller: GroupStaff) -> Response:
    """Give it up. Every booking ends with it, and its enterprise is told why."""
    request = pb.CancelConsultationRequest(on=_on(consultation_id, caller), reason=body.reason)
    return _answer((await caller.clients.consultations.CancelConsultation(request)).consultation)


@router.post(
    f"{CONSULTATION}/hold",
    response_model=ConsultationOut,
    summary="咨询完成",
    openapi_extra=_told("CONSULTATION_NOT_STARTED"),
)
async def hold_consultation(consultation_id: UUID, caller: GroupStaff) -> Response:
    """It was held. Whoever had booked and was not marked is noted as absent, which can be corrected."""
    request = pb.HoldConsultationRequest(on=_on(consultation_id, caller))
    return _answer((await caller.clients.consultations.HoldConsultation(request)).consultation)


@router.get("/consultation-quarters/{year}", summary="季度场次", openapi_extra=tells())
async def list_quarters(year: Annotated[int, Path(ge=2021, le=2200)], caller: Staff) -> Quarters:
    """What each group held in each quarter against what is due; for staff of an agency their own group's."""
    answer = await caller.clients.consultations.ListQuarters(pb.ListQuartersRequest(year=year))
    return Quarters(quarters=[_quarter(one) for one in answer.quarters])


def _on(consultation_id: UUID, caller: Caller) -> pb.ConsultationPrecondition:
    """Which session, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.ConsultationPrecondition(consultation_id=str(consultation_id), expected_version=version, request_id=key)


def _answer(one: consultation_pb2.Consultation, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    if status == 201:
        headers["location"] = f"/api/v1/consultations/{one.id}"
    return json_answer(_shown(one), status, headers)


SAME = ("id", "serial", "year", "quarter", "group_number", "group_name", "group_topics", "zone_code", "zone_name", "place")


def _shown(one: consultation_pb2.Consultation) -> ConsultationOut:
    return ConsultationOut(
        **{name: getattr(one, name) for name in SAME},
        starts_at=moment_of(one.starts_at),
        ends_at=moment_of(one.ends_at),
        slot_minutes=one.slot_minutes,
        slot_count=one.slot_count,
        free=one.slot_count - one.taken,
        open_to_all_at=moment(one, "open_to_all_at"),
        advisers=[_adviser(adviser) for adviser in one.advisers],
        state=CONSULTATION_STATES.of(one.state),
        end_reason=one.end_reason or None,
        announced_at=moment(one, "announced_at"),
        version=one.version,
    )


def _adviser(one: consultation_pb2.Adviser) -> AdviserOut:
    return AdviserOut(**{name: getattr(one, name) for name in AdviserOut.model_fields})


def _quarter(one: pb.GroupQuarter) -> QuarterOut:
    return QuarterOut(**{name: getattr(one, name) for name in QuarterOut.model_fields})
