"""Courses' own copy of who takes part."""

from collections.abc import Sequence

from fahu.registry.v1 import events_pb2
from fahu.registry.v1.enterprise_pb2 import Level
from fahu.registry.v1.unit_pb2 import UnitKind
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.handling import Delivery
from services.courses.reference_data import GROUPS, ZONES

KEEP_UNIT = text("""
INSERT INTO unit (code, name, kind, area_code, active, contact_ids, leader_ids, version)
VALUES (:code, :name, :kind, :area_code, :active, CAST(:contact_ids AS uuid[]), CAST(:leader_ids AS uuid[]), :version)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, area_code = excluded.area_code,
  active = excluded.active, contact_ids = excluded.contact_ids, leader_ids = excluded.leader_ids, version = excluded.version
WHERE unit.version < excluded.version
""")
KEEP_POINT = text("""
INSERT INTO liaison_point (designation_id, enterprise_id, enterprise_name, year, area_code, level, active, liaison_person_id,
  contact_as_of, version)
VALUES (:designation_id, :enterprise_id, :enterprise_name, :year, :area_code, :level, :active, :liaison_person_id,
  :at, :version)
ON CONFLICT (designation_id) DO UPDATE SET enterprise_name = excluded.enterprise_name, area_code = excluded.area_code,
  level = excluded.level, active = excluded.active, liaison_person_id = excluded.liaison_person_id,
  contact_as_of = excluded.contact_as_of, version = excluded.version
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
FIRST_GROUP = text("""
INSERT INTO consultation_group (number, name, topics, version) VALUES (:number, :name, :topics, 1) ON CONFLICT DO NOTHING
""")
FIRST_MEMBER = text("INSERT INTO group_unit (unit_code, group_number) VALUES (:unit_code, :number) ON CONFLICT DO NOTHING")
FIRST_ZONE = text("""
INSERT INTO zone (code, name, position, active, version) VALUES (:code, :name, :position, true, 1) ON CONFLICT DO NOTHING
""")
FIRST_AREA = text("INSERT INTO zone_area (area_code, zone_code) VALUES (:area_code, :code) ON CONFLICT DO NOTHING")


async def keep_units(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Keep the newest state of each unit."""
    for delivery in deliveries:
        event: events_pb2.UnitChanged = delivery.event
        values = {
            "code": event.code,
            "name": event.name,
            "kind": UnitKind.Name(event.kind).removeprefix("UNIT_KIND_"),
            "area_code": event.area_code,
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
            "level": Level.Name(event.level).removeprefix("LEVEL_"),
            "active": event.active,
            "liaison_person_id": event.liaison_person_id or None,
            "at": delivery.at,
            "version": event.version,
        }
        await session.execute(ONE_AT_A_TIME, {"enterprise_id": event.enterprise_id})
        await session.execute(KEEP_POINT, values)
        await session.execute(KEEP_CONTACT, {"enterprise_id": event.enterprise_id})


async def load_groups_and_zones(session: AsyncSession) -> int:
    """What the notice names, and zones as a beginning. What is there already, or was changed since, stays as it is."""
    for number, (name, topics, units) in enumerate(GROUPS, 1):
        await session.execute(FIRST_GROUP, {"number": number, "name": name, "topics": topics})
        for unit_code in units:
            await session.execute(FIRST_MEMBER, {"unit_code": unit_code, "number": number})
    for position, (code, name, areas) in enumerate(ZONES, 1):
        await session.execute(FIRST_ZONE, {"code": code, "name": name, "position": position})
        for area_code in areas:
            await session.execute(FIRST_AREA, {"area_code": area_code, "code": code})
    return len(GROUPS) + len(ZONES)
