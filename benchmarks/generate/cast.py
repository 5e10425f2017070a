"""Who takes part in a generated database: agencies, the centre, and a thousand enterprises of which 171 send the most."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kit.db import Database
from services.dispatch.service.reference import KEEP_POINT, KEEP_UNIT, load_categories
from stack.demo_data import AGENCIES, AREAS, FORMS, TRADES

NAMED, OTHERS = 171, 829


@dataclass(frozen=True)
class Enterprise:
    id: UUID
    name: str
    designation: UUID
    area: str
    liaison: UUID


@dataclass(frozen=True)
class Cast:
    """Ids are the same at every run with the same seed."""

    enterprises: list[Enterprise]
    contacts: dict[str, UUID]

    @classmethod
    def of(cls, seed: int) -> "Cast":
        lots = random.Random(seed)

        def new_id() -> UUID:
            return UUID(int=lots.getrandbits(128), version=4)

        areas = list(AREAS)
        enterprises = [
            Enterprise(new_id(), _name(number, areas[number % 11]), new_id(), areas[number % 11], new_id())
            for number in range(NAMED + OTHERS)
        ]
        return cls(enterprises, {code: new_id() for code in (*AGENCIES, "centre")})

    async def enter(self, database: Database, year: int) -> None:
        """Write them down as registry would have told."""
        async with database.begin() as session:
            await load_categories(session)
            for code, person in self.contacts.items():
                kind = "CENTRE" if code == "centre" else "AGENCY"
                unit = {"code": code, "name": AGENCIES.get(code, "区综治中心"), "kind": kind, "active": True, "version": 1}
                await session.execute(KEEP_UNIT, unit | {"contact_ids": [person], "leader_ids": []})
            for one in self.enterprises:
                point = {
                    "designation_id": one.designation,
                    "enterprise_id": one.id,
                    "enterprise_name": one.name,
                    "year": year,
                }
                point |= {"area_code": one.area, "active": True, "liaison_person_id": one.liaison, "version": 1}
                await session.execute(KEEP_POINT, point | {"at": datetime.now(UTC)})


def _name(number: int, area: str) -> str:
    return f"{AREAS[area][1]}示例{TRADES[number * 7 % len(TRADES)]}{number:04}{FORMS[number * 3 % len(FORMS)]}"
