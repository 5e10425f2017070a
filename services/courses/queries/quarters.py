"""What each group did in each quarter of a year, against what is due (CON-3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.courses.queries.access import ALL_SEEING
from services.courses.rules.consultations import Quarter, quarter_over

# A visit is an enterprise that came to a session, by its booking, by a record, or by both: counted once.
COUNT = text("""
SELECT g.number, g.name, q.quarter,
  (SELECT count(*) FROM consultation c WHERE c.group_number = g.number AND c.year = :year AND c.quarter = q.quarter
     AND c.state = 'HELD') AS held,
  (SELECT count(*) FROM consultation c WHERE c.group_number = g.number AND c.year = :year AND c.quarter = q.quarter
     AND c.state = 'ANNOUNCED') AS announced,
  (SELECT count(*) FROM consultation c WHERE c.group_number = g.number AND c.year = :year AND c.quarter = q.quarter
     AND c.state = 'PLANNED') AS planned,
  count(v.visitor) AS visits, count(v.visitor) FILTER (WHERE v.district) AS district_visits
FROM consultation_group g CROSS JOIN generate_series(1, 4) AS q (quarter)
LEFT JOIN (
  SELECT c.group_number, c.quarter, c.id, coalesce(e.enterprise_id::text, e.enterprise_name) AS visitor,
         bool_or(e.level = 'DISTRICT') IS TRUE AS district
  FROM consultation c JOIN (
    SELECT consultation_id, enterprise_id, enterprise_name, level FROM slot_booking WHERE state = 'ATTENDED'
    UNION ALL
    SELECT consultation_id, enterprise_id, enterprise_name, level FROM consultation_record
  ) e ON e.consultation_id = c.id
  WHERE c.year = :year AND c.state <> 'CANCELLED'
  GROUP BY c.group_number, c.quarter, c.id, coalesce(e.enterprise_id::text, e.enterprise_name)
) v ON v.group_number = g.number AND v.quarter = q.quarter
WHERE :every_group OR g.number = (SELECT group_number FROM group_unit WHERE unit_code = :unit_code)
GROUP BY g.number, g.name, q.quarter
ORDER BY g.number, q.quarter
""")


async def quarters(session: AsyncSession, actor: Actor, year: int, due: int, now: datetime) -> Sequence[Quarter]:
    """By group and quarter. Who does not oversee all sees the group of their unit."""
    every = actor.has(*ALL_SEEING)
    rows: Any = await session.execute(COUNT, {"year": year, "every_group": every, "unit_code": actor.unit_code})
    return [
        Quarter(
            group_number=row.number,
            group_name=row.name,
            quarter=row.quarter,
            due=due,
            held=row.held,
            announced=row.announced,
            planned=row.planned,
            visits=row.visits,
            district_visits=row.district_visits,
            over=quarter_over(year, row.quarter, now),
        )
        for row in rows
    ]
