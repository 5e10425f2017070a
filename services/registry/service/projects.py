"""Projects of a year (PRJ-1, PRJ-2): written by their unit, begun with leader and nodes, finished or given up."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from kit.errors import PermissionDenied
from services.registry import errors
from services.registry.models import Project, ProjectNode, ProjectNote, Unit
from services.registry.queries import projects as queries
from services.registry.queries import recommendations
from services.registry.rules import UnitKind
from services.registry.rules.projects import NEXT, UNTOLD, ProjectState, fits_year, next_look
from services.registry.service import programme_events
from services.registry.service.errands import Errand, check_version

PLANNED, ACTIVE = ProjectState.PLANNED, ProjectState.ACTIVE
FIXED_ONCE_BEGUN = ("title", "basis_id", "starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class ProjectContent:
    """What the unit writes."""

    title: str
    description: str
    leader_id: UUID | None
    handler_id: UUID | None
    basis_id: UUID | None
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Seen:
    """Which project, in the version that the caller saw."""

    project_id: UUID
    version: int


async def create(errand: Errand, year: int, content: ProjectContent) -> UUID:
    """Write a project of the actor's unit. Returns its id."""
    unit = await queries.unit_to_plan(errand.session, errand.actor)
    if made := await errand.subject():
        return UUID(made.removeprefix("project/"))
    unit = planning(unit)
    await _check(errand, year, unit.code, content)
    project = new(errand, year, unit, content)
    errand.session.add(project)
    await save(errand, project, "PROJECT_CREATED")
    return project.id


def planning(unit: Unit | None) -> Unit:
    """The unit itself. Raises ProjectUnitInvalid for one that defines no projects."""
    if unit is None or unit.kind not in (UnitKind.AGENCY, UnitKind.AREA_OFFICE):
        raise errors.ProjectUnitInvalid
    return unit


def new(errand: Errand, year: int, unit: Unit, content: ProjectContent) -> Project:
    return Project(
        id=uuid7(),
        year=year,
        unit_code=unit.code,
        unit_kind=unit.kind,
        area_code=unit.area_code,
        state=PLANNED,
        version=0,
        created_by=errand.actor.person_id,
        created_at=errand.now,
        **asdict(content),
    )


async def update(errand: Errand, seen: Seen, content: ProjectContent) -> None:
    """Write a planned project anew, or give one that is under way to other people."""
    project = await to_change(errand, seen, PLANNED, ACTIVE)
    if project is None:
        return
    if project.state == ACTIVE:
        _check_handover(errand, project, content)
    await _check(errand, project.year, project.unit_code, content, project)
    for node in await _nodes(errand, project):
        if not content.starts_on <= node.due_on <= content.ends_on:
            raise errors.NodeDayInvalid
    for name, value in asdict(content).items():
        setattr(project, name, value)
    await save(errand, project, "PROJECT_UPDATED")


async def activate(errand: Errand, seen: Seen) -> None:
    """Begin it: from now on it has a leader, and its nodes are watched."""
    project = await to_change(errand, seen, PLANNED)
    if project is None:
        return
    if project.leader_id is None:
        raise errors.ProjectLeaderMissing
    await _check_staff(errand, project.unit_code, "leader_id", project.leader_id)
    nodes = await _nodes(errand, project)
    if not nodes:
        raise errors.ProjectNodesMissing
    for node in nodes:
        node.next_look = next_look(node.due_on, UNTOLD)
    _move(project, ACTIVE)
    await save(errand, project, "PROJECT_ACTIVATED")


async def complete(errand: Errand, seen: Seen) -> None:
    """Finish it, once every node is done."""
    project = await to_change(errand, seen, ACTIVE)
    if project is None:
        return
    if any(node.done_on is None for node in await _nodes(errand, project)):
        raise errors.ProjectNodesOpen
    _move(project, ProjectState.COMPLETED)
    await save(errand, project, "PROJECT_COMPLETED")


async def cancel(errand: Errand, seen: Seen, reason: str) -> None:
    """Give it up. Nobody is warned of its nodes any more."""
    project = await to_change(errand, seen, PLANNED, ACTIVE)
    if project is None:
        return
    for node in await _nodes(errand, project):
        node.next_look = None
    _move(project, ProjectState.CANCELLED, reason)
    await save(errand, project, "PROJECT_CANCELLED", reason)


async def note(errand: Errand, seen: Seen, text: str) -> None:
    """Add a supervisor's remark, whatever state the project is in."""
    project = await queries.project_for_update(errand.session, errand.actor, seen.project_id)
    if await errand.is_repeat():
        return
    check_version(project.version, seen.version)
    by = errand.actor.person_id
    errand.session.add(ProjectNote(id=uuid7(), project_id=project.id, text=text, noted_by=by, noted_at=errand.now))
    await save(errand, project, "PROJECT_NOTED")


async def to_change(errand: Errand, seen: Seen, *states: ProjectState) -> Project | None:
    """Lock a project of the actor's unit; None if this very request was served before. Raises ProjectWrongState."""
    project = await queries.project_to_change(errand.session, errand.actor, seen.project_id)
    if await errand.is_repeat():
        return None
    check_version(project.version, seen.version)
    if project.state not in states:
        raise errors.ProjectWrongState(state=project.state)
    return project


async def save(errand: Errand, project: Project, action: str, reason: str = "") -> None:
    """Count up the version, tell, and write it down; the last act of every change."""
    await tell(errand, project)
    await errand.record(action, f"project/{project.id}", reason)


async def tell(errand: Errand, project: Project) -> None:
    """Count up the version, and tell what the project is now."""
    project.version += 1
    project.changed_at = errand.now
    await errand.session.flush()
    programme_events.project_changed(errand.session, project, await _nodes(errand, project))


def _move(project: Project, state: ProjectState, reason: str | None = None) -> None:
    """The one way in which a project changes its state."""
    if state not in NEXT[ProjectState(project.state)]:
        raise errors.ProjectWrongState(state=project.state)
    project.state, project.end_reason = state, reason


async def _nodes(errand: Errand, project: Project) -> list[ProjectNode]:
    return (await queries.nodes_of(errand.session, [project.id]))[project.id]


def _check_handover(errand: Errand, project: Project, content: ProjectContent) -> None:
    """What was begun is done by somebody else, or told in other words; it stays what it was."""
    if not errand.actor.has(*queries.DECIDERS):
        raise PermissionDenied
    if any(getattr(project, name) != getattr(content, name) for name in FIXED_ONCE_BEGUN):
        raise errors.ProjectWrongState(state=project.state)
    if content.leader_id is None:
        raise errors.ProjectLeaderMissing


async def _check(errand: Errand, year: int, unit_code: str, content: ProjectContent, before: Project | None = None) -> None:
    """Days of the year, people of the unit, and a recommendation that the unit sees; what stands there already stands."""
    if not fits_year(year, content.starts_on, content.ends_on):
        raise errors.ProjectDaysInvalid
    for name, person_id in (("leader_id", content.leader_id), ("handler_id", content.handler_id)):
        if person_id is not None and person_id != getattr(before, name, None):
            await _check_staff(errand, unit_code, name, person_id)
    if content.basis_id is not None and content.basis_id != getattr(before, "basis_id", None):
        await recommendations.view(errand.session, errand.actor, content.basis_id)


async def _check_staff(errand: Errand, unit_code: str, name: str, person_id: UUID) -> None:
    if not await queries.is_staff_of(errand.session, person_id, unit_code):
        raise errors.StaffNotOfUnit(field=name)
