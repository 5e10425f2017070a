"""ProjectService: projects of a year, their nodes, who is late, and who has none."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from fahu.registry.v1 import project_pb2 as pb
from fahu.registry.v1 import project_service_pb2 as rpc
from fahu.registry.v1.project_service_pb2_grpc import ProjectServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.personal import PersonalData
from services.registry.queries import people as people_queries
from services.registry.queries import projects as queries
from services.registry.queries.projects import ProjectFilter
from services.registry.rules import project_sheets as project_sheet_rules
from services.registry.rules.projects import ProjectState, today
from services.registry.service import audit, exports, project_nodes, project_sheets, projects
from services.registry.service.errands import Errand
from services.registry.service.projects import Seen
from services.registry.servicer import programme, project_messages
from services.registry.servicer.encode import import_error
from services.registry.servicer.programme import now, year_or_this

UseCase = Callable[[Errand, Seen], Awaitable[None]]


class ProjectServicer(ProjectServiceServicer):
    """See proto/fahu/registry/v1/project_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def ListProjects(self, request: rpc.ListProjectsRequest, context: Any) -> rpc.ListProjectsResponse:
        state = name_of(pb.ProjectState, request.state)
        year, day = year_or_this(request.year), today(now())
        wanted = ProjectFilter(year, request.unit_code, ProjectState(state) if state else None, request.overdue)
        async with self.db.read() as session:
            views, token = await queries.projects_page(
                session, actor_of(context), wanted, day, request.page_size, request.page_token
            )
        found = [project_messages.project(view, day) for view in views]
        return rpc.ListProjectsResponse(projects=found, next_page_token=token)

    async def GetProject(self, request: rpc.GetProjectRequest, context: Any) -> rpc.GetProjectResponse:
        async with self.db.read() as session:
            view = await queries.project_view(session, actor_of(context), UUID(request.project_id))
        return rpc.GetProjectResponse(project=project_messages.project(view, today(now())))

    async def CreateProject(self, request: rpc.CreateProjectRequest, context: Any) -> rpc.CreateProjectResponse:
        actor, content = actor_of(context), project_messages.content_of(request.content)
        async with programme.errand(self.db, self.personal, actor, request, request.request_id) as errand:
            project_id = await projects.create(errand, request.year, content)
            view = await queries.project_view(errand.session, actor, project_id)
        return rpc.CreateProjectResponse(project=project_messages.project(view, today(now())))

    async def UpdateProject(self, request: rpc.UpdateProjectRequest, context: Any) -> rpc.UpdateProjectResponse:
        use_case = partial(projects.update, content=project_messages.content_of(request.content))
        return rpc.UpdateProjectResponse(project=await self._change(request, request.on, context, use_case))

    async def ActivateProject(self, request: rpc.ActivateProjectRequest, context: Any) -> rpc.ActivateProjectResponse:
        return rpc.ActivateProjectResponse(project=await self._change(request, request.on, context, projects.activate))

    async def CompleteProject(self, request: rpc.CompleteProjectRequest, context: Any) -> rpc.CompleteProjectResponse:
        return rpc.CompleteProjectResponse(project=await self._change(request, request.on, context, projects.complete))

    async def CancelProject(self, request: rpc.CancelProjectRequest, context: Any) -> rpc.CancelProjectResponse:
        use_case = partial(projects.cancel, reason=request.reason.strip())
        return rpc.CancelProjectResponse(project=await self._change(request, request.on, context, use_case))

    async def NoteProject(self, request: rpc.NoteProjectRequest, context: Any) -> rpc.NoteProjectResponse:
        use_case = partial(projects.note, text=request.text.strip())
        return rpc.NoteProjectResponse(project=await self._change(request, request.on, context, use_case))

    async def AddNode(self, request: rpc.AddNodeRequest, context: Any) -> rpc.AddNodeResponse:
        due_on = programme.day("due_on", request.due_on)
        use_case = partial(project_nodes.add, title=request.title.strip(), due_on=due_on)
        return rpc.AddNodeResponse(project=await self._change(request, request.on, context, use_case))

    async def MoveNode(self, request: rpc.MoveNodeRequest, context: Any) -> rpc.MoveNodeResponse:
        node_id, due_on = UUID(request.node_id), programme.day("due_on", request.due_on)
        use_case = partial(project_nodes.move, node_id=node_id, due_on=due_on, reason=request.reason.strip())
        return rpc.MoveNodeResponse(project=await self._change(request, request.on, context, use_case))

    async def CompleteNode(self, request: rpc.CompleteNodeRequest, context: Any) -> rpc.CompleteNodeResponse:
        node_id, done_on = UUID(request.node_id), programme.day("done_on", request.done_on)
        use_case = partial(project_nodes.complete, node_id=node_id, done_on=done_on, evidence=request.evidence.strip())
        return rpc.CompleteNodeResponse(project=await self._change(request, request.on, context, use_case))

    async def RemoveNode(self, request: rpc.RemoveNodeRequest, context: Any) -> rpc.RemoveNodeResponse:
        use_case = partial(project_nodes.remove, node_id=UUID(request.node_id))
        return rpc.RemoveNodeResponse(project=await self._change(request, request.on, context, use_case))

    async def ListLateNodes(self, request: rpc.ListLateNodesRequest, context: Any) -> rpc.ListLateNodesResponse:
        day = today(now())
        async with self.db.read() as session:
            rows, token = await queries.late_nodes_page(
                session, actor_of(context), request.year, request.unit_code, day, request.page_size, request.page_token
            )
        found = [project_messages.late_node(node, project, day) for node, project in rows]
        return rpc.ListLateNodesResponse(nodes=found, next_page_token=token)

    async def ExportLateNodes(self, request: rpc.ExportLateNodesRequest, context: Any) -> rpc.ExportLateNodesResponse:
        actor, year, unit = actor_of(context), request.year, request.unit_code
        async with self.db.begin() as session:
            rows = await exports.late_node_rows(session, self.personal, actor, year, unit, now())
        content = await asyncio.to_thread(spreadsheet.write_rows, "逾期节点", exports.LATE_NODES, rows)
        return rpc.ExportLateNodesResponse(content=content)

    async def SummariseProjects(self, request: rpc.SummariseProjectsRequest, context: Any) -> rpc.SummariseProjectsResponse:
        async with self.db.read() as session:
            rows = await queries.tallies(session, actor_of(context), year_or_this(request.year), today(now()))
        return rpc.SummariseProjectsResponse(tallies=[project_messages.tally(row) for row in rows])

    async def ListProjectGaps(self, request: rpc.ListProjectGapsRequest, context: Any) -> rpc.ListProjectGapsResponse:
        async with self.db.read() as session:
            rows = await queries.gaps(session, year_or_this(request.year))
        found = [rpc.ProjectGap(unit_code=code, unit_name=name, planned_count=planned) for code, name, planned in rows]
        return rpc.ListProjectGapsResponse(gaps=found)

    async def ImportProjects(self, request: rpc.ImportProjectsRequest, context: Any) -> rpc.ImportProjectsResponse:
        file = project_sheet_rules.FILE
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, file)
        async with self.db.begin() as session:
            errand = Errand(session, actor_of(context), now())
            outcome = await project_sheets.import_projects(errand, self.personal, request.year, rows, request.dry_run)
        errors = [import_error(error) for error in outcome.errors]
        return rpc.ImportProjectsResponse(row_count=outcome.row_count, created_count=outcome.created_count, errors=errors)

    async def ExportProjects(self, request: rpc.ExportProjectsRequest, context: Any) -> rpc.ExportProjectsResponse:
        actor = actor_of(context)
        async with self.db.begin() as session:
            found = await queries.export_rows(session, actor, request.year)
            ids = {person for row in found for person in (row[0].leader_id, row[0].handler_id) if person}
            people = await people_queries.people(session, list(ids))
            subject = programme.subject_year("projects", request.year, actor)
            await audit.record(session, actor, "PROJECTS_EXPORTED", subject, now())
        names = {person.id: self.personal.name(person) for person in people}
        rows = list(project_messages.rows(found, names, today(now())))
        content = await asyncio.to_thread(spreadsheet.write_rows, "项目", project_sheet_rules.HEADER, rows)
        return rpc.ExportProjectsResponse(content=content)

    async def _change(self, request: Message, on: rpc.ProjectPrecondition, context: Any, use_case: UseCase) -> pb.Project:
        """One change of a project, from its lock to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.project_id), on.expected_version)
        async with programme.errand(self.db, self.personal, actor, request, on.request_id) as errand:
            await use_case(errand, seen)
            view = await queries.project_view(errand.session, actor, seen.project_id)
        return project_messages.project(view, today(now()))
