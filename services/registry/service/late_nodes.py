"""The sweeper of nodes (PRJ-4): tells of one that is due within seven days or today, and each week of one that is late.

Several replicas may sweep at once: a node is locked and skipped where somebody else holds it, so nobody waits and each is
told once. What nobody swept in time is not made up for: the present stage is told, not those before it.
"""

from datetime import date, datetime
from typing import Any

from fahu.registry.v1 import events_pb2
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import outbox
from services.registry.rules.projects import TODAY, next_look, serial_of, stage, today

BATCH = 200
CLAIM = text("""
SELECT n.id, n.due_on, n.told, p.id AS project_id, p.year, p.number, p.version, p.unit_code, p.leader_id,
       (SELECT array_agg(DISTINCT d.person_id) FROM unit_duty d
        WHERE d.unit_code = p.unit_code AND d.ended_at IS NULL) AS duties
FROM project_node n JOIN project p ON p.id = n.project_id
WHERE n.next_look <= :today ORDER BY n.next_look LIMIT :batch FOR UPDATE OF n SKIP LOCKED
""")
BOOK = text("""
UPDATE project_node n SET told = b.told, next_look = b.look
FROM unnest(CAST(:ids AS uuid[]), CAST(:told AS bigint[]), CAST(:looks AS date[])) AS b(id, told, look) WHERE n.id = b.id
""")


async def sweep(session: AsyncSession, now: datetime) -> int:
    """Tell what there is to tell, at most one batch. Returns how many it looked at; a full batch: there may be more."""
    day = today(now)
    found = (await session.execute(CLAIM, {"today": day, "batch": BATCH})).all()
    if not found:
        return 0
    stages = [max(stage(row.due_on, day), row.told) for row in found]
    looks = [next_look(row.due_on, reached) for row, reached in zip(found, stages, strict=True)]
    await session.execute(BOOK, {"ids": [row.id for row in found], "told": stages, "looks": looks})
    for row, reached in zip(found, stages, strict=True):
        if reached > row.told:
            outbox.add(session, _event(row, reached), str(row.id), row.version)
    return len(found)


def _event(row: Row[Any], reached: int) -> events_pb2.ProjectNodeDue | events_pb2.ProjectNodeLate:
    people = dict.fromkeys([*(row.duties or ()), *([row.leader_id] if row.leader_id else ())])
    due_on: date = row.due_on
    node = events_pb2.ProjectNodeWarning(
        project_id=str(row.project_id),
        serial=serial_of(row.year, row.number),
        version=row.version,
        unit_code=row.unit_code,
        node_id=str(row.id),
        due_on=due_on.isoformat(),
        person_ids=[str(person) for person in people],
    )
    if reached <= TODAY:
        return events_pb2.ProjectNodeDue(node=node, today=reached == TODAY)
    return events_pb2.ProjectNodeLate(node=node, week=reached - TODAY)
