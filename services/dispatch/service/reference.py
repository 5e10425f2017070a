"""Dispatch's own copy of who takes part, and its categories and routing rules."""

from collections.abc import Sequence

from fahu.registry.v1 import events_pb2
from fahu.registry.v1.unit_pb2 import UnitKind
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.handling import Delivery
from services.dispatch.reference_data import CATEGORIES

KEEP_UNIT = text("""
INSERT INTO unit (code, name, kind, active, contact_ids, leader_ids, version)
VALUES (:code, :name, :kind, :active, CAST(:contact_ids AS uuid[]), CAST(:leader_ids AS uuid[]), :version)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, active = excluded.active,
  contact_ids = excluded.contact_ids, leader_ids = excluded.leader_ids, version = excluded.version
WHERE unit.version < excluded.version
""")
KEEP_POINT = text("""
INSERT INTO liaison_point
  (designation_id, enterprise_id, enterprise_name, year, area_code, active, liaison_person_id, contact_as_of, version)
VALUES (:designation_id, :enterprise_id, :enterprise_name, :year, :area_code, :active, :liaison_person_id, :at, :version)
ON CONFLICT (designation_id) DO UPDATE SET enterprise_name = excluded.enterprise_name, area_code = excluded.area_code,
  active = excluded.active, liaison_person_id = excluded.liaison_person_id, contact_as_of = excluded.contact_as_of,
  version = excluded.version
WHERE liaison_point.version < excluded.version
""")
# The contact is the enterprise's, whatever the year: the newest word about it, in whichever year's event it came, holds for
# all of them. Two listeners must not each overlook what the other is about to write.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:enterprise_id, 0))")
KEEP_CONTACT = text("""
UPDATE liaison_point p SET liaison_person_id = newest.liaison_person_id, contact_as_of = newest.contact_as_of
FROM (SELECT liaison_person_id, contact_as_of FROM liaison_point WHERE enterprise_id = :enterprise_id
      ORDER BY contact_as_of DESC LIMIT 1) newest
WHERE p.enterprise_id = :enterprise_id AND p.contact_as_of < newest.contact_as_of
""")
KEEP_CATEGORY = text("""
INSERT INTO category (code, name, hint, position, active) VALUES (:code, :name, :hint, :position, true)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, hint = excluded.hint, position = excluded.position
""")
FIRST_RULE = text("""
INSERT INTO routing_rule (category_code, version, unit_code, active) VALUES (:code, 1, :unit_code, true)
ON CONFLICT DO NOTHING
""")


async def keep_units(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Keep the newest state of each unit."""
    for delivery in deliveries:
        event: events_pb2.UnitChanged = delivery.event
        values = {
            "code": event.code,
            "name": event.name,
            "kind": UnitKind.Name(event.kind).removeprefix("UNIT_KIND_"),
            "active": event.active,
            "contact_ids": list(event.contact_person_ids),
            "leader_ids": list(event.leader_person_ids),
            "version": event.version,
        }
        await session.execute(KEEP_UNIT, values)


async def keep_points(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Keep the newest state of each liaison point, and its enterprise's newest contact."""
    for delivery in deliveries:
        event: events_pb2.LiaisonPointChanged = delivery.event
        values = {
            "designation_id": event.designation_id,
            "enterprise_id": event.enterprise_id,
            "enterprise_name": event.enterprise_name,
            "year": event.year,
            "area_code": event.area_code,
            "active": event.active,
            "liaison_person_id": event.liaison_person_id or None,
            "at": delivery.at,
            "version": event.version,
        }
        await session.execute(ONE_AT_A_TIME, {"enterprise_id": event.enterprise_id})
        await session.execute(KEEP_POINT, values)
        await session.execute(KEEP_CONTACT, {"enterprise_id": event.enterprise_id})


async def load_categories(session: AsyncSession) -> int:
    """Load the notice's categories, each with the rule that leads to its agency. Running it again changes no rule."""
    for position, (code, name, hint, unit_code) in enumerate(CATEGORIES, start=1):
        await session.execute(KEEP_CATEGORY, {"code": code, "name": name, "hint": hint, "position": position})
        if unit_code:
            await session.execute(FIRST_RULE, {"code": code, "unit_code": unit_code})
    return len(CATEGORIES)
