"""A survey on its way, for tests: a census file, a survey, invitations, and answers as the database takes them."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import invitation_service_pb2 as inv
from fahu.registry.v1 import survey_service_pb2 as pb
from sqlalchemy import text

from kit.calendar import BEIJING
from kit.sheets.rows import Columns
from kit.sheets.spreadsheet import read_rows
from services.registry.envelopes import seal
from services.registry.rules.census import COLUMNS
from tests import signing
from tests.registry.conftest import YEAR, World
from tests.registry.files import FENGJING, ZHUJING, uscc

SUPERVISOR = signing.person(Role.ROLE_SUPERVISOR, unit="committee")
LEAD = signing.person(Role.ROLE_CENTRE_LEAD, unit="centre")
OPERATOR = signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre")
OFFICER = signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{ZHUJING}", area=ZHUJING)
NEIGHBOUR = signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{FENGJING}", area=FENGJING)
CONTENT = {"title": "法治化营商环境问卷大调查", "opens_on": f"{YEAR}-01-10", "closes_on": f"{YEAR}-02-28"}


def row(number: int, area: str = ZHUJING, industry: str = "制造业", above: str = "是", **changes: str) -> list[str]:
    return [changes.get("uscc", uscc(number)), changes.get("name", f"示例{number:04}有限公司"), area, industry, above]


def census_file(rows: Iterable[Sequence[str]]) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([COLUMNS, *rows])
    return target.getvalue().encode()


async def import_census(world: World, *rows: Sequence[str], year: int = YEAR, dry_run: bool = False) -> Any:
    request = inv.ImportCensusRequest(year=year, file_name="规上.csv", content=census_file(rows), dry_run=dry_run)
    return await world.invitations(LEAD).ImportCensus(request)


def creation(year: int = YEAR, **changes: Any) -> pb.CreateSurveyRequest:
    content = pb.SurveyContent(**CONTENT | {"valid_min_percent": 60} | changes.pop("content", {}))
    kind, audience = changes.pop("kind", pb.SURVEY_KIND_ANNUAL), changes.pop("audience", pb.SURVEY_AUDIENCE_CENSUS)
    request_id = changes.pop("request_id", uuid4().hex)
    return pb.CreateSurveyRequest(year=year, kind=kind, audience=audience, content=content, request_id=request_id)


async def create(world: World, **changes: Any) -> Any:
    return (await world.surveys(SUPERVISOR).CreateSurvey(creation(**changes))).survey


def on(survey: Any, request_id: str = "", version: int = 0) -> pb.SurveyPrecondition:
    return pb.SurveyPrecondition(
        survey_id=survey.id, expected_version=version or survey.version, request_id=request_id or uuid4().hex
    )


async def links(world: World, survey: Any, actor: Any = LEAD, **more: Any) -> dict[str, str]:
    """Makes invitations; the secret of each link by 统一社会信用代码."""
    request = inv.MakeInvitationsRequest(survey_id=survey.id, request_id=uuid4().hex, **more)
    made = await world.invitations(actor).MakeInvitations(request)
    columns = ("统一社会信用代码", "问卷链接")
    rows = read_rows("a.xlsx", made.content, Columns(columns, columns))
    assert len(rows) == made.link_count
    return {one.cells[columns[0]]: one.cells[columns[1]] for one in rows}


async def opened(world: World, *rows: Sequence[str]) -> Any:
    """The year's survey, open to an invited census."""
    await import_census(world, *rows)
    survey = await create(world)
    await links(world, survey)
    return (await world.surveys(SUPERVISOR).OpenSurvey(pb.OpenSurveyRequest(on=on(survey)))).survey


async def close(world: World, survey: Any) -> Any:
    return (await world.surveys(SUPERVISOR).CloseSurvey(pb.CloseSurveyRequest(on=on(survey)))).survey


ANSWER = """
INSERT INTO survey_response (invitation_id, survey_id, questionnaire_number, state, answers, answered_percent, revision,
  begun_at, consented_at, consent_version, submitted_at)
SELECT id, survey_id, 1, 'SUBMITTED', '{"staff": "o1"}', :percent, 1, now(), now(), '2026-1', now()
FROM invitation WHERE survey_id = :survey AND enterprise_id = (SELECT id FROM enterprise WHERE uscc = :uscc)
"""


async def answer(world: World, survey: Any, number: int, percent: int = 100) -> None:
    """Part A of an enterprise, as it lands in the database."""
    await world.change(ANSWER, survey=UUID(survey.id), uscc=uscc(number), percent=percent)


async def give_part_b(world: World, survey: Any, number: int, answers: dict[str, Any]) -> None:
    """Part B of an enterprise, in its envelope."""
    place = "SELECT i.id, i.area_code, y.industry FROM invitation i JOIN enterprise e ON e.id = i.enterprise_id"
    place += " JOIN enterprise_year y ON y.enterprise_id = e.id AND y.year = i.year WHERE e.uscc = :uscc"
    async with world.database.begin() as session:
        invitation, area, industry = (await session.execute(text(place), {"uscc": uscc(number)})).one()
        await session.execute(text("UPDATE invitation SET part_b_given = true WHERE id = :id"), {"id": invitation})
        session.add(seal(world.personal, UUID(survey.id), area, industry, answers))


def today() -> str:
    return datetime.now(UTC).astimezone(BEIJING).date().isoformat()
