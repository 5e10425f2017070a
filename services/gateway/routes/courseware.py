"""以案释法课件: agencies make it, 区委依法治区办 approves it, everybody reads what is published (LEC-2)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import courseware_pb2
from fahu.courses.v1 import courseware_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, AnyRole, Caller, allow
from services.gateway.headers import etag_of_content
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.project_schemas import UnitCode, Year
from services.gateway.schemas import UNIQUE, WHOLE, Asked, GivenId, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.sheets import GIVES_XLSX, xlsx_answer
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1/courseware", tags=["courseware"])
AGENCY = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD)
Maker = Annotated[Caller, Depends(allow(*AGENCY))]
Staff = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
Judge = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR))]
Retirer = Annotated[Caller, Depends(allow(*AGENCY, Role.ROLE_SUPERVISOR))]
CoursewareStateWord = Literal["draft", "submitted", "approved", "published", "retired"]
COURSEWARE_STATES = Words(courseware_pb2.CoursewareState)
ITEM = "/{courseware_id}"


class CoursewareIn(In):
    """课件的内容。"""

    title: Annotated[str, written(100)]
    summary: Annotated[str, remark(2000), Field(description="内容简介，不写当事人名称。No names of parties.")] = ""
    minutes: Annotated[int, Field(ge=10, le=480, description="授课时长，分钟。Minutes."), WHOLE]
    need_ids: Annotated[
        list[GivenId],
        Field(
            default_factory=list,
            max_length=20,
            description="所回应的普法需求，同一年度。Needs of its year.",
            json_schema_extra=UNIQUE,
        ),
    ]

    def message(self) -> pb.CoursewareDraft:
        need_ids = [str(one) for one in self.need_ids]
        return pb.CoursewareDraft(title=self.title, summary=self.summary, minutes=self.minutes, need_ids=need_ids)


class NewCoursewareIn(CoursewareIn):
    """某一年度的新课件。"""

    year: Annotated[int, Field(ge=2021, le=2200, description="年度。The year."), WHOLE]


class SubmissionIn(In):
    """提交前的确认。"""

    anonymised: Annotated[bool, Field(description="已隐去当事人信息，看不出是谁；必须勾选。Must be ticked.")]


class NoteIn(In):
    """退回意见。"""

    note: Annotated[str, written(1000)]


class ReasonIn(In):
    """理由。"""

    reason: Annotated[str, written(500)]


class CoursewareNarrowing(Asked):
    """What narrows the list and its file."""

    year: Year = 0
    unit: UnitCode = ""
    courseware_state: Annotated[CoursewareStateWord | None, Field(description="状态。State.")] = None


class CoursewareQuery(CoursewareNarrowing, Page):
    """Which items, and which page of them."""

    need: Annotated[UUID | None, Field(description="只看回应这项需求的。Only what answers this need.")] = None


class AnsweredNeedOut(Out):
    """课件所回应的一项需求。"""

    need_id: Id
    text: str


class CoursewareOut(Out):
    """一个课件。"""

    id: Id
    serial: str
    year: int
    unit_code: str
    unit_name: str
    title: str
    summary: str
    minutes: int
    anonymised: bool
    state: CoursewareStateWord
    note: Annotated[str | None, Field(description="最近一次退回的意见。Why it was last sent back.")]
    end_reason: str | None
    needs: list[AnsweredNeedOut]
    file_count: int
    submitted_at: datetime | None
    changed_at: datetime
    version: Annotated[int, Field(description="版本。The version, which the ETag begins with.")]


class CoursewarePage(Out):
    """One page, in the order in which the items were made."""

    courseware: list[CoursewareOut]
    next_page_token: NextPageToken


def _told(*reasons: str) -> dict[str, Any]:
    return tells("COURSEWARE_NOT_FOUND", "COURSEWARE_WRONG_STATE", *reasons, idempotent=True, versioned=True, etag=True)


@router.get("", summary="课件", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_courseware(query: Annotated[CoursewareQuery, Query()], caller: AnyRole) -> CoursewarePage:
    """Items of a year that the caller may see: enterprises what is published, agencies also their own."""
    request = pb.ListCoursewareRequest(
        year=query.year,
        unit_code=query.unit,
        state=COURSEWARE_STATES.number(query.courseware_state),
        need_id=str(query.need or ""),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.courseware.ListCourseware(request)
    return CoursewarePage(courseware=[_out(one) for one in answer.courseware], next_page_token=answer.next_page_token)


@router.get(
    ".xlsx", response_class=Response, responses=GIVES_XLSX, summary="导出课件清单", openapi_extra=tells("EXPORT_TOO_LARGE")
)
async def export_courseware(query: Annotated[CoursewareNarrowing, Query()], caller: Staff) -> Response:
    """The items that the caller may list as XLSX. Who took it is kept."""
    state = COURSEWARE_STATES.number(query.courseware_state)
    request = pb.ExportCoursewareRequest(year=query.year, unit_code=query.unit, state=state)
    answer = await caller.clients.courseware.ExportCourseware(request)
    return xlsx_answer(f"{query.year or '本'}年以案释法课件", answer.content)


@router.get(ITEM, response_model=CoursewareOut, summary="一个课件", openapi_extra=tells("COURSEWARE_NOT_FOUND", etag=True))
async def get_courseware(courseware_id: UUID, caller: AnyRole) -> Response:
    """One item with the needs it answers."""
    request = pb.GetCoursewareRequest(courseware_id=str(courseware_id))
    one = (await caller.clients.courseware.GetCourseware(request)).courseware
    etag = _etag(one)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(one)


@router.post(
    "",
    status_code=201,
    response_model=CoursewareOut,
    summary="起草课件",
    openapi_extra=tells("UNIT_NOT_FOUND", "NEED_NOT_FOUND", "NEED_RETIRED", idempotent=True, etag=True),
)
async def draft_courseware(body: NewCoursewareIn, caller: Maker) -> Response:
    """Begin an item of the caller's agency. Nobody else sees it until it is submitted."""
    key = caller.heads.idempotency_key()
    request = pb.DraftCoursewareRequest(year=body.year, draft=body.message(), request_id=key)
    return _answer((await caller.clients.courseware.DraftCourseware(request)).courseware, 201)


