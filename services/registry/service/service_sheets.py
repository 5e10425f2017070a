"""Services from a file: every row is good and all are recorded, or nothing is; what is recorded already stays as it is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.sheets.rows import SheetRow
from services.registry.errors import ProjectNotOfArea
from services.registry.models import Project
from services.registry.queries import coverage as queries
from services.registry.queries import projects as project_queries
from services.registry.queries import service_records as record_queries
from services.registry.rules.projects import today
from services.registry.rules.service_records import Patience
from services.registry.rules.service_sheets import ServiceCheck, ServiceLine
from services.registry.service import audit
from services.registry.service.cohorts import ImportOutcome
from services.registry.service.errands import Errand
from services.registry.service.service_records import Service, new_record, write


async def import_services(
    session: AsyncSession,
    patience: Patience,
    actor: Actor,
    year: int,
    rows: Sequence[SheetRow],
    now: datetime,
    dry_run: bool = False,
) -> ImportOutcome:
    """Check all rows and, if all are good, record what is new in them. The same rows again change nothing."""
    unit = await project_queries.unit_to_plan(session, actor)
    if unit is None or unit.area_code is None:
        raise ProjectNotOfArea
    projects = {one.id: one for one in await queries.projects_to_serve(session, year, unit.code)}
    points = await queries.points_by_uscc(session, year, unit.area_code)
    check = ServiceCheck(year, today(now), points, queries.known(list(projects.values())))
    check.read(rows)
    if check.errors or dry_run:
        return ImportOutcome(len(rows), errors=check.errors)
    created = await _record(Errand(session, actor, now), patience, unit.area_code, projects, check.lines)
    if created:
        await audit.record(session, actor, "SERVICES_IMPORTED", f"unit/{unit.code}", now)
    return ImportOutcome(len(rows), created)


async def _record(
    errand: Errand, patience: Patience, area_code: str, projects: Mapping[UUID, Project], lines: Sequence[ServiceLine]
) -> int:
    """Write what is new, project by project; returns how many records are."""
    present = await record_queries.keys_of(errand.session, {line.project_id for line in lines})
    by_project: dict[UUID, list[ServiceLine]] = defaultdict(list)
    for line in lines:
        if line.key not in present:
            by_project[line.project_id].append(line)
    for project_id, new in by_project.items():
        project = projects[project_id]
        points = await record_queries.points_of_area(errand.session, project.year, area_code)
        made = [
            new_record(errand, patience, project, Service(line.served_on, line.kind, line.note), points[line.designation_id])
            for line in new
        ]
        await write(errand, project, made, points)
    return sum(len(new) for new in by_project.values())
