"""The copy of units' names."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.handling import Delivery

KEEP = text("""
INSERT INTO unit_name (code, name, version)
SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:versions AS bigint[]))
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, version = EXCLUDED.version
WHERE unit_name.version < EXCLUDED.version
""")


async def keep_names(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Keep the newest name of each unit; older ones change nothing, in whatever order they come."""
    newest = {d.event.code: d.event for d in sorted(deliveries, key=lambda d: int(d.event.version))}
    units = [newest[code] for code in sorted(newest)]
    values = {
        "codes": [unit.code for unit in units],
        "names": [unit.name for unit in units],
        "versions": [unit.version for unit in units],
    }
    await session.execute(KEEP, values)
