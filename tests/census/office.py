"""Who holds the census: invites thousands, reminds those who did not answer, closes while the last ones are still at it."""

import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from kit.crypto import Keyring
from kit.db import Database
from services.registry.personal import PersonalData
from stack.supervisor import Stack
from tests.census.diary import Respondent, mark
from tests.registry.answering import invite
from tests.registry.closing import close


@dataclass
class Office:
    """Of one stack."""

    stack: Stack
    rng: random.Random

    @property
    def url(self) -> str:
        return self.stack.database_url("registry")

    async def invite(self, number: int) -> list[Respondent]:
        database = Database(self.url)
        holders = await invite(database, number)
        await database.close()
        codes = self.rng.sample(range(10_000, 100_000), number)
        return [Respondent(one.token, one.enterprise_id, mark(code)) for one, code in zip(holders, codes, strict=True)]

    async def remind(self) -> int:
        return 0

    async def close(self) -> None:
        database = Database(self.url)
        personal = PersonalData(Keyring.load(self.stack.layout.keyring("registry"), None))
        world: Any = type("World", (), {"database": database, "personal": personal})
        await close(world)
        await database.close()


@dataclass(frozen=True)
class Books:
    """What the database holds in the end."""

    given: dict[UUID, list[dict[str, Any]]]
    opinions: list[dict[str, Any]]
    flags: set[UUID]
    sealed: int


def read_books(url: str) -> Books:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        given: dict[UUID, list[dict[str, Any]]] = {}
        query = "SELECT enterprise_id, answers FROM survey_response JOIN invitation ON id = invitation_id WHERE state = 'SUBMITTED'"
        for row in connection.execute(query):
            given.setdefault(row["enterprise_id"], []).append(row["answers"])
        opinions = [row["answers"] for row in connection.execute("SELECT answers FROM anonymous_answer")]
        flags = {
            row["enterprise_id"] for row in connection.execute("SELECT enterprise_id FROM invitation WHERE part_b_given")
        }
        sealed = connection.execute("SELECT count(*) FROM sealed_answer").fetchone() or {}
    return Books(given, opinions, flags, int(sealed["count"]))
