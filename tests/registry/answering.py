"""A survey that is open, and links to it: made by hand, for tests of what the holders of links do."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from fahu.registry.v1 import survey_answer_service_pb2 as pb
from sqlalchemy import insert

from kit.db import Database
from services.registry.models import Enterprise, EnterpriseYear, Invitation, QuestionnaireVersion, Survey
from services.registry.rules.surveys import token_hash
from tests.registry.conftest import YEAR
from tests.registry.files import uscc

NOW = datetime.now(UTC)
PART_A = {
    "title": "甲部分：企业法治需求（实名）",
    "questions": [
        {
            "key": "needs",
            "kind": "multiple",
            "text": "希望得到哪些服务？",
            "required": True,
            "options": [{"key": "lecture", "text": "宣讲"}, {"key": "checkup", "text": "法治体检"}],
        },
        {"key": "staff", "kind": "number", "text": "职工人数", "required": True, "min": 0},
        {
            "key": "which",
            "kind": "text",
            "text": "想听什么课？",
            "required": True,
            "max_length": 200,
            "show_if": {"question": "needs", "is": "lecture"},
        },
    ],
}
PART_B = {
    "title": "乙部分：对部门的评价（匿名）",
    "questions": [
        {"key": "court", "kind": "rating", "text": "区法院", "required": True, "agency": "court"},
        {"key": "why", "kind": "text", "text": "为什么？", "max_length": 100},
    ],
}
WHOLE = {"needs": ["lecture"], "staff": 120, "which": "劳动合同"}
OPINION = {"court": 4, "why": "办理及时"}
AREAS = ("310116101", "310116102", "310116103")
INDUSTRIES = ("C", "F", None)


@dataclass(frozen=True)
class Holder:
    """Who holds a link."""

    token: str
    invitation_id: UUID
    enterprise_id: UUID
    area_code: str
    industry: str | None
    year: int = YEAR


def get(token: str) -> pb.GetSurveyLinkRequest:
    return pb.GetSurveyLinkRequest(token=token)


def draft(token: str, answers: Any, version: int = 1, number: int = 1) -> pb.SaveSurveyDraftRequest:
    return pb.SaveSurveyDraftRequest(
        token=token, expected_version=version, questionnaire_number=number, answers=json.dumps(answers)
    )


def submission(
    token: str, answers: Any = WHOLE, version: int = 1, key: str = "", number: int = 1, consented: bool = True
) -> pb.SubmitSurveyAnswersRequest:
    return pb.SubmitSurveyAnswersRequest(
        token=token,
        expected_version=version,
        questionnaire_number=number,
        answers=json.dumps(answers),
        consented=consented,
        consent_version="2026-1",
        request_id=key or uuid4().hex,
    )


def opinion(token: str, answers: Any = OPINION, number: int = 1) -> pb.GiveSurveyOpinionRequest:
    return pb.GiveSurveyOpinionRequest(token=token, questionnaire_number=number, answers=json.dumps(answers))


async def invite(database: Database, number: int, state: str = "OPEN", year: int = YEAR) -> list[Holder]:
    """A survey, and as many enterprises with a link each."""
    survey_id, author = uuid4(), uuid4()
    holders = [
        Holder(uuid4().hex, uuid4(), uuid4(), AREAS[one % len(AREAS)], INDUSTRIES[one % len(INDUSTRIES)], year)
        for one in range(number)
    ]
    survey = {"id": survey_id, "year": year, "kind": "ANNUAL", "audience": "CENSUS", "title": "问卷大调查", "state": state}
    survey |= {"opens_on": date(year, 1, 1), "closes_on": date(year, 12, 31), "valid_min_percent": 80, "version": 1}
    survey |= {"created_at": NOW, "opened_at": None if state == "DRAFT" else NOW}
    async with database.begin() as session:
        await session.execute(insert(Survey), survey)
        await session.execute(insert(QuestionnaireVersion), _version(survey_id, 1, author))
        await session.execute(insert(Enterprise), [_enterprise(place, one) for place, one in enumerate(holders, 1)])
        await session.execute(insert(EnterpriseYear), [_place(one) for one in holders])
        await session.execute(insert(Invitation), [_invitation(survey_id, one) for one in holders])
    return holders


def _version(survey_id: UUID, number: int, author: UUID) -> dict[str, Any]:
    content = {"part_a": PART_A, "part_b": PART_B, "created_at": NOW, "created_by": author}
    return {"survey_id": survey_id, "number": number} | content


def _enterprise(number: int, holder: Holder) -> dict[str, Any]:
    return {"id": holder.enterprise_id, "uscc": uscc(number), "name": f"示例{number}", "version": 1, "created_at": NOW}


def _place(holder: Holder) -> dict[str, Any]:
    where = {"enterprise_id": holder.enterprise_id, "year": holder.year, "area_code": holder.area_code}
    return where | {"above_scale": True, "industry": holder.industry}


def _invitation(survey_id: UUID, holder: Holder) -> dict[str, Any]:
    whose = {"id": holder.invitation_id, "survey_id": survey_id, "enterprise_id": holder.enterprise_id}
    how = {"token_hash": token_hash(holder.token), "link_number": 1, "sent_on": date(YEAR, 1, 1), "part_b_given": False}
    return whose | how | {"year": holder.year, "area_code": holder.area_code}
