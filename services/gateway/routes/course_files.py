"""Lists of courses as files, and planned lectures from one. Nobody takes more than they may list."""

from typing import Annotated
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import (
    booking_service_pb2,
    consultation_record_service_pb2,
    consultation_service_pb2,
    lecture_request_service_pb2,
    lecture_service_pb2,
)
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.openapi import tells
from services.gateway.routes.attendance import Overseer
from services.gateway.routes.consultation_records import FOLLOW_UPS, Reader, RecordNarrowing
from services.gateway.routes.consultations import CONSULTATION_STATES, ConsultationNarrowing
from services.gateway.routes.lecture_request_schemas import REQUEST_STATES, LectureRequestNarrowing
from services.gateway.routes.lectures import AGENCY, LECTURE_STATES, Host, LectureNarrowing
from services.gateway.sheets import (
    GIVES_XLSX,
    REFUSALS,
    TAKES_FILE,
    ImportQuery,
    ImportReport,
    report,
    sent_file,
    take_long,
    xlsx_answer,
)

router = APIRouter(prefix="/api/v1")
Taker = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]


@router.post(
    "/lectures/{year}/import",
    summary="导入宣讲计划",
    tags=["lectures"],
    openapi_extra=tells(*REFUSALS) | TAKES_FILE,
)
async def import_lectures(
    year: Annotated[int, Path(ge=2021, le=2200)],
    query: Annotated[ImportQuery, Query()],
    request: Request,
    caller: Host,
) -> ImportReport:
    """Plan the lectures of an XLSX or CSV file: 课件编号, 讲师, 地点, 片区, 开始时间, 结束时间, 座位数.

    All of them or, with every fault told, none. The same file again changes nothing, and what was cancelled stays so.
    """
    name, content = await sent_file(request)
    asked = lecture_service_pb2.ImportLecturesRequest(year=year, file_name=name, content=content, dry_run=query.dry_run)
    answer = await caller.clients.lectures.ImportLectures(asked, timeout=take_long())
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)


@router.get(
    "/lectures.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出宣讲场次",
    tags=["lectures"],
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_lectures(query: Annotated[LectureNarrowing, Query()], caller: Taker) -> Response:
    """Lectures of a year with their seats, narrowed as the list is; the columns of the import come first.

    How many came is told of the own agency's, to those who oversee of all. Who took it is kept.
    """
    request = lecture_service_pb2.ExportLecturesRequest(
        year=query.year,
        unit_code=query.unit,
        zone_code=query.zone,
        state=LECTURE_STATES.number(query.lecture_state),
        bookable=query.bookable,
    )
    answer = await caller.clients.lectures.ExportLectures(request)
    return xlsx_answer(f"{query.year or '本'}年宣讲场次", answer.content)


@router.get(
    "/lectures/{lecture_id}/bookings.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出报名名单",
    tags=["bookings"],
    openapi_extra=tells("LECTURE_NOT_FOUND", "EXPORT_TOO_LARGE"),
)
async def export_bookings(lecture_id: UUID, caller: Overseer) -> Response:
    """All bookings of a lecture, those that wait or ended too. Who took it is kept."""
    request = booking_service_pb2.ExportBookingsRequest(lecture_id=str(lecture_id))
    answer = await caller.clients.bookings.ExportBookings(request)
    return xlsx_answer(f"报名名单 {answer.lecture_serial}", answer.content)


@router.get(
    "/lecture-requests.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出上门宣讲预约",
    tags=["lecture-requests"],
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_lecture_requests(query: Annotated[LectureRequestNarrowing, Query()], caller: Taker) -> Response:
    """Requests of a year to the caller's agency or from its area, with the slots on the table. Who took it is kept."""
    request = lecture_request_service_pb2.ExportLectureRequestsRequest(
        year=query.year, unit_code=query.unit, state=REQUEST_STATES.number(query.request_state)
    )
    answer = await caller.clients.lecture_requests.ExportLectureRequests(request)
    return xlsx_answer(f"{query.year or '本'}年上门宣讲预约", answer.content)


@router.get(
    "/consultations.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出咨询场次",
    tags=["consultations"],
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_consultations(query: Annotated[ConsultationNarrowing, Query()], caller: Taker) -> Response:
    """Sessions of a year with their slots and who sits in them, narrowed as the list is. Who took it is kept."""
    request = consultation_service_pb2.ExportConsultationsRequest(
        year=query.year,
        quarter=query.quarter,
        group_number=query.group,
        zone_code=query.zone,
        state=CONSULTATION_STATES.number(query.consultation_state),
        bookable=query.bookable,
    )
    answer = await caller.clients.consultations.ExportConsultations(request)
    return xlsx_answer(f"{query.year or '本'}年现场咨询", answer.content)


@router.get(
    "/consultation-records.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出咨询记录",
    tags=["consultation-records"],
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_consultation_records(query: Annotated[RecordNarrowing, Query()], caller: Reader) -> Response:
    """Records of a year's sessions that the caller may read, narrowed as the list is. Who took it is kept."""
    request = consultation_record_service_pb2.ExportConsultationRecordsRequest(
        year=query.year,
        consultation_id=str(query.consultation or ""),
        follow_up_state=FOLLOW_UPS.number(query.follow_up_state),
    )
    answer = await caller.clients.consultation_records.ExportConsultationRecords(request)
    return xlsx_answer(f"{query.year or '本'}年咨询记录", answer.content)
