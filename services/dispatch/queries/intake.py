"""All that taking demands in depends on, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kit.db import Run
from services.dispatch.queries.reference import CENTRE_UNIT
from services.dispatch.rules import Lead


@dataclass(frozen=True, slots=True)
class Intake:
    """All that taking in one demand depends on. An enterprise of earlier years has a name and area, but no designation."""

    category_known: bool
    leads: tuple[Lead, ...]
    designation_id: UUID | None
    enterprise_name: str
    area_code: str
    liaison_person_id: UUID | None
    centre_ids: tuple[UUID, ...]
    number: int
    of_subject: frozenset[UUID] | None = None  # those of the agency that it is about; None if there is no such agency


INTAKE = """
SELECT c.code IS NOT NULL, r.leads, CASE WHEN p.year = %(year)s AND p.active THEN p.designation_id END, p.enterprise_name,
       p.area_code, p.liaison_person_id, (SELECT contact_ids FROM unit WHERE code = %(centre)s), nextval('demand_number')
FROM unnest(%(categories)s::text[], %(enterprises)s::uuid[]) WITH ORDINALITY AS wanted (category, enterprise, position)
LEFT JOIN category c ON c.code = wanted.category AND c.active
LEFT JOIN LATERAL (SELECT * FROM liaison_point WHERE enterprise_id = wanted.enterprise AND year <= %(year)s
                   ORDER BY year DESC, active DESC LIMIT 1) p ON true
CROSS JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_array(u.code, u.name, r.version, u.contact_ids)) AS leads
  FROM routing_rule r JOIN unit u ON u.code = r.unit_code AND u.active AND u.kind = 'AGENCY'
  WHERE r.category_code = c.code AND r.active) r
ORDER BY wanted.position
"""


OF_AGENCIES = """
SELECT code, contact_ids || leader_ids FROM unit WHERE code = ANY(%(codes)s) AND active AND kind = 'AGENCY'
"""


async def with_subjects(run: Run, found: Sequence[Intake], subjects: Sequence[str]) -> list[Intake]:
    """The same, with the people of the agencies that they are about. Asked only where one of them is about an agency."""
    rows: Any = await run(OF_AGENCIES, {"codes": [code for code in subjects if code]})
    people: dict[str, list[UUID]] = dict(rows)
    return [
        replace(one, of_subject=frozenset(people[code])) if code in people else one
        for one, code in zip(found, subjects, strict=True)
    ]


async def intakes(run: Run, wanted: Sequence[tuple[str, UUID]], year: int) -> list[Intake]:
    """What taking in each of these (category, enterprise) depends on, in one statement: this is the busiest path."""
    categories, enterprises = [category for category, _ in wanted], [enterprise for _, enterprise in wanted]
    params = {"centre": CENTRE_UNIT, "categories": categories, "enterprises": enterprises, "year": year}
    return [
        Intake(
            category_known=known,
            leads=tuple(Lead(code, title, version, tuple(map(UUID, ids))) for code, title, version, ids in leads or ()),
            designation_id=designation,
            enterprise_name=name or "",
            area_code=area or "",
            liaison_person_id=liaison,
            centre_ids=tuple(centre or ()),
            number=number,
        )
        for known, leads, designation, name, area, liaison, centre, number in await run(INTAKE, params)
    ]
