"""Nodes of a project: added, moved with a reason, done with evidence. Whoever changes one holds the lock of its project."""

from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.registry import errors
from services.registry.models import Project, ProjectNode, ProjectNodeMove
from services.registry.queries import projects as queries
from services.registry.rules.projects import MOST_NODES, UNTOLD, ProjectState, next_look, today
from services.registry.service.errands import Errand
from services.registry.service.projects import Seen, save, to_change

PLANNED, ACTIVE = ProjectState.PLANNED, ProjectState.ACTIVE


async def add(errand: Errand, seen: Seen, title: str, due_on: date) -> None:
    project = await to_change(errand, seen, PLANNED, ACTIVE)
    if project is None:
        return
    if len(await _nodes(errand, project)) >= MOST_NODES:
        raise errors.TooManyNodes(limit=str(MOST_NODES))
    _check_day(project, due_on)
    look = next_look(due_on, UNTOLD) if project.state == ACTIVE else None
    errand.session.add(new(project.id, title, due_on, look))
    await save(errand, project, "PROJECT_NODE_ADDED")


def new(project_id: UUID, title: str, due_on: date, look: date | None = None) -> ProjectNode:
    """An open node; of a project that has not begun, nobody looks at it."""
    return ProjectNode(
        id=uuid7(), project_id=project_id, title=title, due_on=due_on, move_count=0, told=UNTOLD, next_look=look
    )


async def move(errand: Errand, seen: Seen, node_id: UUID, due_on: date, reason: str) -> None:
    """Give it another due day; the day before, who moved it and why stay readable. It is watched anew."""
    project = await to_change(errand, seen, PLANNED, ACTIVE)
    if project is None:
        return
    node = await _open_node(errand, project, node_id)
    _check_day(project, due_on)
    if due_on == node.due_on:
        raise errors.NodeDayInvalid
    node.move_count += 1
    errand.session.add(
        ProjectNodeMove(
            node_id=node.id,
            number=node.move_count,
            from_day=node.due_on,
            to_day=due_on,
            reason=reason,
            moved_by=errand.actor.person_id,
            moved_at=errand.now,
        )
    )
    node.due_on, node.told = due_on, UNTOLD
    node.next_look = next_look(due_on, UNTOLD) if project.state == ACTIVE else None
    await save(errand, project, "PROJECT_NODE_MOVED", reason)


async def complete(errand: Errand, seen: Seen, node_id: UUID, done_on: date, evidence: str) -> None:
    """Note that it is done. When that was noted stands beside the day that the unit names."""
    project = await to_change(errand, seen, ACTIVE)
    if project is None:
        return
    node = await _open_node(errand, project, node_id)
    if not project.starts_on <= done_on <= today(errand.now):
        raise errors.DoneDayInvalid
    node.done_on, node.evidence, node.next_look = done_on, evidence, None
    node.noted_at, node.noted_by = errand.now, errand.actor.person_id
    await save(errand, project, "PROJECT_NODE_DONE")


async def remove(errand: Errand, seen: Seen, node_id: UUID) -> None:
    """Take it out of a project that has not begun."""
    project = await to_change(errand, seen, PLANNED)
    if project is None:
        return
    await errand.session.delete(await _open_node(errand, project, node_id))
    await save(errand, project, "PROJECT_NODE_REMOVED")


async def _nodes(errand: Errand, project: Project) -> list[ProjectNode]:
    return (await queries.nodes_of(errand.session, [project.id]))[project.id]


async def _open_node(errand: Errand, project: Project, node_id: UUID) -> ProjectNode:
    node = next((node for node in await _nodes(errand, project) if node.id == node_id), None)
    if node is None:
        raise errors.NodeNotFound
    await errand.session.refresh(node, with_for_update=True)  # the sweeper writes to it, too
    if node.done_on:
        raise errors.NodeDone
    return node


def _check_day(project: Project, due_on: date) -> None:
    if not project.starts_on <= due_on <= project.ends_on:
        raise errors.NodeDayInvalid
