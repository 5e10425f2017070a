"""服务团: lecturers of the agencies and consultants of the groups (notice 三（二）1、2: 每个单位 1—2 人).

Both corps are asked for in the same way, so each handler stands for two addresses: /lecturers and /consultants.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import corps_pb2
from fahu.courses.v1 import corps_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.corps_schemas import (
    AppointIn,
    CorpsQuery,
    CorpsYear,
    EndIn,
    GapOut,
    MemberOut,
    Members,
    MemberWords,
    Replaced,
    ReplaceIn,
    member_out,
)
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.lectures import AGENCY
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

router = APIRouter(prefix="/api/v1", tags=["corps"])
Reader = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Taker = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
Sender = Annotated[Caller, Depends(allow(*AGENCY, Role.ROLE_SUPERVISOR))]
LECTURERS, CONSULTANTS = corps_pb2.CORPS_LECTURE, corps_pb2.CORPS_CONSULTATION
PEOPLE = {"lecturer": "讲师", "consultant": "咨询人员"}
NAMES = {LECTURERS: "宣讲服务团", CONSULTANTS: "咨询服务团"}


def _corps(request: Request) -> corps_pb2.Corps.ValueType:
    """Which of the two, by the address."""
    return CONSULTANTS if request.url.path.startswith("/api/v1/consultants") else LECTURERS


Of = Annotated[corps_pb2.Corps.ValueType, Depends(_corps)]


def _both(method: str, path: str, name: str, summary: str, **more: Any) -> Callable[[Any], Any]:
    """Register a handler at both addresses; `{}` in name and summary is who is there."""

    def register(handler: Any) -> Any:
        for one, people in PEOPLE.items():
            told = {"name": name.format(one), "summary": summary.format(people), "methods": [method], **more}
            router.add_api_route(f"/{one}s{path}", handler, **told)
        return handler

    return register


def _told(*reasons: str) -> dict[str, Any]:
    return tells("MEMBER_NOT_FOUND", "MEMBER_ENDED", "YEAR_OVER", *reasons, idempotent=True, versioned=True, etag=True)


@_both("GET", "", "list_{}s", "{}名单", openapi_extra=tells())
async def list_members(query: Annotated[CorpsQuery, Query()], of: Of, caller: Reader) -> Members:
    """Who is in the corps in a year, and which units have sent nobody. The past shows for its unit and who oversees."""
    request = pb.ListMembersRequest(corps=of, year=query.year, unit_code=query.unit, with_ended=query.with_ended)
    answer = await caller.clients.corps.ListMembers(request)
    gaps = [
        GapOut(unit_code=gap.unit_code, unit_name=gap.unit_name, group_number=gap.group_number or None)
        for gap in answer.gaps
    ]
    return Members(members=[member_out(one) for one in answer.members], gaps=gaps)


@_both(
    "POST",
    "",
    "appoint_{}",
    "聘任{}",
    status_code=201,
    response_model=MemberOut,
    openapi_extra=tells(
        "CORPS_SEATS_TAKEN", "ALREADY_IN_CORPS", "UNIT_NOT_IN_CORPS", "YEAR_OVER", idempotent=True, etag=True
    ),
)
async def appoint_member(body: AppointIn, of: Of, caller: Sender) -> Response:
    """Give somebody the unit's free seat. When both are taken, the refusal says by whom."""
    request = pb.AppointMemberRequest(
        corps=of,
        year=body.year,
        unit_code=body.unit_code,
        draft=body.message(),
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.corps.AppointMember(request)).member, 201)


@_both("PUT", "/{member_id}", "update_{}", "更正{}信息", response_model=MemberOut, openapi_extra=_told())
async def update_member(member_id: UUID, body: MemberWords, of: Of, caller: Sender) -> Response:
    """Write down another post, other topics or the account."""
    request = pb.UpdateMemberRequest(
        on=_on(of, member_id, caller), post=body.post, topics=body.topics, person_id=str(body.person_id or "")
    )
    return _answer((await caller.clients.corps.UpdateMember(request)).member)


@_both(
    "POST",
    "/{member_id}/replace",
    "replace_{}",
    "更换{}",
    response_model=Replaced,
    openapi_extra=_told("ALREADY_IN_CORPS", "LECTURES_AHEAD"),
)
async def replace_member(member_id: UUID, body: ReplaceIn, of: Of, caller: Sender) -> Response:
    """End somebody's time and seat another at once; what lies ahead goes over to them, or stands against it."""
    request = pb.ReplaceMemberRequest(
        on=_on(of, member_id, caller),
        successor=body.successor.message(),
        reason=body.reason,
        takes_over_lectures=body.takes_over_lectures,
    )
    answer = await caller.clients.corps.ReplaceMember(request)
    found = Replaced(member=member_out(answer.member), lecture_count=answer.lecture_count)
    return json_answer(found, 200, _heads(answer.member))


@_both(
    "POST",
    "/{member_id}/end",
    "end_{}",
    "解聘{}",
    response_model=MemberOut,
    openapi_extra=_told("LECTURES_AHEAD"),
)
async def end_member(member_id: UUID, body: EndIn, of: Of, caller: Sender) -> Response:
    """End somebody's time; the seat falls free."""
    request = pb.EndMemberRequest(on=_on(of, member_id, caller), reason=body.reason)
    return _answer((await caller.clients.corps.EndMember(request)).member)


@_both(
    "GET",
    ".xlsx",
    "export_{}s",
    "导出{}名单",
    response_class=Response,
    responses=GIVES_XLSX,
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_members(query: Annotated[CorpsYear, Query()], of: Of, caller: Taker) -> Response:
    """Who is in the corps as XLSX, the columns of the import first. Who took it is kept."""
    request = pb.ExportMembersRequest(corps=of, year=query.year)
    answer = await caller.clients.corps.ExportMembers(request)
    return xlsx_answer(f"{query.year or '本'}年{NAMES[of]}", answer.content)


@_both("POST", "/{year}/import", "import_{}s", "导入{}名单", openapi_extra=tells(*REFUSALS, "YEAR_OVER") | TAKES_FILE)
async def import_members(
    year: Annotated[int, Path(ge=2021, le=2200)],
    query: Annotated[ImportQuery, Query()],
    request: Request,
    of: Of,
    caller: Sender,
) -> ImportReport:
    """Appoint whom an XLSX or CSV file names: 单位, 姓名, 职务, 主题. The same file again changes nothing."""
    name, content = await sent_file(request)
    answer = await caller.clients.corps.ImportMembers(
        pb.ImportMembersRequest(corps=of, year=year, file_name=name, content=content, dry_run=query.dry_run)
    )
    return report(answer.row_count, answer.changed_count, answer.errors, query.dry_run)


def _on(of: corps_pb2.Corps.ValueType, member_id: UUID, caller: Caller) -> pb.MemberPrecondition:
    """Whom, as the caller saw them."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.MemberPrecondition(corps=of, member_id=str(member_id), expected_version=version, request_id=key)


def _heads(one: corps_pb2.CorpsMember) -> dict[str, str]:
    return {"etag": etag_of(one.version), "cache-control": "private, no-cache"}


def _answer(one: corps_pb2.CorpsMember, status: int = 200) -> Response:
    heads = _heads(one)
    if status == 201:
        collection = "lecturers" if one.corps == LECTURERS else "consultants"
        heads["location"] = f"/api/v1/{collection}?year={one.year}&unit={one.unit_code}"
    return json_answer(member_out(one), status, heads)
