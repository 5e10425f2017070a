"""How a past year's programme ran, in numbers, for the report of the next."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.registry.queries import coverage
from services.registry.queries.findings import area_names
from services.registry.rules.figures import Programme, Served
from services.registry.rules.projects import today

NUMBERS = text("""
WITH points AS (SELECT id FROM designation WHERE year = :year AND active),
running AS (SELECT id FROM project WHERE year = :year AND state IN ('ACTIVE', 'COMPLETED')),
due AS (SELECT done_on, due_on FROM project_node WHERE project_id IN (SELECT id FROM running) AND due_on <= :today),
advice AS (
  SELECT r.state FROM recommendation r JOIN survey s ON s.id = r.survey_id
  WHERE s.year = :year AND r.state IN ('ADOPTED', 'DONE')
)
SELECT (SELECT count(*) FROM points) AS points,
  (SELECT count(DISTINCT designation_id) FROM plaque
   WHERE issued_on IS NOT NULL AND designation_id IN (SELECT id FROM points)) AS plaques,
  (SELECT count(*) FROM running) AS projects,
  (SELECT count(*) FROM due) AS nodes,
  (SELECT count(*) FROM due WHERE done_on <= due_on) AS nodes_on_time,
  (SELECT count(*) FROM advice) AS advice,
  (SELECT count(*) FROM advice WHERE state = 'DONE') AS advice_done
""")


async def programme(session: AsyncSession, actor: Actor, year: int, now: datetime) -> Programme:
    """What the caller may see of it: supervisors all."""
    numbers = (await session.execute(NUMBERS, {"year": year, "today": today(now)})).mappings().one()
    names, areas = await area_names(session, year), dict[str, Served]()
    for share in await coverage.shares(session, actor, year, now):
        before = areas.get(share.area_code, Served(names.get(share.area_code, share.area_code), 0, 0, 0))
        areas[share.area_code] = Served(
            before.name, before.points + share.points, before.served + share.served, before.presumed + share.presumed
        )
    return Programme(**numbers, areas=list(areas.values()))
