"""Projects as callers may see them. `visible_to` is the one predicate, for one project, lists and exports alike."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.calendar import BEIJING
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import ProjectNotFound
from services.registry.models import Area, Person, Project, ProjectNode, ProjectNodeMove, ProjectNote, StaffAccount, Unit
from services.registry.rules import UnitKind
from services.registry.rules.projects import ProjectState

READ_ALL = (Role.ROLE_CENTRE_OPERATOR, Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR)
OF_UNITS = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD, Role.ROLE_AREA_OFFICER)
DECIDERS = (Role.ROLE_AGENCY_LEAD, Role.ROLE_AREA_OFFICER)
BEGUN = (ProjectState.ACTIVE, ProjectState.COMPLETED)


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A project with its nodes by due day; moves and notes only where they were asked for."""

    project: Project
    nodes: list[ProjectNode] = field(default_factory=list)
    moves: dict[UUID, list[ProjectNodeMove]] = field(default_factory=dict)
    notes: list[ProjectNote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProjectTally:
    """One unit's projects by state; of their nodes those that were due, of these those done in time and those still open."""

    unit_code: str
    unit_name: str
    planned: int
    active: int
    completed: int
    due: int
    in_time: int
    late: int


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What a list is narrowed to; empty and None narrow nothing."""

    year: int
    unit_code: str = ""
    state: ProjectState | None = None
    overdue: bool = False


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The centre and supervisors read all, staff of agencies and area offices their own unit's."""
    if actor.has(*READ_ALL):
        return true()
    if actor.has(*OF_UNITS) and actor.unit_code:
        return Project.unit_code == actor.unit_code
    return false()


def changeable_by(actor: Actor, project: Project) -> bool:
    """Seeing more, as a supervisor does, gives nobody more to say."""
    return actor.has(*OF_UNITS) and project.unit_code == actor.unit_code


async def project_view(session: AsyncSession, actor: Actor, project_id: UUID) -> ProjectView:
    """One project with all that belongs to it. Raises ProjectNotFound also for one that the caller may not see."""
    found = await session.scalar(select(Project).where(Project.id == project_id, visible_to(actor)))
    if found is None:
        raise ProjectNotFound
    nodes = (await nodes_of(session, [found.id]))[found.id]
    moves: dict[UUID, list[ProjectNodeMove]] = defaultdict(list)
    of_nodes = select(ProjectNodeMove).where(ProjectNodeMove.node_id.in_([node.id for node in nodes if node.move_count]))
    for move in await session.scalars(of_nodes.order_by(ProjectNodeMove.node_id, ProjectNodeMove.number)):
        moves[move.node_id].append(move)
    notes = await session.scalars(select(ProjectNote).where(ProjectNote.project_id == found.id).order_by(ProjectNote.id))
    return ProjectView(found, nodes, moves, list(notes))


async def nodes_of(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, list[ProjectNode]]:
    """The nodes of some projects by due day."""
    found: dict[UUID, list[ProjectNode]] = defaultdict(list)
    query = select(ProjectNode).where(ProjectNode.project_id.in_(project_ids))
    for node in await session.scalars(query.order_by(ProjectNode.due_on, ProjectNode.id)):
        found[node.project_id].append(node)
    return found


async def project_for_update(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """The locked row: whoever changes a project, its nodes or its records holds this lock. Raises ProjectNotFound."""
    query = select(Project).where(Project.id == project_id, visible_to(actor))
    found = await session.scalar(query.with_for_update(key_share=True))
    if found is None:
        raise ProjectNotFound
    return found


async def project_to_change(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """The same for staff of its unit; PermissionDenied for who only sees it."""
    found = await project_for_update(session, actor, project_id)
    if not changeable_by(actor, found):
        raise PermissionDenied
    return found


async def unit_to_plan(session: AsyncSession, actor: Actor) -> Unit | None:
    """The actor's unit, locked: its projects are created one after the other."""
    return await session.get(Unit, actor.unit_code, with_for_update={"key_share": True}) if actor.unit_code else None


async def is_staff_of(session: AsyncSession, person_id: UUID, unit_code: str) -> bool:
    of_unit = (StaffAccount.person_id == person_id, StaffAccount.unit_code == unit_code, StaffAccount.active)
    return bool(await session.scalar(select(exists().where(*of_unit))))


async def staff_of(session: AsyncSession, unit_code: str) -> Sequence[Person]:
    """Who may lead and handle a unit's projects."""
    of_unit = (StaffAccount.unit_code == unit_code, StaffAccount.active)
    query = select(Person).join(StaffAccount, StaffAccount.person_id == Person.id).where(*of_unit)
    return (await session.scalars(query.order_by(Person.id))).all()


async def projects_of_unit(session: AsyncSession, unit_code: str, year: int) -> list[ProjectView]:
    """All projects of a unit and year, oldest first, with their nodes."""
    query = select(Project).where(Project.unit_code == unit_code, Project.year == year).order_by(Project.id)
    found = (await session.scalars(query)).all()
    nodes = await nodes_of(session, [one.id for one in found])
    return [ProjectView(one, nodes[one.id]) for one in found]


def _late(day: date) -> ColumnElement[bool]:
    return and_(ProjectNode.done_on.is_(None), ProjectNode.due_on < day)


def overdue_on(day: date) -> ColumnElement[bool]:
    """Derived, never stored: under way, and past its last day or the due day of a node."""
    node = exists().where(ProjectNode.project_id == Project.id, _late(day))
    return and_(Project.state == ProjectState.ACTIVE, or_(Project.ends_on < day, node))


async def projects_page(
    session: AsyncSession, actor: Actor, wanted: ProjectFilter, day: date, page_size: int, page_token: str
) -> tuple[list[ProjectView], str]:
    """One page, newest first, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="projects", **asdict(wanted))
    query = select(Project).where(visible_to(actor), Project.year == wanted.year)
    if wanted.unit_code:
        query = query.where(Project.unit_code == wanted.unit_code)
    if wanted.state:
        query = query.where(Project.state == wanted.state)
    if wanted.overdue:
        query = query.where(overdue_on(day))
    if page_token:
        query = query.where(Project.id < decode_token(page_token, filtered_by, kinds=(UUID,))[0])
    rows = (await session.scalars(query.order_by(Project.id.desc()).limit(size + 1))).all()
    shown = rows[:size]
    nodes = await nodes_of(session, [row.id for row in shown])
    more = encode_token(filtered_by, (shown[-1].id,)) if len(rows) > size else ""
    return [ProjectView(row, nodes[row.id]) for row in shown], more


async def late_nodes_page(
    session: AsyncSession, actor: Actor, year: int, unit_code: str, day: date, page_size: int, page_token: str
) -> tuple[Sequence[Row[ProjectNode, Project]], str]:
    """Open nodes of active projects past their due day, the longest first; year 0: of all years, for they stay late."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="late nodes", year=year, unit=unit_code)
    query = _late_nodes(actor, year, unit_code, day)
    if page_token:
        due, last = decode_token(page_token, filtered_by, kinds=(datetime, UUID))
        query = query.where(tuple_(ProjectNode.due_on, ProjectNode.id) > tuple_(due.date(), last))
    rows = (await session.execute(query.order_by(ProjectNode.due_on, ProjectNode.id).limit(size + 1))).all()
    if len(rows) <= size:
        return rows, ""
    end = rows[size - 1][0]
    return rows[:size], encode_token(filtered_by, (datetime.combine(end.due_on, time(), BEIJING), end.id))


def _late_nodes(actor: Actor, year: int, unit_code: str, day: date) -> Select[ProjectNode, Project]:
    query = select(ProjectNode, Project).join(Project, Project.id == ProjectNode.project_id)
    query = query.where(visible_to(actor), Project.state == ProjectState.ACTIVE, _late(day))
    if year:
        query = query.where(Project.year == year)
    return query.where(Project.unit_code == unit_code) if unit_code else query


async def late_nodes_for_file(
    session: AsyncSession, actor: Actor, year: int, unit_code: str, day: date, most: int
) -> Sequence[Row[ProjectNode, Project, str]]:
    """So many of them, each with the name of the unit."""
    query = _late_nodes(actor, year, unit_code, day).add_columns(Unit.name).join(Unit, Unit.code == Project.unit_code)
    return (await session.execute(query.order_by(ProjectNode.due_on, ProjectNode.id).limit(most))).all()


async def tallies(session: AsyncSession, actor: Actor, year: int, day: date) -> list[ProjectTally]:
    """Projects by state and nodes by how they kept their days, for each unit with projects of the year."""
    counted = func.count(Project.id.distinct())
    states = [counted.filter(Project.state == state) for state in (ProjectState.PLANNED, *BEGUN)]
    was_due = or_(ProjectNode.due_on < day, and_(ProjectNode.due_on == day, ProjectNode.done_on.is_not(None)))
    due = and_(Project.state.in_(BEGUN), was_due)
    kept = (due, and_(due, ProjectNode.done_on <= ProjectNode.due_on), and_(due, ProjectNode.done_on.is_(None)))
    nodes = [func.count(ProjectNode.id).filter(condition) for condition in kept]
    query = select(Unit.code, Unit.name, *states, *nodes).join(Project, Project.unit_code == Unit.code)
    query = query.outerjoin(ProjectNode, ProjectNode.project_id == Project.id)
    query = query.where(visible_to(actor), Project.year == year).group_by(Unit.code, Unit.name, Unit.position)
    rows: Sequence[Any] = (await session.execute(query.order_by(Unit.position))).all()
    return [ProjectTally(*row) for row in rows]


async def gaps(session: AsyncSession, year: int) -> Sequence[Row[str, str, int]]:
    """Agencies, and offices of areas with liaison points, without a project of the year that has begun (PRJ-1)."""
    of_unit = (Project.unit_code == Unit.code, Project.year == year)
    begun = exists().where(*of_unit, Project.state.in_(BEGUN))
    planned = select(func.count()).where(*of_unit, Project.state == ProjectState.PLANNED).scalar_subquery()
    owing = or_(Unit.kind == UnitKind.AGENCY, Area.district_quota > 0)
    query = select(Unit.code, Unit.name, planned).outerjoin(Area, Area.code == Unit.area_code)
    return (await session.execute(query.where(Unit.active, owing, ~begun).order_by(Unit.position))).all()


async def export_rows(session: AsyncSession, actor: Actor, year: int) -> Sequence[Row[Project, ProjectNode, str]]:
    """A row for each node, and one for each project without any: project, node (or None), name of the unit."""
    query = select(Project, ProjectNode, Unit.name).join(Unit, Unit.code == Project.unit_code)
    query = query.outerjoin(ProjectNode, ProjectNode.project_id == Project.id)
    query = query.where(visible_to(actor), Project.year == year)
    return (await session.execute(query.order_by(Unit.position, Project.id, ProjectNode.due_on, ProjectNode.id))).all()
