"""Projects of a unit from a file (PRJ-1, PRJ-2): every row is good and all are written, or nothing is."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from kit.sheets.rows import SheetRow
from kit.texts import harmless
from services.registry.models import Project, Unit
from services.registry.personal import PersonalData
from services.registry.queries import people
from services.registry.queries import projects as queries
from services.registry.queries.projects import ProjectView
from services.registry.rules import project_sheets as rules
from services.registry.rules.project_sheets import NewProject, PresentProject, ProjectCheck
from services.registry.rules.projects import ProjectState, serial_of
from services.registry.service import project_nodes, projects
from services.registry.service.cohorts import ImportOutcome
from services.registry.service.errands import Errand
from services.registry.service.projects import ProjectContent


async def import_projects(
    errand: Errand, personal: PersonalData, year: int, rows: Sequence[SheetRow], dry_run: bool
) -> ImportOutcome:
    """Check all rows and, if all are good, plan what is new in them. The same rows again change nothing."""
    session = errand.session
    unit = projects.planning(await queries.unit_to_plan(session, errand.actor))
    staff: dict[str, list[UUID]] = defaultdict(list)
    for person in await queries.staff_of(session, unit.code):
        staff[harmless(personal.name(person))].append(person.id)
    present = await _present(errand, personal, unit, year)
    check = ProjectCheck(year, (unit.code, unit.name), staff, present)
    await asyncio.to_thread(check.read, rows)
    if check.errors or dry_run:
        return ImportOutcome(len(rows), errors=check.errors)
    made = [await _write(errand, year, unit, one) for one in check.new]
    if made:
        await errand.record_all("PROJECT_CREATED", [f"project/{one.id}" for one in made])
        await errand.record("PROJECTS_IMPORTED", f"projects/{year}/{unit.code}", f"{len(rows)} rows, {len(made)} created")
    return ImportOutcome(len(rows), len(made))


async def _present(errand: Errand, personal: PersonalData, unit: Unit, year: int) -> list[PresentProject]:
    views = await queries.projects_of_unit(errand.session, unit.code, year)
    ids = {person for view in views for person in (view.project.leader_id, view.project.handler_id) if person}
    names = {person.id: personal.name(person) for person in await people.people(errand.session, list(ids))}
    return [_as_written(view, names) for view in views]


def _as_written(view: ProjectView, names: Mapping[UUID, str]) -> PresentProject:
    """A project as the export writes it, as far as a file is read."""
    of = view.project
    cells: dict[str, object] = {
        rules.TITLE: of.title,
        rules.LEADER: names.get(of.leader_id, "") if of.leader_id else "",
        rules.HANDLER: names.get(of.handler_id, "") if of.handler_id else "",
        rules.STARTS: of.starts_on,
        rules.ENDS: of.ends_on,
        rules.DESCRIPTION: of.description,
    }
    written = {column: _cell(str(value)) for column, value in cells.items()}
    nodes = frozenset((_cell(node.title), node.due_on) for node in view.nodes)
    return PresentProject(serial_of(of.year, of.number), written, nodes, of.state == ProjectState.CANCELLED)


def _cell(text: str) -> str:
    return harmless(text.strip())[: rules.CELL_LENGTH].strip()


async def _write(errand: Errand, year: int, unit: Unit, one: NewProject) -> Project:
    if one.starts_on is None or one.ends_on is None:
        raise ValueError("a row without days passed its check")
    content = ProjectContent(one.title, one.description, one.leader_id, one.handler_id, None, one.starts_on, one.ends_on)
    project = projects.new(errand, year, unit, content)
    project.changed_at = errand.now
    errand.session.add(project)
    await errand.session.flush()  # nodes point to it, and projects are numbered as the file has them
    errand.session.add_all(project_nodes.new(project.id, title, due_on) for title, due_on in one.nodes)
    await projects.tell(errand, project)
    return project
