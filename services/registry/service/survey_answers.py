"""Answering through a personal link (SUR-2): part A by name, kept half-filled and replaced until the close; part B sealed.

Nobody is signed in: the token's hash finds the invitation, and everything here is about that one. Answers leave no audit row
and no event: part A is its own record, and part B must leave none.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import BEIJING
from kit.errors import FieldViolation, StaleVersion
from kit.idempotency import check_same
from services.registry import envelopes
from services.registry.errors import (
    SurveyAlreadySubmitted,
    SurveyAnswersInvalid,
    SurveyClosed,
    SurveyConsentMissing,
    SurveyOpinionGiven,
)
from services.registry.models import SurveyResponse
from services.registry.personal import PersonalData
from services.registry.queries import survey_answers as queries
from services.registry.queries.survey_answers import HeldLink, LinkView
from services.registry.rules.answers import Checked, check_answers
from services.registry.rules.surveys import ResponseState, SurveyState, token_hash
from services.registry.service.audit import Retry


@dataclass(frozen=True, slots=True)
class PartA:
    """What was filled in, of which version of the questionnaire, over which version of the answers."""

    answers: str
    questionnaire_number: int
    expected_version: int


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether the use of part A by name was agreed to, and to which text."""

    given: bool
    version: str


def version_of(response: SurveyResponse | None) -> int:
    """The version of the answers; 1 is that of none."""
    return response.revision + 1 if response else 1


async def look_at_link(session: AsyncSession, token: str, now: datetime) -> LinkView:
    """What the holder of a link sees."""
    return await queries.look_at_link(session, token_hash(token), now.astimezone(BEIJING).date())


async def save_draft(session: AsyncSession, token: str, part: PartA, now: datetime) -> SurveyResponse:
    """Keep part A as far as it is. The same again changes nothing, so a draft may be sent again whose answer was lost."""
    link = await queries.link_to_answer(session, token_hash(token), part.questionnaire_number)
    _check_open(link)
    checked = _check(link.questionnaire.part_a, part.answers, complete=False)
    if link.response and link.response.state == ResponseState.SUBMITTED:
        raise SurveyAlreadySubmitted
    if link.response and _is_same(link.response, part, checked):
        return link.response
    _check_version(link, part)
    response = _write(session, link, checked, now)
    await session.flush()
    return response


async def submit(
    session: AsyncSession, token: str, part: PartA, consent: Consent, retry: Retry, now: datetime
) -> SurveyResponse:
    """Take part A in, over what was there before: an enterprise has one answer, which counts once."""
    link = await queries.link_to_answer(session, token_hash(token), part.questionnaire_number)
    if link.response and link.response.request_id == retry.request_id:  # also after the close
        check_same(link.response.mark or b"", retry.mark)
        return link.response
    _check_open(link)
    if not consent.given:
        raise SurveyConsentMissing
    checked = _check(link.questionnaire.part_a, part.answers, complete=True)
    _check_version(link, part)
    response = _write(session, link, checked, now)
    response.state = ResponseState.SUBMITTED
    response.submitted_at = response.consented_at = now
    response.consent_version = consent.version
    response.request_id, response.mark = retry.request_id, retry.mark
    await session.flush()
    return response


async def give_opinion(session: AsyncSession, personal: PersonalData, token: str, answers: str, number: int) -> None:
    """Take part B in, once. Flag and envelope are all that is written: no time, no id of a call, nothing to compare with."""
    link = await queries.link_to_answer(session, token_hash(token), number)
    if link.invitation.part_b_given:  # also after the close: its answer may have been lost
        raise SurveyOpinionGiven
    _check_open(link)
    checked = _check(link.questionnaire.part_b, answers, complete=True)
    link.invitation.part_b_given = True
    session.add(envelopes.seal(personal, link.survey.id, link.invitation.area_code, link.industry, checked.answers))
    await session.flush()


def _check_open(link: HeldLink) -> None:
    if link.survey.state != SurveyState.OPEN:
        raise SurveyClosed


def _check(part: dict[str, Any], answers: str, complete: bool) -> Checked:
    """Raises SurveyAnswersInvalid, naming every question at fault."""
    checked = check_answers(part, _read(answers), complete)
    if checked.errors:
        raise SurveyAnswersInvalid([FieldViolation(one.path, one.reason, one.message) for one in checked.errors])
    return checked


def _read(answers: str) -> Any:
    """Answers from their text. What is no JSON is no object either, and refused as such."""
    try:
        return json.loads(answers)
    except (ValueError, RecursionError):
        return None


def _is_same(response: SurveyResponse, part: PartA, checked: Checked) -> bool:
    return response.questionnaire_number == part.questionnaire_number and response.answers == checked.answers


def _check_version(link: HeldLink, part: PartA) -> None:
    if version_of(link.response) != part.expected_version:
        raise StaleVersion(version=str(version_of(link.response)))


def _write(session: AsyncSession, link: HeldLink, checked: Checked, now: datetime) -> SurveyResponse:
    """The one place that writes part A."""
    response = link.response
    if response is None:
        response = SurveyResponse(
            invitation_id=link.invitation.id,
            survey_id=link.survey.id,
            state=ResponseState.DRAFT,
            revision=0,
            begun_at=now,
        )
        session.add(response)
    response.questionnaire_number = link.questionnaire.number
    response.answers, response.answered_percent = checked.answers, checked.percent
    response.revision += 1
    return response
