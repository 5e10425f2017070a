"""对接服务: an area records what it did for liaison points, each enterprise confirms it (notice 三（一）3: 不少于一次)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import service_record_pb2
from fahu.registry.v1 import service_record_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, LiaisonCaller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.project_schemas import Year
from services.gateway.schemas import UNIQUE, AreaCode, Asked, Day, GivenId, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.sheets import (
    GIVES_XLSX,
    REFUSALS,
    TAKES_FILE,
    ImportQuery,
    ImportReport,
    report,
    sent_file,
    xlsx_answer,
)
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["service-records"])
Officer = Annotated[Caller, Depends(allow(Role.ROLE_AREA_OFFICER))]
Reader = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON, *CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Overseer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
KindWord = Literal["visit", "meeting", "training", "questionnaire", "other"]
ServiceStateWord = Literal["recorded", "confirmed", "presumed", "disputed", "withdrawn"]
KINDS, SERVICE_STATES = Words(service_record_pb2.ServiceKind), Words(service_record_pb2.ServiceState)
RECORD = "/service-records/{service_record_id}"


class ServiceIn(In):
    """哪天、怎样、为哪些联系点企业提供了服务。"""

    served_on: Annotated[Day, Field(description="当年内，不晚于今天。Within the year, not ahead.")]
    kind: Annotated[KindWord, Field(description="走访、座谈、培训、问卷、其他。")]
    note: Annotated[str, remark(1000), Field(description="做了什么；企业会看到。The enterprise reads it.")] = ""
    designation_ids: Annotated[
        list[GivenId],
        Field(min_length=1, max_length=100, description="联系点，最多 100 个。Liaison points.", json_schema_extra=UNIQUE),
    ]


class ReasonIn(In):
    """理由。"""

    reason: Annotated[str, written(500)]


class Narrowing(Asked):
    """What narrows the list and its file."""

    year: Year = 0
    area: AreaCode = ""
    project: Annotated[UUID | None, Field(description="项目。The project.")] = None
    designation: Annotated[UUID | None, Field(description="联系点。The liaison point.")] = None
    service_state: Annotated[ServiceStateWord | None, Field(description="状态。State.")] = None


class RecordQuery(Narrowing, Page):
    """Which records, and which page of them."""


class ServiceRecordOut(Out):
    """一次服务的记录。"""

    id: Id
    serial: str
    year: int
    project_id: Id
    project_serial: str
    project_title: str
    area_code: str
    designation_id: Id
    enterprise_id: Id
    enterprise_name: str
    served_on: Day
    kind: KindWord
    note: str
    state: Annotated[ServiceStateWord, Field(description="presumed 为推定确认：企业逾期未答复。Silence counted.")]
    answer_until: Annotated[datetime | None, Field(description="逾此未答复即推定确认；无联系人可问的为空。")]
    provisional: Annotated[bool, Field(description="期限可能因节假日安排调整。A holiday notice may move it.")]
    dispute_reason: str | None
    withdrawal_reason: str | None
    recorded_by: Id
    recorded_at: datetime
    answered_by: Id | None
    answered_at: datetime | None
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class ServiceRecordsMade(Out):
    """In the order of the request."""

    service_records: list[ServiceRecordOut]


class ServiceRecords(Out):
    """One page, newest first."""

    service_records: list[ServiceRecordOut]
    next_page_token: NextPageToken


def _told() -> dict[str, Any]:
    reasons = ("SERVICE_RECORD_NOT_FOUND", "SERVICE_RECORD_WRONG_STATE")
    return tells(*reasons, idempotent=True, versioned=True, etag=True)


@router.post(
    "/projects/{project_id}/services",
    status_code=201,
    response_model=ServiceRecordsMade,
    summary="登记对企业的服务",
    openapi_extra=tells(
        "PROJECT_NOT_FOUND",
        "PROJECT_WRONG_STATE",
        "PROJECT_NOT_OF_AREA",
        "SERVICE_DAY_INVALID",
        "SERVICES_REFUSED",
        idempotent=True,
    ),
)
async def record_services(project_id: UUID, body: ServiceIn, caller: Officer) -> Response:
    """Record one service to one or many liaison points of the area, all or none. Each enterprise is asked to confirm."""
    request = pb.RecordServicesRequest(
        project_id=str(project_id),
        served_on=body.served_on,
        kind=KINDS.number(body.kind),
        note=body.note,
        designation_ids=[str(point) for point in body.designation_ids],
        request_id=caller.heads.idempotency_key(),
    )
    answer = await caller.clients.service_records.RecordServices(request)
    made = ServiceRecordsMade(service_records=[_record(one) for one in answer.service_records])
    return json_answer(made, 201, {"location": f"/api/v1/service-records?project={project_id}"})


@router.get("/service-records", summary="服务记录", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_service_records(query: Annotated[RecordQuery, Query()], caller: Reader) -> ServiceRecords:
    """Records of the caller's area, or of its enterprise; for the centre and supervisors all."""
    request = pb.ListServiceRecordsRequest(
        year=query.year,
        area_code=query.area,
        project_id=str(query.project or ""),
        designation_id=str(query.designation or ""),
        state=SERVICE_STATES.number(query.service_state),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.service_records.ListServiceRecords(request)
    found = [_record(one) for one in answer.service_records]
    return ServiceRecords(service_records=found, next_page_token=answer.next_page_token)


@router.get(
    "/service-records.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出服务记录",
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_service_records(query: Annotated[Narrowing, Query()], caller: Overseer) -> Response:
    """The records that the caller may list as XLSX, narrowed as the list is; the columns of the import come first."""
    request = pb.ExportServiceRecordsRequest(
        year=query.year,
        area_code=query.area,
        project_id=str(query.project or ""),
        designation_id=str(query.designation or ""),
        state=SERVICE_STATES.number(query.service_state),
    )
    answer = await caller.clients.service_records.ExportServiceRecords(request)
    return xlsx_answer(f"{query.year or '本'}年服务记录", answer.content)


@router.get(
    RECORD,
    response_model=ServiceRecordOut,
    summary="一条服务记录",
    openapi_extra=tells("SERVICE_RECORD_NOT_FOUND", etag=True),
)
async def get_service_record(service_record_id: UUID, caller: Reader) -> Response:
    """One record with what the enterprise says about it."""
    request = pb.GetServiceRecordRequest(service_record_id=str(service_record_id))
    one = (await caller.clients.service_records.GetServiceRecord(request)).service_record
    etag = etag_of(one.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(one)


@router.post(f"{RECORD}/confirm", response_model=ServiceRecordOut, summary="确认服务", openapi_extra=_told())
async def confirm_service(service_record_id: UUID, caller: LiaisonCaller) -> Response:
    """The enterprise was served. Also after its silence was presumed to say so."""
    request = pb.ConfirmServiceRequest(on=_on(service_record_id, caller))
    return _answer((await caller.clients.service_records.ConfirmService(request)).service_record)


@router.post(f"{RECORD}/dispute", response_model=ServiceRecordOut, summary="对服务记录提出异议", openapi_extra=_told())
async def dispute_service(service_record_id: UUID, body: ReasonIn, caller: LiaisonCaller) -> Response:
    """The enterprise was not served like that. What is disputed does not count."""
    request = pb.DisputeServiceRequest(on=_on(service_record_id, caller), reason=body.reason)
    return _answer((await caller.clients.service_records.DisputeService(request)).service_record)


@router.post(f"{RECORD}/withdraw", response_model=ServiceRecordOut, summary="撤回服务记录", openapi_extra=_told())
async def withdraw_service(service_record_id: UUID, body: ReasonIn, caller: Officer) -> Response:
    """Take back a record of the caller's office that the enterprise has not confirmed."""
    request = pb.WithdrawServiceRequest(on=_on(service_record_id, caller), reason=body.reason)
    return _answer((await caller.clients.service_records.WithdrawService(request)).service_record)


@router.post(
    "/service-records/{year}/import",
    summary="导入服务记录",
    openapi_extra=tells(*REFUSALS, "PROJECT_NOT_OF_AREA") | TAKES_FILE,
)
async def import_service_records(
    year: Annotated[int, Path(ge=2021, le=2200)],
    query: Annotated[ImportQuery, Query()],
    request: Request,
    caller: Officer,
) -> ImportReport:
    """Record what an XLSX or CSV file says: 统一社会信用代码, 项目, 服务日期, 服务方式, 说明. Again, it changes nothing."""
    name, content = await sent_file(request)
    answer = await caller.clients.service_records.ImportServiceRecords(
        pb.ImportServiceRecordsRequest(year=year, file_name=name, content=content, dry_run=query.dry_run)
    )
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)


def _on(service_record_id: UUID, caller: Caller) -> pb.ServiceRecordPrecondition:
    """Which record, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    record_id = str(service_record_id)
    return pb.ServiceRecordPrecondition(service_record_id=record_id, expected_version=version, request_id=key)


def _answer(one: service_record_pb2.ServiceRecord) -> Response:
    return json_answer(_record(one), 200, {"etag": etag_of(one.version), "cache-control": "private, no-cache"})


def _record(one: service_record_pb2.ServiceRecord) -> ServiceRecordOut:
    return ServiceRecordOut(
        id=one.id,
        serial=one.serial,
        year=one.year,
        project_id=one.project_id,
        project_serial=one.project_serial,
        project_title=one.project_title,
        area_code=one.area_code,
        designation_id=one.designation_id,
        enterprise_id=one.enterprise_id,
        enterprise_name=one.enterprise_name,
        served_on=one.served_on,
        kind=KINDS.of(one.kind),
        note=one.note,
        state=SERVICE_STATES.of(one.state),
        answer_until=moment(one, "answer_until"),
        provisional=one.provisional,
        dispute_reason=one.dispute_reason or None,
        withdrawal_reason=one.withdrawal_reason or None,
        recorded_by=one.recorded_by,
        recorded_at=moment_of(one.recorded_at),
        answered_by=one.answered_by or None,
        answered_at=moment(one, "answered_at"),
        version=one.version,
    )
