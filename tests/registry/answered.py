"""Answers to a survey as they lie in the database: parts A by name, and parts B after the close."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from services.registry.models import AnonymousAnswer
from tests.registry.conftest import World
from tests.registry.files import uscc

# By name, and with what an answer through a link has as well: whatever columns the table has are filled.
ANSWER = """
INSERT INTO survey_response SELECT (jsonb_populate_record(NULL::survey_response, jsonb_build_object('state', 'SUBMITTED',
  'invitation_id', id, 'survey_id', survey_id, 'questionnaire_number', 1, 'revision', 1, 'answers', CAST(:answers AS jsonb),
  'answered_percent', CAST(:percent AS bigint), 'begun_at', now(), 'consented_at', now(), 'submitted_at', now(),
  'consent_version', '1', 'request_id', CAST(id AS text), 'mark', '\\x00'))).* FROM invitation
WHERE survey_id = :survey AND enterprise_id = (SELECT id FROM enterprise WHERE uscc = :uscc)
"""


async def answer(world: World, survey: Any, number: int, answers: dict[str, Any], percent: int = 100) -> None:
    given = json.dumps(answers, ensure_ascii=False)
    await world.change(ANSWER, survey=UUID(survey.id), uscc=uscc(number), percent=percent, answers=given)


async def give_part_b(world: World, survey: Any, answers: Sequence[tuple[str | None, str | None, dict[str, Any]]]) -> None:
    """Parts B as the close writes them."""
    rows = [
        {"id": uuid4(), "survey_id": UUID(survey.id), "area_code": area, "industry": industry, "answers": given}
        for area, industry, given in answers
    ]
    async with world.database.begin() as session:
        await session.execute(insert(AnonymousAnswer), rows)
