"""The lectures that are raced for, and who races: written straight into the database of courses."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from fahu.access.v1.access_pb2 import Role
from uuid_utils.compat import uuid4, uuid7

from kit.auth import Actor, TokenSigner
from services.courses.rules.years import year_of
from stack.supervisor import Stack

REPLICAS = ("courses", "courses-2")
UNIT = """
INSERT INTO unit (code, name, kind, area_code, active, contact_ids, leader_ids, version)
VALUES ('hrss', '区人社局', 'AGENCY', '', true, '{}', '{}', 1)
"""
LECTURER = """
INSERT INTO lecturer (id, year, unit_code, seat, name, post, topics, appointed_by, appointed_at, version)
VALUES (%(id)s, %(year)s, 'hrss', 1, '示例', '', '', gen_random_uuid(), now(), 1)
"""
COURSEWARE = """
INSERT INTO courseware
  (id, year, unit_code, title, summary, minutes, anonymised, state, created_by, created_at, changed_at, version)
VALUES (%(id)s, %(year)s, 'hrss', '示例', '', 60, true, 'APPROVED', gen_random_uuid(), now(), now(), 1)
"""
POINT = """
INSERT INTO liaison_point (designation_id, enterprise_id, enterprise_name, year, area_code, level, active, liaison_person_id,
  contact_as_of, version)
VALUES (gen_random_uuid(), %s, '示例', %s, '310116101', 'TOWN', true, %s, now(), 1)
"""
LECTURE = """
INSERT INTO lecture (id, year, kind, unit_code, courseware_id, lecturer_id, title, place, starts_at, ends_at, closes_at,
  capacity, most_heads, offer_minutes, state, opened_at, created_by, created_at, changed_at, version)
VALUES (%(id)s, %(year)s, 'SCHEDULED', 'hrss', %(courseware)s, %(lecturer)s, '示例', '示例', %(starts)s, %(ends)s,
  %(starts)s, %(seats)s, 2, 60, 'OPEN', now(), gen_random_uuid(), now(), now(), 1)
"""


@dataclass
class Client:
    """The contact of one liaison point, signed in. A token does not live as long as all races take."""

    actor: Actor
    signer: TokenSigner
    token: str = ""

    def sign_in(self) -> "Client":
        self.token = self.signer.for_person(self.actor)
        return self


@dataclass
class Halls:
    """Makes one lecture after another, each an hour later than the last: its lecturer can only be in one place."""

    connection: psycopg.AsyncConnection[Any]
    year: int
    lecturer: UUID
    courseware: UUID
    made: int = 0

    @classmethod
    async def build(cls, connection: psycopg.AsyncConnection[Any]) -> "Halls":
        lecturer, courseware = UUID(str(uuid4())), UUID(str(uuid4()))
        year = year_of(datetime.now(UTC)) + 1
        await connection.execute(UNIT)
        await connection.execute(LECTURER, {"id": lecturer, "year": year})
        await connection.execute(COURSEWARE, {"id": courseware, "year": year})
        return cls(connection, year, lecturer, courseware)

    async def clients(self, number: int, stack: Stack) -> list[Client]:
        """Contacts of so many liaison points, signed in."""
        signer = TokenSigner(stack.layout.signing_key("gateway").read_text())
        found = [_client(signer) for _ in range(number)]
        rows = [(one.actor.organisation_id, self.year, one.actor.person_id) for one in found]
        async with self.connection.cursor() as cursor:
            await cursor.executemany(POINT, rows)
        return found

    async def lecture(self, seats: int) -> UUID:
        self.made += 1
        starts = datetime(self.year, 1, 1, tzinfo=UTC) + timedelta(hours=self.made)
        values = {
            "id": uuid7(),
            "year": self.year,
            "courseware": self.courseware,
            "lecturer": self.lecturer,
            "starts": starts,
            "ends": starts + timedelta(minutes=45),
            "seats": seats,
        }
        await self.connection.execute(LECTURE, values)
        return UUID(str(values["id"]))


def _client(signer: TokenSigner) -> Client:
    roles = frozenset({int(Role.ROLE_LIAISON)})
    actor = Actor(subject=str(uuid4()), roles=roles, organisation_id=UUID(str(uuid4())))
    return Client(actor, signer).sign_in()


@asynccontextmanager
async def connected(stack: Stack) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection to the database of courses; each statement stands alone."""
    async with await psycopg.AsyncConnection.connect(stack.database_url("courses"), autocommit=True) as connection:
        yield connection


async def rows(connection: psycopg.AsyncConnection[Any], query: Any, *values: object) -> Sequence[Any]:
    return await (await connection.execute(query, values)).fetchall()
