"""年度服务企业重点项目 of agencies, towns and parks (notice 三（一）3: 时间节点, 责任领导)."""

from typing import Annotated, Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import project_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.project_schemas import (
    STATES,
    PersonOut,
    ProjectIn,
    ProjectOut,
    ProjectTallies,
    StateWord,
    UnitCode,
    Year,
    names_in,
    person_out,
    project_answer,
    project_out,
    tally_out,
)
from services.gateway.schemas import Asked, Day, Id, In, NextPageToken, Out, Page, written

router = APIRouter(prefix="/api/v1", tags=["projects"])
WRITERS = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD, Role.ROLE_AREA_OFFICER)
Reader = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR, *WRITERS))]
Writer = Annotated[Caller, Depends(allow(*WRITERS))]
Decider = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_LEAD, Role.ROLE_AREA_OFFICER))]
Supervisor = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR))]
Overseer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR))]
PathYear = Annotated[int, Path(ge=2021, le=2200)]
PROJECT, NODE = "/projects/{project_id}", "/projects/{project_id}/nodes/{node_id}"
WRITTEN = ("PROJECT_DAYS_INVALID", "STAFF_NOT_OF_UNIT", "RECOMMENDATION_NOT_FOUND")


def told(*reasons: str) -> dict[str, Any]:
    """What a change of a project may be refused for."""
    return tells("PROJECT_NOT_FOUND", "PROJECT_WRONG_STATE", *reasons, idempotent=True, versioned=True, etag=True)


def on(project_id: UUID, caller: Caller) -> pb.ProjectPrecondition:
    """Which project, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.ProjectPrecondition(project_id=str(project_id), expected_version=version, request_id=key)


class NewProjectIn(ProjectIn):
    """项目的内容和年度。"""

    year: Annotated[int, Field(ge=2021, le=2200)]


class CancellationIn(In):
    """为什么取消。"""

    reason: Annotated[str, written(500)]


class ProjectNoteIn(In):
    """督察意见。"""

    text: Annotated[str, written(1000)]


class ProjectQuery(Page):
    """What narrows the list."""

    year: Year = 0
    unit: UnitCode = ""
    project_state: Annotated[StateWord | None, Field(description="状态。State.")] = None
    overdue: Annotated[bool, Field(description="只看逾期的。Overdue ones only.")] = False


class LateNodeNarrowing(Asked):
    """What narrows the list, and its file."""

    year: Annotated[int, Field(ge=0, le=2200, description="年度，0 为所有年度。The year; 0 for all years.")] = 0
    unit: UnitCode = ""


class LateNodeQuery(LateNodeNarrowing, Page):
    """Which late nodes, page by page."""


class YearQuery(Asked):
    """Of which year."""

    year: Year = 0


class Projects(Out):
    """One page, newest first; without moves and notes."""

    projects: list[ProjectOut]
    next_page_token: NextPageToken


class LateNodeOut(Out):
    """一个逾期未完成的节点。"""

    project_id: Id
    serial: str
    project_title: str
    unit_code: str
    leader: PersonOut | None
    node_id: Id
    title: str
    due_on: Day
    days_late: int
    move_count: Annotated[int, Field(description="改过几次期。How often its due day was moved.")]


class LateNodes(Out):
    """One page, the longest late first."""

    nodes: list[LateNodeOut]
    next_page_token: NextPageToken


class ProjectGapOut(Out):
    """一个尚无已启动项目的单位。"""

    unit_code: str
    unit_name: str
    planned_count: Annotated[int, Field(description="还在计划中的项目数。Projects still planned.")]


class ProjectGaps(Out):
    """In the notice's order."""

    gaps: list[ProjectGapOut]


