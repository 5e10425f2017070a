"""What became of a year's demands, in numbers and by category."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.queries.demands import SLACK, first_id

# Ids begin with the moment their demand came in, so that the year is a stretch of each of these tables.
COUNT = text("""
WITH came AS (
  SELECT id, category_code FROM demand
  WHERE id >= :first AND id < :last AND submitted_at >= :since AND submitted_at < :until
), happened AS (
  SELECT demand_id,
    bool_or(type = 'dispatched') AS dispatched, bool_or(type = 'accepted') AS accepted, bool_or(type = 'replied') AS replied,
    bool_or(type = 'return_requested') AS returned, bool_or(type = 'closed') AS closed,
    bool_or(type = 'reopened') AS reopened, bool_or(type = 'withdrawn') AS withdrawn
  FROM demand_event WHERE demand_id >= :first AND demand_id < :last GROUP BY demand_id
), late AS (
  SELECT demand_id, bool_or(kind = 'ACCEPT') AS to_accept, bool_or(kind = 'HANDLE') AS to_reply
  FROM demand_clock WHERE demand_id >= :first AND demand_id < :last AND breached_at IS NOT NULL GROUP BY demand_id
), rated AS (
  SELECT DISTINCT ON (demand_id) demand_id, satisfaction
  FROM demand_rating WHERE demand_id >= :first AND demand_id < :last ORDER BY demand_id, rated_at DESC
)
SELECT category_code,
  count(*) AS submitted,
  count(*) FILTER (WHERE dispatched) AS dispatched,
  count(*) FILTER (WHERE accepted) AS accepted,
  count(*) FILTER (WHERE accepted AND to_accept) AS accepted_late,
  count(*) FILTER (WHERE replied) AS replied,
  count(*) FILTER (WHERE replied AND to_reply) AS replied_late,
  count(satisfaction) AS rated,
  count(*) FILTER (WHERE satisfaction >= 4) AS satisfied,
  count(*) FILTER (WHERE returned) AS returned,
  count(*) FILTER (WHERE closed) AS closed,
  count(*) FILTER (WHERE reopened) AS reopened,
  count(*) FILTER (WHERE withdrawn) AS withdrawn
FROM came
LEFT JOIN happened ON happened.demand_id = id
LEFT JOIN late ON late.demand_id = id
LEFT JOIN rated ON rated.demand_id = id
GROUP BY category_code ORDER BY category_code
""")


async def courses(session: AsyncSession, since: datetime, until: datetime) -> Sequence[RowMapping]:
    """The counts of what came in between two moments, by the fields of CategoryCourse."""
    span = {"since": since, "until": until, "first": first_id(since), "last": first_id(until + SLACK)}
    return (await session.execute(COUNT, span)).mappings().all()
