"""How projects of a year look at the door, with the names of people as the caller may see them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal

from fahu.registry.v1 import project_pb2 as pb
from fahu.registry.v1 import project_service_pb2 as rpc
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import Caller
from services.gateway.headers import etag_of
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import Day, GivenId, Id, In, Out, remark, written
from services.gateway.words import Words, moment, moment_of

StateWord = Literal["planned", "active", "completed", "cancelled"]
STATES = Words(pb.ProjectState)
Year = Annotated[int, Field(ge=0, le=2200, description="年度，0 为今年。The year; 0 for this year.")]
UnitCode = Annotated[
    str, Field(max_length=40, pattern=r"^[0-9A-Za-z_-]*$", description="单位代码；空为全部可见的。Unit code; empty for all.")
]


class ProjectIn(In):
    """项目的内容。"""

    title: Annotated[str, written(100)]
    description: Annotated[str, remark(4000)] = ""
    leader_id: Annotated[GivenId | None, Field(description="责任领导，本单位人员。Of the unit's staff.")] = None
    handler_id: Annotated[GivenId | None, Field(description="承办人，本单位人员。Of the unit's staff.")] = None
    basis_id: Annotated[GivenId | None, Field(description="所依据的调研建议。The recommendation it rests on.")] = None
    starts_on: Day
    ends_on: Day

    def message(self) -> pb.ProjectContent:
        return pb.ProjectContent(
            title=self.title,
            description=self.description,
            leader_id=str(self.leader_id or ""),
            handler_id=str(self.handler_id or ""),
            basis_id=str(self.basis_id or ""),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


class PersonOut(Out):
    """A member of staff. No name while registry cannot tell it."""

    id: Id
    name: str | None


class NodeMoveOut(Out):
    """一次改期。"""

    from_day: Day
    to_day: Day
    reason: str
    moved_by: PersonOut
    moved_at: datetime


class NodeOut(Out):
    """时间节点。"""

    id: Id
    title: str
    due_on: Day
    done_on: Annotated[Day | None, Field(description="单位填报的完成日期。The day the unit names.")]
    noted_at: Annotated[datetime | None, Field(description="填报完成的时间。When that was noted.")]
    noted_by: PersonOut | None
    evidence: str | None
    days_late: Annotated[int, Field(description="逾期天数；未完成的算到今天。Until today while open.")]
    moves: list[NodeMoveOut]


class ProjectNoteOut(Out):
    """督察部门的意见。"""

    id: Id
    text: str
    noted_by: PersonOut
    noted_at: datetime


class ProjectOut(Out):
    """一个年度项目。"""

    id: Id
    serial: str
    year: int
    unit_code: str
    area_code: str | None
    title: str
    description: str
    leader: PersonOut | None
    handler: PersonOut | None
    basis_id: Id | None
    starts_on: Day
    ends_on: Day
    state: StateWord
    overdue: Annotated[bool, Field(description="实施中而已过期限，或有节点逾期。Past its last day, or with a late node.")]
    nodes: list[NodeOut]
    notes: list[ProjectNoteOut]
    end_reason: str | None
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]
    created_by: Id
    created_at: datetime
    changed_at: datetime


class ProjectTallyOut(Out):
    """一个单位的项目和节点。"""

    unit_code: str
    unit_name: str
    planned_count: int
    active_count: int
    completed_count: int
    due_count: Annotated[int, Field(description="应完成的节点：已到期的。Nodes that were due.")]
    in_time_count: Annotated[int, Field(description="其中按时完成的。Of these, done in time.")]
    late_count: Annotated[int, Field(description="其中逾期未完成的。Of these, still open.")]
    in_time_share: Annotated[str, Field(description="按时完成率；没有应完成的为“—”。A dash where nothing was due.")]


class ProjectTallies(Out):
    """In the notice's order."""

    tallies: list[ProjectTallyOut]


Names = Mapping[str, str]


async def names_in(caller: Caller, projects: Iterable[pb.Project]) -> Names:
    """Names of everybody whom the projects name."""
    ids: set[str] = set()
    for one in projects:
        ids |= {one.content.leader_id, one.content.handler_id, *(note.noted_by for note in one.notes)}
        ids |= {person for node in one.nodes for person in (node.noted_by, *(move.moved_by for move in node.moves))}
    return await caller.clients.person_names(ids)


async def project_answer(one: pb.Project, caller: Caller, status: int = 200) -> Response:
    """One project with its ETag."""
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/projects/{one.id}"} if status == 201 else {}
    return json_answer(project_out(one, await names_in(caller, [one])), status, headers)


def person_out(person_id: str, names: Names) -> PersonOut:
    return PersonOut(id=person_id, name=names.get(person_id))


def project_out(one: pb.Project, names: Names) -> ProjectOut:
    content = one.content
    return ProjectOut(
        id=one.id,
        serial=one.serial,
        year=one.year,
        unit_code=one.unit_code,
        area_code=one.area_code or None,
        title=content.title,
        description=content.description,
        leader=person_out(content.leader_id, names) if content.leader_id else None,
        handler=person_out(content.handler_id, names) if content.handler_id else None,
        basis_id=content.basis_id or None,
        starts_on=content.starts_on,
        ends_on=content.ends_on,
        state=STATES.of(one.state),
        overdue=one.overdue,
        nodes=[_node(node, names) for node in one.nodes],
        notes=[_note(note, names) for note in one.notes],
        end_reason=one.end_reason or None,
        version=one.version,
        created_by=one.created_by,
        created_at=moment_of(one.created_at),
        changed_at=moment_of(one.changed_at),
    )


def _node(node: pb.ProjectNode, names: Names) -> NodeOut:
    return NodeOut(
        id=node.id,
        title=node.title,
        due_on=node.due_on,
        done_on=node.done_on or None,
        noted_at=moment(node, "noted_at"),
        noted_by=person_out(node.noted_by, names) if node.noted_by else None,
        evidence=node.evidence or None,
        days_late=node.days_late,
        moves=[_move(move, names) for move in node.moves],
    )


def _move(move: pb.NodeMove, names: Names) -> NodeMoveOut:
    return NodeMoveOut(
        from_day=move.from_day,
        to_day=move.to_day,
        reason=move.reason,
        moved_by=person_out(move.moved_by, names),
        moved_at=moment_of(move.moved_at),
    )


def _note(note: pb.ProjectNote, names: Names) -> ProjectNoteOut:
    by, at = person_out(note.noted_by, names), moment_of(note.noted_at)
    return ProjectNoteOut(id=note.id, text=note.text, noted_by=by, noted_at=at)


def share_of(part: int, whole: int) -> str:
    """As bulletins print it: of nothing, nothing is not all."""
    return f"{part * 100 / whole:.1f}%" if whole else "—"


def tally_out(one: rpc.ProjectTally) -> ProjectTallyOut:
    return ProjectTallyOut(
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        planned_count=one.planned_count,
        active_count=one.active_count,
        completed_count=one.completed_count,
        due_count=one.due_count,
        in_time_count=one.in_time_count,
        late_count=one.late_count,
        in_time_share=share_of(one.in_time_count, one.due_count),
    )