@router.put(
    ITEM,
    response_model=CoursewareOut,
    summary="修改课件",
    openapi_extra=_told("NEED_NOT_FOUND", "NEED_RETIRED"),
)
async def update_courseware(courseware_id: UUID, body: CoursewareIn, caller: Maker) -> Response:
    """Write a draft of the caller's agency anew."""
    request = pb.UpdateCoursewareRequest(on=_on(courseware_id, caller), draft=body.message())
    return _answer((await caller.clients.courseware.UpdateCourseware(request)).courseware)


@router.post(
    f"{ITEM}/submit",
    response_model=CoursewareOut,
    summary="提交课件",
    openapi_extra=_told("COURSEWARE_NOT_ANONYMISED", "COURSEWARE_FILES_MISSING", "COURSEWARE_FILES_WAITING"),
)
async def submit_courseware(courseware_id: UUID, body: SubmissionIn, caller: Maker) -> Response:
    """Hand a draft with its files to 区委依法治区办."""
    request = pb.SubmitCoursewareRequest(on=_on(courseware_id, caller), anonymised=body.anonymised)
    return _answer((await caller.clients.courseware.SubmitCourseware(request)).courseware)


@router.post(f"{ITEM}/approve", response_model=CoursewareOut, summary="审核通过", openapi_extra=_told())
async def approve_courseware(courseware_id: UUID, caller: Judge) -> Response:
    """It may be taught from now on, and comes into the next catalogue."""
    request = pb.ApproveCoursewareRequest(on=_on(courseware_id, caller))
    return _answer((await caller.clients.courseware.ApproveCourseware(request)).courseware)


@router.post(f"{ITEM}/send-back", response_model=CoursewareOut, summary="退回修改", openapi_extra=_told())
async def send_back_courseware(courseware_id: UUID, body: NoteIn, caller: Judge) -> Response:
    """It is a draft again, with what is to be mended."""
    request = pb.SendBackCoursewareRequest(on=_on(courseware_id, caller), note=body.note)
    return _answer((await caller.clients.courseware.SendBackCourseware(request)).courseware)


@router.post(f"{ITEM}/retire", response_model=CoursewareOut, summary="停用课件", openapi_extra=_told("COURSEWARE_IN_USE"))
async def retire_courseware(courseware_id: UUID, body: ReasonIn, caller: Retirer) -> Response:
    """It is kept, and taught no more. By its agency or by 区委依法治区办."""
    request = pb.RetireCoursewareRequest(on=_on(courseware_id, caller), reason=body.reason)
    return _answer((await caller.clients.courseware.RetireCourseware(request)).courseware)


def _on(courseware_id: UUID, caller: Caller) -> pb.CoursewarePrecondition:
    """Which item, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.CoursewarePrecondition(courseware_id=str(courseware_id), expected_version=version, request_id=key)


def _etag(one: courseware_pb2.Courseware) -> str:
    """Its files, and the texts of the needs it answers, change without its version."""
    return etag_of_content(one.version, one.SerializeToString(deterministic=True))


def _answer(one: courseware_pb2.Courseware, status: int = 200) -> Response:
    headers = {"etag": _etag(one), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/courseware/{one.id}"} if status == 201 else {}
    return json_answer(_out(one), status, headers)


def _out(one: courseware_pb2.Courseware) -> CoursewareOut:
    return CoursewareOut(
        id=one.id,
        serial=one.serial,
        year=one.year,
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        title=one.title,
        summary=one.summary,
        minutes=one.minutes,
        anonymised=one.anonymised,
        state=COURSEWARE_STATES.of(one.state),
        note=one.note or None,
        end_reason=one.end_reason or None,
        needs=[AnsweredNeedOut(need_id=need.need_id, text=need.text) for need in one.needs],
        file_count=one.file_count,
        submitted_at=moment(one, "submitted_at"),
        changed_at=moment_of(one.changed_at),
        version=one.version,
    )
