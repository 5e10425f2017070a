"""Projects as messages, and as rows of a spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from fahu.registry.v1 import project_pb2 as pb
from fahu.registry.v1 import project_service_pb2 as rpc
from sqlalchemy import Row

from services.registry.models import Project, ProjectNode, ProjectNodeMove
from services.registry.queries.projects import ProjectTally, ProjectView
from services.registry.rules.project_sheets import PLANNED
from services.registry.rules.projects import ProjectState, days_late, serial_of
from services.registry.service.projects import ProjectContent
from services.registry.servicer import programme
from services.registry.servicer.encode import moment

STATES = {
    ProjectState.PLANNED: PLANNED,
    ProjectState.ACTIVE: "实施中",
    ProjectState.COMPLETED: "已完成",
    ProjectState.CANCELLED: "已取消",
}


def content_of(content: pb.ProjectContent) -> ProjectContent:
    return ProjectContent(
        title=content.title.strip(),
        description=content.description.strip(),
        leader_id=UUID(content.leader_id) if content.leader_id else None,
        handler_id=UUID(content.handler_id) if content.handler_id else None,
        basis_id=UUID(content.basis_id) if content.basis_id else None,
        starts_on=programme.day("starts_on", content.starts_on),
        ends_on=programme.day("ends_on", content.ends_on),
    )


def project(view: ProjectView, today: date) -> pb.Project:
    found = view.project
    nodes = [_node(found, node, view.moves.get(node.id, ()), today) for node in view.nodes]
    late = found.ends_on < today or any(node.days_late and not node.done_on for node in nodes)
    message = pb.Project(
        id=str(found.id),
        serial=serial_of(found.year, found.number),
        year=found.year,
        unit_code=found.unit_code,
        area_code=found.area_code or "",
        content=_content(found),
        state=pb.ProjectState.Value(f"PROJECT_STATE_{found.state}"),
        overdue=found.state == ProjectState.ACTIVE and late,
        nodes=nodes,
        end_reason=found.end_reason or "",
        version=found.version,
        created_by=str(found.created_by),
        created_at=moment(found.created_at),
        changed_at=moment(found.changed_at),
    )
    for note in view.notes:
        message.notes.add(id=str(note.id), text=note.text, noted_by=str(note.noted_by), noted_at=moment(note.noted_at))
    return message


def _content(found: Project) -> pb.ProjectContent:
    return pb.ProjectContent(
        title=found.title,
        description=found.description,
        leader_id=str(found.leader_id or ""),
        handler_id=str(found.handler_id or ""),
        basis_id=str(found.basis_id or ""),
        starts_on=found.starts_on.isoformat(),
        ends_on=found.ends_on.isoformat(),
    )


def _days_late(of: Project, node: ProjectNode, today: date) -> int:
    """An open node of what has not begun, or was given up, is late for nobody."""
    watched = node.done_on is not None or of.state == ProjectState.ACTIVE
    return days_late(node.due_on, node.done_on, today) if watched else 0


def _node(of: Project, node: ProjectNode, moves: Sequence[ProjectNodeMove], today: date) -> pb.ProjectNode:
    message = pb.ProjectNode(
        id=str(node.id),
        title=node.title,
        due_on=node.due_on.isoformat(),
        done_on=node.done_on.isoformat() if node.done_on else "",
        noted_at=moment(node.noted_at) if node.noted_at else None,
        noted_by=str(node.noted_by or ""),
        evidence=node.evidence or "",
        days_late=_days_late(of, node, today),
    )
    for move in moves:
        message.moves.add(
            from_day=move.from_day.isoformat(),
            to_day=move.to_day.isoformat(),
            reason=move.reason,
            moved_by=str(move.moved_by),
            moved_at=moment(move.moved_at),
        )
    return message


def late_node(node: ProjectNode, found: Project, today: date) -> rpc.LateNode:
    return rpc.LateNode(
        project_id=str(found.id),
        serial=serial_of(found.year, found.number),
        project_title=found.title,
        unit_code=found.unit_code,
        leader_id=str(found.leader_id or ""),
        node_id=str(node.id),
        title=node.title,
        due_on=node.due_on.isoformat(),
        days_late=days_late(node.due_on, None, today),
        move_count=node.move_count,
    )


def tally(found: ProjectTally) -> rpc.ProjectTally:
    return rpc.ProjectTally(
        unit_code=found.unit_code,
        unit_name=found.unit_name,
        planned_count=found.planned,
        active_count=found.active,
        completed_count=found.completed,
        due_count=found.due,
        in_time_count=found.in_time,
        late_count=found.late,
    )


def rows(
    found: Sequence[Row[Project, ProjectNode, str]], names: Mapping[UUID, str], today: date
) -> Iterator[tuple[object, ...]]:
    """One for each node; names of people by id."""
    for of, node, unit_name in found:
        head = (serial_of(of.year, of.number), of.year, unit_name, of.title, STATES[ProjectState(of.state)])
        people = tuple(names.get(person, "") if person else "" for person in (of.leader_id, of.handler_id))
        cells = _cells(of, node, today) if node else (None,) * 6
        yield (*head, *people, of.starts_on, of.ends_on, *cells, of.description)


def _cells(of: Project, node: ProjectNode, today: date) -> tuple[object, ...]:
    return node.title, node.due_on, node.done_on, node.evidence, _days_late(of, node, today), node.move_count