@router.get("/projects", summary="年度项目列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_projects(query: Annotated[ProjectQuery, Query()], caller: Reader) -> Projects:
    """A year's projects: those of the caller's unit; for the centre and supervisors all."""
    request = pb.ListProjectsRequest(
        year=query.year,
        unit_code=query.unit,
        state=STATES.number(query.project_state),
        overdue=query.overdue,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.projects.ListProjects(request)
    names = await names_in(caller, answer.projects)
    found = [project_out(one, names) for one in answer.projects]
    return Projects(projects=found, next_page_token=answer.next_page_token)


@router.get(PROJECT, response_model=ProjectOut, summary="一个年度项目", openapi_extra=tells("PROJECT_NOT_FOUND", etag=True))
async def get_project(project_id: UUID, caller: Reader) -> Response:
    """One project with its nodes, every move of a due day, and supervisors' notes."""
    one = (await caller.clients.projects.GetProject(pb.GetProjectRequest(project_id=str(project_id)))).project
    etag = etag_of(one.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else await project_answer(one, caller)


@router.post(
    "/projects",
    status_code=201,
    response_model=ProjectOut,
    summary="新建年度项目",
    openapi_extra=tells("PROJECT_UNIT_INVALID", *WRITTEN, idempotent=True, etag=True),
)
async def create_project(body: NewProjectIn, caller: Writer) -> Response:
    """Define a project of the caller's unit. It is planned until it is activated."""
    key = caller.heads.idempotency_key()
    request = pb.CreateProjectRequest(year=body.year, content=body.message(), request_id=key)
    return await project_answer((await caller.clients.projects.CreateProject(request)).project, caller, 201)


@router.put(
    PROJECT,
    response_model=ProjectOut,
    summary="修改项目",
    openapi_extra=told("NODE_DAY_INVALID", "PROJECT_LEADER_MISSING", *WRITTEN),
)
async def update_project(project_id: UUID, body: ProjectIn, caller: Writer) -> Response:
    """Write a planned project anew; its nodes have to fit. One under way gets another leader, handler, description."""
    request = pb.UpdateProjectRequest(on=on(project_id, caller), content=body.message())
    return await project_answer((await caller.clients.projects.UpdateProject(request)).project, caller)


@router.post(
    f"{PROJECT}/activate",
    response_model=ProjectOut,
    summary="启动项目",
    openapi_extra=told("PROJECT_LEADER_MISSING", "PROJECT_NODES_MISSING", "STAFF_NOT_OF_UNIT"),
)
async def activate_project(project_id: UUID, caller: Decider) -> Response:
    """Begin a project that has a leader and at least one node."""
    request = pb.ActivateProjectRequest(on=on(project_id, caller))
    return await project_answer((await caller.clients.projects.ActivateProject(request)).project, caller)


@router.post(f"{PROJECT}/complete", response_model=ProjectOut, summary="完成项目", openapi_extra=told("PROJECT_NODES_OPEN"))
async def complete_project(project_id: UUID, caller: Decider) -> Response:
    """Finish an active project all of whose nodes are done."""
    request = pb.CompleteProjectRequest(on=on(project_id, caller))
    return await project_answer((await caller.clients.projects.CompleteProject(request)).project, caller)


@router.post(f"{PROJECT}/cancel", response_model=ProjectOut, summary="取消项目", openapi_extra=told())
async def cancel_project(project_id: UUID, body: CancellationIn, caller: Decider) -> Response:
    """Give a project up, with a reason."""
    request = pb.CancelProjectRequest(on=on(project_id, caller), reason=body.reason)
    return await project_answer((await caller.clients.projects.CancelProject(request)).project, caller)


@router.post(
    f"{PROJECT}/notes",
    response_model=ProjectOut,
    summary="提出督察意见",
    openapi_extra=tells("PROJECT_NOT_FOUND", idempotent=True, versioned=True, etag=True),
)
async def note_project(project_id: UUID, body: ProjectNoteIn, caller: Supervisor) -> Response:
    """Remark on a project. Its unit reads it."""
    request = pb.NoteProjectRequest(on=on(project_id, caller), text=body.text)
    return await project_answer((await caller.clients.projects.NoteProject(request)).project, caller)


@router.get("/late-nodes", summary="逾期节点", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_late_nodes(query: Annotated[LateNodeQuery, Query()], caller: Reader) -> LateNodes:
    """Open nodes past their due day, the longest first. Nobody has to report them."""
    request = pb.ListLateNodesRequest(
        year=query.year, unit_code=query.unit, page_size=query.page_size, page_token=query.page_token
    )
    answer = await caller.clients.projects.ListLateNodes(request)
    names = await caller.clients.person_names(node.leader_id for node in answer.nodes)
    found = [_late(node, names) for node in answer.nodes]
    return LateNodes(nodes=found, next_page_token=answer.next_page_token)


@router.get("/project-tallies", summary="各单位项目推进情况", openapi_extra=tells())
async def summarise_projects(query: Annotated[YearQuery, Query()], caller: Reader) -> ProjectTallies:
    """Projects by state and nodes by how they kept their days, for each unit with projects that the caller sees."""
    answer = await caller.clients.projects.SummariseProjects(pb.SummariseProjectsRequest(year=query.year))
    return ProjectTallies(tallies=[tally_out(one) for one in answer.tallies])


@router.get("/project-gaps", summary="尚无已启动项目的单位", openapi_extra=tells())
async def list_project_gaps(query: Annotated[YearQuery, Query()], caller: Overseer) -> ProjectGaps:
    """Agencies, towns and parks without a project of the year that has begun."""
    answer = await caller.clients.projects.ListProjectGaps(pb.ListProjectGapsRequest(year=query.year))
    gaps = [
        ProjectGapOut(unit_code=gap.unit_code, unit_name=gap.unit_name, planned_count=gap.planned_count)
        for gap in answer.gaps
    ]
    return ProjectGaps(gaps=gaps)


def _late(node: pb.LateNode, names: dict[str, str]) -> LateNodeOut:
    return LateNodeOut(
        project_id=node.project_id,
        serial=node.serial,
        project_title=node.project_title,
        unit_code=node.unit_code,
        leader=person_out(node.leader_id, names) if node.leader_id else None,
        node_id=node.node_id,
        title=node.title,
        due_on=node.due_on,
        days_late=node.days_late,
        move_count=node.move_count,
    )
