"""时间节点 of projects: added, moved with a reason, done with evidence."""

from typing import Annotated
from uuid import UUID

from fahu.registry.v1 import project_service_pb2 as pb
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.gateway.routes.project_schemas import ProjectOut, project_answer
from services.gateway.routes.projects import NODE, PROJECT, Writer, on, told
from services.gateway.schemas import Day, In, written

router = APIRouter(prefix="/api/v1", tags=["projects"])


class NodeIn(In):
    """要做什么，何时完成。"""

    title: Annotated[str, written(100)]
    due_on: Day


class NodeMoveIn(In):
    """改到哪一天，为什么。"""

    due_on: Day
    reason: Annotated[str, written(500)]


class NodeDoneIn(In):
    """何时完成，凭什么说已完成。"""

    done_on: Annotated[Day, Field(description="不晚于今天，不早于项目开始。Not ahead, not before the project began.")]
    evidence: Annotated[str, written(2000)]


@router.post(
    f"{PROJECT}/nodes",
    response_model=ProjectOut,
    summary="增加时间节点",
    openapi_extra=told("NODE_DAY_INVALID", "TOO_MANY_NODES"),
)
async def add_node(project_id: UUID, body: NodeIn, caller: Writer) -> Response:
    """Add a node within the days of a planned or active project."""
    request = pb.AddNodeRequest(on=on(project_id, caller), title=body.title, due_on=body.due_on)
    return await project_answer((await caller.clients.projects.AddNode(request)).project, caller)


@router.post(
    f"{NODE}/due-day",
    response_model=ProjectOut,
    summary="时间节点改期",
    openapi_extra=told("NODE_NOT_FOUND", "NODE_DAY_INVALID", "NODE_DONE"),
)
async def move_node(project_id: UUID, node_id: UUID, body: NodeMoveIn, caller: Writer) -> Response:
    """Give an open node another due day. The day before, the reason and who moved it stay readable."""
    request = pb.MoveNodeRequest(on=on(project_id, caller), node_id=str(node_id), due_on=body.due_on, reason=body.reason)
    return await project_answer((await caller.clients.projects.MoveNode(request)).project, caller)


@router.post(
    f"{NODE}/done",
    response_model=ProjectOut,
    summary="完成时间节点",
    openapi_extra=told("NODE_NOT_FOUND", "NODE_DONE", "DONE_DAY_INVALID"),
)
async def complete_node(project_id: UUID, node_id: UUID, body: NodeDoneIn, caller: Writer) -> Response:
    """Note that a node of an active project is done, with what shows it."""
    request = pb.CompleteNodeRequest(
        on=on(project_id, caller), node_id=str(node_id), done_on=body.done_on, evidence=body.evidence
    )
    return await project_answer((await caller.clients.projects.CompleteNode(request)).project, caller)


@router.post(
    f"{NODE}/removal",
    response_model=ProjectOut,
    summary="删除计划中的节点",
    openapi_extra=told("NODE_NOT_FOUND", "NODE_DONE"),
)
async def remove_node(project_id: UUID, node_id: UUID, caller: Writer) -> Response:
    """Take a node out of a project that has not begun."""
    request = pb.RemoveNodeRequest(on=on(project_id, caller), node_id=str(node_id))
    return await project_answer((await caller.clients.projects.RemoveNode(request)).project, caller)
