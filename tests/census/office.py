"""Who holds the census: invites thousands, reminds those who did not answer, closes while the last ones are still at it."""

import json
import random
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
from fahu.registry.v1 import invitation_service_pb2 as inv
from fahu.registry.v1 import survey_service_pb2 as pb
from fahu.registry.v1.invitation_service_pb2_grpc import InvitationServiceStub
from fahu.registry.v1.survey_service_pb2_grpc import SurveyServiceStub
from psycopg.rows import dict_row

from kit.auth import Actor, TokenSigner
from kit.rpc.client import RpcChannel
from services.registry.reference import AREAS
from stack.supervisor import Stack
from tests.census.diary import Respondent, mark
from tests.registry import census
from tests.registry.answering import PART_A, PART_B
from tests.registry.conftest import Speaker, World

TOKEN_LENGTH = 32
RPC_SECONDS = 30.0
MANUFACTURERS = 0.85
# What a table would hold that merely shows no names: a part B is written with the flag that says whose it is. `control` lies
# out of the attacker's sight and knows the marks, for the database itself cannot read an envelope.
NAIVE = """
CREATE SCHEMA control;
CREATE TABLE control.mark (enterprise_id uuid PRIMARY KEY, mark text NOT NULL);
CREATE TABLE naive_answer (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), answers text NOT NULL);
CREATE FUNCTION control.keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO naive_answer (answers) SELECT mark FROM control.mark WHERE enterprise_id = NEW.enterprise_id;
  RETURN NULL;
END $$;
CREATE TRIGGER keep AFTER UPDATE ON invitation FOR EACH ROW
  WHEN (NEW.part_b_given AND NOT OLD.part_b_given) EXECUTE FUNCTION control.keep();
"""


@dataclass
class Office:
    """The supervisor and the centre's lead, at registry of one stack."""

    stack: Stack
    rng: random.Random
    survey: Any = None
    channels: list[RpcChannel] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.stack.database_url("registry")

    def surveys(self, actor: Actor = census.SUPERVISOR) -> Any:
        return SurveyServiceStub(self._channel(actor))

    def invitations(self, actor: Actor = census.LEAD) -> Any:
        return InvitationServiceStub(self._channel(actor))

    async def invite(self, number: int, areas: int) -> list[Respondent]:
        """Hold a survey of so many enterprises, from the census file to the links."""
        world, names = cast(World, self), list(AREAS)[:areas]
        rows = [
            census.row(one, self.rng.choice(names), "C" if self.rng.random() < MANUFACTURERS else self.rng.choice("DEFGI"))
            for one in range(1, number + 1)
        ]
        await census.import_census(world, *rows)
        survey = await census.create(world)
        request = pb.SaveQuestionnaireRequest(on=census.on(survey), part_a=json.dumps(PART_A), part_b=json.dumps(PART_B))
        version = (await self.surveys().SaveQuestionnaire(request)).version
        links = await census.links(world, survey)
        opening = pb.OpenSurveyRequest(on=census.on(survey, version=version))
        self.survey = (await self.surveys().OpenSurvey(opening)).survey
        return self._respondents(links)

    def _respondents(self, links: dict[str, str]) -> list[Respondent]:
        codes = self.rng.sample(range(10_000, 100_000), len(links))
        with psycopg.connect(self.url) as connection:
            known: dict[str, UUID] = dict(connection.execute("SELECT uscc, id FROM enterprise").fetchall())
            found = [
                Respondent(link[-TOKEN_LENGTH:], known[uscc], mark(code))
                for (uscc, link), code in zip(sorted(links.items()), codes, strict=True)
            ]
            connection.execute(NAIVE)
            with connection.cursor() as cursor:
                rows = [(one.enterprise_id, one.mark) for one in found]
                cursor.executemany("INSERT INTO control.mark VALUES (%s, %s)", rows)
        return found

    async def remind(self) -> int:
        """Remind everybody who has not answered yet; returns how many that were."""
        request = inv.RemindInvitedRequest(survey_id=self.survey.id, request_id=uuid4().hex)
        return int((await self.invitations().RemindInvited(request)).reminded_count)

    async def close(self) -> pb.SurveySummary:
        """End it, and return what it came to."""
        closed = await self.surveys().CloseSurvey(pb.CloseSurveyRequest(on=census.on(self.survey)))
        return cast(pb.SurveySummary, closed.survey.summary)

    async def leave(self) -> None:
        for channel in self.channels:
            await channel.close()

    def _channel(self, actor: Actor) -> Any:
        signer: TokenSigner = Speaker(actor, self.stack.layout.signing_key("gateway").read_text())
        self.channels.append(RpcChannel(self.stack.url("registry"), signer, seconds=RPC_SECONDS))
        return self.channels[-1]


@dataclass(frozen=True)
class Books:
    """What the database holds in the end."""

    given: dict[UUID, list[dict[str, Any]]]
    opinions: list[dict[str, Any]]
    flags: set[UUID]
    sealed: int


SUBMITTED = """
SELECT enterprise_id, answers FROM survey_response JOIN invitation ON id = invitation_id WHERE state = 'SUBMITTED'
"""


def read_books(url: str) -> Books:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        given: dict[UUID, list[dict[str, Any]]] = {}
        for row in connection.execute(SUBMITTED):
            given.setdefault(row["enterprise_id"], []).append(row["answers"])
        opinions = [row["answers"] for row in connection.execute("SELECT answers FROM anonymous_answer")]
        flags = {
            row["enterprise_id"] for row in connection.execute("SELECT enterprise_id FROM invitation WHERE part_b_given")
        }
        sealed = connection.execute("SELECT count(*) FROM sealed_answer").fetchone() or {}
    return Books(given, opinions, flags, int(sealed["count"]))
